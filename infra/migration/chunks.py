"""A few thousand records judged together: what becomes of each, and all that has to be written for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID, uuid5

import psycopg2

from domain.case.events import CaseEvent
from domain.migration.batch import BatchCount, Fate, Judged
from domain.migration.comparison import NO_TRAITS
from domain.migration.findings import Finding, RefusalReason
from domain.migration.plausible_days import Calendar
from domain.migration.precheck import Refused
from domain.migration.reading import CanonicalRecord
from domain.migration.retelling import Lineage, case_id_of, command_id_of, record_id_of, retell
from domain.migration.versions import Moment, TakenVersion
from infra.event_codec import EventCodec
from infra.keys import KeyDestroyed, KeyMissing, SubjectKeys
from infra.migration.dossiers import Dossier, Dossiers, traits_of
from infra.migration.judging import ReadRecord, RecordJudge
from infra.migration.sealed_records import seal_record
from infra.migration.sources import Source
from infra.postgres.journal.append_requests import (
    AppendRequest,
    AuthorityEpoch,
    CommandIdentity,
    StreamHead,
    Touch,
)
from infra.postgres.journal.sealing import encoded_on, sealed_request
from infra.postgres.server.connections import DatabaseUnavailable
from infra.wire_format import wire_time

ACTOR: Final = "system:migration"


class ManyKeys(SubjectKeys, Protocol):
    """Keys for as many people as a chunk has."""

    def mint_many(self, count: int) -> list[UUID]: ...

    def link_many(self, persons: dict[UUID, str]) -> None: ...

    def prefetch(self, subjects: Sequence[UUID]) -> None: ...


_ERASED: Final = Refused(
    (Finding(RefusalReason.MALFORMED, "", "the data of this person were erased here: nothing more is taken of them"),)
)
"""Of such a record nothing is kept but that it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedRecord:
    """A version that made a difference; ``refused`` says why it waits in quarantine."""

    id: UUID
    key: str | None
    source: str
    line: int
    sequence: datetime | None
    digest: str
    subject: UUID
    sealed: bytes
    fate: Fate
    refused: Refused | None = None


