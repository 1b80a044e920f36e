"""A document that was attached by mistake is withdrawn: it counts no more, and the mistake stays on record."""

from dataclasses import replace

from domain.case.commands import WithdrawApplication
from domain.case.events import DocumentAttached, DocumentWithdrawn
from domain.case.refusals import Reason
from tests.case.vocabulary import (
    DIPLOMA,
    HANDLER,
    NOW,
    WORKER,
    admit,
    answered,
    attach,
    case,
    fee,
    filed,
    grant,
    happened,
    state_after,
    withdraw_document,
)

PAYSLIP = replace(DIPLOMA, kind="payDetails", sha256="ab" * 32)


def test_it_counts_no_more() -> None:
    past = happened(filed(), attach(), attach(PAYSLIP))
    case(actor=HANDLER).given(*past).when(withdraw_document(PAYSLIP.sha256, "of another person")).then(
        DocumentWithdrawn(
            effective_at=NOW, document=PAYSLIP, by=HANDLER, worker_subject=WORKER, reason="of another person"
        )
    )
    after = state_after(happened(past, withdraw_document(PAYSLIP.sha256)))
    assert PAYSLIP not in after.documents
    assert DIPLOMA in after.documents
    # Its content is still named, so that nobody collects it as a leftover.
    assert PAYSLIP in after.named_documents


def test_as_whatever_it_was_attached_it_is_withdrawn() -> None:
    past = happened(filed(), attach(PAYSLIP), attach(replace(PAYSLIP, kind="other")))
    case().given(*past).when(withdraw_document(PAYSLIP.sha256)).then_events(DocumentWithdrawn, DocumentWithdrawn)


def test_withdrawn_twice_it_is_withdrawn_once() -> None:
    case().given(*happened(filed(), attach(PAYSLIP), withdraw_document(PAYSLIP.sha256))).when(
        withdraw_document(PAYSLIP.sha256)
    ).then()


def test_it_can_be_attached_again_as_what_it_is() -> None:
    past = happened(filed(), attach(PAYSLIP), withdraw_document(PAYSLIP.sha256))
    case().given(*past).when(attach(replace(PAYSLIP, kind="other"))).then_events(DocumentAttached)


def test_what_was_never_attached_is_not_withdrawn() -> None:
    case().given(*filed()).when(withdraw_document("cd" * 32)).then_refused(Reason.DOCUMENT_NOT_ATTACHED)


def test_a_decision_keeps_the_documents_it_rests_on() -> None:
    past = happened(filed(), attach(PAYSLIP), answered(), fee(), admit(), grant())
    case().given(*past).when(withdraw_document(PAYSLIP.sha256)).then_refused(Reason.NOT_CORRECTABLE_NOW)


def test_of_a_case_that_has_ended_nothing_is_withdrawn() -> None:
    past = happened(filed(), attach(PAYSLIP), WithdrawApplication())
    case().given(*past).when(withdraw_document(PAYSLIP.sha256)).then_refused(Reason.ALREADY_WITHDRAWN)
