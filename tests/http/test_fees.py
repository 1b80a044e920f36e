"""``fees``: what an application owes, to whom, by which communication; and what was paid, and voided."""

from __future__ import annotations

from typing import Any

import pytest

from api.http.problems import API_ROOT
from domain.identifiers import ApplicationReference
from domain.structured_communications import FeeOfApplication, StructuredCommunication
from infra.identity.caller import Role
from tests.http.conftest import ServiceClients
from tests.world.bodies import FEE, QUESTION, application_body, represented
from tests.world.service_clients import ServiceClient, case_path, problem_of


def fees_of(client: ServiceClient, filed: Any) -> dict[str, Any]:
    answer = client.get(f"{case_path(filed)}/fees")
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    assert answer.headers["ETag"] == f'"{content["version"]}"'
    return content


def test_the_employer_reads_what_is_due_and_what_to_write_on_the_transfer(
    employer: ServiceClient, handler: ServiceClient
) -> None:
    # given an application for which 152 euros are owed
    filed = employer.file()
    # when the employer asks
    content = fees_of(employer, filed)
    # then there is one fee, with its communication and nothing made up about an account
    (fee,) = content["fees"]
    assert (fee["fee"]["recipient"], fee["fee"]["amount"], fee["verdict"], fee["paid"], fee["stillOwed"]) == (
        "federal", "152.00", "notMet", "0.00", "152.00",
    )  # fmt: skip
    communication = StructuredCommunication.parse(fee["structuredCommunication"])
    reference = ApplicationReference.parse(filed.json()["reference"])
    assert communication.fee == FeeOfApplication(reference=reference, recipient="federal")
    assert not {"account", "iban", "payBy"} & fee.keys()
    assert content["payments"] == []
    # and the assessment says the same of it
    (assessed,) = handler.get(f"{case_path(filed)}/assessment").json()["fees"]
    assert assessed.items() <= fee.items()


def test_who_is_exempt_is_told_why_and_has_nothing_to_write(employer: ServiceClient) -> None:
    filed = employer.file(application_body(worker__nationality="TR"))
    (fee,) = fees_of(employer, filed)["fees"]
    assert (fee["verdict"], fee["fee"]["amount"], fee["fee"]["exemption"]) == ("met", "0.00", "nationality")
    assert "structuredCommunication" not in fee


def test_a_request_for_the_proof_gives_the_day(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    tag = employer.employer_found(filed)
    handler.change(filed, "informationRequests", {**QUESTION, "items": ["feeProof"]}, tag=tag)
    (request,) = employer.case(filed)["informationRequests"]
    (fee,) = fees_of(employer, filed)["fees"]
    assert fee["payBy"] == request["replyBy"]


def test_part_payments_by_the_communication_add_up_and_one_is_voided(
    employer: ServiceClient, handler: ServiceClient
) -> None:
    filed = employer.file()
    (fee,) = fees_of(employer, filed)["fees"]
    ours = {**FEE, "paymentReference": fee["structuredCommunication"]}
    # given a part, and then the rest, both under the communication of the fee
    part = handler.change(filed, "feePayments", {**ours, "amount": "52.00"}, tag=employer.employer_found(filed))
    assert fees_of(employer, filed)["fees"][0]["stillOwed"] == "100.00"
    rest = handler.change(part, "feePayments", {**ours, "amount": "100.00"})
    assert (part.status_code, rest.status_code) == (201, 201)
    assert fees_of(employer, filed)["fees"][0]["verdict"] == "met"
    # when the second turns out to be another employer's
    voided = handler.change(rest, "voidedFeePayments", {"payment": 2, "reason": "Betaling van een ander."})
    assert voided.status_code == 201, voided.text
    # then it counts no more, and the file shows what was recorded and why it does not count
    content = fees_of(employer, filed)
    assert (content["fees"][0]["verdict"], content["fees"][0]["stillOwed"]) == ("notMet", "100.00")
    first, second = content["payments"]
    assert ("voided" in first, second["number"], second["amount"]) == (False, 2, "100.00")
    assert (second["voided"]["reason"], second["voided"]["by"]) == ("Betaling van een ander.", "caseHandler:handler-12")
    assert employer.case(filed)["fees"] == content["payments"]
    # and the timeline tells it
    (entry,) = [
        each
        for each in employer.get(f"{case_path(filed)}/events?lang=en").json()["items"]
        if each["event"] == "feePaymentVoided"
    ]
    assert entry["sentence"].startswith("Payment 2 was recorded wrongly and was voided by ")
    assert entry["text"] == "Betaling van een ander."
    # and a second time changes nothing, and no payment has the number three
    assert handler.change(voided, "voidedFeePayments", {"payment": 2, "reason": "again"}).status_code == 200
    unknown = handler.change(voided, "voidedFeePayments", {"payment": 3, "reason": "again"})
    assert problem_of(unknown) == (409, "paymentUnknown")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("+++126/0001/23444+++", {"paymentReference": "invalidStructure"}),
        ("126000123444", {"paymentReference": "invalidStructure"}),
    ],
)
def test_wrong_check_digits_are_named_and_nothing_is_recorded(
    employer: ServiceClient, handler: ServiceClient, reference: str, expected: dict[str, str]
) -> None:
    filed = employer.file()
    refused = handler.change(filed, "feePayments", {**FEE, "paymentReference": reference})
    assert refused.status_code == 400
    issues = refused.json()["issues"]
    assert {each["name"]: each["type"].rsplit(":", 1)[1] for each in issues} == expected
    assert reference not in refused.text
    assert fees_of(employer, filed)["payments"] == []


