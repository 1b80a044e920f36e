"""Kinds of provision about the employer, on which an authority refuses: its age, staff, activity and debts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from domain.law.durations import CalendarDuration
from domain.law.provisions.job import Requirement

MAY: Final = "may"
MUST: Final = "must"
REFUSALS: Final = (MAY, MUST)
"""Whether the authority may refuse on a ground that is there, or must."""

STAFF: Final = "staff"
ACTIVITY: Final = "activity"
NO_DEBTS: Final = "noDebts"
EMPLOYER_CONDITIONS: Final = (STAFF, ACTIVITY, NO_DEBTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerRequirement(Requirement):
    """A condition on the employer. The scope is the category, or ``all``."""

    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerAge(EmployerRequirement):
    """The undertaking was founded at least ``least`` before the deciding date."""

    kind: ClassVar[str] = "employer_age"

    least: CalendarDuration


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerCondition(EmployerRequirement):
    """The undertaking has staff, is active, or has no debts; the scope is ``<category>:<condition>``."""

    kind: ClassVar[str] = "employer_condition"

    condition: str
