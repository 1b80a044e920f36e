"""The Crossroads Bank as the program calls it: one question, one call, one outcome.

Every method makes one call and gives what was answered with what may be kept of it, or raises
:class:`~domain.crossroads.answers.CheckUnanswered`. Asking again is the business of the check's own process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from domain.crossroads.answers import (
    Consultation,
    EmployerAnswer,
    EmploymentAnswer,
    Exchange,
    PersonAnswer,
    WagesAnswer,
)

Answer_co = TypeVar("Answer_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Generic[Answer_co]):
    """An answer with the exchange that brought it."""

    answer: Answer_co
    exchange: Exchange


class CrossroadsBank(Protocol):
    """What every client of the bank offers, whichever of its interfaces it uses."""

    def employer(self, enterprise_number: str, consultation: Consultation) -> Answered[EmployerAnswer]:
        """What the enterprise register holds under this number."""

    def person(self, ssin: str, consultation: Consultation) -> Answered[PersonAnswer]:
        """Whether the registers know a living person under this number, and no newer one.

        A number that is unknown, cancelled or replaced, and a person who died, are reported as `CheckUnanswered`.
        """

    def declared_wages(
        self, ssin: str, enterprise_number: str, quarters: Sequence[str], consultation: Consultation
    ) -> Answered[WagesAnswer]:
        """What this employer declared for this worker in these quarters (``2025Q3``), at least one."""

    def declared_employment(
        self, ssin: str, since: date, until: date, consultation: Consultation
    ) -> Answered[EmploymentAnswer]:
        """The employments declared for the worker (Dimona) that touch these days, both included."""

    def register(self, ssin: str, consultation: Consultation) -> Exchange:
        """Enter the person in the authority's register, which consulting requires; doing it twice is no error.

        Source: the bank's ManageAccess REGISTER.
        """

    def unregister(self, ssin: str, consultation: Consultation) -> Exchange:
        """Take the person out of the authority's register; doing it twice is no error.

        Source: the bank's ManageAccess UNREGISTER.
        """
