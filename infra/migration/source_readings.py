"""The two readings of a file, and the versions in conflict that the first finds.

What has to be remembered of the records lies in a temporary file.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Final

from consumers.migration.judging import RecordJudge
from consumers.migration.source_reading import FileChanged, FirstReading
from domain.migration.plausible_days import Calendar
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


@dataclass(frozen=True, slots=True)
class FileReadings:
    """The readings of files of one form. Implements :class:`consumers.migration.source_reading.SourceReadings`."""

    judge: RecordJudge
    file: LegacyFile

    @contextmanager
    def first_reading(self, file: Path, waivers: Waivers) -> Iterator[FirstReading]:
        """As :meth:`consumers.migration.source_reading.SourceReadings.first_reading`."""
        found = FirstReading(file=file, waivers=waivers, count=SourceCount())
        with closing(TiesBeingFound()) as ties, closing(self.file.read(file, waivers, found.count)) as lines:
            while chunk := list(islice(lines, _AT_ONCE)):
                ties.add(self._versions(chunk, found))
            found.ties = ties.found()
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
