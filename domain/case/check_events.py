"""What was requested of the Crossroads Bank, what it answered, and what the rules made of pay and recruitment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain.case.application import VacancyPublication
from domain.case.personal_data import Apart, Personal, SubjectRole, personal
from domain.law.facts import ApplicationFacts, RecruitmentFacts
from domain.law.findings import Finding
from domain.plain_text import FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossroadsCheckRequested:
    """A question to the Crossroads Bank became due; the worker that asks looks up the identifiers."""

    effective_at: datetime
    check: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossroadsCheckAnswered:
    """The Crossroads Bank answered: ``found`` or ``noData``. Only the minimal conclusion is kept.

    The digest of the answer is personal data: a wage is quickly guessed from it.
    """

    effective_at: datetime
    check: str
    revision: int
    outcome: str
    ticket: str
    worker_subject: UUID
    answer_sha256: Personal[str] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossroadsCheckFailed:
    """No answer could be had: neither a pass nor a refusal, but a task for a person."""

    effective_at: datetime
    check: str
    revision: int
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerIdentified:
    """The enterprise register holds the employer under this number.

    The municipalities (NIS codes) are those of the registered office, and of the establishment unit that the
    application names. What the register does not say is None. ``left_open`` names the rules on the employer that this
    leaves open, if the law had any that day: a task for a person. The name and the debts of a sole trader are those of
    a person; before schema 3 they were in clear and no subject was named.
    """

    effective_at: datetime
    enterprise_number: str
    active: bool
    registered_office_municipality: str | None = None
    establishment_unit_municipality: str | None = None
    founded_on: date | None = None
    has_staff: bool | None = None
    left_open: tuple[str, ...] = ()
    worker_subject: UUID | None
    name: Personal[str] = personal(SubjectRole.WORKER)
    has_debts: Personal[bool | None] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonIdentifierReplaced:
    """The registers hold the worker under a newer number (SSIN) than the one on file, which takes its place."""

    effective_at: datetime
    worker_subject: UUID
    replaced: Personal[str] = personal(SubjectRole.WORKER)
    ssin: Personal[str] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredRelation:
    """An employment that was declared (Dimona). ``last_day`` is included; None while it lasts."""

    enterprise_number: str
    start: date
    last_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmploymentVerified:
    """The work history in the application was compared with the employments that were declared.

    ``covered`` says whether every day of it was declared by some employer.
    """

    effective_at: datetime
    covered: bool
    worker_subject: UUID
    relations: Personal[tuple[DeclaredRelation, ...]] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredQuarter:
    """Wages an employer declared for a worker over one quarter (DmfA), in EUR."""

    quarter: str
    gross: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleApplied:
    """A finding as far as it says nothing about a person's pay; ``provisions`` names the law it rests on."""

    rule: str
    required: bool
    verdict: str
    rule_id: str | None
    threshold: str | None
    unit: str | None
    legal_reference: str | None
    sources: tuple[str, ...]
    confidence: str | None
    reason: str | None
    missing: tuple[str, ...]
    provisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SalaryVerified:
    """Pay was judged under the law of ``legal_reference_date`` as known on ``known_on``.

    ``basis`` is ``contract`` or ``declaredWages``; ``facts`` is all that the verdict looked at, so that it can
    be judged again without asking anyone.
    """

    effective_at: datetime
    basis: str
    legal_reference_date: date | None
    known_on: date
    rule_set: str
    engine_version: int
    result: RuleApplied
    worker_subject: UUID
    facts: Personal[ApplicationFacts] = personal(SubjectRole.WORKER)
    declared_quarters: Personal[tuple[DeclaredQuarter, ...]] = personal(SubjectRole.WORKER)
    finding: Apart[Finding] = personal(SubjectRole.WORKER, apart=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabourMarketEvidenceAdded:
    """Further proof of recruitment came in; it adds to what the file already holds."""

    effective_at: datetime
    publications: tuple[VacancyPublication, ...]
    worker_subject: UUID
    candidates: Personal[tuple[FreeText, ...]] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabourMarketTestAssessed:
    """The recruitment search was judged; ``facts`` holds the publications that were judged."""

    effective_at: datetime
    legal_reference_date: date | None
    known_on: date
    rule_set: str
    engine_version: int
    facts: RecruitmentFacts
    finding: Finding
