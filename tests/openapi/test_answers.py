"""Real answers of a real service, each held against the contract as it comes in; see `ComparedClients`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg2
import pytest

from api.composition import Program, open_program
from api.permissions import Permissions
from api.server import running_server
from api.services.access import Access
from api.services.application_batches import ApplicationBatchService
from api.services.cases import CaseService
from api.services.measures import MEASURES
from domain.case.commands import CommandContext, RecordCrossroadsFailure
from domain.crossroads.answers import CheckKind
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.files import pdf
from tests.openapi.conftest import ComparedClients
from tests.openapi.written import contract, operations, problems_with
from tests.world.bodies import APPLICATION, EVIDENCE, FEE, QUESTION, application_body, represented, unlimited
from tests.world.clocks import StoppedClock
from tests.world.service_clients import ServiceClient, admitted, case_path, problem_of

pytestmark = pytest.mark.server

READINGS = (
    "",
    "/assessment",
    "/fees",
    "/events",
    "/events?pageSize=1&lang=nl",
    "/deadlines",
    "/deadlines?lang=fr",
    "/documents",
)
PAUSE: dict[str, Any] = {"kind": "pause", "on": "2026-01-22", "ground": "forceMajeure", "motivation": "brand"}


def read_all(reader: ServiceClient, case: httpx.Response) -> dict[str, Any]:
    """Reads all there is to read of a case; gives the file."""
    for reading in READINGS:
        answer = reader.get(case_path(case) + reading)
        assert answer.status_code == 200, answer.text
    return reader.case(case)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def eventful(clients: ComparedClients, stopped_clock: StoppedClock) -> Iterator[httpx.Response]:
    """A case to which everything has happened that can happen before it ends, but for the decision on residence."""
    began = stopped_clock.moment
    handler, agency = clients.of(Role.CASE_HANDLER), clients.of(Role.REPRESENTATIVE)
    evidence = {**APPLICATION["labourMarketTest"], "candidates": ["Een kandidaat kwam niet."]}
    last = agency.file(represented(labourMarketTest=evidence))
    tag = agency.employer_found(last)
    for change, body in (
        ("assignments", {"handler": "caseHandler:handler-12"}),
        ("assignmentWithdrawals", {"reason": "verkeerde collega"}),
        ("assignments", {"handler": "caseHandler:handler-12"}),
        ("mandateVerifications", {"valid": True}),
        ("feePayments", {**FEE, "paymentReference": "mistyped"}),
        ("voidedFeePayments", {"payment": 1, "reason": "verkeerd dossier"}),
        ("feePayments", FEE),
        ("corrections", {"reason": "naam", "employment": application_body(employment__title="lasser A")["employment"]}),
        ("informationRequests", QUESTION),
    ):
        last = handler.change(last, change, body, tag=tag)
        assert last.status_code == 201, last.text
        tag = last.headers["ETag"]
    stopped_clock.move_to("2026-01-24")
    mistaken = {"sha256": sha256(pdf()).hexdigest(), "reason": "verkeerd dossier"}
    last = handler.change(agency.attach(last, pdf()), "withdrawnDocuments", mistaken)
    assert agency.get(f"{case_path(last)}/documents/{mistaken['sha256']}").status_code == 404
    last = agency.change(agency.attach(last, pdf()), "labourMarketTests", EVIDENCE)
    (request,) = agency.case(last)["informationRequests"]
    (document,) = agency.get(f"{case_path(last)}/documents").json()["items"]
    assert agency.get(document["href"]).content == pdf()
    answer = {"answer": "Hierbij.", "documents": [document["sha256"]]}
    last = agency.change(last, f"informationRequests/{request['id']}/answers", answer)
    stopped_clock.move_to("2026-01-30")
    for change, body in (
        ("clockCorrections", {**PAUSE, "on": "2026-01-26", "legalReference": "art. 5"}),
        ("clockCorrections", {"kind": "resume", "on": "2026-01-28", "motivation": "weer open"}),
        ("clockCorrections", {"kind": "correctPause", "pause": 2, "from": "2026-01-26", "to": "2026-01-29",
                              "motivation": "een dag langer"}),
        ("admissibilityDecisions", {"outcome": "admissible", "motivation": "volledig"}),
        ("forwardings", {}),
        ("workPartDecisions", {"outcome": "granted", "motivation": "aan alles is voldaan"}),
    ):  # fmt: skip
        last = handler.change(last, change, body)
        assert last.status_code == 201, last.text
    yield last
    stopped_clock.moment = began


@dataclass(slots=True)
class Service:
    """What the ways below go through; each is gone once, whichever test comes first."""

    clients: ComparedClients
    program: Program
    eventful: httpx.Response
    _gone: set[Way] = field(default_factory=set)

    @property
    def employer(self) -> ServiceClient:
        return self.clients.of(Role.EMPLOYER)

    @property
    def handler(self) -> ServiceClient:
        return self.clients.of(Role.CASE_HANDLER)

    def go(self, way: Way) -> None:
        if way not in self._gone:
            way(self)
            self._gone.add(way)


Way = Callable[[Service], None]


@pytest.fixture(scope="module")
def service(clients: ComparedClients, program: Program, eventful: httpx.Response) -> Service:
    return Service(clients, program, eventful)


def a_whole_case(service: Service) -> None:
    handler = service.clients.of(Role.CASE_HANDLER)
    file = read_all(handler, service.eventful)
    assert {"pauses", "informationRequests", "findings", "corrections", "labourMarketTest"} <= file.keys()
    decided = handler.change(
        service.eventful, "residencePartDecisions", {"outcome": "granted", "grounds": [], "motivation": "in orde"}
    )
    assert read_all(handler, decided)["decision"]["outcome"] == "granted"


def the_other_ends_of_a_case(service: Service) -> None:
    worker = service.clients.of(Role.WORKER)
    ended = (
        (worker, worker.change(worker.file(unlimited()), "withdrawals", {"reason": "ik blijf thuis"})),
        (service.handler, service.handler.change(service.employer.file(), "admissibilityDecisions",
                           {"outcome": "inadmissible", "grounds": ["feeNotPaid"], "motivation": "niet betaald"})),
        (service.handler, service.handler.change(admitted(service.employer, service.handler), "workPartDecisions",
                           {"outcome": "refused", "grounds": ["other"], "motivation": "valse stukken"})),
    )  # fmt: skip
    for reader, last in ended:
        assert last.status_code == 201, last.text
        assert read_all(reader, last)["stage"] == "closed"


def checks_without_an_answer(service: Service) -> None:
    filed = service.employer.file(application_body(category="highlySkilled", employment__grossPay__amount="12345.60"))
    failed = RecordCrossroadsFailure(check=CheckKind.EMPLOYER_REGISTER, revision=1, reason="timeout", attempts=3)
    context = CommandContext(actor="worker", command_id=str(uuid4()), now=service.program.clock.now())
    service.program.handle(UUID(filed.json()["id"]), failed, context)
    file = read_all(service.handler, filed)
    states = {each["check"]: each["state"] for each in file["checks"]}
    assert (states["employerRegister"], file["manualTasks"][0]["reason"]) == ("failed", "timeout")


def lists_queues_and_figures(service: Service) -> None:
    operations_reader = service.clients.of(Role.OPERATIONS)
    for path in ("applications?pageSize=1&status=submitted", "applications?category=unlimited"):
        assert service.handler.get(path).status_code == 200
    found = service.handler.client.post("applications/query", json={"ssin": "85073003328", "pageSize": 1})
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
        assert operations_reader.get(path).status_code == 200, path


def what_is_to_be_paid_and_lists_of_what_was(service: Service) -> None:
    filed = service.employer.file(application_body(worker__familyName="Topay"))
    for runner in service.program.projection_runners().values():
        runner.catch_up()
    open_fees = service.employer.get("openFees?pageSize=1").json()
    assert "next" in open_fees
    (fee,) = service.employer.get(f"{case_path(filed)}/fees").json()["fees"]
    line = {"paidOn": "2026-01-19", "amount": "52.00", "structuredCommunication": fee["structuredCommunication"]}
    for sent in (
        {"payments": [line, {**line, "structuredCommunication": "none"}]},
        {"dryRun": False, "payments": [line]},
        {"dryRun": False, "payments": [line]},
    ):
        assert service.handler.client.post("feePaymentLists", json=sent).status_code == 200
    assert problem_of(service.handler.client.post("feePaymentLists", json={"payments": []}))[0] == 400


def applications_sent_together(service: Service) -> None:
    def send(*names: str, dry_run: bool = False, **changes: Any) -> httpx.Response:
        sent = [application_body(worker__familyName=name, **changes) for name in names]
        for each in sent:
            del each["worker"]["ssin"]
        headers = {"Idempotency-Key": str(uuid4())}
        body = {"dryRun": dry_run, "applications": sent}
        return service.employer.client.post("applicationBatches", json=body, headers=headers)

    poor = {"category": "highlySkilled", "employment__grossPay__amount": "12345.60"}
    for judged in (send("Together", "Together"), send("Poor", dry_run=True, **poor)):
        assert judged.status_code == 200, judged.text
    accepted = send("Together", "Beside")
    assert accepted.status_code == 202
    access = Access(Permissions.load())
    batches = ApplicationBatchService(service.program, access, CaseService(service.program, access))
    while batches.file_some():
        pass
    assert service.employer.client.get(accepted.headers["Location"]).json()["state"] == "done"
    assert send("Together", dry_run=True).json()["rows"][0]["outcome"] == "filedBefore"


def every_measure_has_the_rows_that_its_name_says(service: Service) -> None:
    for measure in MEASURES:
        answer = service.clients.of(Role.OPERATIONS).get(f"serviceLevels/{measure}?on=2026-01-31")
        row = contract()["components"]["schemas"]["ServiceLevelMeasure"]["x-measures"][measure]
        for each in answer.json()["items"]:
            assert problems_with(each, {"$ref": f"#/components/schemas/{row}"}) == []


def what_the_law_says_before_filing(service: Service) -> None:
    anybody, few = service.clients.of(Role.OPERATIONS), {"filedOn": "2026-01-20"}
    category = {**few, "authority": "flanders", "category": "mediumSkilledOther"}
    poor = {**category, "employment": {"grossPay": {"amount": "30000.00", "period": "year"}, "contract": "posted"},
            "labourMarketTest": EVIDENCE}  # fmt: skip
    whole = {**APPLICATION, "filedOn": "2026-01-20", "documents": [{"kind": "passport"}]}
    for facts in (few, category, poor, whole):
        for path in ("salaryChecks", "checklists"):
            assert anybody.client.post(path, json=facts).status_code == 200, path
    assert problem_of(anybody.client.post("salaryChecks", json={**few, "decidedOn": "2026-01-01"}))[0] == 400
    assert problem_of(anybody.client.post("checklists", json={**few, "worker": {"age": 3}}))[0] == 400


def what_the_enterprise_register_holds(service: Service) -> None:
    wanted = {"authority": "flanders", "enterpriseNumber": "0202239951"}
    assert service.employer.client.post("employerLookups", json=wanted).status_code == 200
    assert (
        problem_of(service.employer.client.post("employerLookups", json={**wanted, "authority": "atlantis"}))[0] == 400
    )


def what_anybody_may_read(service: Service) -> None:
    anybody = service.clients.without_token()
    for path in ("health", "refData", "refData/caseStatuses", "refData/caseStatuses/submitted?lang=nl",
                 "refData/problemTypes/staleVersion", "refData/permitRules"):  # fmt: skip
        assert anybody.get(path).status_code == 200, path


def a_webhook(service: Service) -> None:
    client = service.employer.client
    made = client.post("webhooks", json={"url": "https://hr.example.be/notices"})
    assert made.status_code == 201, made.text
    path = f"webhooks/{made.json()['id']}"
    tested = client.post(f"{path}/testNotices")
    again = client.post(f"{path}/replays", json={"fromPosition": 0})
    asked = [
        client.get("webhooks"), client.get(path), client.post(f"{path}/secrets"), client.post(f"{path}/pauses"),
        client.post(f"{path}/resumptions"), tested, again, client.get(f"{path}/deliveries?pageSize=1"),
        client.get(f"{path}/deliveries/{tested.json()['id']}"), client.delete(path),
    ]  # fmt: skip
    assert [each.status_code for each in asked] == [200, 200, 201, 200, 200, 201, 200, 200, 200, 204]


WAYS = (
    a_whole_case,
    the_other_ends_of_a_case,
    checks_without_an_answer,
    lists_queues_and_figures,
    what_is_to_be_paid_and_lists_of_what_was,
    applications_sent_together,
    every_measure_has_the_rows_that_its_name_says,
    what_the_law_says_before_filing,
    what_the_enterprise_register_holds,
    a_webhook,
    what_anybody_may_read,
)


@pytest.mark.parametrize("way", WAYS, ids=lambda each: each.__name__)
def test_what_is_answered_on_the_way_is_as_the_contract_says(service: Service, way: Way) -> None:
    service.go(way)


def test_every_operation_succeeds_on_one_of_these_ways(service: Service) -> None:
    for way in WAYS:
        service.go(way)
    seen = {name for name, status in service.clients.seen if 200 <= status < 300}
    assert seen >= {each.name for each in operations()} - {"getContractAsYaml", "getContractAsJson"}


def test_problems(clients: ComparedClients, employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    assert problem_of(clients.without_token().get(case_path(filed))) == (401, "noAccessToken")
    assert problem_of(employer.change(filed, "feePayments", FEE)) == (403, "missingPermission")
    assert problem_of(handler.get(f"applications/{uuid4()}")) == (404, "resourceNotFound")
    assert problem_of(employer.file({**APPLICATION, "worker": {}, "unheardOf": 1})) == (400, "badRequest")
    assert problem_of(handler.change(filed, "forwardings", {})) == (409, "notAdmissibleYet")
    assert problem_of(handler.change(filed, "assignments", {"handler": "caseHandler:handler-12"}, tag='"9"')) == (
        412,
        "staleVersion",
    )
    assert problem_of(employer.file(b" " * (1024 * 1024 + 1))) == (413, "payloadTooLarge")
    assert problem_of(employer.attach(filed, b"text", media_type="text/plain")) == (415, "documentTypeUnknown")
    assert problem_of(employer.attach(filed, b"%PDF"))[0] == 400
    assert problem_of(employer.get("refData", Accept="text/html")) == (406, "notAcceptable")
    assert problem_of(employer.client.delete(case_path(filed))) == (405, "methodNotAllowed")
    assert handler.change(filed, "assignments", {"handler": "caseHandler:handler-12"}).status_code == 201


@pytest.fixture
def after_erasure(
    program: Program, issuer: DevelopmentIssuer, service: Service, eventful: httpx.Response
) -> Iterator[ComparedClients]:
    """Clients of a service that knows that the worker of the eventful case has been erased, once it is decided."""
    service.go(a_whole_case)
    subject = program.journal.read(UUID(eventful.json()["id"])).events[0].worker_subject  # type: ignore[union-attr]
    with closing(psycopg2.connect(program.settings.key_database_url)) as connection, connection:
        connection.cursor().execute(
            "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s", (str(subject),)
        )
    with (
        open_program(program.settings) as opened,
        running_server(opened) as address,
        ComparedClients(opened, address, issuer) as clients,
    ):
        yield clients


def test_a_case_of_somebody_who_was_erased(after_erasure: ComparedClients, eventful: httpx.Response) -> None:
    handler = after_erasure.of(Role.CASE_HANDLER)
    file = read_all(handler, eventful)
    withheld = {"withheld": "erased"}
    assert file["worker"] == file["employment"]["grossPay"] == file["informationRequests"][0]["question"] == withheld
    (document,) = handler.get(f"{case_path(eventful)}/documents").json()["items"]
    assert problem_of(handler.get(document["href"])) == (410, "documentErased")
    latest = handler.get(case_path(eventful))
    assert problem_of(handler.change(latest, "corrections", {"reason": "x", "worker": APPLICATION["worker"]}))[0] == 409
