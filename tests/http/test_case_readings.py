"""What is read of a case besides its file: what happened, why its deadlines are what they are, what the rules say."""

from __future__ import annotations

from datetime import datetime

import pytest

from infra.identity.caller import Role
from tests.world.bodies import ADMISSIBLE, FEE, QUESTION, application_body, represented
from tests.world.clocks import StoppedClock
from tests.world.service_clients import ServiceClient, ServiceClients, admitted, case_path, problem_of

pytestmark = pytest.mark.server


def test_the_timeline_tells_what_happened_in_order(employer: ServiceClient, handler: ServiceClient) -> None:
    ready = admitted(employer, handler)
    read = employer.get(f"{case_path(ready)}/events")
    assert read.status_code == 200
    entries = read.json()["items"]
    assert [each["version"] for each in entries] == list(range(1, ready.json()["version"] + 1))
    assert (entries[0]["event"], entries[-1]["event"]) == ("applicationSubmitted", "applicationDeclaredAdmissible")
    paid = next(each for each in entries if each["event"] == "feePaid")
    assert paid["values"] == {
        "recipient": "federal", "amount": "152.00", "paidOn": "2026-01-15", "by": "caseHandler:handler-12"
    }  # fmt: skip
    assert datetime.fromisoformat(paid["at"]).tzinfo is not None
    assert "next" not in read.json()


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_timeline_comes_in_pages(employer: ServiceClient, handler: ServiceClient, size: int) -> None:
    asked = handler.change(admitted(employer, handler), "informationRequests", QUESTION)
    whole = employer.get(f"{case_path(asked)}/events").json()["items"]
    # when each page is followed to the next by its address, as it is
    pages, address = [], f"{case_path(asked)}/events?pageSize={size}"
    while address:
        page = employer.get(address).json()
        assert page["pageSize"] == size
        pages.append(page["items"])
        address = page.get("next", "")
    # then nothing is missing and nothing comes twice, and only the last page may be shorter
    assert [each for page in pages for each in page] == whole
    assert {len(page) for page in pages[:-1]} <= {size}
    assert 0 < len(pages[-1]) <= size


@pytest.mark.parametrize(
    ("query", "name", "code"),
    [
        ("pageSize=0", "pageSize", "outOfRange"),
        ("pageSize=101", "pageSize", "outOfRange"),
        ("pageSize=ten", "pageSize", "outOfRange"),
        ("pageSize=2&pageSize=3", "pageSize", "invalidInput"),
        ("after=-1", "after", "invalidInput"),
        ("after=x", "after", "invalidInput"),
        ("page=2", "page", "unknownInput"),
    ],
)
def test_a_page_that_cannot_be(employer: ServiceClient, query: str, name: str, code: str) -> None:
    answer = employer.get(f"{case_path(employer.file())}/events?{query}")
    (issue,) = answer.json()["issues"]
    assert (answer.status_code, issue["in"], issue["name"]) == (400, "query", name)
    # nothing was to be stored, and nothing is to be submitted again
    assert answer.json()["detail"] == "Correct the parameters listed and repeat the request."
    assert issue["type"].endswith(f":{code}")


def test_beyond_the_end_there_is_nothing(employer: ServiceClient) -> None:
    page = employer.get(f"{case_path(employer.file())}/events?after=999").json()
    assert (page["items"], "next" in page) == ([], False)


def test_each_deadline_says_how_it_was_computed(
    employer: ServiceClient, handler: ServiceClient, clock: StoppedClock
) -> None:
    # given a case that was asked something, answered six days later, and admitted
    filed = employer.file()
    asked = handler.change(filed, "informationRequests", QUESTION, tag=employer.employer_found(filed))
    (request,) = employer.case(asked)["informationRequests"]
    clock.move_to("2026-01-26")
    answered = employer.change(asked, f"informationRequests/{request['id']}/answers", {"answer": "Hierbij."})
    paid = handler.change(answered, "feePayments", FEE)
    admitted = handler.change(paid, "admissibilityDecisions", ADMISSIBLE)
    # when its deadlines are asked
    read = employer.get(f"{case_path(filed)}/deadlines")
    assert (read.status_code, read.headers["ETag"]) == (200, admitted.headers["ETag"])
    told = read.json()
    clocks = {each["id"]: each for each in told["clocks"]}
    # then the target of sixty days has moved by the six of the applicant, step by step
    target = clocks["target"]
    assert (target["dueOn"], target["state"]) == ("2026-03-27", "running")
    steps = {each["code"]: each["values"] for each in target["derivation"]}
    assert steps["startsOn"]["day"] == "2026-01-20"
    assert steps["pausedDays"] == {"days": 6}
    assert steps["dueOn"]["day"] == "2026-03-27"
    # and the four months of the law count from admission and name their source
    decision = clocks["decision"]
    assert (decision["startsOn"], decision["dueOn"]) == ("2026-01-26", "2026-05-26")
    assert next(each for each in decision["derivation"] if each["code"] == "term")["values"]["legalReference"]
    # and the time by holder is all of the time since filing
    assert sum(each["seconds"] for each in told["timeByHolder"]) == 6 * 24 * 60 * 60
    assert sum(each["permille"] for each in told["timeByHolder"]) == 1000
    assert {each["holder"]: each["permille"] for each in told["timeByHolder"]}["applicant"] == 1000
    assert told["holder"] == "region"


