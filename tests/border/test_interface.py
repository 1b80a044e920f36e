"""The HTTP interface: no text that nothing behind it can hold comes through a body, an address or a header."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from api.app import create_app
from api.composition import Program
from api.http.bodies import nameable
from api.http.foreseen_errors import problem_of
from api.http.problems import API_ROOT
from api.http.routes.application_batches import ApplicationList
from api.http.routes.application_lists import ApplicationQuery
from api.http.routes.employer_lookups import EmployerLookup
from api.http.routes.fees import PaymentList
from api.http.routes.webhooks import NewWebhook, Replay
from api.permissions import Action, Permissions, Reach
from api.steps.procedure import STEPS
from domain.case.application import Application
from domain.case.events import ApplicationWithdrawn
from domain.case.refusals import NotRecordable
from domain.case.stated_facts import StatedFacts
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.recordable import require_recordable
from infra.wire_format import wire_adapter
from tests.border.unreadable import LAID_OUT, UNREADABLE, ordinary, placed
from tests.openapi.routed import READS_FOR_ITSELF, Route, routes_of
from tests.world.bodies import APPLICATION, EVIDENCE, FEE, QUESTION, represented, unlimited
from tests.world.service_clients import ServiceClients, case_path

pytestmark = pytest.mark.server


@dataclass(frozen=True, slots=True)
class Sent:
    """A body that the interface takes: ``path`` follows the root, ``{case}`` in it is a case of the test's."""

    path: str
    body: type[Any]
    action: Action


def role_for(action: Action) -> Role:
    permissions = Permissions.load()
    return next(role for role in Role if permissions.reach(role, action) is not Reach.NONE)


SENT = {
    "fileApplication": Sent("applications", Application, Action.FILE_APPLICATION),
    "queryApplications": Sent("applications/query", ApplicationQuery, Action.QUERY_APPLICATIONS),
    "checkSalary": Sent("salaryChecks", StatedFacts, Action.CHECK_SALARY),
    "drawUpChecklist": Sent("checklists", StatedFacts, Action.DRAW_UP_CHECKLIST),
    "sendApplications": Sent("applicationBatches", ApplicationList, Action.FILE_APPLICATION_BATCH),
    "recordFeePaymentList": Sent("feePaymentLists", PaymentList, Action.RECORD_FEE_PAYMENT),
    "createWebhook": Sent("webhooks", NewWebhook, Action.MANAGE_WEBHOOKS),
    "replayWebhook": Sent(f"webhooks/{uuid4()}/replays", Replay, Action.MANAGE_WEBHOOKS),
    "lookUpEmployer": Sent("employerLookups", EmployerLookup, Action.LOOK_UP_EMPLOYER),
    **{
        each.operation: Sent(
            "{case}/" + each.path.format(information_request_id=uuid4()), each.message.body, each.action
        )
        for each in STEPS
        if each.message is not None
    },
}
RECORDED = [name for name in SENT if name == "fileApplication" or name in {each.operation for each in STEPS}]
BODY_IS_A_FILE = {"attachDocument"}
TAKES_NO_BODY = {"rotateWebhookSecret", "pauseWebhook", "resumeWebhook", "testWebhook"}

every_text = pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
every_encodable_text = pytest.mark.parametrize(
    "text",
    [each for name, each in UNREADABLE.items() if "pair" not in name],
    ids=[name for name in UNREADABLE if "pair" not in name],
)


@pytest.fixture(scope="module")
def routes(program: Program, issuer: DevelopmentIssuer) -> tuple[Route, ...]:
    return tuple(routes_of(create_app(program, issuer)))


@pytest.fixture(scope="module")
def case(clients: ServiceClients) -> httpx.Response:
    """A case that has been filed, whose bodies are then refused."""
    filed = clients.of(Role.EMPLOYER).file()
    assert filed.status_code == 201
    return filed


def send(
    clients: ServiceClients, case: httpx.Response, sent: Sent, body: Any, *, tag: str | None = None
) -> httpx.Response:
    path = sent.path.format(case=case_path(case))
    return clients.of(role_for(sent.action)).post(path, body, If_Match=tag or case.headers["ETag"])


