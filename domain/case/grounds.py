"""On which grounds an authority may turn an application down: all there are, and those that a file bears.

A rule that is required and not met is a ground because it is a rule: no list has to be kept beside the law. All that
offers grounds, be it a page, a program or the interface, uses this list, and the decider accepts these and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from domain.case.fees import fee_statuses, is_short
from domain.case.lifecycle import Case, CheckState
from domain.crossroads.answers import CheckKind
from domain.law.assessment import Assessment
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook

OTHER: Final = "other"
"""A ground that the motivation states."""

EMPLOYER_NOT_REGISTERED: Final = "employerNotRegistered"
EMPLOYER_INACTIVE: Final = "employerInactive"

FEE_NOT_PAID: Final = "feeNotPaid"
MANDATE_MISSING: Final = "mandateMissing"
ANSWER_TERM_EXPIRED: Final = "answerTermExpired"
FILE_INCOMPLETE: Final = "fileIncomplete"
AUTHORITY_NOT_COMPETENT: Final = "authorityNotCompetent"


def _always(_case: Case) -> bool:
    return True


def _employer_not_registered(case: Case) -> bool:
    register = case.checks.get(CheckKind.EMPLOYER_REGISTER.value)
    return register is not None and register.state is CheckState.NO_DATA


def _employer_inactive(case: Case) -> bool:
    return case.employer_active is False


def _fee_not_paid(case: Case, rulebook: Rulebook, today: date) -> bool:
    """Less than is owed counts as little as nothing."""
    return is_short(fee_statuses(case, rulebook, today))


def mandate_missing(case: Case) -> bool:
    """Whether somebody represents the applicant and nobody has found the mandate to be valid."""
    return case.representative is not None and case.mandate_valid is not True


def _mandate_missing(case: Case, _rulebook: Rulebook, _today: date) -> bool:
    return mandate_missing(case)


def _answer_term_expired(case: Case, _rulebook: Rulebook, _today: date) -> bool:
    return bool(case.requests) and not case.requests[-1].answered


_BESIDE_THE_RULES: Final[Mapping[str, Callable[[Case], bool]]] = {
    EMPLOYER_NOT_REGISTERED: _employer_not_registered,
    EMPLOYER_INACTIVE: _employer_inactive,
    OTHER: _always,
}
"""Grounds of refusal that are no rule of law, and when a case bears each."""

REFUSAL_GROUNDS: Final = (*(rule.value for rule in Rule), *_BESIDE_THE_RULES)
"""Every ground on which a region can refuse the work part."""

SHOWN_BY_THE_FILE: Final[Mapping[str, Callable[[Case, Rulebook, date], bool]]] = {
    FEE_NOT_PAID: _fee_not_paid,
    MANDATE_MISSING: _mandate_missing,
    ANSWER_TERM_EXPIRED: _answer_term_expired,
}
"""Grounds of inadmissibility of which the file itself shows whether they are there."""

SEEN_BY_A_PERSON: Final = (FILE_INCOMPLETE, AUTHORITY_NOT_COMPETENT, OTHER)
"""Grounds of inadmissibility that rest on the motivation."""

INADMISSIBILITY_GROUNDS: Final = (*SHOWN_BY_THE_FILE, *SEEN_BY_A_PERSON)
"""Every ground on which an application can be declared inadmissible."""


def supported_grounds(case: Case, assessment: Assessment) -> tuple[str, ...]:
    """The grounds on which this file can be refused; ``other`` always can be, with a motivation.

    A condition that is not met and not required is shown and refuses nobody by itself.
    """
    rules = dict.fromkeys(rule.value for rule in assessment.grounds)
    return (*rules, *(ground for ground, borne in _BESIDE_THE_RULES.items() if borne(case)))


def supported_inadmissibility_grounds(case: Case, rulebook: Rulebook, today: date) -> tuple[str, ...]:
    """The grounds on which this file can be declared inadmissible; those that a person sees need a motivation."""
    shown = (ground for ground, borne in SHOWN_BY_THE_FILE.items() if borne(case, rulebook, today))
    return (*shown, *SEEN_BY_A_PERSON)
