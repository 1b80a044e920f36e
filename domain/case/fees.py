"""What a case owes, to the Immigration Office and to its region, what was paid of it, and whether that is enough.

What is owed is the law's on the day of filing (:mod:`domain.law.fees_owed`). Where it is not known, whether enough was
paid is for a person to see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.case.lifecycle import Case, FeePayment
from domain.case.personal_data import Personal, Withheld
from domain.law.fees_owed import FeeOwed, fees_owed
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook


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


def fee_statuses(case: Case, rulebook: Rulebook, known_on: date) -> tuple[FeeStatus, ...]:
    """Each fee that the law of the day of filing requires: what was paid, against what is owed."""
    return tuple(_status(case, fee) for fee in fees_owed(rulebook, case.facts, known_on))


def is_short(fees: Iterable[FeeStatus]) -> bool:
    """Whether less is paid than is owed; what is owed may not be known, and then that shows nothing."""
    return any(each.verdict is Verdict.NOT_MET for each in fees)


def _status(case: Case, fee: FeeOwed) -> FeeStatus:
    paid = sum((each.amount for each in case.payments if each.recipient == fee.recipient), Decimal("0.00"))
    if fee.amount is None:
        is_open = bool(paid or fee.missing)
        return FeeStatus(fee=fee, verdict=Verdict.UNDETERMINED if is_open else Verdict.NOT_MET, paid=paid)
    amounts = (fee.amount, *fee.other_amounts)
    if paid >= max(amounts):
        return FeeStatus(fee=fee, verdict=Verdict.MET, paid=paid)
    if fee.missing or paid >= min(amounts):
        return FeeStatus(fee=fee, verdict=Verdict.UNDETERMINED, paid=paid)
    return FeeStatus(fee=fee, verdict=Verdict.NOT_MET, paid=paid, still_owed=min(amounts) - paid)


def payment_on_record(case: Case, recipient: str, reference: str) -> FeePayment | None:
    """The payment to ``recipient`` that was recorded under this reference, however it is punctuated."""
    wanted = _bare(reference)
    same = (each for each in case.payments if each.recipient == recipient and _bare(each.reference) == wanted)
    return next(same, None)


def _bare(reference: Personal[str]) -> Personal[str]:
    """A reference without what banks put around and between its characters: ``+++090/9337/55493+++``."""
    if isinstance(reference, Withheld):
        return reference
    bare = "".join(filter(str.isalnum, reference)).casefold()
    return bare or reference
