"""A record as its source states it: which field says what, in the source's own text, before anything is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from domain.migration.findings import Finding, RefusalReason


class Fact(StrEnum):
    """What a record can state. The values are the names of the facts in reports and lineage."""

    KEY = "key"
    STATUS = "status"
    ACTOR = "actor"
    CATEGORY = "category"
    FILED = "filedOn"
    ADMISSIBLE = "admissibleOn"
    DECIDED = "decidedOn"
    VALID_FROM = "validFrom"
    VALID_TO = "validTo"
    FAMILY_NAME = "familyName"
    GIVEN_NAME = "givenName"
    BIRTH_DATE = "birthDate"
    NATIONALITY = "nationality"
    SSIN = "ssin"
    ENTERPRISE_NUMBER = "enterpriseNumber"
    EMPLOYER_NAME = "employerName"
    JOB_TITLE = "jobTitle"
    PAY = "grossPay"
    PAY_PERIOD = "payPeriod"
    MODIFIED = "modifiedAt"

    # The hash of the text, as for every other text: that of an enumeration is computed in Python at each look-up.
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyReading:
    """``fields`` says where each fact is in the source, ``texts`` its value without the spaces around it.

    A fact that the source leaves out has no text. ``happened`` has other days of which the source says that something
    happened on them, by field; ``others`` the texts of known fields that state no fact. ``unknown`` names the fields of
    the source that the mapping does not know: they are kept and counted. ``findings`` are what could not be read of the
    record, or is not of the form.
    """

    authority: str
    fields: Mapping[Fact, str]
    texts: Mapping[Fact, str]
    happened: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def text(self, fact: Fact) -> str | None:
        """The text of a fact; None where there is none."""
        return self.texts.get(fact)

    def field(self, fact: Fact) -> str:
        """Where the fact is, for people to find it."""
        return self.fields.get(fact) or fact.value


NUMBERS: Final = frozenset({Fact.PAY})
"""The facts that JSON may state as a number."""

_MOST_DIGITS: Final = 30


class Values:
    """What is read of the values of one record: texts, the pay also as a number, and what is neither."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def text(self, value: object, field: str, *, number: bool = False) -> str | None:
        """The text without the spaces around it; None for what is empty, and for what no text can represent."""
        if type(value) is str:
            return value.strip() or None
        if value is None:
            return None
        if number and isinstance(value, Decimal | int) and not isinstance(value, bool):
            return amount_text(Decimal(value))
        expected = "a text or a number" if number else "a text"
        self.findings.append(Finding(RefusalReason.FIELD_MALFORMED, field, f"it is not {expected}"))
        return None


def amount_text(number: Decimal) -> str:
    """A JSON number as the sources write an amount, with a decimal comma; as many decimals as it has."""
    if abs(number.adjusted()) > _MOST_DIGITS:
        return str(number)
    written = f"{number.normalize():f}" if number.is_finite() else str(number)
    return written.replace(".", ",")


class LegacyMapping(Protocol):
    """What each authority's mapping does: one raw record in, one reading out. It judges nothing."""

    @property
    def authority(self) -> str: ...

    @property
    def version(self) -> int: ...

    def read(self, record: Mapping[str, object]) -> LegacyReading: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalRecord:
    """A record in the one form of all authorities. What the source does not say is None.

    Days are civil days in Europe/Brussels, ``modified_at`` is aware. ``gross_pay`` is in EUR per ``pay_period``
    (``year`` or ``month``).
    """

    authority: str
    key: str
    modified_at: datetime
    status: str
    category: str
    filed_on: date
    admissible_on: date | None
    decided_on: date | None
    valid_from: date | None
    valid_to: date | None
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    nationality: str | None
    ssin: str | None
    enterprise_number: str
    employer_name: str | None
    job_title: str | None
    gross_pay: Decimal
    pay_period: str