def test_the_communication_of_another_application_or_fee_is_refused_by_its_name(
    employer: ServiceClient, handler: ServiceClient
) -> None:
    filed, other = employer.file(), employer.file(application_body(worker__familyName="Another"))
    theirs = fees_of(employer, other)["fees"][0]["structuredCommunication"]
    refused = handler.change(filed, "feePayments", {**FEE, "paymentReference": theirs})
    assert problem_of(refused) == (409, "paymentOfAnotherApplication")
    assert f"belongs to application {other.json()['reference']}" in refused.json()["detail"]
    ours = fees_of(employer, filed)["fees"][0]["structuredCommunication"]
    refused = handler.change(filed, "feePayments", {**FEE, "recipient": "regional", "paymentReference": ours})
    assert problem_of(refused) == (409, "paymentToAnotherRecipient")


def test_of_an_application_that_has_ended_only_the_payments_are_given(
    employer: ServiceClient, handler: ServiceClient
) -> None:
    filed = employer.file()
    paid = handler.change(filed, "feePayments", FEE, tag=employer.employer_found(filed))
    assert employer.change(paid, "withdrawals", {}).status_code == 201
    content = fees_of(employer, filed)
    assert (content["fees"], len(content["payments"])) == ([], 1)


def test_a_stranger_finds_nothing_and_operations_may_not(clients: ServiceClients, employer: ServiceClient) -> None:
    filed = employer.file()
    assert clients.of(Role.OPERATIONS).get(f"{case_path(filed)}/fees").status_code == 403


def test_what_is_open_over_all_applications_is_listed_by_who_pays(clients: ServiceClients) -> None:
    # given a representative with one application that is paid, one of which a part is, and one that owes nothing
    agency, handler = clients.of(Role.REPRESENTATIVE), clients.of(Role.CASE_HANDLER)
    paid, part, exempt = (
        agency.file(represented(worker__familyName=name, worker__nationality=nationality))
        for name, nationality in (("Paid", "IN"), ("Part", "IN"), ("Exempt", "TR"))
    )
    handler.change(paid, "feePayments", FEE)
    handler.change(part, "feePayments", {**FEE, "amount": "2.00"})
    for runner in agency.program.projection_runners().values():
        runner.catch_up()
    # when it asks what is to be paid
    answer = agency.get("openFees")
    assert answer.status_code == 200, answer.text
    items = {each["id"]: each for each in answer.json()["items"]}
    # then only the part that is missing is listed, as the case says it
    ours = {each.json()["id"] for each in (paid, part, exempt)}
    assert items.keys() & ours == {part.json()["id"]}
    item = items[part.json()["id"]]
    assert item["stillOwed"] == "150.00"
    assert fees_of(agency, part)["fees"][0].items() <= item.items()
    # and nothing of the worker is in it
    assert "Part" not in answer.text
    # and a page of one application leads on to all of them
    found, address = [], "openFees?pageSize=1"
    while address:
        page = agency.get(address).json()
        found += [each["id"] for each in page["items"]]
        address = page.get("next", "").partition(f"{API_ROOT}/")[2]
    assert found == list(items)


def test_an_ended_application_is_to_be_paid_no_more(employer: ServiceClient) -> None:
    filed = employer.file(application_body(worker__familyName="Ended"))
    employer.change(filed, "withdrawals", {})
    for runner in employer.program.projection_runners().values():
        runner.catch_up()
    assert filed.json()["id"] not in {each["id"] for each in employer.get("openFees?pageSize=100").json()["items"]}
