"""Which day's law applies. The sources conflict (FACTS 1.7), so the answer is data with a confidence."""

from __future__ import annotations

from datetime import date

from domain.law.applicable_law import DecidingDate, DecidingDateUnknown, LawOfFiling, values_of_rule
from domain.law.facts import ApplicationFacts
from domain.law.findings import Step
from domain.law.provisions.procedure import ReferenceDateBasis


def deciding_date(
    filing: LawOfFiling, facts: ApplicationFacts, known_on: date | None
) -> DecidingDate | DecidingDateUnknown:
    """The day whose law applies to an application, by the rule in force on the day of filing.

    Where the law data holds no such rule the day of filing is used, and the step says so.
    """
    rule = filing.reference_date
    if rule is None:
        return DecidingDate(facts.filed_on, None, facts.authority, facts.filed_on)
    day, path = _day(rule.basis, facts, known_on)
    if day is None:
        step = Step(code="decidingDateUnknown", values=values_of_rule(rule, facts.filed_on))
        return DecidingDateUnknown(step=step, missing=(path,), rule=rule)
    return DecidingDate(day, rule, facts.authority, facts.filed_on)


def _day(basis: ReferenceDateBasis, facts: ApplicationFacts, known_on: date | None) -> tuple[date | None, str]:
    """The day in the facts, and its path there."""
    match basis:
        case ReferenceDateBasis.FILED_ON:
            return facts.filed_on, "filedOn"
        case ReferenceDateBasis.ADMISSIBLE_ON:
            return facts.admissible_on, "admissibleOn"
        case ReferenceDateBasis.EMPLOYMENT_START:
            return facts.employment_start, "employment.start"
        case ReferenceDateBasis.DECIDED_ON:
            return facts.decided_on, "decidedOn"
        case ReferenceDateBasis.ONGOING:
            return known_on, "knownOn"
