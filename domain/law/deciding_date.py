"""Which day's law applies. The sources conflict (FACTS 1.7), so the answer is data with a confidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.law.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingDate:
    """The legal reference date, and the sentence of the reasoning that says where it comes from."""

    day: date
    step: str


def deciding_date(
    rulebook: Rulebook, authority: str, category: str, filed_on: date, known_on: date | None
) -> DecidingDate:
    """The day whose law applies to a file, by the rule in force on the day of filing.

    Where the law data holds no such rule the day of filing stands in, and the step says so.
    """
    rule = rulebook.reference_date_rule(authority, category, filed_on, known_on)
    if rule is None:
        return DecidingDate(
            day=filed_on,
            step=f"{authority} has no rule on the deciding date; the day of filing, {filed_on}, is used.",
        )
    day = rule.day(filed_on=filed_on)
    return DecidingDate(
        day=day,
        step=f"The law of {day} applies ({rule.basis}; {rule.id}, {rule.confidence_on(filed_on)}).",
    )
