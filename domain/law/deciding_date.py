"""Which day's law applies. The sources conflict (FACTS 1.7), so the answer is data with a confidence."""

from __future__ import annotations

from datetime import date

from domain.law.applicable_law import DecidingDate, DecidingDateUnknown, LawOfFiling
from domain.law.facts import ApplicationFacts
from domain.law.findings import Step
from domain.law.procedure_provisions import ReferenceDateBasis, ReferenceDateRule
from domain.law.rulebook import Rulebook


def deciding_date(
    rulebook: Rulebook, filing: LawOfFiling, facts: ApplicationFacts, known_on: date | None
) -> DecidingDate | DecidingDateUnknown:
    """The day whose law applies to an application, by the rule in force on the day of filing.

    Where the law data holds no such rule the day of filing stands in, and the step says so.
    """
    rule = filing.reference_date
    day, path = (facts.filed_on, "") if rule is None else _day(rule.basis, facts, known_on)
    if day is None and rule is not None:
        step = Step(code="decidingDateUnknown", values=_values(rule, facts.filed_on))
        return DecidingDateUnknown(step=step, missing=(path,), rule=rule)
    question = (facts.authority, None if rule is None else rule.id, day, facts.filed_on)
    return rulebook.deciding_dates.once(question, lambda: _deciding(rule, facts, day or facts.filed_on))


def _deciding(rule: ReferenceDateRule | None, facts: ApplicationFacts, day: date) -> DecidingDate:
    if rule is None:
        values = {"authority": facts.authority, "day": day.isoformat()}
        return DecidingDate(day=day, step=Step(code="filingDateStandsIn", values=values), rule=None)
    values = _values(rule, facts.filed_on) | {"day": day.isoformat()}
    return DecidingDate(day=day, step=Step(code="decidingDate", values=values), rule=rule)


def _values(rule: ReferenceDateRule, filed_on: date) -> dict[str, str]:
    return {"basis": rule.basis.value, "provision": rule.id, "confidence": rule.confidence_on(filed_on)}


def _day(basis: ReferenceDateBasis, facts: ApplicationFacts, known_on: date | None) -> tuple[date | None, str]:
    """The day in the facts, and the path under which it stands there."""
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
