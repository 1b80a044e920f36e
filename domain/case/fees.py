"""What a case owes the Immigration Office, what was paid of it, and what that comes to (FACTS 4.9).

The amount is the law's on the day of filing, as the law data have it. Where they have none nothing is made up: whether
enough was paid is then for a person to see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.case.lifecycle import Case, FeePayment
from domain.law import reasons
from domain.law.findings import Verdict
from domain.law.law_files import FEDERAL
from domain.law.pay_provisions import Fee
from domain.law.procedure_provisions import ALL
from domain.law.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeStanding:
    """Whether a fee is paid. ``owed``, ``paid`` and ``still_owed`` are EUR; ``still_owed`` stands where it is not.

    ``owed`` is absent where the law data hold no amount: nothing paid is not enough then either, but what would be is
    not known. ``reason`` says why it is undetermined. Where sources disagree, ``paid`` must reach the highest amount
    to be enough, and stay below the lowest not to be.
    """

    recipient: str
    verdict: Verdict
    paid: Decimal
    owed: Decimal | None = None
    still_owed: Decimal | None = None
    rule_id: str | None = None
    legal_reference: str | None = None
    sources: tuple[str, ...] = ()
    confidence: str | None = None
    reason: str | None = None


def federal_contribution(case: Case, rulebook: Rulebook, known_on: date) -> FeeStanding:
    """The contribution to the Immigration Office: what was paid, against what was owed on the day of filing."""
    fee = contribution_owed(rulebook, case.facts.category, case.filed_on, known_on)
    paid = sum((each.amount for each in case.payments if each.recipient == FEDERAL), Decimal("0.00"))
    if fee is None:
        return FeeStanding(
            recipient=FEDERAL,
            verdict=Verdict.UNDETERMINED if paid else Verdict.NOT_MET,
            paid=paid,
            reason=reasons.NO_AMOUNT_IN_FORCE if paid else None,
        )
    amounts = (fee.amount, *(each.amount for each in fee.other_values))
    enough, short = paid >= max(amounts), paid < min(amounts)
    return FeeStanding(
        recipient=FEDERAL,
        verdict=Verdict.MET if enough else Verdict.NOT_MET if short else Verdict.UNDETERMINED,
        paid=paid,
        owed=fee.amount,
        still_owed=min(amounts) - paid if short else None,
        rule_id=fee.id,
        legal_reference=fee.legal_reference,
        sources=fee.sources,
        confidence=fee.confidence_on(case.filed_on),
    )


def contribution_owed(rulebook: Rulebook, category: str, filed_on: date, known_on: date | None = None) -> Fee | None:
    """What the Immigration Office asks for an application filed on that day; None where the law data have no amount.

    A fee for the category goes before one for all.
    """
    found = (rulebook.find(Fee, FEDERAL, each, filed_on, known_on) for each in (category, ALL))
    return next((fee for fee in found if fee is not None and fee.recipient == FEDERAL), None)


def payment_on_record(case: Case, recipient: str, reference: str) -> FeePayment | None:
    """The payment to ``recipient`` that was recorded under this reference, however it is punctuated."""
    wanted = _bare(reference)
    same = (each for each in case.payments if each.recipient == recipient and _bare(each.reference) == wanted)
    return next(same, None)


def _bare(reference: str) -> str:
    """A reference without what banks put around and between its characters: ``+++090/9337/55493+++``."""
    bare = "".join(filter(str.isalnum, reference)).casefold()
    return bare or reference
