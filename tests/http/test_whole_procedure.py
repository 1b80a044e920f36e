"""A case from filing to the decision on residence, by the hands of all who have a part in it."""

from __future__ import annotations

import pytest

from infra.identity.caller import Role
from tests.documents.files import pdf
from tests.http.conftest import StoppedClock
from tests.http.counter import (
    ADMISSIBLE,
    FEE,
    QUESTION,
    Counter,
    Counters,
    admitted,
    application,
    case_path,
    problem_of,
    represented,
    unlimited,
)

pytestmark = pytest.mark.server


def test_a_case_goes_from_filing_to_the_decision_on_residence(
    counters: Counters, desk: Counter, clock: StoppedClock
) -> None:
    # given an application that a representative files, and a handler who takes it up
    agency, employer = counters.of(Role.REPRESENTATIVE), counters.of(Role.EMPLOYER)
    filed = agency.file(represented())
    assert filed.status_code == 201, filed.text
    assigned = desk.change(
        filed, "assignments", {"handler": "caseHandler:handler-12"}, tag=agency.employer_found(filed)
    )
    verified = desk.change(assigned, "mandateVerifications", {"valid": True})
    paid = desk.change(verified, "feePayments", FEE)
    assert [each.status_code for each in (assigned, verified, paid)] == [201] * 3

    # when something is missing, the applicant is asked and the file is with it
    clock.move_to("2026-01-23")
    asked = desk.change(paid, "informationRequests", QUESTION)
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
    admitted = desk.change(answered, "admissibilityDecisions", ADMISSIBLE)
    assert (admitted.json()["status"], admitted.json()["stage"]) == ("admissible", "workPart")
    forwarded = desk.change(admitted, "forwardings", {})
    granted = desk.change(forwarded, "workPartDecisions", {"outcome": "granted"})
    assert (granted.json()["status"], granted.json()["stage"]) == ("admissible", "residencePart")
    assert employer.case(granted)["holder"] == "immigrationOffice"
    clock.move_to("2026-02-20")
    decided = desk.change(granted, "residencePartDecisions", {"outcome": "granted", "decidedOn": "2026-02-18"})
    assert (decided.status_code, decided.json()["status"], decided.json()["stage"]) == (201, "decidedGranted", "closed")
    assert decided.json()["receipt"]["position"] == desk.written

    # and everybody who has a part in it reads the same outcome
    for role in (Role.EMPLOYER, Role.REPRESENTATIVE, Role.WORKER, Role.CASE_HANDLER, Role.REGULATOR):
        read = counters.of(role).case(filed)
        assert (read["decision"]["outcome"], read["residencePart"]["outcome"]) == ("granted", "granted")
        assert read["handler"] == "caseHandler:handler-12"
        assert read["version"] == decided.json()["version"]


def test_a_refused_work_part_ends_the_case(counter: Counter, desk: Counter) -> None:
    refused = desk.change(
        admitted(counter, desk),
        "workPartDecisions",
        {"outcome": "refused", "grounds": ["other"], "motivation": "Valse stukken."},
    )
    assert (refused.json()["status"], refused.json()["stage"]) == ("decidedRefused", "closed")
    decision = counter.case(refused)["decision"]
    assert (decision["outcome"], decision["refusedPart"]) == ("refused", "work")
    assert counter.case(refused)["workPart"]["grounds"] == ["other"]


def test_a_refused_residence_ends_the_case(counter: Counter, desk: Counter) -> None:
    granted = desk.change(admitted(counter, desk), "workPartDecisions", {"outcome": "granted"})
    forwarded = desk.change(granted, "forwardings", {})
    refused = desk.change(forwarded, "residencePartDecisions", {"outcome": "refused", "grounds": ["publicOrder"]})
    assert (refused.status_code, refused.json()["status"]) == (201, "decidedRefused")
    assert counter.case(refused)["decision"]["refusedPart"] == "residence"


