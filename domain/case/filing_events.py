"""What the applicant brings and takes back: the application, further papers, corrections, the withdrawal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain.case.application import (
    Document,
    GrossPay,
    Transfer,
    VacancyPublication,
    Worker,
    WorkPeriod,
    Workplace,
)
from domain.case.personal_data import Personal, SubjectRole, personal
from domain.plain_text import FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOffered:
    """The job as far as it says nothing about a named person."""

    start: date
    end: date | None
    contract: str
    full_time_equivalent: Decimal
    workplace: Workplace
    occupation_code: str | None
    qualification_level: int | None
    joint_committee: str | None
    contract_states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerNumbers:
    """The employer in clear. The name is personal: a sole trader's is that of a person."""

    enterprise_number: str
    establishment_unit_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativeNumber:
    """The representative in clear. The reference of the mandate is what its parties wrote: personal."""

    enterprise_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSubmitted:
    """An application was filed; ``effective_at`` is the moment of filing.

    ``renewal_of`` is the case of the permit that it renews; before schema 4 nothing said which.

    ``left_open`` names the rules on the contract that it leaves open, if the law had any that day: a task for a person.
    """

    effective_at: datetime
    reference: str
    authority: str
    kind: str
    category: str
    renewal: bool
    change_of_employer: bool
    procedure_language: str
    filed_by: str
    employer: EmployerNumbers
    representative: RepresentativeNumber | None
    employment: JobOffered
    publications: tuple[VacancyPublication, ...] | None
    documents: tuple[Document, ...]
    worker_subject: UUID
    worker: Personal[Worker] = personal(SubjectRole.WORKER)
    gross_pay: Personal[GrossPay] = personal(SubjectRole.WORKER)
    title: Personal[str] = personal(SubjectRole.WORKER)
    candidates: Personal[tuple[FreeText, ...]] = personal(SubjectRole.WORKER)
    transfer: Personal[Transfer | None] = personal(SubjectRole.WORKER)
    work_history: Personal[tuple[WorkPeriod, ...]] = personal(SubjectRole.WORKER)
    employer_name: Personal[str] = personal(SubjectRole.WORKER)
    mandate_reference: Personal[str | None] = personal(SubjectRole.WORKER)
    left_open: tuple[str, ...] = ()
    renewal_of: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAttached:
    """A file came into the case. Its content lies, encrypted under the worker's key, in the document store."""

    effective_at: datetime
    document: Document
    by: str
    worker_subject: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWithdrawn:
    """A file that was attached by mistake counts no more. Its content lies where it lay, until its key is destroyed."""

    effective_at: datetime
    document: Document
    by: str
    worker_subject: UUID
    reason: Personal[FreeText] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePaid:
    """A fee was paid on the civil day ``paid_on``: ``amount`` in EUR to ``recipient`` (FACTS 4.9).

    Schema 1 named no subject: its reference was in clear.
    """

    effective_at: datetime
    recipient: str
    amount: Decimal
    paid_on: date
    by: str
    worker_subject: UUID | None
    payment_reference: Personal[str] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePaymentVoided:
    """The payment numbered ``payment`` was recorded wrongly and counts no more; what was recorded stays in the log.

    Payments of a case are numbered from 1 in the order in which they were recorded. Nothing is paid back by this.
    """

    effective_at: datetime
    payment: int
    by: str
    worker_subject: UUID
    reason: Personal[FreeText] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCorrected:
    """Something in the file was wrong from the start and is put right; what was filed stays on record.

    ``corrected`` names the parts that are replaced, by their wire names; the others are None here. ``left_open`` is as
    in :class:`ApplicationSubmitted`, where the job is corrected.
    """

    effective_at: datetime
    corrected: tuple[str, ...]
    employer: EmployerNumbers | None
    employment: JobOffered | None
    by: str
    worker_subject: UUID
    worker: Personal[Worker | None] = personal(SubjectRole.WORKER)
    gross_pay: Personal[GrossPay | None] = personal(SubjectRole.WORKER)
    title: Personal[str | None] = personal(SubjectRole.WORKER)
    employer_name: Personal[str | None] = personal(SubjectRole.WORKER)
    reason: Personal[FreeText] = personal(SubjectRole.WORKER)
    left_open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationWithdrawn:
    """The applicant took the application back (not to be confused with a revocation by the authority)."""

    effective_at: datetime
    by: str
    worker_subject: UUID
    reason: Personal[FreeText | None] = personal(SubjectRole.WORKER)
