"""A webhook is there for its owner, and tells of what its owner may see today: nothing of others, nothing of before."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg2
import pytest

from api.composition import Program
from infra.identity.caller import Caller, Role
from infra.postgres.read_models.row_scope import EVERYTHING, NOTHING, PartyKind, RowScope, rows_within
from infra.postgres.webhooks.subscriptions import NoRoom
from tests.http.test_permission_matrix import WEBHOOK_ROUTES
from tests.identity.callers import CALLERS
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import Receiver
from tests.world.bodies import represented
from tests.world.service_clients import ServiceClient, ServiceClients, problem_of
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

EMPLOYER, AGENCY = CALLERS[Role.EMPLOYER], CALLERS[Role.REPRESENTATIVE]
OTHER_EMPLOYER = replace(EMPLOYER, subject="hr-foreign", enterprise_number="0409536968")
OTHER_AGENCY = replace(AGENCY, subject="desk-foreign", enterprise_number="0409536968")
AS_EMPLOYER = replace(EMPLOYER, subject="as-employer", enterprise_number=AGENCY.enterprise_number)
"""The agency's own number in another role: that is somebody else."""

MARK = "canary-of-the-address"
URL = f"https://hr.example.be/{MARK}"
OF_ONE = sorted(place for place in WEBHOOK_ROUTES if "{" in place[1])
BODIES: dict[str, Any] = {"replays": {"fromPosition": 0}, "webhooks": {"url": URL}}


def asked(client: ServiceClient, place: tuple[str, str], webhook: str, delivery: str) -> httpx.Response:
    method, template = place
    path = template.removeprefix("/").format(webhook_id=webhook, delivery_id=delivery)
    body = BODIES.get(path.rpartition("/")[2])
    return client.client.request(method, path, json=body if method == "POST" else None)


@pytest.fixture
def agency(clients: ServiceClients) -> ServiceClient:
    return clients.of(Role.REPRESENTATIVE)


@pytest.fixture
def agencys(agency: ServiceClient) -> Iterator[Hooks]:
    made = Hooks(agency)
    yield made
    made.delete_all()


def caught_up(program: Program) -> None:
    for runner in program.projection_runners().values():
        runner.catch_up()


@pytest.mark.parametrize("stranger", [OTHER_EMPLOYER, OTHER_AGENCY, AS_EMPLOYER, AGENCY], ids=lambda each: each.subject)
def test_a_stranger_finds_no_webhook_and_changes_none(clients: ServiceClients, hooks: Hooks, stranger: Caller) -> None:
    hook = hooks.make(URL)
    test = hook.post("testNotices").json()["id"]
    before, other = hook.read(), clients.of(stranger)
    for place in OF_ONE:
        found, absent = asked(other, place, hook.id, test), asked(other, place, str(uuid4()), test)
        assert problem_of(found) == problem_of(absent) == (404, "resourceNotFound"), place
        assert _without_instance(found) == _without_instance(absent), place
    assert MARK not in other.get("webhooks").text
    assert hook.read() == before


@pytest.mark.parametrize("role", [Role.WORKER, Role.CASE_HANDLER, Role.OPERATIONS, Role.REGULATOR])
def test_a_role_without_applications_of_an_enterprise_has_none(
    clients: ServiceClients, hooks: Hooks, role: Role
) -> None:
    hook = hooks.make(URL)
    for place in sorted(WEBHOOK_ROUTES):
        assert problem_of(asked(clients.of(role), place, hook.id, str(uuid4()))) == (403, "missingPermission"), place


def test_without_a_token_nobody_learns_anything(clients: ServiceClients, hooks: Hooks) -> None:
    hook = hooks.make(URL)
    for place in sorted(WEBHOOK_ROUTES):
        answer = asked(clients.without_token(), place, hook.id, str(uuid4()))
        assert problem_of(answer) == (401, "noAccessToken"), place


def test_colleagues_of_one_enterprise_share_theirs(clients: ServiceClients, hooks: Hooks) -> None:
    hook = hooks.make(URL)
    colleague = clients.of(replace(EMPLOYER, subject="hr-colleague"))
    assert [each["id"] for each in colleague.get("webhooks").json()["items"]] == [hook.id]


@pytest.mark.usefixtures("workers")
def test_an_enterprise_is_told_of_its_own_applications_only(
    clients: ServiceClients, hooks: Hooks, employer: ServiceClient, receiver: Receiver
) -> None:
    # given two enterprises with webhooks
    other = Hooks(clients.of(OTHER_EMPLOYER))
    mine, theirs = hooks.make(f"{receiver.url}/mine"), other.make(f"{receiver.url}/theirs")
    # when one of them files
    filed = employer.file()
    wait_until(lambda: receiver.received and mine.is_done, because="it is told")
    # then the other one hears nothing
    assert [(each.path, each.content["subject"]) for each in receiver.received] == [
        ("/notices/mine", filed.json()["id"])
    ]
    assert theirs.deliveries() == []
    other.delete_all()


def test_a_representative_subscribes_for_an_employer_that_it_has_applications_of(
    program: Program, agency: ServiceClient, agencys: Hooks
) -> None:
    agency.file(represented())
    caught_up(program)
    made = agencys.ask(URL, enterpriseNumber="BE 0202.239.951")
    assert made.status_code == 201, made.text
    assert made.json()["enterpriseNumber"] == "0202239951"
    # and for no other one, nor without saying for whom
    for wrong in ({"enterpriseNumber": "0409536968"}, {}):
        refused = agencys.ask(URL, **wrong)
        assert problem_of(refused) == (400, "badRequest")
        assert refused.json()["issues"][0]["name"] == "enterpriseNumber"


