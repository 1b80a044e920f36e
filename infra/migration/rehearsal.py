"""A dry run: records judged by what a load judges by, against what was taken before, and nothing written.

What has been judged in the rehearsal itself is remembered in a temporary file.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from domain.migration.batch import BatchCount, Judged
from domain.migration.plausible_days import Calendar
from domain.migration.versions import TakenVersion
from infra.legacy_files.records import OtherLine, RawRecord, SourceLine, Waivers
from infra.migration.first_reading import FirstReading, first_reading, second_reading
from infra.migration.judging import ReadRecord, RecordJudge, require_tellable
from infra.migration.loading import CHUNK, NOTHING_WAIVED


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


class Rehearsal:
    """``extracted_on`` is the day on which the source made the files, ``today`` what stands for it without."""

    def __init__(
        self,
        judge: RecordJudge,
        before: TakenBefore,
        *,
        today: date,
        extracted_on: date | None = None,
        waivers: Waivers = NOTHING_WAIVED,
        chunk: int = CHUNK,
    ) -> None:
        self._judge = judge
        self._before = before
        self._said, self._today = extracted_on, today
        self._waivers = waivers
        self._chunk = chunk
        self.count = RehearsalCount()

    def run(self, files: Sequence[Path]) -> Iterator[Rehearsed]:
        """Judge every record. Raises ``NotThisKind`` and ``OSError`` before the first, and ``FileChanged``."""
        with ExitStack() as held:
            read = [held.enter_context(first_reading(self._judge, each, self._waivers)) for each in files]
            taken = held.enter_context(closing(_Overlay(self._before)))
            for first in read:
                self.count.source_lines += first.count.lines
                self.count.source_bytes += first.count.size
                yield from self._judged(first, taken)

    def _judged(self, first: FirstReading, taken: _Overlay) -> Iterator[Rehearsed]:
        calendar = Calendar(self._said or self._before.extracted_on(first.count.sha256) or self._today)
        with second_reading(self._judge, first) as lines:
            while part := list(islice(lines, self._chunk)):
                yield from self._part(part, first, calendar, taken)

    def _part(
        self, lines: Sequence[SourceLine], first: FirstReading, calendar: Calendar, taken: _Overlay
    ) -> Iterator[Rehearsed]:
        self.count.others.update(each.kind.value for each in lines if isinstance(each, OtherLine))
        read = [self._judge.read(each, calendar) for each in lines if isinstance(each, RawRecord)]
        versions = taken.of({each.key for each in read if each.key is not None})
        fates = self._judge.judge(read, versions, calendar, first.ties)
        taken.keep(versions)
        for each, judged in zip(read, fates, strict=True):
            told = self._told(each, judged)
            self.count.records.add(told, each.reading)
            yield Rehearsed(each.raw, told)

    def _told(self, each: ReadRecord, judged: Judged) -> Judged:
        try:
            require_tellable(judged, each.digest)
        except Exception as why:
            return self._judge.set_aside(each, why)
        return judged


_TABLE: Final = """
pragma journal_mode = off;
pragma synchronous = off;
pragma cache_size = -16000;
create table taken (key text primary key, modified_at text not null, digest text not null, others text not null)
    without rowid;
"""
_KEEP: Final = "insert or replace into taken values (?, ?, ?, ?)"


class _Overlay:
    """What was taken before, with what the rehearsal would have taken since laid over it."""

    def __init__(self, before: TakenBefore) -> None:
        self._before = before
        # A database without a name is a temporary file that goes with its connection.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLE)

    def close(self) -> None:
        self._database.close()

    def of(self, keys: Iterable[str]) -> dict[str, TakenVersion]:
        asked = set(keys)
        rows = self._database.execute(
            "select key, modified_at, digest, others from taken where key in (select value from json_each(?))",
            (json.dumps(list(asked)),),
        )
        found = {
            key: TakenVersion(datetime.fromisoformat(modified_at), digest, tuple(json.loads(others)))
            for key, modified_at, digest, others in rows
        }
        return self._before.versions(asked - found.keys()) | found

    def keep(self, versions: Mapping[str, TakenVersion]) -> None:
        rows = [
            (key, each.modified_at.isoformat(), each.digest, json.dumps(each.others)) for key, each in versions.items()
        ]
        self._database.execute("begin")
        self._database.executemany(_KEEP, rows)
        self._database.execute("commit")
