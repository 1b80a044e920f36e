"""The two readings of a file: the first finds what only the whole shows, the second gives its lines to be taken.

What only the whole shows (its encoding, two contents under one time of change) decides over its first record, so a file
is read to its end before anything of it is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from domain.migration.source_lines import SourceCount, SourceLine, Waivers
from domain.migration.versions import Moment


class FileChanged(Exception):
    """The file is not the one that was read the first time; the text says what to do."""


@dataclass(slots=True, kw_only=True)
class FirstReading:
    """What the first reading found: the source's own ``count``, and the moments with more than one content, ``ties``.

    ``others`` counts the lines that hold no record, by their kind.
    """

    file: Path
    waivers: Waivers
    count: SourceCount
    ties: Container[Moment] = ()
    records: int = 0
    others: Counter[str] = field(default_factory=Counter)

    @property
    def lines(self) -> int:
        """Of all kinds, as the reader gave them out."""
        return self.records + self.others.total()


class SourceReadings(Protocol):
    """Reads the files of one authority."""

    def first_reading(self, file: Path, waivers: Waivers) -> AbstractContextManager[FirstReading]:
        """Read ``file`` to its end. Raises ``NotThisKind`` and ``OSError``."""

    def second_reading(self, first: FirstReading) -> AbstractContextManager[Iterator[SourceLine]]:
        """The same lines again. Raises :class:`FileChanged` at their end when they were not the same."""
