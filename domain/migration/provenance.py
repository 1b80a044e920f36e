"""Where each fact comes from: the field of the source, its value, what was made of it, and how surely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from domain.migration.reading import CanonicalRecord, Fact, LegacyReading


class Sureness(StrEnum):
    """How far a fact may be relied on."""

    AS_WRITTEN = "asWritten"
    CONVERTED = "converted"
    LETTERS_LOST = "lettersLost"
    """Its encoding could not hold all letters: ``?`` is in the place of one."""
    UNDECIDED = "undecided"
    """The record was refused: what can be read of the fact is shown, and nothing was made of it."""
    ASSUMED = "assumed"
    """The source has no such field; what is implicit there is stated here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """``raw`` is None for what the source does not say; ``value`` is what was made of it, as far as it can be read."""

    fact: Fact
    field: str
    raw: str | None
    value: str | None
    transformation: str
    sureness: Sureness


_TRANSFORMATIONS: Final = {
    Fact.STATUS: "vocabulary of statuses, with the actor where the word means two things",
    Fact.CATEGORY: "vocabulary of categories",
    Fact.NATIONALITY: "vocabulary of nationalities, or the ISO code itself",
    Fact.PAY_PERIOD: "vocabulary of pay periods; a year where the source has none",
    Fact.FILED: "dd/mm/yyyy",
    Fact.ADMISSIBLE: "dd/mm/yyyy",
    Fact.DECIDED: "dd/mm/yyyy",
    Fact.VALID_FROM: "dd/mm/yyyy",
    Fact.VALID_TO: "dd/mm/yyyy",
    Fact.BIRTH_DATE: "dd/mm/yyyy",
    Fact.MODIFIED: "dd/mm/yyyy hh:mm or ISO 8601, in Belgian time",
    Fact.PAY: "point for thousands, comma for decimals",
    Fact.SSIN: "eleven digits without separators; check digits never repaired",
    Fact.ENTERPRISE_NUMBER: "ten digits: BE and dots taken away, a lost first 0 put back",
}
_NAMES: Final = {
    "key": Fact.KEY, "modified_at": Fact.MODIFIED, "status": Fact.STATUS, "category": Fact.CATEGORY,
    "filed_on": Fact.FILED, "admissible_on": Fact.ADMISSIBLE, "decided_on": Fact.DECIDED,
    "valid_from": Fact.VALID_FROM, "valid_to": Fact.VALID_TO, "family_name": Fact.FAMILY_NAME,
    "given_name": Fact.GIVEN_NAME, "birth_date": Fact.BIRTH_DATE, "nationality": Fact.NATIONALITY, "ssin": Fact.SSIN,
    "enterprise_number": Fact.ENTERPRISE_NUMBER, "employer_name": Fact.EMPLOYER_NAME, "job_title": Fact.JOB_TITLE,
    "gross_pay": Fact.PAY, "pay_period": Fact.PAY_PERIOD,
}  # fmt: skip


def provenance_of(
    reading: LegacyReading,
    record: CanonicalRecord | None,
    read: Mapping[Fact, date | datetime | Decimal | str | None] | None = None,
) -> tuple[Provenance, ...]:
    """One entry a fact; ``record`` is None for a refused one, of which ``read`` says what each fact gives by itself."""
    rows, alone = [], {} if read is None else read
    for name, fact in _NAMES.items():
        raw = reading.text(fact)
        value = wire_value(alone.get(fact) if record is None else getattr(record, name))
        rows.append(
            Provenance(
                fact=fact,
                field=reading.field(fact),
                raw=raw,
                value=value,
                transformation=_TRANSFORMATIONS.get(fact, "as it stands"),
                sureness=Sureness.UNDECIDED if record is None else _sureness(fact, raw, value),
            )
        )
    return tuple(rows)


def wire_value(value: date | datetime | Decimal | str | None) -> str | None:
    """A fact as text: days and moments (in UTC) in ISO 8601, amounts with a decimal point."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)


def _sureness(fact: Fact, raw: str | None, value: str | None) -> Sureness:
    if raw is None and value is not None:
        return Sureness.ASSUMED
    if raw is not None and "?" in raw and fact not in _TRANSFORMATIONS:
        return Sureness.LETTERS_LOST
    return Sureness.AS_WRITTEN if raw == value else Sureness.CONVERTED


def facts_of(record: CanonicalRecord) -> dict[str, str | None]:
    """The facts of a record by name, as text: what two sides of a reconciliation are compared by."""
    return {fact.value: wire_value(getattr(record, name)) for name, fact in _NAMES.items()}
