"""One accepted version of a record as the one event that records it, under ids that come out the same at every try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from domain.case.application import GrossPay
from domain.case.legacy_events import LegacyRecordRetold, RecordedEmployer, RecordedWorker
from domain.case.recorded_texts import require_bounded
from domain.codes import kind_of_category
from domain.migration.identities import reference_of
from domain.migration.reading import CanonicalRecord, Fact

_OPTIONAL: Final = {
    "admissible_on": Fact.ADMISSIBLE,
    "decided_on": Fact.DECIDED,
    "valid_from": Fact.VALID_FROM,
    "valid_to": Fact.VALID_TO,
    "family_name": Fact.FAMILY_NAME,
    "given_name": Fact.GIVEN_NAME,
    "birth_date": Fact.BIRTH_DATE,
    "nationality": Fact.NATIONALITY,
    "ssin": Fact.SSIN,
    "employer_name": Fact.EMPLOYER_NAME,
    "job_title": Fact.JOB_TITLE,
}
"""What a record may leave out, by the name of the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where an event comes from: ``digest`` (hex, keyed) is of the content, corrections included."""

    record_id: UUID
    digest: str
    mapping_version: int
    corrected: tuple[str, ...] = ()


def command_id_of(lineage: Lineage) -> UUID:
    """The id of the command that retells a version: the same content under the same mapping is recorded once."""
    return uuid5(lineage.record_id, f"{lineage.digest}\x1f{lineage.mapping_version}")


def retell(record: CanonicalRecord, subject: UUID, lineage: Lineage) -> LegacyRecordRetold:
    """The event. What the record leaves out is named under ``unknown``.

    Raises :class:`~domain.case.refusals.InvalidInput` for a text that is longer than the log takes: a record that has
    passed the precheck has none.
    """
    reference = reference_of(record.authority, record.key)
    event = LegacyRecordRetold(
        effective_at=record.modified_at,
        reference=reference,
        authority=record.authority,
        kind=kind_of_category(record.category),
        category=record.category,
        status=record.status,
        filed_on=record.filed_on,
        admissible_on=record.admissible_on,
        decided_on=record.decided_on,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        employer=RecordedEmployer(enterprise_number=record.enterprise_number),
        unknown=tuple(fact.value for name, fact in _OPTIONAL.items() if getattr(record, name) is None),
        record_id=lineage.record_id,
        record_digest=lineage.digest,
        mapping_version=lineage.mapping_version,
        corrected=lineage.corrected,
        worker_subject=subject,
        worker=RecordedWorker(
            given_name=record.given_name,
            family_name=record.family_name,
            birth_date=record.birth_date,
            nationality=record.nationality,
            ssin=record.ssin,
        ),
        gross_pay=GrossPay(amount=record.gross_pay, period=record.pay_period),
        title=record.job_title,
        employer_name=record.employer_name,
        file_number=None if reference == record.key else record.key,
    )
    require_bounded(event)
    return event
