"""Rules about the worker: age, nationality, earlier service in a transfer, work done before a permit of unlimited
duration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from domain.law.applicable_law import ApplicableLaw, DecidingDate
from domain.law.durations import CalendarDuration
from domain.law.facts import ApplicationFacts, WorkDone
from domain.law.findings import Judged
from domain.law.provisions.job import AgeLimit, PriorService
from domain.law.provisions.procedure import ALL
from domain.law.rule_codes import Rule
from domain.law.rules.conditions import Condition, compared, unknown

PERMIT_NEEDED: Final = "permitNeeded"
"""What is looked up for a nationality, in the place of a list of all that need one."""


def judge_worker(law: ApplicableLaw, deciding: DecidingDate, facts: ApplicationFacts) -> Iterator[Judged]:
    """Judge the worker by each of these rules that is in force."""
    if law.age_limit is not None:
        age = None if facts.birth_date is None else age_on(facts.birth_date, deciding.day)
        yield _age(law.age_limit, law, deciding, age)
    # What rules out a permit for anyone, a child or a nationality that needs none: of nearly every worker there is
    # nothing to find here, and no finding is made.
    least = law.minimum_age
    if least is not None and facts.birth_date is not None:
        age = age_on(facts.birth_date, facts.employment_start or deciding.day)
        if age < least.least:
            yield compared(
                Rule.MINIMUM_AGE,
                least,
                deciding,
                deciding.day,
                Condition("worker.birthDate", str(least.least), "yearsAtLeast", least.required),
                observed=str(age),
                met=False,
                difference=str(age - least.least),
            )
    free = law.free_movement.get(facts.nationality or "")
    if free is not None and facts.nationality is not None:
        yield compared(
            Rule.WORKER_NATIONALITY,
            free,
            deciding,
            deciding.day,
            Condition("worker.nationality", PERMIT_NEEDED, "nationality", free.required),
            observed=facts.nationality,
            met=False,
        )
    if law.prior_service is not None:
        yield _service(law.prior_service, deciding, facts.prior_service_months)
    if law.work_history:
        yield _history(law, deciding, facts)


def age_on(birth_date: date, day: date) -> int:
    """Years completed on ``day``. Who was born on 29 February completes a year on 1 March of a common year."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _age(terms: AgeLimit, law: ApplicableLaw, deciding: DecidingDate, age: int | None) -> Judged:
    lasts = law.permit_duration
    details = {"clause": "forBirthday"} if lasts is not None and lasts.ends_before_age == terms.below else {}
    condition = Condition("worker.birthDate", str(terms.below), "yearsBelow", terms.required, details)
    if age is None:
        return unknown(Rule.WORKER_AGE, terms, deciding, deciding.day, condition)
    return compared(
        Rule.WORKER_AGE,
        terms,
        deciding,
        deciding.day,
        condition,
        observed=str(age),
        met=age < terms.below,
        difference=str(age - terms.below),
    )


def _service(terms: PriorService, deciding: DecidingDate, months: int | None) -> Judged:
    condition = Condition("transfer.priorServiceMonths", str(terms.least_months), "months", terms.required)
    if months is None:
        return unknown(Rule.PRIOR_SERVICE, terms, deciding, deciding.day, condition)
    return compared(
        Rule.PRIOR_SERVICE,
        terms,
        deciding,
        deciding.day,
        condition,
        observed=str(months),
        met=months >= terms.least_months,
        difference=str(months - terms.least_months),
    )


def _history(law: ApplicableLaw, deciding: DecidingDate, facts: ApplicationFacts) -> Judged:
    """Days of work that count, each once, before filing, against the days of the term that ends with filing.

    A shorter term may be enough for a worker whose family lives here. That is checked only where it decides.
    """
    nationality = facts.nationality
    terms = law.work_history.get(nationality or ALL) or law.work_history.get(ALL)
    if terms is None:
        terms = next(iter(law.work_history.values()))
    needed = _days_of(terms.least, facts.filed_on)
    details = {"least": str(terms.least)} | ({} if terms.within is None else {"within": str(terms.within)})
    condition = Condition("workHistory", str(needed), "days", terms.required, details)
    missing = tuple(
        path
        for path, absent in (
            ("workHistory", facts.work_history is None),
            # Which term applies depends on it, where more than one is in force.
            ("worker.nationality", nationality is None and len(law.work_history) > 1),
        )
        if absent
    )
    if facts.work_history is None or missing:
        return unknown(Rule.WORK_HISTORY, terms, deciding, deciding.day, condition, missing=missing)
    window_from = date.min if terms.within is None else terms.within.before(facts.filed_on)
    worked = days_worked(
        (each for each in facts.work_history if each.basis not in terms.not_counted), window_from, facts.filed_on
    )
    if terms.least_with_family is not None and worked < needed:
        with_family = _days_of(terms.least_with_family, facts.filed_on)
        if facts.family_in_belgium is None and worked >= with_family:
            missing = ("worker.familyInBelgium",)
            return unknown(Rule.WORK_HISTORY, terms, deciding, deciding.day, condition, missing=missing)
        needed = with_family if facts.family_in_belgium else needed
    return compared(
        Rule.WORK_HISTORY,
        terms,
        deciding,
        deciding.day,
        condition._replace(threshold=str(needed)),
        observed=str(worked),
        met=worked >= needed,
        difference=str(worked - needed),
    )


def days_worked(periods: Iterable[WorkDone], window_from: date, window_to: date) -> int:
    """Days in ``[window_from, window_to)`` covered by any of the periods, none counted twice."""
    total, reached = 0, window_from
    for start, end in sorted((each.from_, min(each.to, window_to)) for each in periods):
        if end > reached:
            total += (end - max(start, reached)).days
            reached = end
    return total


def _days_of(term: CalendarDuration, filed_on: date) -> int:
    return (filed_on - term.before(filed_on)).days
