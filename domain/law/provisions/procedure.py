"""Kinds of provision about procedure: the deciding date, open questions, papers, and who is competent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from domain.law.durations import CalendarDuration
from domain.law.provisions.effective_dated import Provision

PARTS: Final = ("work", "residence")
CONDITIONS: Final = ("always", "belgianContract", "posted", "byRepresentative", "adult", "contributionOwed")
COMPETENCE_LINKS: Final = ("establishmentUnit", "registeredOffice", "activity", "residence")
EARLIER_COMPETENCE_LINKS: Final = ("workplace", "registeredOffice", "residence")
"""The words of rule sets whose orders do not say who files: there the place of work alone could decide."""

RECORDS: Final = ("auditLog",)
"""Records that the law says how long to keep: the log of requests to the Crossroads Bank."""

DUTIES: Final = ("tellWorkerTheStatus",)

ALL: Final = "all"
"""Stands in a scope for every category, or every nationality."""


class ReferenceDateBasis(StrEnum):
    """The day of a file whose law applies to it; ``ongoing`` is the day of the query."""

    FILED_ON = "filedOn"
    ADMISSIBLE_ON = "admissibleOn"
    EMPLOYMENT_START = "employmentStart"
    DECIDED_ON = "decidedOn"
    ONGOING = "ongoing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceDateRule(Provision):
    """Which day of a file decides which law applies to it."""

    kind: ClassVar[str] = "reference_date"

    basis: ReferenceDateBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedReading(Provision):
    """The reading of an open question (the scope) that is applied."""

    kind: ClassVar[str] = "selected_reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredDocument(Provision):
    """A paper that an application needs, for the ``work`` or the ``residence`` part, under a condition.

    ``categories`` are codes or ``all``; the scope pairs each with the document, so that two entries may speak of
    one category.
    """

    kind: ClassVar[str] = "required_document"

    categories: tuple[str, ...]
    document: str
    part: str
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory(Provision):
    """The municipalities in which an authority is competent: NIS codes (the scope), in earlier rule sets beginnings."""

    kind: ClassVar[str] = "territory"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetenceOrder(Provision):
    """What links an application to an authority, the strongest link first (cooperation agreement, arts 7-8).

    ``by_worker`` holds the links that count where the worker files, ``by`` those of every other application.
    """

    kind: ClassVar[str] = "competence_order"

    by: tuple[str, ...]
    by_worker: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Provision):
    """For how long records (the scope) are kept, and for how much of that they can be requested at once."""

    kind: ClassVar[str] = "retention"

    keep: CalendarDuration
    online: CalendarDuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Provision):
    """Something that is owed to a party without a term (the scope). What is not transposed is shown, not applied."""

    kind: ClassVar[str] = "duty"

    transposed: bool