def issues(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    return {each["name"]: each["detail"] for each in answer.json()["issues"]}


def test_every_body_that_is_taken_is_tried_here(routes: tuple[Route, ...]) -> None:
    taken = {each.name for each in routes if each.method == "post"}
    assert taken == SENT.keys() | BODY_IS_A_FILE | TAKES_NO_BODY


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize("name", SENT)
@every_text
def test_no_field_of_a_body_takes_it_and_the_answer_names_the_field(
    clients: ServiceClients, case: httpx.Response, name: str, text: str
) -> None:
    sent = SENT[name]
    for each in placed(sent.body, str, text):
        body = wire_adapter(sent.body).dump_python(each.value, mode="json", by_alias=True)
        answer = send(clients, case, sent, json.dumps(body).encode())
        assert "control character" in issues(answer)[each.path]
        assert text.encode("utf-8", "replace") not in answer.content


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize("name", RECORDED)
def test_the_same_texts_take_ends_of_lines_as_at_the_border_of_the_log(
    clients: ServiceClients, case: httpx.Response, name: str
) -> None:
    sent = SENT[name]
    for each in placed(sent.body, str, LAID_OUT):
        body = wire_adapter(sent.body).dump_python(each.value, mode="json", by_alias=True)
        # Where nothing else is wrong with the body, it is the version that is.
        answer = send(clients, case, sent, body, tag='"999"')
        named = {} if answer.status_code == 412 else issues(answer)
        assert (each.path in named) is not each.is_free_text, each.path


@pytest.mark.usefixtures("nothing_is_written")
@every_text
def test_a_name_of_a_field_is_no_way_in_either(clients: ServiceClients, case: httpx.Response, text: str) -> None:
    named = issues(send(clients, case, SENT["fileApplication"], json.dumps({text: 1, "worker": {text: 1}}).encode()))
    assert named.keys() >= {"?", "worker.?"}


DAYS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
WITH_DAYS = {
    "fileApplication": [APPLICATION, represented(), unlimited()],
    "addLabourMarketTest": [EVIDENCE],
    "recordFeePayment": [FEE],
    "recordFeePaymentList": [
        {"payments": [{"paidOn": "2026-01-19", "amount": "1.00", "structuredCommunication": "+++126/0001/23443+++"}]}
    ],
    "correctCase": [{"reason": "mistyped", **{name: APPLICATION[name] for name in ("worker", "employment")}}],
    "decideResidencePart": [{"outcome": "granted", "decidedOn": "2026-01-19"}],
    "correctClock": [
        {"kind": "pause", "on": "2026-01-19", "ground": "forceMajeure", "motivation": "flood"},
        {"kind": "resume", "on": "2026-01-19", "motivation": "dry"},
        {"kind": "correctPause", "pause": 1, "from": "2026-01-19", "to": "2026-01-20", "motivation": "dry"},
    ],
    "checkSalary": [APPLICATION | {"filedOn": "2026-01-20", "admissibleOn": "2026-01-20", "decidedOn": "2026-01-20"}],
    "drawUpChecklist": [APPLICATION | {"filedOn": "2026-01-20", "permitExpiresOn": "2026-01-20"}],
}


def days_in(whole: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    parts = whole.items() if isinstance(whole, dict) else enumerate(whole) if isinstance(whole, list) else ()
    for step, part in parts:
        if isinstance(part, str) and DAYS.fullmatch(part):
            yield (*path, step)
        yield from days_in(part, (*path, step))


@pytest.mark.parametrize("name", WITH_DAYS)
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_are_no_accident(
    program: Program, clients: ServiceClients, case: httpx.Response, name: str, day: str
) -> None:
    tried = 0
    for sound in WITH_DAYS[name]:
        for *parents, last in days_in(sound):
            body = part = deepcopy(sound)
            for step in parents:
                part = part[step]
            part[last] = day
            if name == "fileApplication":
                answer = clients.of(Role(body["filedBy"])).file(body)
            else:
                answer = send(clients, case, SENT[name], body)
            assert answer.status_code in (200, 201, 400, 409), answer.text
            if answer.status_code == 201:
                for reading in ("", "/assessment", "/deadlines", "/events?lang=nl"):
                    assert clients.of(Role.CASE_HANDLER).get(case_path(answer) + reading).status_code == 200
            tried += 1
    assert tried
    # and whatever was taken stops no read model
    for runner in program.projection_runners().values():
        runner.catch_up()


@pytest.mark.usefixtures("nothing_is_written")
@every_encodable_text
def test_no_query_takes_it(routes: tuple[Route, ...], clients: ServiceClients, case: httpx.Response, text: str) -> None:
    tried = 0
    for route in routes:
        path = f"{clients.address}{API_ROOT}{re.sub(r'{[^}]*}', case.json()['id'], route.path)}"
        client = clients.of(role_for(route.action)).client
        for name, value in [*((name, text) for name in sorted(route.query)), (text, "1"), ("unheardOf", text)]:
            answer = client.request(route.method, path, params={name: value})
            if route.name in READS_FOR_ITSELF or not route.needs_token:
                assert answer.status_code < 500
            else:
                assert nameable(name) in issues(answer), (route, name)
                tried += 1
    assert tried > 50


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize("octets", ["%00", "a%00b", "%ED%A0%80", "%FF", "%1B", "%C2%85"])
def test_no_part_of_an_address_takes_it(
    routes: tuple[Route, ...], clients: ServiceClients, case: httpx.Response, octets: str
) -> None:
    tried = 0
    for route in routes:
        parts = re.findall(r"{[^}]*}", route.path)
        for wrong in parts:
            path = route.path
            for part in parts:
                path = path.replace(part, octets if part == wrong else case.json()["id"])
            answer = clients.of(role_for(route.action)).client.request(
                route.method,
                f"{clients.address}{API_ROOT}{path}",
                headers={"Idempotency-Key": str(uuid4()), "If-Match": '"1"'},
                json={} if route.method == "post" else None,
            )
            assert 400 <= answer.status_code < 500, (route, answer.text)
            tried += 1
    assert tried > 20


HEADERS = (
    "Idempotency-Key", "If-Match", "If-None-Match", "BelGov-Trace-Id", "BelGov-Related-Trace-Id", "Content-Type",
    "Accept", "Accept-Language", "Authorization", "Cookie", "Origin", "Content-Encoding", "traceparent",
)  # fmt: skip


@pytest.mark.usefixtures("nothing_is_written")
@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("value", [b"a\x00b", b"a\x1bb", b"a\x7fb", b"a\x85b", b"\xed\xa0\x80", b"\xff"])
def test_no_header_takes_it(clients: ServiceClients, case: httpx.Response, header: str, value: bytes) -> None:
    employer = clients.of(Role.EMPLOYER)
    headers = {
        "Host": urlsplit(clients.address).netloc,
        "Authorization": employer.client.headers["Authorization"],
        "Idempotency-Key": str(uuid4()),
        "Content-Type": "application/json",
        "If-Match": '"1"',
        "Connection": "close",
        "Content-Length": "2",
    }
    heading = {name: text.encode() for name, text in headers.items()} | {header: value}
    lines = b"".join(name.encode() + b": " + text + b"\r\n" for name, text in heading.items())
    path = f"{API_ROOT}/{case_path(case)}/withdrawals".encode()
    status = status_of(clients.address, b"POST " + path + b" HTTP/1.1\r\n" + lines + b"\r\n" + b"[]")
    assert 400 <= status < 500


def status_of(address: str, request: bytes) -> int:
    """The status of what is answered to the bytes of a request, which no client would send so."""
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=20) as connection:
        connection.sendall(request)
        beginning = connection.recv(64)
    return int(beginning.split()[1])


def test_what_only_the_border_of_the_log_finds_is_answered_the_same_way() -> None:
    event = replace(ordinary(ApplicationWithdrawn), by="a\x00b")
    with pytest.raises(NotRecordable) as refused:
        require_recordable(event, "ApplicationWithdrawn")
    problem = problem_of(refused.value)
    assert problem is not None
    assert (problem.type.status, [each.issue.path for each in problem.issues]) == (400, ["by"])


def test_a_question_keeps_its_lines(clients: ServiceClients) -> None:
    filed = clients.of(Role.EMPLOYER).file()
    handler = clients.of(Role.CASE_HANDLER)
    answer = handler.change(filed, "informationRequests", QUESTION | {"question": LAID_OUT})
    assert answer.status_code == 201, answer.text
    assert handler.case(filed)["informationRequests"][0]["question"] == LAID_OUT
