"""What a case owes, to the Immigration Office and to its region, what was paid of it, and what that comes to.

What is owed is the law's on the day of filing (:mod:`domain.law.fees_owed`). Where it is not known, whether enough was
paid is for a person to see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.case.lifecycle import Case, FeePayment
from domain.law.fees_owed import FeeOwed, fees_owed
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeStanding:
    """Whether a fee is paid. ``owed``, ``paid`` and ``still_owed`` are EUR; ``still_owed`` stands where it is not.

    ``owed`` is absent where the law data hold no amount: nothing paid is not enough then either, but what would be is
    not known. Who is exempt, by ``exemption``, owes nought and has met it. ``since`` is the first day of the amount or
    of the exemption. ``reason`` says why something is undetermined, ``missing`` names the facts that would settle
    whether the applicant is exempt. Where sources disagree, ``paid`` must reach the highest amount to be enough, and
    stay below the lowest not to be.
    """

    recipient: str
    verdict: Verdict
    paid: Decimal
    owed: Decimal | None = None
    still_owed: Decimal | None = None
    since: date | None = None
    exemption: str | None = None
    rule_id: str | None = None
    legal_reference: str | None = None
    sources: tuple[str, ...] = ()
    confidence: str | None = None
    reason: str | None = None
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        """For the sentence of a refusal: recipient, amount, since when, and what is missing of it."""
        if self.owed is None:
            return f"{self.recipient}: the amount owed is not known"
        told = f"{self.recipient}: EUR {self.owed} since {self.since}"
        return told if self.still_owed is None else f"{told}, EUR {self.still_owed} are still owed"


def fee_standings(case: Case, rulebook: Rulebook, known_on: date) -> tuple[FeeStanding, ...]:
    """Each fee that the law of the day of filing asks: what was paid, against what is owed."""
    return tuple(_standing(case, owed) for owed in fees_owed(rulebook, case.facts, known_on))


def _standing(case: Case, owed: FeeOwed) -> FeeStanding:
    paid = sum((each.amount for each in case.payments if each.recipient == owed.recipient), Decimal("0.00"))
    verdict = _verdict(owed, paid)
    amounts = () if owed.amount is None else (owed.amount, *owed.other_amounts)
    return FeeStanding(
        recipient=owed.recipient,
        verdict=verdict,
        paid=paid,
        owed=owed.amount,
        still_owed=min(amounts) - paid if amounts and verdict is Verdict.NOT_MET else None,
        since=owed.since,
        exemption=owed.exemption,
        rule_id=owed.rule_id,
        legal_reference=owed.legal_reference,
        sources=owed.sources,
        confidence=owed.confidence,
        reason=None if verdict is Verdict.MET else owed.reason,
        missing=() if verdict is Verdict.MET else owed.missing,
    )


def _verdict(owed: FeeOwed, paid: Decimal) -> Verdict:
    """Nobody is short of a fee that may not be owed, and nothing is never enough of one that is."""
    if owed.amount is None:
        return Verdict.UNDETERMINED if paid or owed.missing else Verdict.NOT_MET
    amounts = (owed.amount, *owed.other_amounts)
    if paid >= max(amounts):
        return Verdict.MET
    return Verdict.NOT_MET if paid < min(amounts) and not owed.missing else Verdict.UNDETERMINED


def payment_on_record(case: Case, recipient: str, reference: str) -> FeePayment | None:
    """The payment to ``recipient`` that was recorded under this reference, however it is punctuated."""
    wanted = _bare(reference)
    same = (each for each in case.payments if each.recipient == recipient and _bare(each.reference) == wanted)
    return next(same, None)


def _bare(reference: str) -> str:
    """A reference without what banks put around and between its characters: ``+++090/9337/55493+++``."""
    bare = "".join(filter(str.isalnum, reference)).casefold()
    return bare or reference
