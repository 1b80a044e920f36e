"""The physical lines or rows of a source, each once and in its order, as what it is.

A record that cannot be read is one of its own, with what is wrong with it, and holds up no other. Beside the reader an
independent count is taken of the same bytes, so that a ledger can be held against the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from domain.migration.findings import Finding

LONGEST_LINE: Final = 1_000_000
"""Bytes. A longer one is no record of a permit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """``line`` counts from 1 in the file, or the rows of a sheet.

    ``record`` holds only texts (and JSON numbers, as Decimal) that can be stored: where one could not be read, it is
    shown as far as it can be, and ``findings`` say so. Of a line that is no record at all, ``record`` holds the line.
    """

    source: str
    line: int
    record: Mapping[str, object] = field(repr=False)
    findings: tuple[Finding, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.source}, line {self.line}"


class LineKind(StrEnum):
    """What a physical line or row is that holds no record."""

    HEADER = "header"
    BLANK = "blank"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class OtherLine:
    line: int
    kind: LineKind


SourceLine = RawRecord | OtherLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """What a person says the file may do without: known columns that are missing, sheets that are not of the form."""

    columns: frozenset[str] = frozenset()
    sheets: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class SourceCount:
    """The source's own count, taken of its bytes and not by the reader that makes records of them.

    ``size`` is in bytes, ``lines`` are those of a text file, or the rows with content of a workbook. Complete once the
    file was read to its end; ``sha256`` is empty until then. ``sheets_waived`` and ``columns_waived`` had to be waived.
    """

    size: int = 0
    lines: int = 0
    sha256: bytes = b""
    columns_waived: tuple[str, ...] = ()
    sheets_waived: tuple[str, ...] = ()
