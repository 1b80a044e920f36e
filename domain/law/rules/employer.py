"""Rules about the employer: how long it exists, whether it has staff, is active and owes nothing.

The facts come from the register of enterprises, which may leave each of them out. What it leaves out is reported as
undetermined and refuses nobody: the absence of a register is no fact about an employer. What is known and fails is a
ground of refusal; where the law says that the authority *may* refuse on it, a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from domain.law import reasons
from domain.law.applicable_law import ApplicableLaw, DecidingDate
from domain.law.facts import ApplicationFacts
from domain.law.findings import Judged
from domain.law.provisions.employer import (
    ACTIVITY,
    MAY,
    NO_DEBTS,
    STAFF,
    EmployerAge,
    EmployerCondition,
    EmployerRequirement,
)
from domain.law.rule_codes import Rule
from domain.law.rules.conditions import Condition, compared, unknown


class _Question(NamedTuple):
    """What a condition requires, and the codes for when it is so and when it is not."""

    rule: Rule
    fact: str
    wanted: bool
    good: str
    bad: str


_QUESTIONS: Final = {
    STAFF: _Question(Rule.EMPLOYER_STAFF, "employer.hasStaff", True, "staff", "noStaff"),
    ACTIVITY: _Question(Rule.EMPLOYER_ACTIVITY, "employer.active", True, "active", "inactive"),
    NO_DEBTS: _Question(Rule.EMPLOYER_DEBTS, "employer.hasDebts", False, "noDebts", "debts"),
}

EMPLOYER_STATE_ASKED: Final = {condition: question.good for condition, question in _QUESTIONS.items()}
"""The state of an employer that each condition requires."""

EMPLOYER_STATES: Final = tuple(state for question in _QUESTIONS.values() for state in (question.good, question.bad))
"""How a finding says what is required of an employer, and what is so."""


def is_on_register(facts: ApplicationFacts) -> bool:
    """Whether anything is known of the employer. Where nothing is, no rule on it weighs anything."""
    return not (
        facts.employer_founded_on is None
        and facts.employer_has_staff is None
        and facts.employer_active is None
        and facts.employer_has_debts is None
    )


def judge_employer(law: ApplicableLaw, deciding: DecidingDate, facts: ApplicationFacts) -> Iterator[Judged]:
    """Judge the employer by each of these rules that is in force."""
    if law.employer_age is not None:
        yield _age(law.employer_age, deciding, facts.employer_founded_on)
    states = {STAFF: facts.employer_has_staff, ACTIVITY: facts.employer_active, NO_DEBTS: facts.employer_has_debts}
    for terms in law.employer_conditions:
        yield _state(terms, deciding, states[terms.condition])


def _age(terms: EmployerAge, deciding: DecidingDate, founded_on: date | None) -> Judged:
    latest = terms.least.before(deciding.day)
    condition = Condition("employer.foundedOn", latest.isoformat(), "dateAtLatest", terms.required)
    if founded_on is None:
        return _unknown(Rule.EMPLOYER_AGE, terms, deciding, condition)
    return _known(
        Rule.EMPLOYER_AGE, terms, deciding, condition, observed=founded_on.isoformat(), met=founded_on <= latest
    )


def _state(terms: EmployerCondition, deciding: DecidingDate, known: bool | None) -> Judged:
    question = _QUESTIONS[terms.condition]
    condition = Condition(question.fact, question.good, "employerState", terms.required)
    if known is None:
        return _unknown(question.rule, terms, deciding, condition)
    met = known is question.wanted
    return _known(question.rule, terms, deciding, condition, observed=question.good if met else question.bad, met=met)


def _unknown(rule: Rule, terms: EmployerRequirement, deciding: DecidingDate, condition: Condition) -> Judged:
    return unknown(rule, terms, deciding, deciding.day, condition._replace(required=False))


def _known(
    rule: Rule, terms: EmployerRequirement, deciding: DecidingDate, condition: Condition, *, observed: str, met: bool
) -> Judged:
    left = not met and terms.refusal == MAY
    reason = reasons.LEFT_TO_THE_AUTHORITY if left else None
    return compared(rule, terms, deciding, deciding.day, condition, observed=observed, met=met, reason=reason)