def test_an_employer_subscribes_for_nobody_else(hooks: Hooks) -> None:
    refused = hooks.ask(URL, enterpriseNumber="0409536968")
    assert problem_of(refused) == (400, "badRequest")
    assert refused.json()["issues"][0]["name"] == "enterpriseNumber"


@pytest.mark.usefixtures("workers")
def test_a_mandate_that_is_found_invalid_ends_what_is_told_under_it(
    program: Program, agency: ServiceClient, agencys: Hooks, hooks: Hooks, handler: ServiceClient, receiver: Receiver
) -> None:
    # given a representative that is told of an application, as its employer is
    first = agency.file(represented())
    caught_up(program)
    under, own = agencys.make(f"{receiver.url}/agency", enterpriseNumber="0202239951"), hooks.make(receiver.url)
    filed = agency.file(represented())
    wait_until(lambda: len(receiver.received) == 2, because="both are told")
    wait_until(lambda: under.is_done and own.is_done, because="both are settled")
    # and something that waits for it
    under.post("pauses")
    asked_for = handler.change(filed, "informationRequests", {"items": ["diploma"], "question": "Which one?"})
    wait_until(lambda: under.read()["waiting"] == 1, because="it waits")
    # when the mandate is found invalid, and it goes on
    assert handler.change(asked_for, "mandateVerifications", {"valid": False}).status_code == 201
    under.post("resumptions")
    wait_until(lambda: receiver.received[-1].kind == "mandates.notify.verified", because="the employer is told")
    wait_until(lambda: under.is_done and own.is_done, because="all is settled")
    # then it was told nothing more, and is shown nothing of the case any more
    told = [each for each in receiver.received if each.path.endswith("/agency")]
    assert [each.kind for each in told] == ["applications.notify.submitted"]
    assert filed.json()["id"] not in json.dumps(under.deliveries())
    kinds = [each.kind for each in receiver.received if not each.path.endswith("/agency")]
    assert kinds[-2:] == ["informationRequests.notify.sent", "mandates.notify.verified"]
    # nor when it asks for it again, while its other application goes on
    under.post("replays", {"fromPosition": 0})
    wait_until(lambda: under.is_done, because="all is settled")
    time.sleep(0.3)
    assert [each for each in receiver.received if each.path.endswith("/agency")] == told
    handler.change(first, "mandateVerifications", {"valid": True})
    wait_until(lambda: len([e for e in receiver.received if e.path.endswith("/agency")]) == 2, because="it goes on")


@pytest.mark.usefixtures("workers")
def test_the_address_and_the_secrets_are_nowhere_in_clear(
    program: Program, hooks: Hooks, employer: ServiceClient
) -> None:
    hook = hooks.make(URL)
    hook.post("testNotices")
    employer.file()
    wait_until(lambda: len(hook.deliveries()) == 2, because="it is taken in")
    keys_url = program.settings.key_database_url
    assert keys_url is not None
    for url in (program.journal_url, keys_url):
        for table in ("webhook_subscription", "webhook_delivery") if url == program.journal_url else ("webhook_key",):
            everything = _asked_of(url, f"select coalesce(string_agg(t::text, ' '), '') from permit.{table} t")
            held = str(everything[0][0])
            assert MARK not in held
            assert hook.secret.removeprefix("whsec_") not in held
    # and the secret is shown to nobody again
    assert "whsec_" not in json.dumps([hook.read(), hooks.listed(), hook.deliveries()])


def test_with_a_webhook_its_key_is_destroyed(program: Program, hooks: Hooks) -> None:
    hook = hooks.make(URL)
    ((row,),) = _asked_of(
        program.journal_url, "select to_jsonb(s)::text from permit.webhook_subscription s where id = %s", hook.id
    )
    assert hooks.client.client.delete(hook.path).status_code == 204
    # when a backup brings back the row
    _asked_of(
        program.journal_url,
        "set role permit_writer; insert into permit.webhook_subscription"
        " select * from jsonb_populate_record(null::permit.webhook_subscription, %s::jsonb)",
        row,
    )
    # then nobody reads it
    assert hooks.client.get(hook.path).status_code == 404
    assert program.subscriptions.at_work(UUID(hook.id)) is None
    program.subscriptions.delete(UUID(hook.id))


def test_the_rows_are_shown_to_their_owner_alone(program: Program, hooks: Hooks) -> None:
    hook = hooks.make(URL)
    hook.post("testNotices")
    for table in ("webhook_subscription", "webhook_delivery"):
        counts = {}
        for scope in (
            EVERYTHING,
            RowScope(PartyKind.EMPLOYER, "0202239951"),
            RowScope(PartyKind.EMPLOYER, "0409536968"),
            RowScope(PartyKind.REPRESENTATIVE, "0202239951"),
            RowScope(PartyKind.AUTHORITY, "flanders"),
            NOTHING,
        ):
            with rows_within(program.readers, scope) as cursor:
                cursor.execute(f"select count(*) from {table}")
                ((counts[str(scope)],),) = cursor.fetchall()
        assert list(counts.values()) == [1, 1, 0, 0, 0, 0], table
        assert _asked_of(program.journal_url, f"set role permit_owner; select count(*) from permit.{table}") == [(0,)]


def test_there_is_an_end_to_how_many_an_enterprise_has(program: Program, hooks: Hooks) -> None:
    found = program.subscriptions.at_work(UUID(hooks.make(URL).id))
    assert found is not None
    with pytest.raises(NoRoom):
        program.subscriptions.add(replace(found, id=uuid4()), most=1)
    assert len(hooks.listed()) == 1


def _asked_of(url: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


def _without_instance(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "instance"}
