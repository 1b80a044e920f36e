"""A representative whose mandate was found invalid, or has ended: it neither reads nor changes what it once filed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from api.composition import Program
from api.pages.session import SESSION_COOKIE
from api.services.measures import MEASURES
from infra.clock import SystemClock
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.files import pdf
from tests.identity.callers import CALLERS
from tests.world.bodies import EVIDENCE, represented
from tests.world.clocks import StoppedClock
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server

NOT_THERE = (404, "resourceNotFound")


@pytest.fixture
def agency(clients: ServiceClients) -> ServiceClient:
    return clients.of(Role.REPRESENTATIVE)


@pytest.fixture
def browser(clients: ServiceClients, issuer: DevelopmentIssuer) -> Iterator[httpx.Client]:
    """The representative's, signed in to the pages."""
    token = issuer.issue(CALLERS[Role.REPRESENTATIVE], now=SystemClock().now())
    with httpx.Client(base_url=clients.address, cookies={SESSION_COOKIE: token, "lang": "en"}) as opened:
        yield opened


def listed(program: Program, client: ServiceClient, about: httpx.Response) -> bool:
    for runner in program.projection_runners().values():
        runner.catch_up()
    return about.json()["id"] in {each["id"] for each in client.get("applications?pageSize=100").json()["items"]}


def test_nothing_is_changed_by_it(agency: ServiceClient, employer: ServiceClient, handler: ServiceClient) -> None:
    # given an application by mandate, with a question to its filer
    filed = agency.file(represented())
    asked = handler.change(filed, "informationRequests", {"items": ["diploma"], "question": "Which one?"})
    request = handler.case(filed)["informationRequests"][0]["id"]
    # when the mandate is found invalid
    last = handler.change(asked, "mandateVerifications", {"valid": False})
    assert last.status_code == 201
    written = handler.written
    # then every step that the representative could take is refused, and nothing is stored
    assert problem_of(agency.attach(last, pdf())) == NOT_THERE
    for step, body in (
        (f"informationRequests/{request}/answers", {"answer": "Here."}),
        ("withdrawals", {"reason": "never mind"}),
        ("labourMarketTests", EVIDENCE),
    ):
        assert problem_of(agency.change(last, step, body)) == NOT_THERE, step
    assert handler.written == written
    # while the employer goes on with its file
    answered = employer.change(last, f"informationRequests/{request}/answers", {"answer": "Here it is."})
    assert answered.status_code == 201
    assert employer.change(answered, "withdrawals", {"reason": "never mind"}).status_code == 201


def test_nothing_is_read_by_it(
    program: Program, agency: ServiceClient, employer: ServiceClient, handler: ServiceClient, browser: httpx.Client
) -> None:
    filed = agency.file(represented())
    attached = agency.attach(filed, pdf())
    document = f"/documents/{handler.case(filed)['documents'][0]['sha256']}"
    doors = ("", "/assessment", "/events", "/deadlines", document)
    assert [agency.get(case_path(filed) + door).status_code for door in doors] == [200] * len(doors)
    assert listed(program, agency, filed)
    ended = handler.change(attached, "mandateVerifications", {"valid": False})
    for door in doors:
        assert problem_of(agency.get(case_path(filed) + door)) == NOT_THERE, door
    assert not listed(program, agency, filed)
    assert listed(program, employer, filed)
    page = f"/cases/{filed.json()['id']}"
    for path in (page, f"{page}/withdrawals", f"{page}/documents", page + document):
        assert browser.get(path).status_code == 404, path
    # until a mandate is found valid again
    handler.change(ended, "mandateVerifications", {"valid": True})
    assert [agency.get(case_path(filed) + door).status_code for door in doors] == [200] * len(doors)
    assert listed(program, agency, filed)


