"""A case from filing to the decision on residence, by the hands of all who have a part in it."""

from __future__ import annotations

import pytest

from infra.identity.caller import Role
from tests.documents.files import pdf
from tests.world.bodies import ADMISSIBLE, FEE, QUESTION, application_body, represented, unlimited
from tests.world.clocks import StoppedClock
from tests.world.service_clients import ServiceClient, ServiceClients, admitted, case_path, problem_of

pytestmark = pytest.mark.server


def test_a_case_goes_from_filing_to_the_decision_on_residence(
    clients: ServiceClients, handler: ServiceClient, clock: StoppedClock
) -> None:
    # given an application that a representative files, and a handler who takes it up
    agency, employer = clients.of(Role.REPRESENTATIVE), clients.of(Role.EMPLOYER)
    filed = agency.file(represented())
    assert filed.status_code == 201, filed.text
    assigned = handler.change(
        filed, "assignments", {"handler": "caseHandler:handler-12"}, tag=agency.employer_found(filed)
    )
    verified = handler.change(assigned, "mandateVerifications", {"valid": True})
    paid = handler.change(verified, "feePayments", FEE)
    assert [each.status_code for each in (assigned, verified, paid)] == [201] * 3

    # when something is missing, the applicant is asked and the file is with it
    clock.move_to("2026-01-23")
    asked = handler.change(paid, "informationRequests", QUESTION)
    assert (asked.json()["status"], asked.json()["stage"]) == ("informationRequested", "additionalInformation")
    (request,) = employer.case(asked)["informationRequests"]
    assert (request["items"], request["replyBy"]) == (["diploma", "payDetails"], "2026-02-07")
    assert employer.case(asked)["holder"] == "applicant"

    # and it answers with a document
    clock.move_to("2026-01-30")
    attached = employer.attach(asked, pdf(b"a diploma"))
    (document,) = employer.get(f"{case_path(filed)}/documents").json()["items"]
    answer = {"answer": "Hierbij het diploma.", "documents": [document["sha256"]]}
    answered = employer.change(attached, f"informationRequests/{request['id']}/answers", answer)
    assert (answered.status_code, answered.json()["status"]) == (201, "submitted")
    assert answered.json()["deadlines"]["target"]["dueOn"] == "2026-03-28", "seven days were the applicant's"

    # then the file is admitted, sent to the Immigration Office, and both parts are decided
    clock.move_to("2026-02-02")
    admitted = handler.change(answered, "admissibilityDecisions", ADMISSIBLE)
    assert (admitted.json()["status"], admitted.json()["stage"]) == ("admissible", "workPart")
    forwarded = handler.change(admitted, "forwardings", {})
    granted = handler.change(forwarded, "workPartDecisions", {"outcome": "granted"})
    assert (granted.json()["status"], granted.json()["stage"]) == ("admissible", "residencePart")
    assert employer.case(granted)["holder"] == "immigrationOffice"
    clock.move_to("2026-02-20")
    decided = handler.change(granted, "residencePartDecisions", {"outcome": "granted", "decidedOn": "2026-02-18"})
    assert (decided.status_code, decided.json()["status"], decided.json()["stage"]) == (201, "decidedGranted", "closed")
    assert decided.json()["receipt"]["position"] == handler.written

    # and everybody who has a part in it reads the same outcome
    for role in (Role.EMPLOYER, Role.REPRESENTATIVE, Role.WORKER, Role.CASE_HANDLER, Role.REGULATOR):
        read = clients.of(role).case(filed)
        assert (read["decision"]["outcome"], read["residencePart"]["outcome"]) == ("granted", "granted")
        assert read["handler"] == "caseHandler:handler-12"
        assert read["version"] == decided.json()["version"]


def test_a_refused_work_part_ends_the_case(employer: ServiceClient, handler: ServiceClient) -> None:
    refused = handler.change(
        admitted(employer, handler),
        "workPartDecisions",
        {"outcome": "refused", "grounds": ["other"], "motivation": "Valse stukken."},
    )
    assert (refused.json()["status"], refused.json()["stage"]) == ("decidedRefused", "closed")
    decision = employer.case(refused)["decision"]
    assert (decision["outcome"], decision["refusedPart"]) == ("refused", "work")
    assert employer.case(refused)["workPart"]["grounds"] == ["other"]


