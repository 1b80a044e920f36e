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
from typing import Final, Protocol

from domain.migration.plausible_days import Calendar
from domain.migration.source_lines import SourceCount, SourceLine, Waivers
from domain.migration.versions import Moment, Placement, Version


class FileChanged(Exception):
    """The file is not the one that was read the first time; the text says what to do."""


class PlacedBeside(Protocol):
    """What was taken before, for those who only want to know where a version has its place beside it."""

    def placements(self, versions: Sequence[Version]) -> dict[int, Placement]:
        """Those of these versions that are unchanged or stale beside what was taken last, by their number from 0."""


MOST_CHANGED: Final = 10_000
"""File numbers that a load may change while the rest of it is still compared in bulk."""


class UnchangedVersions:
    """Which of the versions of a load are unchanged, found before any is taken, through all its files in their order.

    A version is one of them where it is unchanged beside what was taken before the load, and nothing before it in the
    load changes anything of its file number. Those numbers are remembered; of a load that changes too many, nothing
    more is found.
    """

    def __init__(self, before: PlacedBeside, *, most_changed: int = MOST_CHANGED) -> None:
        self._before = before
        self._most_changed = most_changed
        self._changed: set[str] = set()

    def among(self, versions: Sequence[Version]) -> list[int]:
        """Those of the next versions, by their number from 0."""
        if not versions or len(self._changed) > self._most_changed:
            return []
        placements = self._before.placements(versions)
        found = []
        for number, each in enumerate(versions):
            placement = placements.get(number)
            if placement is None:
                self._changed.add(each.key)
            elif placement is Placement.UNCHANGED and each.key not in self._changed:
                found.append(number)
        return found


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
        self, file: Path, waivers: Waivers, unchanged: UnchangedVersions | None = None
    ) -> AbstractContextManager[FirstReading]:
        """Read ``file`` to its end, and find what is ``unchanged``. Raises ``NotThisKind`` and ``OSError``."""

    def second_reading(self, first: FirstReading) -> AbstractContextManager[Iterator[SourceLine]]:
        """The same lines again. Raises :class:`FileChanged` at their end when they were not the same."""
