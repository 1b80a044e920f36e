"""An application as it is filed: the words that employers, events, assessments and pages share.

Periods are half-open ``[from, to)`` in Europe/Brussels civil days; money is EUR as exact decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.plain_text import FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Employer:
    enterprise_number: str
    name: str
    establishment_unit_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    enterprise_number: str
    mandate_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Residence:
    municipality_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """The person who will work. A first application often has no SSIN yet (FACTS 5.1).

    Passports of many countries hold one name only; that one is the ``family_name``. The ``residence`` is required of
    those who file for themselves: it decides which region is competent. Whether family lives here is asked of workers
    for whom a shorter term of work is enough then.
    """

    family_name: str
    birth_date: date
    nationality: str
    given_name: str | None = None
    ssin: str | None = None
    residence: Residence | None = None
    family_in_belgium: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrossPay:
    """Gross pay in EUR per ``period``: ``year`` or ``month``."""

    amount: Decimal
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    municipality_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Employment:
    """The job. ``contract`` is ``belgian`` or ``posted``; ``end`` is absent for an open-ended contract.

    ``contract_states`` are the elements that the contract states; empty says nothing about what it states.
    """

    title: str
    start: date
    contract: str
    gross_pay: GrossPay
    full_time_equivalent: Decimal
    workplace: Workplace
    end: date | None = None
    occupation_code: str | None = None
    qualification_level: int | None = None
    joint_committee: str | None = None
    contract_states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VacancyPublication:
    """A vacancy on a channel (VDAB, EURES, ...). ``to`` is the first day on which it was gone."""

    channel: str
    from_: date
    to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LabourMarketEvidence:
    """Proof of recruitment: publications, and what became of each candidate in free text."""

    publications: tuple[VacancyPublication, ...]
    candidates: tuple[FreeText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """An intra-corporate transfer (Directive 2014/66/EU)."""

    sending_undertaking: str
    country: str
    prior_service_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPeriod:
    """Earlier work that counts towards a permit of unlimited duration."""

    employer: str
    from_: date
    to: date
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file by its content: ``sha256`` in lower-case hex, ``size`` in bytes."""

    kind: str
    sha256: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """``renewal_of`` is the id of the application whose permit is renewed, where that is known here."""

    authority: str
    kind: str
    category: str
    procedure_language: str
    filed_by: str
    employer: Employer
    worker: Worker
    employment: Employment
    renewal: bool = False
    change_of_employer: bool = False
    renewal_of: UUID | None = None
    representative: Representative | None = None
    labour_market_test: LabourMarketEvidence | None = None
    transfer: Transfer | None = None
    work_history: tuple[WorkPeriod, ...] = ()
    documents: tuple[Document, ...] = ()
