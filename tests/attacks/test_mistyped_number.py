"""A stranger whose number was mistyped in an application: nothing of it is open to them once it is corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.composition import Program
from api.pages.session import SESSION_COOKIE
from domain.case.commands import CommandContext, RecordIdentifierReplaced
from domain.crossroads.answers import CheckKind
from infra.clock import SystemClock
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.files import pdf
from tests.identity.callers import CALLERS
from tests.world.bodies import APPLICATION, application_body, unlimited
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of
from tests.world.stated import stating

pytestmark = pytest.mark.server

MISTYPED = CALLERS[Role.WORKER]
RIGHT = replace(MISTYPED, subject="w_right", token_id="t-30", ssin="17073003384")
NEWER = replace(MISTYPED, subject="w_newer", token_id="t-31", ssin="85473003317")
PARTS = ("", "/assessment", "/events", "/deadlines")


@pytest.fixture
def stranger(clients: ServiceClients) -> ServiceClient:
    return clients.of(MISTYPED)


@pytest.fixture
def right_one(clients: ServiceClients) -> ServiceClient:
    return clients.of(RIGHT)


@pytest.fixture
def browser(clients: ServiceClients, issuer: DevelopmentIssuer) -> Iterator[httpx.Client]:
    """The stranger's, signed in to the pages."""
    token = issuer.issue(MISTYPED, now=SystemClock().now())
    with httpx.Client(base_url=clients.address, cookies={SESSION_COOKIE: token, "lang": "en"}) as opened:
        yield opened


def catch_up(program: Program) -> None:
    for runner in program.projection_runners().values():
        runner.catch_up()


def corrected(handler: ServiceClient, about: httpx.Response, **worker: Any) -> httpx.Response:
    """The handler puts the worker's particulars right; a value of None is left out."""
    stated = {name: value for name, value in {**APPLICATION["worker"], **worker}.items() if value is not None}
    answer = handler.change(about, "corrections", {"reason": "tikfout in het nummer", "worker": stated})
    assert answer.status_code == 201, answer.text
    return answer


def found_by(client: ServiceClient, about: httpx.Response) -> bool:
    """Whether the case is in the caller's lists, both of the ways in which one asks for them."""
    listed = client.get("applications").json()["items"]
    searched = client.post("applications/query", {}).json()["items"]
    ids = [{each["id"] for each in items} for items in (listed, searched)]
    assert ids[0] == ids[1]
    return about.json()["id"] in ids[0]


def test_the_person_of_the_mistyped_number_loses_the_case_and_the_right_one_gets_it(
    program: Program,
    employer: ServiceClient,
    handler: ServiceClient,
    stranger: ServiceClient,
    right_one: ServiceClient,
    browser: httpx.Client,
) -> None:
    # given an application with the number of somebody else, who can read it
    filed = employer.file()
    catch_up(program)
    assert [stranger.get(case_path(filed) + part).status_code for part in PARTS] == [200] * len(PARTS)
    assert found_by(stranger, filed)
    assert not found_by(right_one, filed)
    assert browser.get(f"/cases/{filed.json()['id']}").status_code == 200
    # when the handler corrects it
    corrected(handler, filed, ssin=RIGHT.ssin)
    # then at once, before any read model has heard of it, nothing of it is open to that person
    for part in PARTS:
        assert problem_of(stranger.get(case_path(filed) + part)) == (404, "resourceNotFound"), part
    assert not found_by(stranger, filed)
    assert browser.get(f"/cases/{filed.json()['id']}").status_code == 404
    assert filed.json()["reference"] not in browser.get("/employer").text
    # but all of it to the other
    assert [right_one.get(case_path(filed) + part).status_code for part in PARTS] == [200] * len(PARTS)
    assert found_by(right_one, filed)
    # and who looks for the case by the wrong number does not find it any more
    for ssin, there in ((MISTYPED.ssin, False), (RIGHT.ssin, True)):
        hits = handler.post("applications/query", {"ssin": ssin}).json()["items"]
        assert (filed.json()["id"] in {each["id"] for each in hits}) == there


