"""The first of two readings of a file: is it of its kind, what does it hold, and which versions are in conflict.

A file is read to its end before anything of it is taken: what only the whole shows (its encoding, two contents under
one time of change) decides over its first record. What has to be remembered of the records lies in a temporary file.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from domain.migration.plausible_days import Calendar
from domain.migration.versions import Moment, Version
from infra.legacy_files.records import OtherLine, RawRecord, SourceCount, SourceLine, Waivers
from infra.migration.judging import RecordJudge

_AT_ONCE: Final = 2_000

_ANY_DAY: Final = Calendar(date(9_000, 1, 1))
"""Versions are looked for before the day of the extract is known."""


class FileChanged(Exception):
    """The file is not the one that was read the first time; the text says what to do."""


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


@dataclass(slots=True, kw_only=True)
class FirstReading:
    """What the first reading found; ``others`` counts the lines that hold no record, by their kind."""

    file: Path
    waivers: Waivers
    count: SourceCount
    ties: Ties
    records: int = 0
    others: Counter[str] = field(default_factory=Counter)

    @property
    def lines(self) -> int:
        """Of all kinds, as the reader gave them out."""
        return self.records + self.others.total()


@contextmanager
def first_reading(judge: RecordJudge, file: Path, waivers: Waivers) -> Iterator[FirstReading]:
    """Read ``file`` to its end. Raises ``NotThisKind`` and ``OSError``."""
    with Ties() as ties:
        found = FirstReading(file=file, waivers=waivers, count=SourceCount(), ties=ties)
        with closing(judge.source.file.read(file, waivers, found.count)) as lines:
            while chunk := list(islice(lines, _AT_ONCE)):
                ties.add(_versions(judge, chunk, found))
        ties.find()
        yield found


def _versions(judge: RecordJudge, lines: list[SourceLine], found: FirstReading) -> Iterator[Version]:
    for each in lines:
        if isinstance(each, OtherLine):
            found.others[each.kind] += 1
            continue
        found.records += 1
        version = judge.read(each, _ANY_DAY).version
        if version is not None:
            yield version


@contextmanager
def second_reading(judge: RecordJudge, first: FirstReading) -> Iterator[Iterator[SourceLine]]:
    """The same lines again. Raises :class:`FileChanged` at their end when they were not the same."""
    count = SourceCount()
    with closing(judge.source.file.read(first.file, first.waivers, count)) as lines:
        yield _unchanged(lines, first, count)


def _unchanged(lines: Iterator[SourceLine], first: FirstReading, count: SourceCount) -> Iterator[SourceLine]:
    yield from lines
    if count.sha256 != first.count.sha256:
        raise FileChanged(
            f"{first.file.name} was changed while it was read: run it again once nobody writes to it any more"
        )


def records_of(lines: list[SourceLine]) -> list[RawRecord]:
    """Those of the lines that hold a record."""
    return [each for each in lines if isinstance(each, RawRecord)]