def test_a_mandate_that_proves_invalid_after_the_end_closes_the_case_to_its_representative(
    program: Program,
    clients: ServiceClients,
    agency: ServiceClient,
    employer: ServiceClient,
    handler: ServiceClient,
    browser: httpx.Client,
    clock: StoppedClock,
) -> None:
    # given a case that its representative took back, and can still read
    filed = agency.file(represented())
    clock.move_to("2026-02-03")
    withdrawn = agency.change(filed, "withdrawals", {"reason": "other work"})
    assert listed(program, agency, filed)
    regulator = clients.of(Role.REGULATOR)

    def figures() -> list[object]:
        """What is told of the case and of its times, but for the version, the receipt and the mandate."""
        listed(program, handler, filed)
        case, told = handler.case(filed), handler.get(f"{case_path(filed)}/deadlines").json()
        paths = ("serviceLevels", "serviceLevels/cases", *[f"serviceLevels/{each}" for each in MEASURES])
        boards = [regulator.get(path).json() for path in paths]
        for each in boards:
            each.pop("position", None)
        kept = {name: case.get(name) for name in ("status", "stage", "withdrawal", "holder", "deadlines", "handler")}
        return [kept, {name: each for name, each in told.items() if name != "version"}, boards]

    # when months later the mandate proves to have been invalid
    clock.move_to("2026-05-11")
    before = figures()
    found = handler.change(withdrawn, "mandateVerifications", {"valid": False})
    # then that is recorded, and the case stays as it ended, also in the figures
    assert (found.status_code, found.json()["status"], found.json()["stage"]) == (201, "withdrawn", "closed")
    assert handler.case(filed)["mandate"]["valid"] is False
    assert figures() == before
    # and the representative neither reads it nor finds it from that moment on, while the employer does
    for door in ("", "/assessment", "/events", "/deadlines"):
        assert problem_of(agency.get(case_path(filed) + door)) == NOT_THERE, door
    assert browser.get(f"/cases/{filed.json()['id']}").status_code == 404
    assert not listed(program, agency, filed)
    assert listed(program, employer, filed)
    # the same once more is nothing new, and a finding that was wrong is put right
    written = handler.written
    assert handler.change(found, "mandateVerifications", {"valid": False}).status_code == 200
    assert handler.written == written
    assert handler.change(found, "mandateVerifications", {"valid": True}).status_code == 201
    assert agency.get(case_path(filed)).status_code == 200
    # while everything else about the case stays settled
    refused = handler.change(filed, "assignments", {"handler": "caseHandler:handler-12"}, tag=tag_of(handler, filed))
    assert problem_of(refused) == (409, "applicationWithdrawn")


def test_it_is_recorded_on_the_page_of_a_case_that_has_ended(
    clients: ServiceClients, agency: ServiceClient, employer: ServiceClient, issuer: DevelopmentIssuer
) -> None:
    # given two cases that have ended, one of them filed by a representative
    filed, own = agency.file(represented()), employer.file()
    agency.change(filed, "withdrawals", {})
    employer.change(own, "withdrawals", {})
    token = issuer.issue(CALLERS[Role.CASE_HANDLER], now=SystemClock().now())
    with httpx.Client(base_url=clients.address, cookies={SESSION_COOKIE: token, "lang": "en"}) as handlers:
        # then the case handler is offered it on that one, as the only step
        page = f"/cases/{filed.json()['id']}"
        offered = handlers.get(page).text
        assert offered.count(f'href="{page}/') - offered.count(f'href="{page}/time') == 1
        assert f'href="{page}/mandateVerifications"' in offered
        assert "mandateVerifications" not in handlers.get(f"/cases/{own.json()['id']}").text
        # and sends it
        form = handlers.get(f"{page}/mandateVerifications").text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        sent = handlers.post(
            f"{page}/mandateVerifications", data={**hidden, "valid": "false"}, headers={"Origin": clients.address}
        )
        assert sent.status_code == 303, sent.text
    assert problem_of(agency.get(case_path(filed))) == NOT_THERE


def tag_of(client: ServiceClient, about: httpx.Response) -> str:
    return client.get(case_path(about)).headers["ETag"]


def test_a_command_that_was_under_way_is_judged_on_what_is_true_when_it_is_carried_out(
    agency: ServiceClient, handler: ServiceClient
) -> None:
    # given a representative who has seen the version before the mandate ended
    filed = agency.file(represented())
    handler.change(filed, "mandateVerifications", {"valid": False})
    # then sending that version does not help, and it does not tell that the case has moved on
    assert problem_of(agency.change(filed, "withdrawals", {"reason": "quick"})) == NOT_THERE


def test_a_mandate_that_nobody_has_verified_yet_is_believed(agency: ServiceClient) -> None:
    filed = agency.file(represented())
    assert agency.attach(filed, pdf()).status_code == 201
