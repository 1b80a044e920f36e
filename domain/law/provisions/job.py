"""Kinds of provision about the job and the worker: what a category is tested on, beside pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Final

from domain.law.durations import CalendarDuration
from domain.law.provisions.effective_dated import Provision

PAY_TESTS: Final = (
    "threshold", "jointCommitteeScale", "sectorScale", "underlyingCategory", "contract", "notStated",
)  # fmt: skip
LABOUR_MARKET_TESTS: Final = ("required", "notRequired", "underlyingCategory")
COMBINATIONS: Final = ("each", "either")
INTERRUPTIONS: Final = ("addUp", "continuous")


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRule(Provision):
    """What a category is tested on.

    None means that the test was looked for and not found. ``combination`` ``either`` makes pay and the
    labour-market test alternatives of which one is enough.
    """

    kind: ClassVar[str] = "category_rule"

    pay_test: str | None
    labour_market_test: str | None
    combination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedCategory(Provision):
    """A category that the authority does not have on these days, because it never did or no longer does.

    ``exempt``: the work needs no permit. An application for it is never passed.
    """

    kind: ClassVar[str] = "closed_category"

    exempt: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPublication:
    """Another length of publication that a source gives."""

    publication_days: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabourMarketTestTerms(Provision):
    """A vacancy must be published for ``publication_days`` on every channel within ``within`` before filing.

    ``within`` None: at any time before filing. ``interruptions``: ``addUp`` counts all days together,
    ``continuous`` only the longest run. That choice has a confidence of its own, because it is policy and not
    found in a text. Where sources of equal weight give ``disputed_publications``, a search between two of them
    cannot be judged; ``other_publications`` are named and change nothing. ``complete_when_filed``: a file holds all
    evidence when it is filed, so that an empty list says that there was no search.
    """

    kind: ClassVar[str] = "labour_market_test"

    channels: tuple[str, ...]
    publication_days: int
    within: CalendarDuration | None
    interruptions: str
    interruptions_confidence: str
    other_publications: tuple[OtherPublication, ...]
    disputed_publications: tuple[OtherPublication, ...] = ()
    complete_when_filed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement(Provision):
    """A condition on the job or the worker. One that only a weak source states is shown and not ``required``."""

    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationLevel(Requirement):
    """The level of the function in the qualifications framework (VKS/EQF), from ``least`` up to ``highest``."""

    kind: ClassVar[str] = "qualification_level"

    least: int
    highest: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmploymentShare(Requirement):
    """The least share of full-time work, above 0 and at most 1."""

    kind: ClassVar[str] = "employment_share"

    least: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractForm(Requirement):
    """The forms of contract that are open to the category."""

    kind: ClassVar[str] = "contract_form"

    contracts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeLimit(Requirement):
    """The worker is younger than ``below`` years on the deciding date."""

    kind: ClassVar[str] = "age_limit"

    below: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumAge(Requirement):
    """The worker is at least ``least`` years old on the first day of work. Federal; a category goes before ``all``."""

    kind: ClassVar[str] = "minimum_age"

    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeMovement(Requirement):
    """Nationals of these countries (ISO 3166-1, the scope) work without a permit: there is none to grant. Federal."""

    kind: ClassVar[str] = "free_movement"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDuration(Requirement):
    """The contract lasts at least ``least``; an open-ended one always does."""

    kind: ClassVar[str] = "contract_duration"

    least: CalendarDuration


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorService(Requirement):
    """Service with the undertaking that sends the worker, in whole months, before an intra-corporate transfer."""

    kind: ClassVar[str] = "prior_service"

    least_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkHistoryTerms(Requirement):
    """Work already done before a permit of unlimited duration: at least ``least`` within ``within`` before filing.

    ``nationalities`` are codes of ISO 3166-1 or ``all``; a named nationality goes before ``all``. ``within`` None:
    at any time. ``not_counted`` are bases of work that does not count. ``least_with_family`` is enough for a worker
    whose family lives here.
    """

    kind: ClassVar[str] = "work_history"

    nationalities: tuple[str, ...]
    least: CalendarDuration
    within: CalendarDuration | None
    not_counted: tuple[str, ...]
    least_with_family: CalendarDuration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractContent(Requirement):
    """What a contract of employment states at least; ``contracts`` are the forms of contract concerned."""

    kind: ClassVar[str] = "contract_content"

    elements: tuple[str, ...]
    contracts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupationList(Provision):
    """A list of functions: how many it has, where that is known, and whether we hold them all.

    ``complete`` None: what is on the list was not found, so it is held in no part.
    """

    functions: int | None
    complete: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortageList(OccupationList):
    """A list whose functions need no search for workers.

    ``renewal_keeps``: the permit for a function that left the list stays renewable with the same employer.
    ``long_term_residents_only``: it serves nobody but long-term residents of another member state.
    """

    kind: ClassVar[str] = "shortage_list"

    renewal_keeps: bool
    long_term_residents_only: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BottleneckList(OccupationList):
    """The list of the employment service, on which a function must be although workers are searched for.

    It is another list than the one that exempts from the search, with entries of its own.
    """

    kind: ClassVar[str] = "bottleneck_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOccupation(Provision):
    """One function on a list, dated by its own entry. The scope is its code; it is judged on the day of filing.

    ``held_until`` is the last day on which it is known to be there: later lists are not held whole.
    """

    held_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortageOccupation(ListedOccupation):
    """A function on a shortage list."""

    kind: ClassVar[str] = "shortage_occupation"


@dataclass(frozen=True, slots=True, kw_only=True)
class BottleneckOccupation(ListedOccupation):
    """A function on the list of the employment service."""

    kind: ClassVar[str] = "bottleneck_occupation"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitDuration(Provision):
    """How long a permit of a category lasts. It is shown and not applied: no decision states a last day yet.

    ``most`` at most; ``least`` at least, or, where the contract is shorter, the contract and ``beyond_contract``.
    With ``ends_before_age`` it ends the day before that birthday, unless the contract provides for the higher pay
    from then on.
    """

    kind: ClassVar[str] = "permit_duration"

    most: CalendarDuration | None
    least: CalendarDuration | None
    beyond_contract: CalendarDuration | None
    ends_before_age: int | None
