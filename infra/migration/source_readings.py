"""The two readings of a file, and the versions in conflict that the first finds.

What has to be remembered of the records lies in a temporary file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from consumers.migration.judging import RecordJudge
from consumers.migration.source_reading import FileChanged, FirstReading
from domain.migration.plausible_days import Calendar
from domain.migration.source_lines import OtherLine, SourceCount, SourceLine, Waivers
from domain.migration.versions import Moment, Version
from infra.legacy_files.legacy_file import LegacyFile

_AT_ONCE: Final = 2_000

_ANY_DAY: Final = Calendar(date(9_000, 1, 1))
"""Versions are looked for before the day of the extract is known."""


class Ties:
    """The moments under which a file has more than one content; a container, in flat memory."""

    def __init__(self) -> None:
        # A database without a name is a temporary file that nobody else sees, and that goes with its connection.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.executescript(
            "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -16000;"
            "create table seen (moment blob not null, content blob not null);"
            "create table tied (moment blob primary key) without rowid;"
        )
        self._are_any = False

    def close(self) -> None:
        self._database.close()

    def add(self, versions: Iterator[Version]) -> None:
        rows = [(_digest((each.key, each.modified_at)), bytes.fromhex(each.digest)[:16]) for each in versions]
        self._database.execute("begin")
        self._database.executemany("insert into seen values (?, ?)", rows)
        self._database.execute("commit")

    def find(self) -> None:
        """All have been added: find out which moments are in conflict."""
        found = self._database.execute(
            "insert into tied select moment from seen group by moment having count(distinct content) > 1"
        )
        self._are_any = found.rowcount > 0
        self._database.execute("drop table seen")

    def __contains__(self, moment: object) -> bool:
        if not self._are_any or not isinstance(moment, tuple):
            return False
        row = self._database.execute("select 1 from tied where moment = ?", (_digest(moment),)).fetchone()
        return row is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _digest(moment: Moment) -> bytes:
    key, modified_at = moment
    return blake2b(f"{key}\x1f{modified_at.isoformat()}".encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class FileReadings:
    """The readings of files of one form. Implements :class:`consumers.migration.source_reading.SourceReadings`."""

    judge: RecordJudge
    file: LegacyFile

    @contextmanager
    def first_reading(self, file: Path, waivers: Waivers) -> Iterator[FirstReading]:
        """As :meth:`consumers.migration.source_reading.SourceReadings.first_reading`."""
        with Ties() as ties:
            found = FirstReading(file=file, waivers=waivers, count=SourceCount(), ties=ties)
            with closing(self.file.read(file, waivers, found.count)) as lines:
                while chunk := list(islice(lines, _AT_ONCE)):
                    ties.add(self._versions(chunk, found))
            ties.find()
            yield found

    def _versions(self, lines: list[SourceLine], found: FirstReading) -> Iterator[Version]:
        for each in lines:
            if isinstance(each, OtherLine):
                found.others[each.kind] += 1
                continue
            found.records += 1
            version = self.judge.read(each, _ANY_DAY).version
            if version is not None:
                yield version

    @contextmanager
    def second_reading(self, first: FirstReading) -> Iterator[Iterator[SourceLine]]:
        """As :meth:`consumers.migration.source_reading.SourceReadings.second_reading`."""
        count = SourceCount()
        with closing(self.file.read(first.file, first.waivers, count)) as lines:
            yield _unchanged(lines, first, count)


def _unchanged(lines: Iterator[SourceLine], first: FirstReading, count: SourceCount) -> Iterator[SourceLine]:
    yield from lines
    if count.sha256 != first.count.sha256:
        raise FileChanged(
            f"{first.file.name} was changed while it was read: run it again once nobody writes to it any more"
        )
