"""Recording that a fee was paid, and voiding what was recorded wrongly: a correction, never a rewrite."""

from __future__ import annotations

from domain.case.commands import CommandContext, RecordFeePayment, VoidFeePayment
from domain.case.events import CaseEvent, FeePaid, FeePaymentVoided
from domain.case.fees import communication_of
from domain.case.lifecycle import Case, FeePayment
from domain.case.openness import require_open
from domain.case.personal_data import Personal, Withheld
from domain.case.refusals import CommandRefused, Reason
from domain.identifiers import IdentifierInvalid
from domain.structured_communications import FeeOfApplication, StructuredCommunication


def record_fee_payment(case: Case, command: RecordFeePayment, context: CommandContext) -> list[CaseEvent]:
    """A second payment to the same recipient is a payment too, and they add up; repaying is not our business.

    Raises :class:`CommandRefused` for a payment that is on record, and for one whose structured communication is that
    of another application or of another recipient.
    """
    require_open(case)
    communication = _communication_in(command.payment_reference)
    _require_of_this_fee(case, command.recipient, communication)
    recorded = payment_on_record(case, command)
    if recorded is not None:
        raise CommandRefused(Reason.PAYMENT_ALREADY_RECORDED, _repeated(recorded, communication))
    return [
        FeePaid(
            effective_at=context.now,
            recipient=command.recipient,
            amount=command.amount,
            paid_on=command.paid_on,
            by=context.actor,
            worker_subject=case.worker_subject,
            payment_reference=command.payment_reference,
        )
    ]


def void_fee_payment(case: Case, command: VoidFeePayment, context: CommandContext) -> list[CaseEvent]:
    """The payment counts no more. Raises :class:`CommandRefused` for one that is not on record."""
    require_open(case)
    payment = next((each for each in case.payments if each.number == command.payment), None)
    if payment is None:
        raise CommandRefused(Reason.PAYMENT_UNKNOWN, f"this case has no payment {command.payment}")
    if payment.is_voided:
        return []
    return [
        FeePaymentVoided(
            effective_at=context.now,
            payment=command.payment,
            by=context.actor,
            worker_subject=case.worker_subject,
            reason=command.reason,
        )
    ]


def payment_on_record(case: Case, wanted: RecordFeePayment) -> FeePayment | None:
    """The same payment, if it is on record and was not voided.

    A bank gives each payment a reference of its own, however it is punctuated. The communication that this service
    gave out stands on every payment of a fee, so there day and amount tell two payments apart.
    """
    is_ours = _fee_in(wanted.payment_reference) is not None
    for each in case.counted_payments:
        if each.recipient != wanted.recipient or _bare(each.reference) != _bare(wanted.payment_reference):
            continue
        if not is_ours or (each.paid_on, each.amount) == (wanted.paid_on, wanted.amount):
            return each
    return None


def is_same_payment(payment: FeePayment, wanted: RecordFeePayment) -> bool:
    """Whether a payment on record, voided or not, says what the command says."""
    return (payment.recipient, payment.paid_on, payment.amount, _bare(payment.reference)) == (
        wanted.recipient,
        wanted.paid_on,
        wanted.amount,
        _bare(wanted.payment_reference),
    )


def _require_of_this_fee(case: Case, recipient: str, communication: StructuredCommunication | None) -> None:
    """A communication of another kind of payment is a reference like any other; one of ours belongs to one fee."""
    fee = None if communication is None else communication.fee
    own = communication_of(case, recipient)
    if fee is None or communication == own:
        return
    if communication in (communication_of(case, "federal"), communication_of(case, "regional")):
        raise CommandRefused(
            Reason.PAYMENT_TO_ANOTHER_RECIPIENT,
            f"this structured communication is for the fee of this application to the recipient {fee.recipient}, not "
            f"{recipient}: choose that recipient, or copy the communication again",
        )
    remedy = "record it there" if own is None else f"record it there, or look for a mistyped digit: here it is {own}"
    raise CommandRefused(
        Reason.PAYMENT_OF_ANOTHER_APPLICATION,
        f"this structured communication belongs to application {fee.reference}: {remedy}",
    )


def _repeated(recorded: FeePayment, communication: StructuredCommunication | None) -> str:
    if communication is not None and communication.fee is not None:
        return (
            f"a payment of EUR {recorded.amount} of {recorded.paid_on} with this communication is on record and counts "
            "once: for another payment of that day, write the bank's own reference of it"
        )
    return (
        f"a payment of EUR {recorded.amount} under this reference is on record and counts once: for another "
        "payment, write the reference on its own proof"
    )


def _communication_in(reference: str) -> StructuredCommunication | None:
    try:
        return StructuredCommunication.parse(reference)
    except IdentifierInvalid:
        return None


def _fee_in(reference: str) -> FeeOfApplication | None:
    communication = _communication_in(reference)
    return None if communication is None else communication.fee


def _bare(reference: Personal[str]) -> Personal[str]:
    """A reference without what banks put around and between its characters: ``+++090/9337/55493+++``."""
    if isinstance(reference, Withheld):
        return reference
    bare = "".join(filter(str.isalnum, reference)).casefold()
    return bare or reference