def test_the_assessment_says_what_is_missing(clients: ServiceClients, handler: ServiceClient) -> None:
    # given an application of a representative, of which nothing is settled yet
    agency = clients.of(Role.REPRESENTATIVE)
    filed = agency.file(represented())
    read = agency.get(f"{case_path(filed)}/assessment")
    assert (read.status_code, read.headers["ETag"]) == (200, filed.headers["ETag"])
    told = read.json()
    assert (told["stage"], told["pendingChecks"]) == ("admissibility", ["employerRegister", "workerIdentity"])
    assert told["openPoints"] == ["feeNotPaid", "mandateMissing"]
    # Today would be the day of a decision; the file has not been admitted.
    others = {each["decidingDate"]: each for each in told["alternatives"]}
    assert "legalReferenceDate" in others["decidedOn"]
    assert others["admissibleOn"]["missing"] == ["admissibleOn"]
    # when mandate, fee and check are settled
    verified = handler.change(filed, "mandateVerifications", {"valid": True})
    handler.change(verified, "feePayments", FEE)
    agency.employer_found(filed)
    # then all is
    told = agency.get(f"{case_path(filed)}/assessment").json()
    assert (told["verdict"], told["pendingChecks"], told["openPoints"]) == ("met", [], [])
    assert [
        (each["fee"]["recipient"], each["fee"]["amount"], each["verdict"], each["paid"]) for each in told["fees"]
    ] == [("federal", "152.00", "met", "152.00")]
    assert [each["verdict"] for each in told["findings"] if each["required"]]


def test_a_contribution_counts_when_all_of_it_is_paid(employer: ServiceClient, handler: ServiceClient) -> None:
    # given a highly skilled worker, for whom 152 euros are owed
    filed = employer.file(application_body(category="highlySkilled", employment__grossPay__amount="60000.00"))
    # when a cent is paid
    cent = handler.change(filed, "feePayments", {**FEE, "amount": "0.01"}, tag=employer.employer_found(filed))
    # then the point stays open, and says how much is missing
    told = handler.get(f"{case_path(filed)}/assessment").json()
    assert told["openPoints"] == ["feeNotPaid"]
    (standing,) = told["fees"]
    assert {name: standing[name] for name in ("verdict", "paid", "stillOwed")} == {
        "verdict": "notMet", "paid": "0.01", "stillOwed": "151.99",
    }  # fmt: skip
    assert {name: standing["fee"][name] for name in ("recipient", "amount", "since", "ruleId")} == {
        "recipient": "federal", "amount": "152.00", "since": "2026-01-01", "ruleId": "FED-CONTRIBUTION-2026",
    }  # fmt: skip
    refused = handler.change(cent, "admissibilityDecisions", {"outcome": "admissible"})
    assert problem_of(refused) == (409, "motivationRequired")
    assert "EUR 151.99" in refused.json()["detail"]
    # and when the same payment is sent once more, it is not taken
    assert problem_of(handler.change(cent, "feePayments", FEE)) == (409, "paymentAlreadyRecorded")
    # and the rest closes it
    handler.change(cent, "feePayments", {**FEE, "amount": "376.99", "paymentReference": "rest"})
    told = handler.get(f"{case_path(filed)}/assessment").json()
    assert (told["openPoints"], told["fees"][0]["verdict"]) == ([], "met")


def test_an_inactive_employer_is_a_ground_of_refusal(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    employer.employer_found(filed, active=False)
    assert "employerInactive" in handler.get(f"{case_path(filed)}/assessment").json()["supportedGrounds"]


def test_what_the_administration_records_is_in_the_file(
    clients: ServiceClients, employer: ServiceClient, handler: ServiceClient
) -> None:
    agency = clients.of(Role.REPRESENTATIVE)
    filed = agency.file(represented())
    assigned = handler.change(filed, "assignments", {"handler": "caseHandler:handler-12"})
    verified = handler.change(assigned, "mandateVerifications", {"valid": False})
    paid = handler.change(verified, "feePayments", {**FEE, "recipient": "regional", "amount": "50.00"})
    assert [each.status_code for each in (assigned, verified, paid)] == [201] * 3
    # the employer reads it; its representative does not any more
    read = employer.case(filed)
    assert (read["handler"], read["mandate"]["valid"]) == ("caseHandler:handler-12", False)
    (fee,) = read["fees"]
    assert (fee["recipient"], fee["amount"], fee["by"]) == ("regional", "50.00", "caseHandler:handler-12")
    # the same once more is nothing new
    written = handler.written
    assert handler.change(paid, "assignments", {"handler": "caseHandler:handler-12"}).status_code == 200
    assert handler.change(paid, "mandateVerifications", {"valid": False}).status_code == 200
    assert handler.written == written


def test_there_is_no_mandate_to_verify_of_who_files_himself(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    written = handler.written
    assert problem_of(handler.change(filed, "mandateVerifications", {"valid": True})) == (409, "mandateNotClaimed")
    assert handler.written == written
