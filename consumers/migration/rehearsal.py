"""A dry run: records judged by what a load judges by, against what was taken before, and nothing written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from consumers.migration.judging import ReadRecord, RecordJudge
from consumers.migration.loading import CHUNK, NOTHING_WAIVED
from consumers.migration.source_reading import FirstReading, SourceReadings
from domain.case.legacy_events import LegacyRecordRetold
from domain.migration.fates import BatchCount, Judged
from domain.migration.plausible_days import Calendar
from domain.migration.retelling import Lineage, retell
from domain.migration.source_lines import OtherLine, RawRecord, SourceLine, Waivers
from domain.migration.versions import TakenVersion

_NOBODY: Final = UUID(int=0)


class TakenBefore(Protocol):
    """What the database has taken."""

    def versions(self, keys: Iterable[str]) -> dict[str, TakenVersion]:
        """Those of these file numbers."""

    def extracted_on(self, sha256: bytes) -> date | None:
        """The day that was kept with this very file when it was first read."""


class NothingTaken:
    """Of a database that was never set up. Implements :class:`TakenBefore`."""

    def versions(self, keys: Iterable[str]) -> dict[str, TakenVersion]:
        return {}

    def extracted_on(self, sha256: bytes) -> date | None:
        return None


class TakenSince(Protocol):
    """What was taken before, with what the rehearsal would have taken since laid over it."""

    def of(self, keys: Iterable[str]) -> dict[str, TakenVersion]:
        """Those of these file numbers."""

    def keep(self, versions: Mapping[str, TakenVersion]) -> None: ...


@dataclass(frozen=True, slots=True)
class Rehearsed:
    raw: RawRecord
    judged: Judged


@dataclass(slots=True)
class RehearsalCount:
    """The ledger of a rehearsal; ``others`` counts the lines without a record, ``source_lines`` is the files' own."""

    records: BatchCount = field(default_factory=BatchCount)
    others: Counter[str] = field(default_factory=Counter)
    source_lines: int = 0
    source_bytes: int = 0

    @property
    def agrees(self) -> bool:
        """Whether every line of the files has a fate."""
        return self.source_lines == self.records.records + self.others.total()


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """``extracted_on`` is the day on which the source made the files, ``today`` what is used without it.

    ``require_recordable`` raises for an event that the log cannot hold.
    """

    judge: RecordJudge
    readings: SourceReadings
    before: TakenBefore
    taken_since: Callable[[TakenBefore], AbstractContextManager[TakenSince]]
    require_recordable: Callable[[LegacyRecordRetold], None]
    today: date
    extracted_on: date | None = None
    waivers: Waivers = NOTHING_WAIVED
    chunk_size: int = CHUNK
    count: RehearsalCount = field(default_factory=RehearsalCount)

    def run(self, files: Sequence[Path]) -> Iterator[Rehearsed]:
        """Judge every record. Raises ``NotThisKind`` and ``OSError`` before the first, and ``FileChanged``."""
        with ExitStack() as held:
            read = [held.enter_context(self.readings.first_reading(each, self.waivers)) for each in files]
            taken = held.enter_context(self.taken_since(self.before))
            for first in read:
                self.count.source_lines += first.count.lines
                self.count.source_bytes += first.count.size
                yield from self._judged(first, taken)

    def _judged(self, first: FirstReading, taken: TakenSince) -> Iterator[Rehearsed]:
        calendar = Calendar(self.extracted_on or self.before.extracted_on(first.count.sha256) or self.today)
        with self.readings.second_reading(first) as lines:
            while part := list(islice(lines, self.chunk_size)):
                yield from self._part(part, first, calendar, taken)

    def _part(
        self, lines: Sequence[SourceLine], first: FirstReading, calendar: Calendar, taken: TakenSince
    ) -> Iterator[Rehearsed]:
        self.count.others.update(each.kind.value for each in lines if isinstance(each, OtherLine))
        read = [self.judge.read(each, calendar) for each in lines if isinstance(each, RawRecord)]
        versions = taken.of({each.key for each in read if each.key is not None})
        fates = self.judge.judge(read, versions, calendar, first.ties)
        taken.keep(versions)
        for each, judged in zip(read, fates, strict=True):
            final = self._as_a_load_would_find(each, judged)
            self.count.records.add(final, each.reading)
            yield Rehearsed(each.raw, final)

    def _as_a_load_would_find(self, each: ReadRecord, judged: Judged) -> Judged:
        """What would become of it: quarantined where retelling it fails, because a load would find that too."""
        if judged.record is None:
            return judged
        try:
            lineage = Lineage(record_id=_NOBODY, digest=each.digest, mapping_version=0)
            self.require_recordable(retell(judged.record, _NOBODY, lineage))
        except Exception as why:
            return self.judge.quarantine(each, why)
        return judged
