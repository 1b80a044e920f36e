"""Papers and payments come into the case."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.case.admissibility import open_points
from domain.case.events import DocumentAttached, FeePaid
from domain.case.refusals import Reason
from tests.case.vocabulary import (
    DIPLOMA,
    HANDLER,
    NOW,
    WORKER,
    application,
    asked,
    at_residence,
    attach,
    case,
    checked,
    fee,
    filed,
    grant,
    happened,
    judged,
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
            amount=Decimal("377.00"),
            paid_on=date(2026, 1, 19),
            payment_reference="P-1",
            by=HANDLER,
        )
    )


def test_the_federal_fee_is_what_admission_asks_for_and_the_regional_one_is_not() -> None:
    assert open_points(state_after(filed())) == ("feeNotPaid",)
    assert open_points(state_after(happened(filed(), fee("regional")))) == ("feeNotPaid",)
    assert open_points(state_after(happened(filed(), fee("federal")))) == ()


def test_a_second_payment_to_the_same_recipient_is_recorded_too() -> None:
    past = happened(filed(), fee(reference="P-1"))

    (paid,) = case().given(*past).when(fee(reference="P-2")).then_events(FeePaid)

    assert isinstance(paid, FeePaid)
    assert paid.payment_reference == "P-2"


def test_a_case_that_has_ended_takes_neither_papers_nor_payments() -> None:
    past = happened(checked(), reject("feeNotPaid"))

    case().given(*past).when(attach()).then_refused(Reason.DECLARED_INADMISSIBLE)
    case().given(*past).when(fee()).then_refused(Reason.DECLARED_INADMISSIBLE)