def test_a_refused_residence_ends_the_case(employer: ServiceClient, handler: ServiceClient) -> None:
    granted = handler.change(admitted(employer, handler), "workPartDecisions", {"outcome": "granted"})
    forwarded = handler.change(granted, "forwardings", {})
    refused = handler.change(forwarded, "residencePartDecisions", {"outcome": "refused", "grounds": ["publicOrder"]})
    assert (refused.status_code, refused.json()["status"]) == (201, "decidedRefused")
    assert employer.case(refused)["decision"]["refusedPart"] == "residence"


def test_an_inadmissible_application_goes_no_further(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    body = {"outcome": "inadmissible", "grounds": ["feeNotPaid"]}
    declared = handler.change(filed, "admissibilityDecisions", body, tag=employer.employer_found(filed))
    assert (declared.json()["status"], declared.json()["stage"]) == ("inadmissible", "closed")
    written = handler.written
    refused = handler.change(declared, "workPartDecisions", {"outcome": "granted"})
    assert problem_of(refused) == (409, "applicationInadmissible")
    assert "caseHandler:handler-12 on 2026-01-20" in refused.json()["detail"]
    assert handler.written == written


def test_a_worker_asks_for_a_permit_of_unlimited_duration(clients: ServiceClients, worker: ServiceClient) -> None:
    filed = worker.file(unlimited())
    assert filed.status_code == 201, filed.text
    # it is the worker's to take back, and not the employer's
    assert clients.of(Role.EMPLOYER).get(case_path(filed)).status_code == 200
    assert problem_of(clients.of(Role.EMPLOYER).change(filed, "withdrawals", {})) == (404, "resourceNotFound")
    assert worker.change(filed, "withdrawals", {}).json()["status"] == "withdrawn"


def test_a_file_may_be_forwarded_only_once_and_after_admission(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    early = handler.change(filed, "forwardings", {}, tag=employer.employer_found(filed))
    assert problem_of(early) == (409, "notAdmissibleYet")
    forwarded = handler.change(admitted(employer, handler), "forwardings", {})
    written = handler.written
    assert problem_of(handler.change(forwarded, "forwardings", {})) == (409, "alreadyForwarded")
    assert handler.written == written


def test_no_part_is_decided_before_its_time(employer: ServiceClient, handler: ServiceClient) -> None:
    # given a file that is not admitted yet and one that is
    filed, ready = employer.file(), admitted(employer, handler)
    etag = employer.employer_found(filed)
    written = handler.written
    # then each refusal says what is missing, and nothing is written
    for answer, problem in (
        (handler.change(filed, "workPartDecisions", {"outcome": "granted"}, tag=etag), "notAdmissibleYet"),
        (handler.change(filed, "admissibilityDecisions", {"outcome": "admissible"}, tag=etag), "motivationRequired"),
        (handler.change(ready, "residencePartDecisions", {"outcome": "granted"}), "notForwarded"),
        (handler.change(ready, "admissibilityDecisions", {"outcome": "admissible"}), "alreadyAdmissible"),
        (handler.change(ready, "workPartDecisions", {"outcome": "refused"}), "groundRequired"),
        (
            handler.change(ready, "workPartDecisions", {"outcome": "refused", "grounds": ["labourMarketTest"]}),
            "groundNotSupported",
        ),
    ):
        assert problem_of(answer) == (409, problem)
    assert handler.written == written


def test_a_decision_waits_for_the_checks(employer: ServiceClient, handler: ServiceClient) -> None:
    # given a file that was admitted while the Crossroads Bank is still asked
    paid = handler.change(employer.file(), "feePayments", FEE)
    ready = handler.change(paid, "admissibilityDecisions", ADMISSIBLE)
    written = handler.written
    refused = handler.change(ready, "workPartDecisions", {"outcome": "granted"})
    assert problem_of(refused) == (409, "checkPending")
    assert "employerRegister" in refused.json()["detail"]
    assert handler.written == written
    # and once it has answered, the same decision is taken
    etag = employer.employer_found(ready)
    assert handler.change(ready, "workPartDecisions", {"outcome": "granted"}, tag=etag).status_code == 201


def test_pay_below_the_threshold_cannot_be_granted(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file(application_body(category="highlySkilled", employment__grossPay__amount="12345.60"))
    paid = handler.change(filed, "feePayments", FEE, tag=employer.employer_found(filed))
    ready = handler.change(paid, "admissibilityDecisions", ADMISSIBLE)
    written = handler.written
    assert problem_of(handler.change(ready, "workPartDecisions", {"outcome": "granted"})) == (409, "requirementNotMet")
    assert handler.written == written
    refused = handler.change(ready, "workPartDecisions", {"outcome": "refused", "grounds": ["salaryThreshold"]})
    assert refused.json()["status"] == "decidedRefused"
