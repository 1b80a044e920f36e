"""A few hundred records judged together: what becomes of each, and all that has to be written for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Final, Generic, Protocol, TypeVar
from uuid import UUID

from consumers.migration.judging import ReadRecord, RecordJudge, RecordSource
from domain.case.found_by import FindableCases
from domain.case.legacy_events import LegacyRecordRetold
from domain.migration.comparison import NO_TRAITS
from domain.migration.dossiers import Dossier, Dossiers, confirmed, in_conflict, traits_of
from domain.migration.fates import BatchCount, Fate, Judged
from domain.migration.findings import Finding, RefusalReason
from domain.migration.identities import case_id_of, placeless_record_id, record_id_of
from domain.migration.plausible_days import Calendar
from domain.migration.precheck import Refused
from domain.migration.retelling import Lineage, retell
from domain.migration.source_lines import RawRecord
from domain.migration.versions import Moment, TakenVersion

ACTOR: Final = "system:migration"


class PersonErased(Exception):
    """The data of this person were erased: nothing personal is ever written about that one again."""


class SubjectsInBulk(Protocol):
    """Keys for as many people as a chunk has."""

    def mint_many(self, count: int) -> list[UUID]:
        """New subjects, each with a key that is durable when this returns."""

    def prefetch(self, subjects: Sequence[UUID]) -> None:
        """Read their keys at once, before each is needed."""


class SealedVersion(Protocol):
    """The end of a stream once an event is appended."""

    @property
    def version(self) -> int: ...

    @property
    def leaf_hash(self) -> bytes: ...


class Append(Protocol):
    """An event on its way into the journal: encrypted, sealed, and opaque to this package."""

    @property
    def events(self) -> Sequence[SealedVersion]: ...


A = TypeVar("A", bound=Append)
A_co = TypeVar("A_co", bound=Append, covariant=True)


class Appends(Protocol[A_co]):
    """Makes appends that rest on one epoch of the authority and are recorded at one moment."""

    def of(self, event: LegacyRecordRetold, case_id: UUID, before: Dossier | None, lineage: Lineage) -> A_co:
        """The append of an event on top of what the stream of its case holds. Raises :class:`PersonErased`."""


class Sealing(Protocol[A_co]):
    """Encrypts and seals what a chunk writes."""

    @property
    def unavailable(self) -> tuple[type[Exception], ...]:
        """What is raised while the store of keys is away: no record is at fault."""

    def sealed(self, subject: UUID, record_id: UUID, raw: RawRecord) -> bytes:
        """The raw record under its subject's key. Raises :class:`PersonErased`."""

    def appends(self, epoch: int, now: datetime) -> Appends[A_co]: ...


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
class Chunk(Generic[A]):
    """All that a chunk writes: in one transaction, or not at all."""

    authority: str
    mapping_version: int
    batch: UUID
    extracted_on: date
    others: Counter[str] = field(default_factory=Counter)
    """The lines between the records that hold none, by their kind."""
    unchanged: int = 0
    """Records between them that were found to be unchanged when the file was first read, and were not judged."""
    count: BatchCount = field(default_factory=BatchCount)
    landed: dict[UUID, LandedRecord] = field(default_factory=dict)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    confirmed: dict[str, Dossier] = field(default_factory=dict)
    """Taken before, and what was taken stays: now under a newer sequence, or with other contents under the same."""
    new_keys: set[str] = field(default_factory=set)
    appends: list[A] = field(default_factory=list)
    retold: list[LegacyRecordRetold] = field(default_factory=list)
    """The events that the appends hold, encrypted there."""

    @property
    def judged(self) -> int:
        """How many records were judged."""
        return self.count.records

    @property
    def lines(self) -> int:
        """Of all kinds."""
        return self.count.records + self.unchanged + self.others.total()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What the records of a chunk were delivered with: their batch, the day of the extract, conflicts in its file."""

    batch: UUID
    calendar: Calendar
    tied: Container[Moment] = ()


@dataclass(frozen=True, kw_only=True)
class ChunkJudge(Generic[A]):
    """Judges the records of one authority and makes all that has to be written for them."""

    source: RecordSource
    subjects: SubjectsInBulk
    index: FindableCases
    sealing: Sealing[A]
    digest_key: bytes

    @cached_property
    def records(self) -> RecordJudge:
        return RecordJudge(source=self.source, digest_key=self.digest_key)

    def judged(
        self, read: Sequence[ReadRecord], known: Dossiers, epoch: int, now: datetime, extract: Extract
    ) -> Chunk[A]:
        """The chunk that these records make; ``known`` are the current dossiers of their keys.

        No key may come twice in a chunk: :func:`cut` sees to that.
        """
        mapping = self.source.mapping
        chunk = Chunk[A](
            authority=mapping.authority,
            mapping_version=mapping.version,
            batch=extract.batch,
            extracted_on=extract.calendar.extracted_on,
        )
        taken = {key: dossier.taken for key, dossier in known.items()}
        fates = self.records.judge(read, taken, extract.calendar, extract.tied)
        subjects = self._subjects(read, fates, known)
        appends = self.sealing.appends(epoch, now)
        for n, (each, judged) in enumerate(zip(read, fates, strict=True)):
            if judged.fate is Fate.UNCHANGED:
                _confirm(chunk, each, known, taken)
            else:
                judged = self._add_surely(chunk, each, judged, known, subjects[n], appends)
            chunk.count.add(judged, each.reading)
        self.index.remember(chunk.authority, chunk.retold)
        return chunk

    def _subjects(self, read: Sequence[ReadRecord], fates: Sequence[Judged], known: Dossiers) -> dict[int, UUID]:
        """Whose data each record is, by its number: a person new to the program gets a key."""
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
        if subjects:
            self.subjects.prefetch(list(subjects.values()))
        if strangers:
            subjects.update(zip(strangers, self.subjects.mint_many(len(strangers)), strict=True))
        return subjects

    def _add_surely(
        self, chunk: Chunk[A], each: ReadRecord, judged: Judged, known: Dossiers, subject: UUID, appends: Appends[A]
    ) -> Judged:
        """Add a record, or quarantine it if the program fails at it; gives what became of it."""
        try:
            self._add(chunk, each, judged, known, subject, appends)
        except PersonErased:
            judged = Judged(fate=Fate.QUARANTINED, version=judged.version, refused=_ERASED)
            self._add(chunk, each, judged, known, subject, appends)
        except self.sealing.unavailable:
            raise
        except Exception as why:
            judged = self.records.quarantine(each, why)
            self._add(chunk, each, judged, known, subject, appends)
        return judged

    def _add(
        self, chunk: Chunk[A], each: ReadRecord, judged: Judged, known: Dossiers, subject: UUID, appends: Appends[A]
    ) -> None:
        version = judged.version
        before = None if version is None else known.get(version.key)
        if version is None:
            case_id, record_id = None, placeless_record_id(chunk.batch, each.raw.place)
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
            sealed=b"" if judged.refused is _ERASED else self.sealing.sealed(subject, record_id, each.raw),
            fate=judged.fate,
            refused=judged.refused,
        )
        if version is None or case_id is None or judged.fate is Fate.STALE:
            chunk.landed[record_id] = landed
            return
        if (conflicting := in_conflict(before, version)) is not None:
            chunk.landed[record_id] = landed
            chunk.confirmed[version.key] = conflicting
            return
        end_version = 0 if before is None else before.version
        leaf_hash = None if before is None else before.leaf_hash
        traits = NO_TRAITS
        if judged.record is not None:
            lineage = Lineage(record_id=record_id, digest=each.digest, mapping_version=chunk.mapping_version)
            traits = traits_of(judged.record, self.digest_key)
            event = retell(judged.record, subject, lineage)
            append = appends.of(event, case_id, before, lineage)
            end = append.events[-1]
            end_version, leaf_hash = end.version, end.leaf_hash
            chunk.appends.append(append)
            chunk.retold.append(event)
        chunk.landed[record_id] = landed
        chunk.dossiers[version.key] = Dossier(
            key=version.key,
            case_id=case_id,
            subject=subject,
            sequence=version.modified_at,
            digest=each.digest,
            record_id=record_id,
            fate=judged.fate.value,
            version=end_version,
            leaf_hash=leaf_hash,
            traits=traits,
        )
        if before is None:
            chunk.new_keys.add(version.key)


def _confirm(chunk: Chunk[A], each: ReadRecord, known: Dossiers, taken: Mapping[str, TakenVersion]) -> None:
    if each.key is not None and (newer := confirmed(known[each.key], taken[each.key])) is not None:
        chunk.confirmed[each.key] = newer


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
