"""A threshold as it is shown to people and programs: ``permit law show``."""

from __future__ import annotations

from datetime import date

from domain.law.applicable_law import NothingInForce
from domain.law.exact_pay import euro_text
from domain.law.findings import Verdict
from domain.law.published.amounts import amount_on
from domain.law.rulebook import Rulebook


def show(
    rulebook: Rulebook, authority: str, category: str, on: date, known_on: date | None = None
) -> dict[str, object]:
    """The threshold in force on ``on`` as known on ``known_on``, in plain words.

    ``to`` is the first day on which it is no longer in force, None when open-ended. When nothing is in
    force ``amount`` is None and ``verdict`` and ``reason`` say so. Where sources give other amounts,
    ``otherValues`` holds them; ``publishedUntil`` is the last day for which an indexed amount is published.
    """
    threshold = amount_on(rulebook, authority, category, on, known_on)
    if isinstance(threshold, NothingInForce):
        return {
            "authority": authority,
            "category": category,
            "amount": None,
            "unit": None,
            "from": None,
            "to": None,
            "knownFrom": None,
            "knownFromBasis": None,
            "legalReference": None,
            "source": None,
            "confidence": None,
            "verdict": Verdict.UNDETERMINED.value,
            "reason": threshold.reason,
        }
    given = (*threshold.other_values, *threshold.disputed_amounts)
    others = [{"amount": euro_text(each.amount), "source": each.source} for each in given]
    return {
        "authority": authority,
        "category": category,
        "amount": euro_text(threshold.amount),
        "unit": threshold.unit,
        "from": _iso(threshold.valid_from),
        "to": _iso(threshold.valid_to),
        "knownFrom": _iso(threshold.known_from),
        "knownFromBasis": threshold.known_from_basis,
        "legalReference": threshold.legal_reference,
        "source": "; ".join(threshold.sources),
        "confidence": threshold.confidence_on(on),
        **({} if threshold.published_until is None else {"publishedUntil": _iso(threshold.published_until)}),
        **({"otherValues": others} if others else {}),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
