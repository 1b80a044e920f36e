"""A few thousand records judged together: what becomes of each, and all that has to be written for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid5

from domain.case.events import CaseEvent
from domain.migration.batch import BatchCount, Fate, Judged, judge
from domain.migration.comparison import NO_TRAITS
from domain.migration.precheck import Refused, moment_of
from domain.migration.reading import CanonicalRecord, Fact, LegacyReading
from domain.migration.retelling import Lineage, case_id_of, command_id_of, record_id_of, retell
from domain.migration.vocabulary import Vocabularies
from infra.event_codec import EventCodec
from infra.keys import SubjectKeys
from infra.legacy_files.records import RawRecord
from infra.migration.dossiers import Dossier, Dossiers, traits_of
from infra.migration.sealed_records import seal_record
from infra.migration.sources import Source
from infra.postgres.append_requests import (
    AppendRequest,
    AuthorityEpoch,
    CommandIdentity,
    StreamHead,
    one_event,
    wire_time,
)

ACTOR: Final = "system:migration"


class ManyKeys(SubjectKeys, Protocol):
    """Keys for as many people as a chunk has."""

    def mint_many(self, count: int) -> list[UUID]: ...

    def link_many(self, persons: dict[UUID, str]) -> None: ...

    def prefetch(self, subjects: Sequence[UUID]) -> None: ...


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
    count: BatchCount = field(default_factory=BatchCount)
    landed: dict[UUID, LandedRecord] = field(default_factory=dict)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    confirmed: dict[str, Dossier] = field(default_factory=dict)
    """Taken before with the same content, and now under a newer sequence: what is older than that is stale."""
    new_keys: set[str] = field(default_factory=set)
    requests: list[AppendRequest] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A raw record as its mapping reads it, with the keyed digest of its content."""

    raw: RawRecord
    reading: LegacyReading
    digest: str

    @property
    def key(self) -> str | None:
        return self.reading.text(Fact.KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkJudge:
    """Judges the records of one authority; ``digest_key`` keys the digests of their content."""

    source: Source
    codec: EventCodec
    keys: ManyKeys
    origin: str
    digest_key: bytes
    vocabularies: Vocabularies = field(default_factory=Vocabularies.load)

    def read(self, raw: RawRecord) -> ReadRecord:
        return ReadRecord(raw, self.source.reading(raw), self.source.digest(raw.record, self.digest_key))

    def judged(self, read: Sequence[ReadRecord], known: Dossiers, epoch: AuthorityEpoch, now: datetime) -> Chunk:
        """The chunk that these records make; ``known`` are the dossiers of their keys as they stand.

        No key may be retold twice in a chunk: :func:`cut` sees to that.
        """
        chunk = Chunk(authority=self.source.mapping.authority, mapping_version=self.source.mapping.version, epoch=epoch)
        taken = {key: dossier.taken for key, dossier in known.items()}
        fates = [judge(each.reading, each.digest, taken, self.vocabularies) for each in read]
        strangers = [
            n for n, each in enumerate(read) if fates[n].fate is not Fate.UNCHANGED and (each.key or "") not in known
        ]
        new_subjects = dict(zip(strangers, self.keys.mint_many(len(strangers)) if strangers else (), strict=True))
        self.keys.prefetch(
            [
                known[each.key].subject
                for each, judged in zip(read, fates, strict=True)
                if judged.fate is not Fate.UNCHANGED and each.key is not None and each.key in known
            ]
        )
        recorded_at = wire_time(now)
        for n, (each, judged) in enumerate(zip(read, fates, strict=True)):
            chunk.count.add(judged, each.reading)
            if judged.fate is not Fate.UNCHANGED:
                self._add(chunk, each, judged, known, new_subjects.get(n), recorded_at)
            elif each.key is not None and taken[each.key].modified_at > known[each.key].sequence:
                chunk.confirmed[each.key] = replace(known[each.key], sequence=taken[each.key].modified_at)
        persons = {
            chunk.dossiers[record.key].subject: record.ssin
            for judged in fates
            if (record := judged.record) is not None and record.ssin is not None
        }
        if persons:
            self.keys.link_many(persons)
        return chunk

    def _add(
        self, chunk: Chunk, each: ReadRecord, judged: Judged, known: Dossiers, minted: UUID | None, recorded_at: str
    ) -> None:
        key, text = each.key, each.reading.text(Fact.MODIFIED)
        sequence = None if text is None else moment_of(text)
        before = None if key is None else chunk.dossiers.get(key) or known.get(key)
        subject = before.subject if before is not None else minted
        if subject is None:
            raise AssertionError("whoever is new to the program has a key by now")
        case_id = case_id_of(chunk.authority, key or "") if before is None else before.case_id
        if key is None or sequence is None:
            # It cannot be placed among the versions of a file number: its content alone is what it is.
            record_id = uuid5(case_id, each.digest)
        else:
            record_id = record_id_of(case_id, sequence, each.digest)
        chunk.landed[record_id] = LandedRecord(
            id=record_id,
            key=key,
            source=each.raw.source,
            line=each.raw.line,
            sequence=sequence,
            digest=each.digest,
            subject=subject,
            sealed=seal_record(self.keys.key_to_encrypt(subject), record_id, each.raw.record, each.raw.problem),
            fate=judged.fate,
            refused=judged.refused,
        )
        if key is None or sequence is None or judged.fate is Fate.STALE:
            return
        if key not in known:
            chunk.new_keys.add(key)
        dossier = Dossier(
            key=key,
            case_id=case_id,
            subject=subject,
            sequence=sequence,
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
            chunk.requests.append(request)
            dossier = replace(dossier, version=request.events[-1].version, leaf_hash=request.events[-1].leaf_hash)
        chunk.dossiers[key] = dossier

    def request(
        self, dossier: Dossier, record: CanonicalRecord, lineage: Lineage, epoch: AuthorityEpoch, recorded_at: str
    ) -> AppendRequest:
        """The append of the one event that retells the record, on top of what the stream holds."""
        event: CaseEvent = retell(record, dossier.subject, lineage)
        head = StreamHead(dossier.version or None, dossier.leaf_hash)
        return one_event(
            origin=self.origin,
            stream=dossier.case_id,
            head=head,
            encoded=self.codec.encode(event, dossier.case_id, dossier.version + 1),
            command=CommandIdentity(ACTOR, str(command_id_of(lineage)), bytes.fromhex(lineage.digest)),
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
