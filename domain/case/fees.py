"""What a case owes, to the Immigration Office and to its region, what was paid of it, and whether that is enough.

What is owed is the law's on the day of filing (:mod:`domain.law.fees_owed`). Where it is not known, whether enough was
paid is for a person to see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from domain.case.lifecycle import Case
from domain.identifiers import ApplicationReference, IdentifierInvalid
from domain.law.fees_owed import FeeOwed, fees_owed
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook
from domain.structured_communications import FeeOfApplication, StructuredCommunication

FEE_PROOF: Final = "feeProof"
"""The document by which a request for information asks for a payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeStatus:
    """Whether ``fee`` is paid: ``paid`` and ``still_owed`` are EUR, and ``still_owed`` is set where it is not.

    Nothing paid is not enough of an amount that nobody knows either. Where sources disagree, ``paid`` must reach the
    highest amount to be enough, and stay below the lowest not to be. Nobody is short of a fee that may not be owed.
    """

    fee: FeeOwed
    verdict: Verdict
    paid: Decimal
    still_owed: Decimal | None = None

    def __str__(self) -> str:
        """For the sentence of a refusal: recipient, amount, since when, and what is missing of it."""
        if self.fee.amount is None:
            return f"{self.fee.recipient}: the amount owed is not known"
        amount = f"{self.fee.recipient}: EUR {self.fee.amount} since {self.fee.since}"
        return amount if self.still_owed is None else f"{amount}, EUR {self.still_owed} are still owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFee:
    """A fee of a case as its payer needs it: where it stands, and what to write on the transfer.

    ``communication`` is None where nothing is due, and for a case that began in another system. ``pay_by`` is the last
    day to answer an open request for the proof of payment. No law in our data gives another day: admission waits for
    the payment. To which account a fee is paid is known here of no recipient.
    """

    status: FeeStatus
    communication: StructuredCommunication | None
    pay_by: date | None

    @property
    def is_to_pay(self) -> bool:
        """Whether less is paid than is certainly due."""
        return self.status.verdict is Verdict.NOT_MET


def case_fees(case: Case, rulebook: Rulebook, known_on: date) -> tuple[CaseFee, ...]:
    """Each fee of an open case; none of one that has ended, whose worker may have been erased in the meantime."""
    if not case.is_open:
        return ()
    return tuple(_of_case(case, each) for each in fee_statuses(case, rulebook, known_on))


def _of_case(case: Case, status: FeeStatus) -> CaseFee:
    request = case.open_request
    is_asked_for = request is not None and FEE_PROOF in request.items and status.verdict is not Verdict.MET
    return CaseFee(
        status=status,
        communication=None if status.fee.exemption else communication_of(case, status.fee.recipient),
        pay_by=request.reply_by if request is not None and is_asked_for else None,
    )


def communication_of(case: Case, recipient: str) -> StructuredCommunication | None:
    """What to write on a transfer to ``recipient`` for this case.

    None for a case that began in another system: its reference is no number of ours, and could look like one.
    """
    if case.is_from_another_system:
        return None
    try:
        reference = ApplicationReference.parse(case.reference)
    except IdentifierInvalid:
        return None
    return StructuredCommunication.of(FeeOfApplication(reference=reference, recipient=recipient))


def fee_statuses(case: Case, rulebook: Rulebook, known_on: date) -> tuple[FeeStatus, ...]:
    """Each fee that the law of the day of filing requires: what was paid, against what is owed."""
    return tuple(_status(case, fee) for fee in fees_owed(rulebook, case.facts, known_on))


def is_short(fees: Iterable[FeeStatus]) -> bool:
    """Whether less is paid than is owed; what is owed may not be known, and then that shows nothing."""
    return any(each.verdict is Verdict.NOT_MET for each in fees)


def _status(case: Case, fee: FeeOwed) -> FeeStatus:
    paid = sum((each.amount for each in case.counted_payments if each.recipient == fee.recipient), Decimal("0.00"))
    if fee.amount is None:
        is_open = bool(paid or fee.missing)
        return FeeStatus(fee=fee, verdict=Verdict.UNDETERMINED if is_open else Verdict.NOT_MET, paid=paid)
    amounts = (fee.amount, *fee.other_amounts)
    if paid >= max(amounts):
        return FeeStatus(fee=fee, verdict=Verdict.MET, paid=paid)
    if fee.missing or paid >= min(amounts):
        return FeeStatus(fee=fee, verdict=Verdict.UNDETERMINED, paid=paid)
    return FeeStatus(fee=fee, verdict=Verdict.NOT_MET, paid=paid, still_owed=min(amounts) - paid)