@dataclass(slots=True, kw_only=True)
class Chunk:
    """All that a chunk writes: in one transaction, or not at all."""

    authority: str
    mapping_version: int
    epoch: AuthorityEpoch
    batch: UUID
    extracted_on: date
    others: Counter[str] = field(default_factory=Counter)
    """The lines between the records that hold none, by their kind."""
    count: BatchCount = field(default_factory=BatchCount)
    landed: dict[UUID, LandedRecord] = field(default_factory=dict)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    confirmed: dict[str, Dossier] = field(default_factory=dict)
    """Taken before, and what was taken stays: now under a newer sequence, or with other contents under the same."""
    new_keys: set[str] = field(default_factory=set)
    requests: list[AppendRequest] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """Of all kinds."""
        return self.count.records + self.others.total()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What the records of a chunk were handed over with: their batch, the day of the extract, conflicts in its file."""

    batch: UUID
    calendar: Calendar
    tied: Container[Moment] = ()


class ChunkJudge:
    """Judges the records of one authority and makes all that has to be written for them."""

    def __init__(self, source: Source, codec: EventCodec, keys: ManyKeys, origin: str, digest_key: bytes) -> None:
        self.source = source
        self.keys = keys
        self.digest_key = digest_key
        self.records = RecordJudge(source=source, digest_key=digest_key)
        self._codec = codec
        self.origin = origin

    def judged(
        self, read: Sequence[ReadRecord], known: Dossiers, epoch: AuthorityEpoch, now: datetime, extract: Extract
    ) -> Chunk:
        """The chunk that these records make; ``known`` are the dossiers of their keys as they stand.

        No key may come twice in a chunk: :func:`cut` sees to that.
        """
        mapping = self.source.mapping
        chunk = Chunk(
            authority=mapping.authority,
            mapping_version=mapping.version,
            epoch=epoch,
            batch=extract.batch,
            extracted_on=extract.calendar.extracted_on,
        )
        taken = {key: dossier.taken for key, dossier in known.items()}
        fates = self.records.judge(read, taken, extract.calendar, extract.tied)
        subjects = self._subjects(read, fates, known)
        recorded_at = wire_time(now)
        for n, (each, judged) in enumerate(zip(read, fates, strict=True)):
            if judged.fate is Fate.UNCHANGED:
                self._confirm(chunk, each, known, taken)
            else:
                judged = self._add_surely(chunk, each, judged, known, subjects[n], recorded_at)
            chunk.count.add(judged, each.reading)
        persons = {
            chunk.dossiers[each.key].subject: judged.record.ssin
            for each, judged in zip(read, fates, strict=True)
            if each.key in chunk.dossiers and judged.record is not None and judged.record.ssin is not None
        }
        if persons:
            self.keys.link_many(persons)
        return chunk

    def _subjects(self, read: Sequence[ReadRecord], fates: Sequence[Judged], known: Dossiers) -> dict[int, UUID]:
        """Whose data each record is, by its number: whoever is new to the program gets a key."""
        subjects: dict[int, UUID] = {}
        strangers: list[int] = []
        for n, (each, judged) in enumerate(zip(read, fates, strict=True)):
            if judged.fate is Fate.UNCHANGED:
                continue
            dossier = None if each.key is None else known.get(each.key)
            if dossier is None:
                strangers.append(n)
            else:
                subjects[n] = dossier.subject
        self.keys.prefetch(list(subjects.values()))
        if strangers:
            subjects.update(zip(strangers, self.keys.mint_many(len(strangers)), strict=True))
        return subjects

    @staticmethod
    def _confirm(chunk: Chunk, each: ReadRecord, known: Dossiers, taken: Mapping[str, TakenVersion]) -> None:
        if each.key is not None and taken[each.key].modified_at > known[each.key].sequence:
            newer = replace(known[each.key], sequence=taken[each.key].modified_at, others=())
            chunk.confirmed[each.key] = newer

    def _add_surely(
        self, chunk: Chunk, each: ReadRecord, judged: Judged, known: Dossiers, subject: UUID, recorded_at: str
    ) -> Judged:
        """Add a record, or set it aside if the program fails at it; what became of it comes back."""
        try:
            self._add(chunk, each, judged, known, subject, recorded_at)
        except KeyDestroyed:
            judged = Judged(fate=Fate.QUARANTINED, version=judged.version, refused=_ERASED)
            self._add(chunk, each, judged, known, subject, recorded_at)
        except (KeyMissing, DatabaseUnavailable, psycopg2.Error):
            # The key store's own: no record is at fault.
            raise
        except Exception as why:
            judged = self.records.set_aside(each, why)
            self._add(chunk, each, judged, known, subject, recorded_at)
        return judged

    def _add(
        self, chunk: Chunk, each: ReadRecord, judged: Judged, known: Dossiers, subject: UUID, recorded_at: str
    ) -> None:
        version = judged.version
        before = None if version is None else known.get(version.key)
        if version is None:
            # It has no place among the versions of a file number: it is what stands in this line.
            case_id, record_id = None, uuid5(chunk.batch, each.raw.place)
        else:
            case_id = case_id_of(chunk.authority, version.key) if before is None else before.case_id
            record_id = record_id_of(case_id, version.modified_at, each.digest)
        landed = LandedRecord(
            id=record_id,
            key=each.key,
            source=each.raw.source,
            line=each.raw.line,
            sequence=None if version is None else version.modified_at,
            digest=each.digest,
            subject=subject,
            sealed=b"" if judged.refused is _ERASED else self._sealed(subject, record_id, each),
            fate=judged.fate,
            refused=judged.refused,
        )
        if version is None or case_id is None or judged.fate is Fate.STALE:
            chunk.landed[record_id] = landed
            return
        if before is not None and before.sequence == version.modified_at:
            # A conflict: what was taken first stays.
            chunk.landed[record_id] = landed
            chunk.confirmed[version.key] = replace(before, others=(*before.others, each.digest))
            return
        dossier = Dossier(
            key=version.key,
            case_id=case_id,
            subject=subject,
            sequence=version.modified_at,
            digest=each.digest,
            record_id=record_id,
            fate=judged.fate.value,
            version=0 if before is None else before.version,
            leaf_hash=None if before is None else before.leaf_hash,
            traits=NO_TRAITS if judged.record is None else traits_of(judged.record, self.digest_key),
        )
        if judged.record is not None:
            lineage = Lineage(record_id=record_id, digest=each.digest, mapping_version=chunk.mapping_version)
            request = self.request(dossier, judged.record, lineage, chunk.epoch, recorded_at)
            dossier = replace(dossier, version=request.events[-1].version, leaf_hash=request.events[-1].leaf_hash)
            chunk.requests.append(request)
        chunk.landed[record_id] = landed
        chunk.dossiers[version.key] = dossier
        if before is None:
            chunk.new_keys.add(version.key)

    def _sealed(self, subject: UUID, record_id: UUID, each: ReadRecord) -> bytes:
        return seal_record(self.keys.key_to_encrypt(subject), record_id, each.raw)

    def request(
        self, dossier: Dossier, record: CanonicalRecord, lineage: Lineage, epoch: AuthorityEpoch, recorded_at: str
    ) -> AppendRequest:
        """The append of the one event that retells the record, on top of what the stream holds."""
        event: CaseEvent = retell(record, dossier.subject, lineage)
        head = StreamHead(dossier.version or None, dossier.leaf_hash)
        return sealed_request(
            encoded_on(self._codec, dossier.case_id, head, [event]),
            origin=self.origin,
            command=CommandIdentity(ACTOR, str(command_id_of(lineage)), bytes.fromhex(lineage.digest)),
            touches=(Touch(dossier.case_id, head),),
            recorded_at=recorded_at,
            rests_on=epoch,
        )


def cut(read: Sequence[ReadRecord]) -> list[Sequence[ReadRecord]]:
    """The records in stretches in which no file number comes twice: a stream is appended to once a transaction."""
    parts: list[Sequence[ReadRecord]] = []
    begin, seen = 0, set[str]()
    for n, each in enumerate(read):
        if each.key is not None and each.key in seen:
            parts.append(read[begin:n])
            begin, seen = n, set()
        if each.key is not None:
            seen.add(each.key)
    return [*parts, read[begin:]]
