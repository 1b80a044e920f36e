"""The parts of an application of which any part may lack: see :mod:`domain.case.stated_facts`.

Only an entry of a list is stated whole: half a publication proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.plain_text import FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPlace:
    municipality_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedEmployer:
    """Beside what an application says, what the register of enterprises would: places, founding, staff, debts."""

    enterprise_number: str | None = None
    establishment_unit_number: str | None = None
    name: str | None = None
    establishment_unit: StatedPlace | None = None
    registered_office: StatedPlace | None = None
    founded_on: date | None = None
    has_staff: bool | None = None
    active: bool | None = None
    has_debts: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRepresentative:
    enterprise_number: str | None = None
    mandate_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedWorker:
    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    nationality: str | None = None
    ssin: str | None = None
    residence: StatedPlace | None = None
    family_in_belgium: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPay:
    """Gross pay in EUR per ``period``."""

    amount: Decimal | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedEmployment:
    """``end`` absent beside a ``start`` is an open-ended contract, as in an application."""

    title: str | None = None
    occupation_code: str | None = None
    qualification_level: int | None = None
    start: date | None = None
    end: date | None = None
    contract: str | None = None
    gross_pay: StatedPay | None = None
    full_time_equivalent: Decimal | None = None
    workplace: StatedPlace | None = None
    joint_committee: str | None = None
    contract_states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPublication:
    """``to`` is the first day on which the vacancy was gone."""

    channel: str
    from_: date
    to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedEvidence:
    publications: tuple[StatedPublication, ...] | None = None
    candidates: tuple[FreeText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedTransfer:
    sending_undertaking: str | None = None
    country: str | None = None
    prior_service_months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedWorkPeriod:
    from_: date
    to: date
    basis: str
    employer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDocument:
    """A paper that is there, by its kind; the file itself need not exist yet."""

    kind: str
    sha256: str | None = None
    media_type: str | None = None
    size: int | None = None
