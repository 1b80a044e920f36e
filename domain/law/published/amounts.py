"""Amounts that are indexed end with their publication: what comes after is not known until somebody publishes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.codes import CATEGORIES
from domain.law import reasons
from domain.law.applicable_law import NothingInForce
from domain.law.durations import CalendarDuration
from domain.law.provisions.pay import SalaryThreshold
from domain.law.rulebook import Rulebook

NOTICE: Final = CalendarDuration(months=1)
"""How long before the end of a publication readers are warned of it. A service of this program, and no term of law."""

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpublished:
    """From ``first_day`` on no amount is published for ``categories``, for which ``last`` applied until then."""

    authority: str
    categories: tuple[str, ...]
    first_day: date
    last: SalaryThreshold


def amount_on(
    rulebook: Rulebook, authority: str, category: str, day: date, known_on: date | None = None
) -> SalaryThreshold | NothingInForce:
    """The salary threshold of a day, or why there is none; an amount whose publication has ended is none."""
    found = rulebook.salary_threshold(authority, category, day, known_on)
    if isinstance(found, SalaryThreshold) and found.last_published_before(day) is not None:
        return NothingInForce(reason=reasons.AMOUNT_NOT_PUBLISHED_YET)
    return found


def unpublished_soon(
    rulebook: Rulebook, authority: str, day: date, known_on: date | None = None
) -> tuple[Unpublished, ...]:
    """The amounts that are in force on ``day`` and whose publication has ended, or ends within the notice."""
    together: dict[tuple[date, str], list[str]] = {}
    amounts: dict[str, SalaryThreshold] = {}
    for category in CATEGORIES:
        found = rulebook.salary_threshold(authority, category, day, known_on)
        if not isinstance(found, SalaryThreshold):
            continue
        end = publication_end(rulebook, authority, category, found, known_on)
        if end is not None and NOTICE.before(end) <= day:
            amounts[found.id] = found
            together.setdefault((end + _A_DAY, found.id), []).append(category)
    return tuple(
        Unpublished(authority=authority, categories=tuple(codes), first_day=first_day, last=amounts[name])
        for (first_day, name), codes in sorted(together.items())
    )


def publication_end(
    rulebook: Rulebook, authority: str, category: str, amount: SalaryThreshold, known_on: date | None = None
) -> date | None:
    """The last day for which the amount of a category is published; None where another follows, or none is needed."""
    ends = [each for each in (amount.published_until, _last_day(amount)) if each is not None]
    if not ends:
        return None
    end = min(ends)
    next_one = amount_on(rulebook, authority, category, end + _A_DAY, known_on)
    lacking = (reasons.NO_AMOUNT_IN_FORCE, reasons.AMOUNT_NOT_PUBLISHED_YET)
    return end if isinstance(next_one, NothingInForce) and next_one.reason in lacking else None


def _last_day(amount: SalaryThreshold) -> date | None:
    return None if amount.valid_to is None else amount.valid_to - _A_DAY