def test_nothing_is_changed_by_the_wrong_person_either(
    handler: ServiceClient, stranger: ServiceClient, browser: httpx.Client
) -> None:
    # given what was filed with the stranger's number and token
    filed = stranger.file(unlimited())
    attached = stranger.attach(filed, pdf())
    assert attached.status_code == 201
    asked = handler.change(attached, "informationRequests", {"items": ["diploma"], "question": "Which one?"})
    request = handler.case(filed)["informationRequests"][0]["id"]
    document = handler.case(filed)["documents"][0]["sha256"]
    path = f"{case_path(filed)}/documents/{document}"
    assert stranger.get(path).status_code == 200
    # when the number turns out to be wrong
    last = corrected(handler, asked, ssin=RIGHT.ssin)
    written = handler.written
    # then the stranger neither reads the document, nor adds one, nor answers, nor withdraws
    assert problem_of(stranger.get(path)) == (404, "resourceNotFound")
    assert problem_of(stranger.attach(last, pdf(b"another"))) == (404, "resourceNotFound")
    assert problem_of(stranger.change(last, f"informationRequests/{request}/answers", {"answer": "Mine."})) == (
        404,
        "resourceNotFound",
    )
    assert problem_of(stranger.change(last, "withdrawals", {"reason": "mine"})) == (404, "resourceNotFound")
    assert browser.get(f"/cases/{filed.json()['id']}/withdrawals").status_code == 404
    assert handler.written == written


def test_a_number_that_the_register_replaced_keeps_the_case(
    program: Program, clients: ServiceClients, employer: ServiceClient, handler: ServiceClient, stranger: ServiceClient
) -> None:
    # given a worker of whom the register says that a newer number has taken the place of the one on file
    filed = employer.file()
    replaced = RecordIdentifierReplaced(check=CheckKind.WORKER_IDENTITY, revision=1, ssin=str(NEWER.ssin), attempts=1)
    context = CommandContext(actor="worker", command_id=str(uuid4()), now=program.clock.now())
    program.handle(UUID(filed.json()["id"]), replaced, context)
    # then the worker reads the case by either
    for caller in (MISTYPED, NEWER):
        assert clients.of(caller).get(case_path(filed)).status_code == 200
    # also after another particular was corrected, with the number that is on file now or with the one before
    for ssin, name in ((NEWER.ssin, "Mus"), (MISTYPED.ssin, "Vink")):
        tag = handler.get(case_path(filed)).headers["ETag"]
        worker = {**APPLICATION["worker"], "ssin": ssin, "familyName": name}
        body = {"reason": "naam", "worker": worker}
        assert handler.change(filed, "corrections", body, tag=tag).status_code == 201
        for caller in (MISTYPED, NEWER):
            assert clients.of(caller).get(case_path(filed)).status_code == 200


def test_a_number_that_was_taken_off_opens_nothing(
    employer: ServiceClient, handler: ServiceClient, stranger: ServiceClient
) -> None:
    filed = employer.file()
    corrected(handler, filed, ssin=None)
    assert problem_of(stranger.get(case_path(filed))) == (404, "resourceNotFound")


def test_a_row_of_the_index_opens_nothing(program: Program, employer: ServiceClient, stranger: ServiceClient) -> None:
    # given a case of somebody else, which the index of persons ascribes to the stranger
    filed = employer.file(application_body(worker__ssin=RIGHT.ssin))
    catch_up(program)
    subject = program.journal.read(UUID(filed.json()["id"])).events[0].worker_subject  # type: ignore[union-attr]
    program.index.remember("flanders", [stating(subject, ssin=str(MISTYPED.ssin))])
    # then no door opens
    for part in PARTS:
        assert problem_of(stranger.get(case_path(filed) + part)) == (404, "resourceNotFound")
    assert not found_by(stranger, filed)
