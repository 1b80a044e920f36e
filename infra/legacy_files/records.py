"""What every reader of legacy files gives: one raw record after the other, each with its place in the file.

A file that is not of its kind at all is refused before its first record; a record that cannot be read is one of its
own, with what is wrong with it, and holds up no other.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

LONGEST_LINE: Final = 1_000_000
"""Bytes. A longer one is no record of a permit."""


class NotThisKind(Exception):
    """The file is none of the authority's; the text names it, what is wrong and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """``line`` counts from 1 in the file, or the rows of a sheet. ``problem`` is why nothing of it can be read."""

    source: str
    line: int
    record: Mapping[str, object] = field(repr=False)
    problem: str | None = None

    @property
    def place(self) -> str:
        return f"{self.source}, line {self.line}"


class LegacyFile(Protocol):
    """A reader for one form of file."""

    def read(self, file: Path) -> Generator[RawRecord]:
        """Every record of the file. Raises :class:`NotThisKind` before the first, and ``OSError``."""


def require_columns(file: Path, found: list[str], required: frozenset[str]) -> None:
    """Raise :class:`NotThisKind` unless the header has every column that a record cannot do without."""
    missing = sorted(required - set(found))
    if missing:
        raise NotThisKind(
            f"{file.name} is not a file of this authority: its header lacks {', '.join(missing)}. Check the authority, "
            "the separator and that the header is there."
        )