def test_an_inadmissible_application_goes_no_further(counter: Counter, desk: Counter) -> None:
    filed = counter.file()
    body = {"outcome": "inadmissible", "grounds": ["feeNotPaid"]}
    declared = desk.change(filed, "admissibilityDecisions", body, tag=counter.employer_found(filed))
    assert (declared.json()["status"], declared.json()["stage"]) == ("inadmissible", "closed")
    written = desk.written
    refused = desk.change(declared, "workPartDecisions", {"outcome": "granted"})
    assert problem_of(refused) == (409, "applicationInadmissible")
    assert "caseHandler:handler-12 on 2026-01-20" in refused.json()["detail"]
    assert desk.written == written


def test_a_worker_asks_for_a_permit_of_unlimited_duration(counters: Counters, worker: Counter) -> None:
    filed = worker.file(unlimited())
    assert filed.status_code == 201, filed.text
    # it is the worker's to take back, and not the employer's
    assert counters.of(Role.EMPLOYER).get(case_path(filed)).status_code == 200
    assert problem_of(counters.of(Role.EMPLOYER).change(filed, "withdrawals", {})) == (404, "resourceNotFound")
    assert worker.change(filed, "withdrawals", {}).json()["status"] == "withdrawn"


def test_a_file_may_be_forwarded_only_once_and_after_admission(counter: Counter, desk: Counter) -> None:
    filed = counter.file()
    early = desk.change(filed, "forwardings", {}, tag=counter.employer_found(filed))
    assert problem_of(early) == (409, "notAdmissibleYet")
    forwarded = desk.change(admitted(counter, desk), "forwardings", {})
    written = desk.written
    assert problem_of(desk.change(forwarded, "forwardings", {})) == (409, "alreadyForwarded")
    assert desk.written == written


def test_no_part_is_decided_before_its_time(counter: Counter, desk: Counter) -> None:
    # given a file that is not admitted yet and one that is
    filed, ready = counter.file(), admitted(counter, desk)
    etag = counter.employer_found(filed)
    written = desk.written
    # then each refusal says what is missing, and nothing is written
    for answer, problem in (
        (desk.change(filed, "workPartDecisions", {"outcome": "granted"}, tag=etag), "notAdmissibleYet"),
        (desk.change(filed, "admissibilityDecisions", {"outcome": "admissible"}, tag=etag), "motivationRequired"),
        (desk.change(ready, "residencePartDecisions", {"outcome": "granted"}), "notForwarded"),
        (desk.change(ready, "admissibilityDecisions", {"outcome": "admissible"}), "alreadyAdmissible"),
        (desk.change(ready, "workPartDecisions", {"outcome": "refused"}), "groundRequired"),
        (
            desk.change(ready, "workPartDecisions", {"outcome": "refused", "grounds": ["labourMarketTest"]}),
            "groundNotSupported",
        ),
    ):
        assert problem_of(answer) == (409, problem)
    assert desk.written == written


def test_a_decision_waits_for_the_checks(counter: Counter, desk: Counter) -> None:
    # given a file that was admitted while the Crossroads Bank is still asked
    paid = desk.change(counter.file(), "feePayments", FEE)
    ready = desk.change(paid, "admissibilityDecisions", ADMISSIBLE)
    written = desk.written
    refused = desk.change(ready, "workPartDecisions", {"outcome": "granted"})
    assert problem_of(refused) == (409, "checkPending")
    assert "employerRegister" in refused.json()["detail"]
    assert desk.written == written
    # and once it has answered, the same decision is taken
    etag = counter.employer_found(ready)
    assert desk.change(ready, "workPartDecisions", {"outcome": "granted"}, tag=etag).status_code == 201


def test_pay_below_the_threshold_cannot_be_granted(counter: Counter, desk: Counter) -> None:
    filed = counter.file(application(category="highlySkilled", employment__grossPay__amount="12345.60"))
    paid = desk.change(filed, "feePayments", FEE, tag=counter.employer_found(filed))
    ready = desk.change(paid, "admissibilityDecisions", ADMISSIBLE)
    written = desk.written
    assert problem_of(desk.change(ready, "workPartDecisions", {"outcome": "granted"})) == (409, "requirementNotMet")
    assert desk.written == written
    refused = desk.change(ready, "workPartDecisions", {"outcome": "refused", "grounds": ["salaryThreshold"]})
    assert refused.json()["status"] == "decidedRefused"
