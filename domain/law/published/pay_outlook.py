"""Pay in a file against the amounts of this year and of the next, as far as they are published.

It foretells no decision: a renewal is judged by the law of its own day. Nothing is said of a year for which the law
data hold no amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.copies import replace
from domain.law import reasons
from domain.law.applicable_law import DecidingDate
from domain.law.facts import ApplicationFacts
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook
from domain.law.rules.salary import judge_salary


@dataclass(frozen=True, slots=True, kw_only=True)
class PayOnADay:
    """Pay against the amount in force on ``day``: ``short`` is EUR per ``unit`` below it, where it is below.

    Without ``amount`` none is published, or none applies, for the ``reason`` of that code.
    """

    day: date
    verdict: Verdict
    amount: Decimal | None = None
    unit: str | None = None
    short: Decimal | None = None
    reason: str | None = None


def pay_outlook(rulebook: Rulebook, facts: ApplicationFacts, today: date) -> tuple[PayOnADay, PayOnADay]:
    """Pay against the amount of today, and against that of 1 January next, as known today.

    Where an amount is in force today and none is known of January, it is one that is not published yet.
    """
    now, next_year = (_on(rulebook, facts, day, today) for day in (today, date(today.year + 1, 1, 1)))
    if now.amount is not None and next_year.reason == reasons.NO_AMOUNT_IN_FORCE:
        next_year = replace(next_year, reason=reasons.AMOUNT_NOT_PUBLISHED_YET)
    return now, next_year


def _on(rulebook: Rulebook, facts: ApplicationFacts, day: date, today: date) -> PayOnADay:
    law = rulebook.law_on(facts.authority, facts.category, day, today)
    found = judge_salary(law, DecidingDate(day, None, facts.authority, facts.filed_on), facts).finding()
    short = None
    if found.verdict is Verdict.NOT_MET and found.difference is not None:
        short = -Decimal(found.difference)
    return PayOnADay(
        day=day,
        verdict=found.verdict,
        amount=None if found.threshold is None else Decimal(found.threshold),
        unit=found.unit,
        short=short,
        reason=found.reason,
    )
