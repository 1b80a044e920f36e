"""What the law looks at in an application. None is a fact that is not known, and is never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A vacancy on a channel during ``[published_from, published_to)``: the last day is not counted.

    Raises ValueError when the dates are out of order.
    """

    channel: str
    published_from: date
    published_to: date

    def __post_init__(self) -> None:
        if self.published_to < self.published_from:
            raise ValueError("a publication cannot end before it began")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDone:
    """Work during ``[from_, to)`` on the strength of ``basis``, such as ``singlePermit``.

    Raises ValueError when the dates are out of order.
    """

    from_: date
    to: date
    basis: str

    def __post_init__(self) -> None:
        if self.to < self.from_:
            raise ValueError("work cannot end before it began")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFacts:
    """The facts of one application; days are civil days in Europe/Brussels.

    ``gross_pay`` is EUR per ``pay_period`` (``year`` or ``month``), ``contract`` ``belgian`` or ``posted``,
    ``full_time_equivalent`` a share of full time. ``employment_end`` None with a known start is an open-ended
    contract. ``publications`` None means that nothing was stated of a search, an empty list that there was none.
    ``municipality_code`` is that of the place of work. What is known of the employer comes from the register of
    enterprises; ``contract_states`` are the elements that the contract of employment contains according to the file.
    """

    authority: str
    category: str
    filed_on: date
    contract: str | None = None
    gross_pay: Decimal | None = None
    pay_period: str | None = None
    publications: tuple[Publication, ...] | None = None
    admissible_on: date | None = None
    decided_on: date | None = None
    employment_start: date | None = None
    employment_end: date | None = None
    full_time_equivalent: Decimal | None = None
    qualification_level: int | None = None
    occupation_code: str | None = None
    municipality_code: str | None = None
    birth_date: date | None = None
    nationality: str | None = None
    renewal: bool | None = None
    change_of_employer: bool | None = None
    filed_by: str | None = None
    mandate_reference: str | None = None
    prior_service_months: int | None = None
    work_history: tuple[WorkDone, ...] | None = None
    permit_expires_on: date | None = None
    establishment_unit_municipality: str | None = None
    registered_office_municipality: str | None = None
    residence_municipality: str | None = None
    family_in_belgium: bool | None = None
    employer_founded_on: date | None = None
    employer_has_staff: bool | None = None
    employer_active: bool | None = None
    employer_has_debts: bool | None = None
    contract_states: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecruitmentFacts:
    """The part of the facts that the labour-market test looks at; it says nothing of a person."""

    authority: str
    category: str
    filed_on: date
    publications: tuple[Publication, ...] = ()
    admissible_on: date | None = None
    employment_start: date | None = None

    @classmethod
    def of(cls, facts: ApplicationFacts) -> RecruitmentFacts:
        return cls(
            authority=facts.authority,
            category=facts.category,
            filed_on=facts.filed_on,
            publications=facts.publications or (),
            admissible_on=facts.admissible_on,
            employment_start=facts.employment_start,
        )

    def application(self) -> ApplicationFacts:
        """The application as far as these facts know it."""
        return ApplicationFacts(
            authority=self.authority,
            category=self.category,
            filed_on=self.filed_on,
            publications=self.publications,
            admissible_on=self.admissible_on,
            employment_start=self.employment_start,
        )
