"""The two readings of a file: the first finds what only the whole shows, the second gives its lines to be taken.

What only the whole shows (its encoding, two contents under one time of change) decides over its first record, so a file
is read to its end before anything of it is taken. What it holds unchanged is found then too, many records at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence, Sized
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from domain.migration.plausible_days import Calendar
from domain.migration.source_lines import SourceCount, SourceLine, Waivers
from domain.migration.versions import Moment, Placement, Version


class FileChanged(Exception):
    """The file is not the one that was read the first time; the text says what to do."""


class PlacedBeside(Protocol):
    """What was taken before, for those who only want to know where a version has its place beside it."""

    def placements(self, versions: Sequence[Version]) -> dict[int, Placement]:
        """Those of these versions that are unchanged or stale beside what was taken last, by their number from 0."""


class LineNumbers(Sized, Container[int], Protocol):
    """Lines of a file by their number from 0, in the order in which the reader gives them out."""


@dataclass(slots=True, kw_only=True)
class FirstReading:
    """What the first reading found: the source's own ``count``, and the moments with more than one content, ``ties``.

    ``others`` counts the lines that hold no record, by their kind. Of the records of the lines ``unchanged`` there is
    nothing to be said but that they are unchanged; ``latest_unchanged`` is the latest time of change among them.
    """

    file: Path
    waivers: Waivers
    count: SourceCount
    ties: Container[Moment] = ()
    unchanged: LineNumbers = frozenset()
    latest_unchanged: datetime | None = None
    records: int = 0
    others: Counter[str] = field(default_factory=Counter)

    @property
    def lines(self) -> int:
        """Of all kinds, as the reader gave them out."""
        return self.records + self.others.total()

    def need_no_judging(self, calendar: Calendar) -> LineNumbers:
        """The lines ``unchanged``; none if a time of change among them cannot be meant by this calendar."""
        latest = self.latest_unchanged
        return self.unchanged if latest is not None and calendar.changed(latest) else frozenset()


class SourceReadings(Protocol):
    """Reads the files of one authority."""

    def first_reading(
        self, file: Path, waivers: Waivers, before: PlacedBeside | None = None
    ) -> AbstractContextManager[FirstReading]:
        """Read ``file`` to its end, beside what was taken ``before``. Raises ``NotThisKind`` and ``OSError``."""

    def second_reading(self, first: FirstReading) -> AbstractContextManager[Iterator[SourceLine]]:
        """The same lines again. Raises :class:`FileChanged` at their end when they were not the same."""
