"""Stores of a migration in memory, behind the Protocols of its flows: what they were told, in its order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import UUID

from consumers.migration.chunks import Chunk, ChunkJudge, LandedRecord, PersonErased
from consumers.migration.loading import BegunBatch, FileLoader, NewBatch
from consumers.migration.repair import HeldRecord
from consumers.migration.source_reading import FirstReading
from domain.case.events import CaseEvent
from domain.case.found_by import found_by
from domain.case.legacy_events import LegacyRecordRetold
from domain.migration.authority_events import AuthorityEvent
from domain.migration.coverage import Coverage
from domain.migration.cutover import CutOverStep
from domain.migration.cutover_status import CutoverStatus, RecordedStep
from domain.migration.dossiers import Dossier
from domain.migration.fates import BatchCount, Fate
from domain.migration.findings import Finding
from domain.migration.open_work import OpenWork, UnfinishedFile
from domain.migration.plausible_days import Calendar, moment_of
from domain.migration.precheck import Refused
from domain.migration.quarantine import QUARANTINED, SEPARATOR, WAITING, QuarantinedRecord, Step
from domain.migration.reading import LegacyReading
from domain.migration.record_content import content_of, reading_of
from domain.migration.retelling import Lineage
from domain.migration.source_lines import LineKind, OtherLine, RawRecord, SourceCount, SourceLine, Waivers
from domain.migration.sources.brussels import BRUSSELS
from domain.migration.versions import Moment, Placement, Version, placement_of

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
FILE = Path("brussels.csv")


class BrusselsSource:
    """The mapping of Brussels, with a digest that needs no key."""

    mapping = BRUSSELS

    def reading(self, raw: RawRecord) -> LegacyReading:
        return reading_of(raw, self.mapping)

    def digest(self, record: Mapping[str, object], key: bytes) -> str:
        return blake2b(repr(sorted(content_of(record, "modifie_le").items())).encode(), digest_size=32).hexdigest()

    def note_failure(self, kind: str) -> None:
        """Nobody reads a log here: what became of the record says it."""


@dataclass
class People:
    """Subjects, numbered as they come; ``erased`` have no key any more."""

    minted: int = 0
    erased: set[UUID] = field(default_factory=set)
    named: list[CaseEvent] = field(default_factory=list)

    def mint_many(self, count: int) -> list[UUID]:
        self.minted += count
        return [UUID(int=number) for number in range(self.minted - count + 1, self.minted + 1)]

    def remember(self, _authority: str, events: Iterable[CaseEvent]) -> None:
        self.named += events

    @property
    def linked(self) -> dict[UUID, str]:
        """The number by which each is found."""
        stated = [found for each in self.named if (found := found_by(each)) is not None]
        return {found.subject: found.ssin for found in stated if found.ssin is not None}

    def prefetch(self, subjects: Sequence[UUID]) -> None: ...


@dataclass(frozen=True)
class End:
    version: int
    leaf_hash: bytes


@dataclass(frozen=True)
class PlainAppend:
    """An event that nobody has encrypted or sealed."""

    event: LegacyRecordRetold
    case_id: UUID
    lineage: Lineage
    epoch: int
    events: tuple[End, ...]


class KeyStoreAway(Exception):
    pass


@dataclass
class NoSealing:
    people: People
    away: bool = False

    unavailable = (KeyStoreAway,)

    def sealed(self, subject: UUID, record_id: UUID, raw: RawRecord) -> bytes:
        if self.away:
            raise KeyStoreAway
        if subject in self.people.erased:
            raise PersonErased
        return b"sealed"

    def appends(self, epoch: int, now: datetime) -> PlainAppends:
        return PlainAppends(epoch)


@dataclass(frozen=True)
class PlainAppends:
    epoch: int

    def of(self, event: LegacyRecordRetold, case_id: UUID, before: Dossier | None, lineage: Lineage) -> PlainAppend:
        version = 1 if before is None else before.version + 1
        return PlainAppend(event, case_id, lineage, self.epoch, (End(version, b"leaf"),))


def judge_of_brussels(people: People | None = None, *, keys_away: bool = False) -> ChunkJudge[PlainAppend]:
    everybody = people or People()
    return ChunkJudge(
        source=BrusselsSource(),
        subjects=everybody,
        index=everybody,
        sealing=NoSealing(everybody, keys_away),
        digest_key=b"a key of a test",
    )


class NotHeld(Exception):
    """What a database raises that cannot hold a record."""


@dataclass
class BatchRow:
    """A batch as it would stand in the database."""

    new: NewBatch
    taken: int = 0
    count: BatchCount = field(default_factory=BatchCount)
    finished: bool = False


@dataclass
class Loads:
    """The database of one authority: a session, a ledger, and a writer of chunks in one.

    ``cannot_hold`` names file numbers at which it fails.
    """

    status: CutoverStatus = field(default_factory=lambda: CutoverStatus(authority="brussels", epoch=0, steps=()))
    cannot_hold: set[str] = field(default_factory=set)
    batches: dict[UUID, BatchRow] = field(default_factory=dict)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    landed: dict[UUID, LandedRecord] = field(default_factory=dict)
    appended: list[PlainAppend] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    refusals = (NotHeld,)

    def note_refused(self, records: int, kind: str) -> None:
        self.done.append(f"refused {kind}")

    @contextmanager
    def alone(self, authority: str) -> Iterator[Loads]:
        self.done.append("alone")
        yield self

    def accepted_epoch(self) -> int:
        self.status.require_accepting()
        return self.status.retelling_epoch()

    def known(self, keys: Iterable[str]) -> dict[str, Dossier]:
        return {key: self.dossiers[key] for key in keys if key in self.dossiers}

    def placements(self, versions: Sequence[Version]) -> dict[int, Placement]:
        taken = {key: dossier.taken for key, dossier in self.dossiers.items()}
        placed = {n: placement_of(each, taken, ()) for n, each in enumerate(versions)}
        return {n: each for n, each in placed.items() if each in (Placement.UNCHANGED, Placement.STALE)}

    def unfinished(self, sha256: bytes) -> BegunBatch | None:
        for row in self.batches.values():
            if row.new.count.sha256 == sha256 and not row.finished:
                return BegunBatch(id=row.new.id, taken=row.taken, extracted_on=row.new.extracted_on)
        return None

    def first_extracted_on(self, sha256: bytes) -> date | None:
        found = [row.new.extracted_on for row in self.batches.values() if row.new.count.sha256 == sha256]
        return found[0] if found else None

    def begin(self, batch: NewBatch) -> None:
        self.done.append("begin")
        self.batches[batch.id] = BatchRow(batch)

    def writer(self) -> Loads:
        return self

    def write(self, chunk: Chunk[PlainAppend], taken: int) -> None:
        if any(each.key in self.cannot_hold for each in chunk.landed.values()):
            raise NotHeld
        row = self.batches[chunk.batch]
        assert row.taken == taken, "the batch was taken further"
        self.done.append("write")
        row.taken += chunk.lines
        for name in ("fates", "quarantined", "by_status", "by_category", "by_year", "unknown_fields"):
            getattr(row.count, name).update(getattr(chunk.count, name))
        self.landed |= chunk.landed
        self.dossiers |= chunk.confirmed | chunk.dossiers
        self.appended += chunk.appends

    def close(self) -> None:
        self.done.append("close")

    def finish(self, batch: UUID, seconds: float) -> None:
        self.done.append("finish")
        self.batches[batch].finished = True


@dataclass
class Lines:
    """A file with a header and these records; ``ties`` are its versions in conflict."""

    lines: Sequence[SourceLine]
    ties: frozenset[Moment] = frozenset()
    done: list[str] = field(default_factory=list)

    @contextmanager
    def first_reading(self, file: Path, waivers: Waivers, before: object = None) -> Iterator[FirstReading]:
        self.done.append("first reading")
        count = SourceCount(lines=len(self.lines), sha256=blake2b(repr(self.lines).encode()).digest())
        records = sum(isinstance(each, RawRecord) for each in self.lines)
        found = FirstReading(file=file, waivers=waivers, count=count, ties=self.ties, records=records)
        found.others.update(each.kind for each in self.lines if isinstance(each, OtherLine))
        yield found

    @contextmanager
    def second_reading(self, first: FirstReading) -> Iterator[Iterator[SourceLine]]:
        self.done.append("second reading")
        yield iter(self.lines)


def file_of(*records: Mapping[str, object], ties: frozenset[Moment] = frozenset()) -> Lines:
    rows = [RawRecord(source=FILE.name, line=number, record=each) for number, each in enumerate(records, 2)]
    return Lines([OtherLine(1, LineKind.HEADER), *rows], ties)


def loader_into(
    loads: Loads, lines: Lines, people: People | None = None, **more: Any
) -> FileLoader[PlainAppend, Chunk[PlainAppend]]:
    seconds = iter(range(1_000))
    return FileLoader(
        judge=judge_of_brussels(people),
        lay_out=lambda chunk: chunk,
        sessions=loads,
        readings=lines,
        now=lambda: NOW,
        timer=lambda: float(next(seconds)),
        **more,
    )


@dataclass
class Waiting:
    """The quarantine of Brussels: one transaction at a time, undone where it fails."""

    status_now: CutoverStatus = field(default_factory=lambda: CutoverStatus(authority="brussels", epoch=0, steps=()))
    records: dict[UUID, HeldRecord] = field(default_factory=dict)
    erased: set[UUID] = field(default_factory=set)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    traces: list[tuple[UUID, str, str, str | None]] = field(default_factory=list)
    appended: list[PlainAppend] = field(default_factory=list)
    recounted: list[tuple[str, dict[Fate, int], dict[str, int]]] = field(default_factory=list)
    load_is_under_way: bool = False

    def wait(self, raw: RawRecord, *findings: Finding, digest: str = "", state: str = "open") -> UUID:
        """Set a record aside, and give its id."""
        record_id = UUID(int=1_000 + len(self.records))
        quarantined = QuarantinedRecord(
            record_id=record_id,
            authority="brussels",
            key=str(raw.record["no_dossier"]),
            source=raw.source,
            line=raw.line,
            reason=findings[0].reason.value,
            findings=findings,
            state=state,
            opened_at=NOW,
            settled_at=None,
            mapping_version=1,
            case_id=None,
        )
        self.records[record_id] = HeldRecord(
            quarantined=quarantined,
            raw=raw,
            calendar=Calendar(NOW.date()),
            subject=UUID(int=7),
            batch=UUID(int=8),
            digest=digest or BrusselsSource().digest(raw.record, b""),
            corrections={},
        )
        self.trace(record_id, QUARANTINED, "system:migration")
        return record_id

    def status(self, connection: None) -> CutoverStatus:
        return self.status_now

    @contextmanager
    def transaction(self, connection: None, *, appending: bool = False) -> Iterator[Waiting]:
        before = {name: copy(value) for name, value in vars(self).items()}
        try:
            yield self
        except BaseException:
            vars(self).update(before)
            raise

    def no_load_is_under_way(self) -> bool:
        return not self.load_is_under_way

    def accepted_epoch(self) -> int:
        self.status_now.require_accepting()
        return self.status_now.retelling_epoch()

    def hold(self, record_id: UUID) -> None: ...

    def quarantined(self, record_id: UUID) -> QuarantinedRecord:
        return self.records[record_id].quarantined

    def held(self, record_id: UUID) -> HeldRecord | QuarantinedRecord:
        held = self.records[record_id]
        return held.quarantined if record_id in self.erased else held

    def steps(self, record_id: UUID) -> tuple[Step, ...]:
        return tuple(
            Step(id=number, what=what.partition(SEPARATOR)[0], detail=what.partition(SEPARATOR)[2], by=by,
                 motive=motive, at=NOW)
            for number, (of, what, by, motive) in enumerate(self.traces, 1)
            if of == record_id
        )  # fmt: skip

    def known(self, key: str) -> Dossier | None:
        return self.dossiers.get(key)

    def trace(self, record_id: UUID, what: str, by: str, motive: str | None = None) -> None:
        self.traces.append((record_id, what, by, motive))

    def correct(self, held: HeldRecord, field: str, text: str, *, by: str) -> None:
        record_id = held.quarantined.record_id
        changed = replace(held, corrections={**held.corrections, field: text})
        self.records[record_id] = replace(changed, quarantined=replace(held.quarantined, state="corrected"))

    def refuse(self, record_id: UUID, refused: Refused, mapping_version: int) -> None:
        reason = refused.main.value
        self._now(record_id, reason=reason, findings=refused.findings, mapping_version=mapping_version)

    def append(self, append: PlainAppend) -> None:
        self.appended.append(append)

    def keep(self, dossier: Dossier, *, is_new: bool) -> None:
        assert is_new is (dossier.key not in self.dossiers)
        self.dossiers[dossier.key] = dossier

    def settle(self, record_id: UUID) -> None:
        self._now(record_id, state="retold")

    def settle_older(self, key: str, before: datetime, *, by: str) -> None:
        for record_id, held in self.records.items():
            if held.quarantined.key == key and held.quarantined.state in WAITING:
                moment = moment_of(str(held.raw.record["modifie_le"]))
                assert moment is not None
                if moment < before:
                    self._now(record_id, state="superseded")

    def recount(self, batch: UUID, count: BatchCount, *, out_of: str) -> None:
        self.recounted.append((out_of, dict(count.fates), dict(count.quarantined)))

    def _now(self, record_id: UUID, **changed: Any) -> None:
        held = self.records[record_id]
        self.records[record_id] = replace(held, quarantined=replace(held.quarantined, **changed))


@dataclass
class Cutovers:
    """The cut-over of Brussels; ``landed`` is all that has landed by now."""

    steps: list[RecordedStep] = field(default_factory=list)
    epoch: int = 0
    landed: int = 0
    files: tuple[UnfinishedFile, ...] = ()
    load_is_under_way: bool = False
    switches: list[AuthorityEvent] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def status(self, connection: None = None) -> CutoverStatus:
        return CutoverStatus(authority="brussels", epoch=self.epoch, steps=tuple(self.steps))

    @contextmanager
    def transaction(self, connection: None) -> Iterator[Cutovers]:
        before = {name: copy(value) for name, value in vars(self).items()}
        try:
            yield self
        except BaseException:
            vars(self).update(before)
            raise

    def no_load_is_under_way(self) -> bool:
        return not self.load_is_under_way

    def close_acceptance(self) -> None:
        self.done.append("close acceptance")

    def open_work(self, lag: int) -> OpenWork:
        self.done.append("open work")
        return OpenWork(
            authority="brussels", consumer="legacy-brussels", files=self.files, lag=lag, letters=0,
            waiting={"fieldMissing": 2},
        )  # fmt: skip

    def coverage(self) -> Coverage:
        self.done.append("coverage")
        counted = dict.fromkeys(("batches", "landed", "quarantine", "topic", "openLetters", "journal"), self.landed)
        return {**counted, "sha256": "c0"}

    def record(self, step: CutOverStep, epoch: int, *, by: str, outcome: Mapping[str, object]) -> None:
        self.done.append("record")
        self.steps.append(RecordedStep(step=step, by=by, epoch=epoch, at=NOW, outcome=outcome))

    def switch(self, event: AuthorityEvent, epoch: int, *, by: str) -> None:
        assert epoch == self.epoch
        self.done.append("switch")
        self.switches.append(event)
        self.epoch = event.epoch

    def take_heads_as_they_are(self) -> None:
        self.done.append("heads")


def reconciled_by(name: str, epoch: int = 0) -> CutoverStatus:
    """An authority whose report is on record."""
    step = RecordedStep(step=CutOverStep.RECONCILED, by=name, epoch=epoch, at=NOW, outcome={})
    return CutoverStatus(authority="brussels", epoch=epoch, steps=(step,))
