"""Papers and payments come into the case."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.case.admissibility import open_points
from domain.case.events import (
    ApplicationDeclaredAdmissible,
    ApplicationDeclaredInadmissible,
    CaseEvent,
    DocumentAttached,
    FeePaid,
)
from domain.case.fees import FeeStanding, federal_contribution
from domain.case.refusals import Reason
from domain.law.findings import Verdict
from tests.case.vocabulary import (
    DIPLOMA,
    HANDLER,
    NOW,
    WORKER,
    admit,
    application,
    asked,
    at_residence,
    attach,
    case,
    checked,
    context,
    fee,
    filed,
    grant,
    happened,
    judged,
    law,
    reject,
    state_after,
)


def test_a_document_is_attached() -> None:
    case(actor="employer-1").given(*filed()).when(attach()).then(
        DocumentAttached(effective_at=NOW, document=DIPLOMA, by="employer-1", worker_subject=WORKER)
    )


def test_documents_filed_along_and_attached_later_are_all_in_the_case() -> None:
    contract = replace(DIPLOMA, kind="employmentContract", sha256="c0" * 32)
    filed_along = replace(application(), documents=(contract,))

    assert state_after(happened(filed(filed_along), attach())).documents == (contract, DIPLOMA)


def test_the_same_document_attached_again_decides_to_nothing() -> None:
    case().given(*happened(filed(), attach())).when(attach()).then()


def test_a_document_that_was_filed_along_is_not_attached_again() -> None:
    case().given(*filed(replace(application(), documents=(DIPLOMA,)))).when(attach()).then()


def test_the_same_file_as_proof_of_something_else_is_another_document() -> None:
    as_experience = replace(DIPLOMA, kind="experienceProof")

    case().given(*happened(filed(), attach())).when(attach(as_experience)).then_events(DocumentAttached)


def test_documents_are_taken_while_the_applicant_has_the_file_and_after_the_work_part() -> None:
    for past in (asked(), happened(judged(), grant()), at_residence()):
        case().given(*past).when(attach()).then_events(DocumentAttached)


def test_a_fee_is_paid() -> None:
    case(actor=HANDLER).given(*filed()).when(fee()).then(
        FeePaid(
            effective_at=NOW,
            recipient="federal",
            amount=Decimal("152.00"),
            paid_on=date(2026, 1, 19),
            payment_reference="P-1",
            by=HANDLER,
        )
    )


def points(past: list[CaseEvent]) -> tuple[str, ...]:
    return open_points(state_after(past), law(), context().today)


def standing(past: list[CaseEvent]) -> FeeStanding:
    return federal_contribution(state_after(past), law(), context().today)


def test_the_federal_fee_is_what_admission_asks_for_and_the_regional_one_is_not() -> None:
    assert points(filed()) == ("feeNotPaid",)
    assert points(happened(filed(), fee("regional"))) == ("feeNotPaid",)
    assert points(happened(filed(), fee("federal"))) == ()


@pytest.mark.parametrize(("amount", "still_owed"), [("0.01", "151.99"), ("151.99", "0.01")])
def test_less_than_is_owed_leaves_the_point_open_and_says_how_much(amount: str, still_owed: str) -> None:
    # given that 152 euros are owed
    past = happened(checked(), fee(amount=amount))
    # then a part of it is not enough
    assert points(past) == ("feeNotPaid",)
    found = standing(past)
    assert (found.verdict, found.owed, found.still_owed) == (Verdict.NOT_MET, Decimal("152.00"), Decimal(still_owed))
    refused = case().given(*past).when(admit()).then_refused(Reason.MOTIVATION_REQUIRED)
    assert f"EUR {still_owed} of the federal contribution are still owed" in refused.sentence
    # and the file can be turned down for it
    case().given(*past).when(reject("feeNotPaid")).then_events(ApplicationDeclaredInadmissible)


def test_payments_add_up_and_more_than_is_owed_is_enough() -> None:
    halves = happened(filed(), fee(amount="100.00"), fee(amount="52.00", reference="P-2"))
    assert (points(halves), standing(halves).verdict) == ((), Verdict.MET)
    assert points(happened(filed(), fee(amount="1234.50"))) == ()
    assert points(happened(filed(), fee(amount="100.00"), fee("regional", "52.00"))) == ("feeNotPaid",)


def test_what_is_not_known_to_be_owed_is_not_made_up() -> None:
    # given a day of which the law data have no contribution
    other = filed(now=NOW + timedelta(days=365))
    assert points(other) == ("feeNotPaid",)
    # when something is paid
    paid = happened(other, fee(amount="0.01"))
    # then whether it is enough is for a person to see
    assert points(paid) == ("feeAmountUnknown",)
    found = standing(paid)
    assert (found.verdict, found.owed, found.reason) == (Verdict.UNDETERMINED, None, "noAmountInForce")
    (admissible,) = case().given(*paid).when(admit()).then_events(ApplicationDeclaredAdmissible)
    assert isinstance(admissible, ApplicationDeclaredAdmissible)
    assert admissible.open_points == ("feeAmountUnknown",)
    case().given(*paid).when(reject("feeNotPaid", motivation="so")).then_refused(Reason.GROUND_NOT_SUPPORTED)


def test_a_second_payment_to_the_same_recipient_is_recorded_too() -> None:
    past = happened(filed(), fee(reference="P-1"))

    (paid,) = case().given(*past).when(fee(reference="P-2")).then_events(FeePaid)

    assert isinstance(paid, FeePaid)
    assert paid.payment_reference == "P-2"


@pytest.mark.parametrize("again", ["+++090/9337/55493+++", "090/9337/55493", " 090 9337 55493"])
@pytest.mark.parametrize("amount", ["152.00", "12.00"])
def test_the_same_payment_counts_once_however_its_reference_is_written(again: str, amount: str) -> None:
    past = happened(filed(), fee(reference="+++090/9337/55493+++"))
    refused = case().given(*past).when(fee(amount=amount, reference=again)).then_refused(
        Reason.PAYMENT_ALREADY_RECORDED
    )  # fmt: skip
    assert "a payment of EUR 152.00 under this reference is on record" in refused.sentence
    assert "9337" not in refused.sentence


def test_one_reference_may_stand_on_payments_to_two_recipients() -> None:
    past = happened(filed(), fee("regional", "180.00"))
    case().given(*past).when(fee("federal")).then_events(FeePaid)


def test_a_case_that_has_ended_takes_neither_papers_nor_payments() -> None:
    past = happened(checked(), reject("feeNotPaid"))

    case().given(*past).when(attach()).then_refused(Reason.DECLARED_INADMISSIBLE)
    case().given(*past).when(fee()).then_refused(Reason.DECLARED_INADMISSIBLE)
