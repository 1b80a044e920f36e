"""The two readings of a file, and the versions in conflict that the first finds.

What has to be remembered of the records lies in a temporary file.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Final

from consumers.migration.judging import RecordJudge
from consumers.migration.source_reading import FileChanged, FirstReading, UnchangedVersions
from domain.migration.plausible_days import Calendar
from domain.migration.reading import LegacyReading
from domain.migration.source_lines import OtherLine, SourceCount, SourceLine, Waivers
from domain.migration.versions import Moment, Version
from infra.legacy_files.legacy_file import LegacyFile

_AT_ONCE: Final = 2_000
_DIGEST_BYTES: Final = 16

_ANY_DAY: Final = Calendar(date(9_000, 1, 1))
"""Versions are looked for before the day of the extract is known."""


class TiesBeingFound:
    """All versions of a file that have a place, in flat memory, until it shows which of them are in conflict."""

    def __init__(self) -> None:
        # A database without a name is a temporary file that nobody else sees, and that goes with its connection.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.executescript(
            "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -16000;"
            "create table seen (moment blob not null, content blob not null);"
        )

    def close(self) -> None:
        self._database.close()

    def add(self, versions: Iterator[Version]) -> None:
        rows = [(_digest((each.key, each.modified_at)), bytes.fromhex(each.digest)[:16]) for each in versions]
        self._database.execute("begin")
        self._database.executemany("insert into seen values (?, ?)", rows)
        self._database.execute("commit")

    def found(self) -> TiedMoments:
        """All have been added: the moments with more than one content."""
        rows = self._database.execute(
            "select moment from seen group by moment having count(distinct content) > 1 order by moment"
        )
        return TiedMoments(b"".join(moment for (moment,) in rows))


@dataclass(frozen=True, slots=True)
class TiedMoments:
    """The moments under which a file has more than one content: a container of sixteen bytes each.

    ``digests`` of them lie in their order, so that it can be sent to other processes and searched there.
    """

    digests: bytes

    def __contains__(self, moment: object) -> bool:
        if not self.digests or not isinstance(moment, tuple):
            return False
        wanted = _digest(moment)
        at = bisect_left(range(len(self.digests) // _DIGEST_BYTES), wanted, key=self._digest)
        return self._digest(at) == wanted

    def _digest(self, number: int) -> bytes:
        return self.digests[number * _DIGEST_BYTES : (number + 1) * _DIGEST_BYTES]


def _digest(moment: Moment) -> bytes:
    key, modified_at = moment
    return blake2b(f"{key}\x1f{modified_at.isoformat()}".encode(), digest_size=_DIGEST_BYTES).digest()


class UnchangedLines:
    """The lines of a file whose records are unchanged, and have nothing to be counted but themselves.

    Implements :class:`consumers.migration.source_reading.LineNumbers`, in a byte a line.
    """

    def __init__(self) -> None:
        self._is_unchanged = bytearray()
        self._count = 0
        self.latest: datetime | None = None
        """Of their times of change."""

    def __len__(self) -> int:
        return self._count

    def __contains__(self, line: object) -> bool:
        return isinstance(line, int) and line < len(self._is_unchanged) and self._is_unchanged[line] == 1

    def add(self, line: int, version: Version) -> None:
        """The next of them."""
        self._is_unchanged.extend(bytes(line - len(self._is_unchanged)))
        self._is_unchanged.append(1)
        self._count += 1
        if self.latest is None or version.modified_at > self.latest:
            self.latest = version.modified_at


@dataclass(frozen=True, slots=True)
class FileReadings:
    """The readings of files of one form. Implements :class:`consumers.migration.source_reading.SourceReadings`."""

    judge: RecordJudge
    file: LegacyFile

    @contextmanager
    def first_reading(
        self, file: Path, waivers: Waivers, unchanged: UnchangedVersions | None = None
    ) -> Iterator[FirstReading]:
        """As :meth:`consumers.migration.source_reading.SourceReadings.first_reading`."""
        found, lines_unchanged = FirstReading(file=file, waivers=waivers, count=SourceCount()), UnchangedLines()
        with closing(TiesBeingFound()) as ties, closing(self.file.read(file, waivers, found.count)) as lines:
            while chunk := list(islice(lines, _AT_ONCE)):
                placed = self._placed(chunk, found)
                ties.add(version for _, version, _ in placed)
                for n in unchanged.among([version for _, version, _ in placed]) if unchanged is not None else ():
                    line, version, reading = placed[n]
                    if not reading.unknown:
                        lines_unchanged.add(line, version)
            found.ties = ties.found()
        found.unchanged, found.latest_unchanged = lines_unchanged, lines_unchanged.latest
        yield found

    def _placed(self, lines: Sequence[SourceLine], found: FirstReading) -> list[tuple[int, Version, LegacyReading]]:
        """The records among the next lines that have a place, with the number of their line; all are counted."""
        placed = []
        for number, each in enumerate(lines, found.lines):
            if isinstance(each, OtherLine):
                found.others[each.kind] += 1
                continue
            found.records += 1
            read = self.judge.read(each, _ANY_DAY)
            if read.version is not None:
                placed.append((number, read.version, read.reading))
        return placed

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
