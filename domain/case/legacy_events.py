"""What an authority's former system stated of a case, recorded once for each version of its record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.case.application import GrossPay
from domain.case.personal_data import Personal, SubjectRole, personal
from domain.codes import OPEN_STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEmployer:
    """The employer in clear. The name is personal: a sole trader's is that of a person, and a stranger wrote it."""

    enterprise_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedWorker:
    """The worker as far as the record names one; letters that its encoding lost stay lost."""

    given_name: str | None
    family_name: str | None
    birth_date: date | None
    nationality: str | None
    ssin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyRecordRetold:
    """A record of another system, with the facts that it dates. No check, alarm, letter or grant follows from it.

    ``effective_at`` is when the source last changed the record, days are civil days in Europe/Brussels, the recorded
    time in the leaf is that of the import. ``unknown`` names the facts that the record does not say; ``corrected`` the
    fields that a migration operator put right before. ``record_id``, ``record_digest`` (keyed) and ``mapping_version``
    lead to the raw record (KAFKA: migration).

    ``reference`` is what the case is called in clear: its file number, or a name of ours in its place where that is not
    of the shape of one; ``file_number`` then has it, else None. Whatever text a record holds lies under the one key
    that the whole raw record lies under, the employer's name too.
    """

    effective_at: datetime
    reference: str
    authority: str
    kind: str
    category: str
    status: str
    filed_on: date
    admissible_on: date | None
    decided_on: date | None
    valid_from: date | None
    valid_to: date | None
    employer: RecordedEmployer
    unknown: tuple[str, ...]
    record_id: UUID
    record_digest: str
    mapping_version: int
    corrected: tuple[str, ...]
    worker_subject: UUID
    worker: Personal[RecordedWorker] = personal(SubjectRole.WORKER)
    gross_pay: Personal[GrossPay] = personal(SubjectRole.WORKER)
    title: Personal[str | None] = personal(SubjectRole.WORKER)
    employer_name: Personal[str | None] = personal(SubjectRole.WORKER)
    file_number: Personal[str | None] = personal(SubjectRole.WORKER)

    @property
    def is_open(self) -> bool:
        """Whether the authority had not come to an end with it."""
        return self.status in OPEN_STATUSES
