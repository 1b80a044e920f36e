"""What every reader of legacy files gives. A file that is not of its kind at all is refused whole."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Protocol

from domain.migration.source_lines import SourceCount, SourceLine, Waivers


class NotThisKind(Exception):
    """The file is none of the authority's; the text names it, what is wrong and how to correct it."""


class LegacyFile(Protocol):
    """A reader for one form of file."""

    def read(self, file: Path, waivers: Waivers, count: SourceCount) -> Generator[SourceLine]:
        """Every line of the file in its order, while ``count`` is taken beside it.

        Raises :class:`NotThisKind` before the first line for what the beginning shows, and after the last for what only
        the whole shows: read a file to its end before acting on it. Raises ``OSError``.
        """
