"""Real answers of a real service, each held against the contract as it comes in; see `ComparedCounters`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg2
import pytest

from api.composition import Program, open_program
from api.server import running_server
from api.services.measures import MEASURES
from domain.case.commands import CommandContext, RecordCrossroadsFailure
from domain.crossroads.answers import CheckKind
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.files import pdf
from tests.http.conftest import StoppedClock
from tests.http.counter import (
    APPLICATION,
    EVIDENCE,
    FEE,
    QUESTION,
    Counter,
    admitted,
    application,
    case_path,
    problem_of,
    represented,
    unlimited,
)
from tests.openapi.conftest import ComparedCounters
from tests.openapi.written import contract, operations, problems_with

pytestmark = pytest.mark.server

READINGS = (
    "",
    "/assessment",
    "/events",
    "/events?pageSize=1&lang=nl",
    "/deadlines",
    "/deadlines?lang=fr",
    "/documents",
)
PAUSE: dict[str, Any] = {"kind": "pause", "on": "2026-01-22", "ground": "forceMajeure", "motivation": "brand"}


def read_all(reader: Counter, case: httpx.Response) -> dict[str, Any]:
    """Reads all there is to read of a case; gives the file."""
    for reading in READINGS:
        answer = reader.get(case_path(case) + reading)
        assert answer.status_code == 200, answer.text
    return reader.case(case)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def eventful(counters: ComparedCounters, standing_clock: StoppedClock) -> Iterator[httpx.Response]:
    """A case to which everything has happened that can happen before it ends, but for the decision on residence."""
    began = standing_clock.moment
    desk, agency = counters.of(Role.CASE_HANDLER), counters.of(Role.REPRESENTATIVE)
    evidence = {**APPLICATION["labourMarketTest"], "candidates": ["Een kandidaat kwam niet."]}
    last = agency.file(represented(labourMarketTest=evidence))
    tag = agency.employer_found(last)
    for change, body in (
        ("assignments", {"handler": "caseHandler:h-12"}),
        ("mandateVerifications", {"valid": True}),
        ("feePayments", FEE),
        ("corrections", {"reason": "naam", "employment": application(employment__title="lasser A")["employment"]}),
        ("informationRequests", QUESTION),
    ):
        last = desk.change(last, change, body, tag=tag)
        assert last.status_code == 201, last.text
        tag = last.headers["ETag"]
    standing_clock.move_to("2026-01-24")
    last = agency.change(agency.attach(last, pdf()), "labourMarketTests", EVIDENCE)
    (request,) = agency.case(last)["informationRequests"]
    (document,) = agency.get(f"{case_path(last)}/documents").json()["items"]
    assert agency.get(document["href"]).content == pdf()
    answer = {"answer": "Hierbij.", "documents": [document["sha256"]]}
    last = agency.change(last, f"informationRequests/{request['id']}/answers", answer)
    standing_clock.move_to("2026-01-30")
    for change, body in (
        ("clockCorrections", {**PAUSE, "on": "2026-01-26", "legalReference": "art. 5"}),
        ("clockCorrections", {"kind": "resume", "on": "2026-01-28", "motivation": "weer open"}),
        ("clockCorrections", {"kind": "correctPause", "pause": 2, "from": "2026-01-26", "to": "2026-01-29",
                              "motivation": "een dag langer"}),
        ("admissibilityDecisions", {"outcome": "admissible", "motivation": "volledig"}),
        ("forwardings", {}),
        ("workPartDecisions", {"outcome": "granted", "motivation": "aan alles is voldaan"}),
    ):  # fmt: skip
        last = desk.change(last, change, body)
        assert last.status_code == 201, last.text
    yield last
    standing_clock.moment = began


def test_a_whole_case_is_as_the_contract_says(counters: ComparedCounters, eventful: httpx.Response) -> None:
    desk = counters.of(Role.CASE_HANDLER)
    file = read_all(desk, eventful)
    assert {"pauses", "informationRequests", "findings", "corrections", "labourMarketTest"} <= file.keys()
    decided = desk.change(
        eventful, "residencePartDecisions", {"outcome": "granted", "grounds": [], "motivation": "in orde"}
    )
    assert read_all(desk, decided)["decision"]["outcome"] == "granted"


def test_the_other_ways_in_which_a_case_ends(counters: ComparedCounters, counter: Counter, desk: Counter) -> None:
    worker = counters.of(Role.WORKER)
    ended = (
        (worker, worker.change(worker.file(unlimited()), "withdrawals", {"reason": "ik blijf thuis"})),
        (desk, desk.change(counter.file(), "admissibilityDecisions",
                           {"outcome": "inadmissible", "grounds": ["feeNotPaid"], "motivation": "niet betaald"})),
        (desk, desk.change(admitted(counter, desk), "workPartDecisions",
                           {"outcome": "refused", "grounds": ["other"], "motivation": "valse stukken"})),
    )  # fmt: skip
    for reader, last in ended:
        assert last.status_code == 201, last.text
        assert read_all(reader, last)["stage"] == "closed"


def test_checks_without_an_answer(counter: Counter, desk: Counter, program: Program) -> None:
    filed = counter.file(application(category="highlySkilled", employment__grossPay__amount="12345.60"))
    failed = RecordCrossroadsFailure(check=CheckKind.EMPLOYER_REGISTER, revision=1, reason="timeout", attempts=3)
    context = CommandContext(actor="worker", command_id=str(uuid4()), now=program.clock.now())
    program.handle(UUID(filed.json()["id"]), failed, context)
    file = read_all(desk, filed)
    states = {each["check"]: each["state"] for each in file["checks"]}
    assert (states["employerRegister"], file["manualTasks"][0]["reason"]) == ("failed", "timeout")


def test_lists_queues_and_figures(counters: ComparedCounters, desk: Counter, eventful: httpx.Response) -> None:
    operations_desk = counters.of(Role.OPERATIONS)
    for path in ("applications?pageSize=1&status=submitted", "applications?category=unlimited"):
        assert desk.get(path).status_code == 200
    found = desk.client.post("applications/query", json={"ssin": "85073003328", "pageSize": 1})
    assert found.status_code == 200
    for path in (
        "workQueues",
        "migrations",
        "workQueues/flanders?sort=filedOn&pageSize=1&withTasks=false",
        "workQueues/flanders?handler=none&stage=admissibility&standing=inTime",
        "serviceLevels",
        "serviceLevels?on=2026-03-01&category=unlimited&withoutPaused=true",
        "serviceLevels/cases?open=true&standing=inTime&standing=late&ageFrom=0&pageSize=1&filedFrom=2026-01-01",
    ):
        assert operations_desk.get(path).status_code == 200, path


@pytest.mark.parametrize("measure", MEASURES)
def test_a_measure_has_the_rows_that_its_name_says(
    counters: ComparedCounters, eventful: httpx.Response, measure: str
) -> None:
    answer = counters.of(Role.OPERATIONS).get(f"serviceLevels/{measure}?on=2026-01-31")
    row = contract()["components"]["schemas"]["ServiceLevelMeasure"]["x-measures"][measure]
    for each in answer.json()["items"]:
        assert problems_with(each, {"$ref": f"#/components/schemas/{row}"}) == []


def test_what_the_law_says_before_filing(counters: ComparedCounters) -> None:
    anybody, few = counters.of(Role.OPERATIONS), {"filedOn": "2026-01-20"}
    category = {**few, "authority": "flanders", "category": "mediumSkilledOther"}
    poor = {**category, "employment": {"grossPay": {"amount": "30000.00", "period": "year"}, "contract": "posted"},
            "labourMarketTest": EVIDENCE}  # fmt: skip
    whole = {**APPLICATION, "filedOn": "2026-01-20", "documents": [{"kind": "passport"}]}
    for facts in (few, category, poor, whole):
        for path in ("salaryChecks", "checklists"):
            assert anybody.client.post(path, json=facts).status_code == 200, path
    assert problem_of(anybody.client.post("salaryChecks", json={**few, "decidedOn": "2026-01-01"}))[0] == 400
    assert problem_of(anybody.client.post("checklists", json={**few, "worker": {"age": 3}}))[0] == 400


def test_what_the_enterprise_register_holds(counter: Counter) -> None:
    wanted = {"authority": "flanders", "enterpriseNumber": "0202239951"}
    assert counter.client.post("employerLookups", json=wanted).status_code == 200
    assert problem_of(counter.client.post("employerLookups", json={**wanted, "authority": "atlantis"}))[0] == 400


def test_what_anybody_may_read(counters: ComparedCounters) -> None:
    anybody = counters.without_token()
    for path in ("health", "refData", "refData/caseStatuses", "refData/caseStatuses/submitted?lang=nl",
                 "refData/problemTypes/staleVersion", "refData/permitRules"):  # fmt: skip
        assert anybody.get(path).status_code == 200, path


def test_problems(counters: ComparedCounters, counter: Counter, desk: Counter) -> None:
    filed = counter.file()
    assert problem_of(counters.without_token().get(case_path(filed))) == (401, "noAccessToken")
    assert problem_of(counter.change(filed, "feePayments", FEE)) == (403, "missingPermission")
    assert problem_of(desk.get(f"applications/{uuid4()}")) == (404, "resourceNotFound")
    assert problem_of(counter.file({**APPLICATION, "worker": {}, "unheardOf": 1})) == (400, "badRequest")
    assert problem_of(desk.change(filed, "forwardings", {})) == (409, "notAdmissibleYet")
    assert problem_of(desk.change(filed, "assignments", {"handler": "caseHandler:x"}, tag='"9"')) == (
        412,
        "staleVersion",
    )
    assert problem_of(counter.file(b" " * (1024 * 1024 + 1))) == (413, "payloadTooLarge")
    assert problem_of(counter.attach(filed, b"text", media_type="text/plain")) == (415, "documentTypeUnknown")
    assert problem_of(counter.attach(filed, b"%PDF"))[0] == 400
    assert problem_of(counter.get("refData", Accept="text/html")) == (406, "notAcceptable")
    assert problem_of(counter.client.delete(case_path(filed))) == (405, "methodNotAllowed")
    assert desk.change(filed, "assignments", {"handler": "caseHandler:h-12"}).status_code == 201


def test_every_operation_was_seen_to_succeed(counters: ComparedCounters, request: pytest.FixtureRequest) -> None:
    """By the others of this file, after which it runs: chosen alone, it has nothing to say."""
    if sum(each.path == request.path for each in request.session.items) < 10:
        pytest.skip("the tests of this file were not all chosen")
    seen = {name for name, status in counters.seen if 200 <= status < 300}
    assert seen >= {each.name for each in operations()} - {"getContractAsYaml", "getContractAsJson"}


@pytest.fixture
def after_erasure(program: Program, issuer: DevelopmentIssuer, eventful: httpx.Response) -> Iterator[ComparedCounters]:
    """Counters of a service that knows that the worker of the eventful case has been erased."""
    subject = program.journal.read(UUID(eventful.json()["id"])).events[0].worker_subject  # type: ignore[union-attr]
    with closing(psycopg2.connect(program.settings.key_database_url)) as connection, connection:
        connection.cursor().execute(
            "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s", (str(subject),)
        )
    with (
        open_program(program.settings) as opened,
        running_server(opened) as address,
        ComparedCounters(opened, address, issuer) as counters,
    ):
        yield counters


def test_a_case_of_somebody_who_was_erased(after_erasure: ComparedCounters, eventful: httpx.Response) -> None:
    desk = after_erasure.of(Role.CASE_HANDLER)
    file = read_all(desk, eventful)
    withheld = {"withheld": "erased"}
    assert file["worker"] == file["employment"]["grossPay"] == file["informationRequests"][0]["question"] == withheld
    (document,) = desk.get(f"{case_path(eventful)}/documents").json()["items"]
    assert problem_of(desk.get(document["href"])) == (410, "documentErased")
    latest = desk.get(case_path(eventful))
    assert problem_of(desk.change(latest, "corrections", {"reason": "x", "worker": APPLICATION["worker"]}))[0] == 409
