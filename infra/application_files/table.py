"""A table that somebody sent: a header and rows of texts, each with its place in the file, and nothing judged yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

WHOLE_ROW: Final = 0
"""The column of a note that concerns a row as a whole."""

LARGEST_CELL: Final = 2_000
"""Characters; no answer of an application is longer."""

MOST_COLUMNS: Final = 200
"""What stands further to the right is named once in its row, and not read."""

_LETTERS: Final = 26


class TableFault(StrEnum):
    """Why a file cannot be read as a table at all."""

    EMPTY = "empty"
    TOO_LARGE = "tooLarge"
    TOO_MANY_ROWS = "tooManyRows"
    PASSWORD_OR_OLD = "passwordOrOld"  # noqa: S105  # nosec B105 # a code
    DAMAGED = "damaged"
    NO_TABLE = "noTable"
    SEVERAL_TABLES = "severalTables"


class CellNote(StrEnum):
    """Why a cell, or a row as a whole, holds no value."""

    FORMULA = "formula"
    ERROR = "error"
    UNREADABLE = "unreadable"
    TOO_LONG = "tooLong"
    MERGED = "merged"
    BEYOND_THE_HEADER = "beyondTheHeader"
    QUOTATION_MARK = "quotationMark"
    ENCODING = "encoding"


class NotATable(Exception):
    """Nothing was read; ``fault`` says why, and nothing of the content is in it."""

    def __init__(self, fault: TableFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """``line`` counts from 1, as editors and spreadsheets do. ``notes`` are by the number of the column, from 1."""

    line: int
    cells: tuple[str, ...] = field(repr=False)
    notes: Mapping[int, CellNote] = field(default_factory=dict)

    def cell(self, column: int) -> str:
        """The text in a column, counted from 1; empty where the row ends before it."""
        return self.cells[column - 1] if column <= len(self.cells) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Every row below the header that is not blank, in its order. ``is_workbook``: its cells have names such as D17."""

    header: TableRow
    rows: tuple[TableRow, ...]
    is_workbook: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLimits:
    """``most_rows`` below the header; ``most_characters`` in all cells together."""

    most_rows: int
    most_characters: int


IsHeader = Callable[[Sequence[str]], bool]
"""Whether a row names columns of the form: by that the sheet with the table is known among others."""


class Gathered:
    """The rows of a table as they are read. Raises :class:`NotATable` as soon as there are too many of them."""

    def __init__(self, limits: TableLimits) -> None:
        self._limits = limits
        self._characters = 0
        self._rows: list[TableRow] = []

    def add(self, row: TableRow) -> None:
        """Keep a row that is not blank; the first is the header."""
        self._characters += sum(map(len, row.cells))
        if self._characters > self._limits.most_characters:
            raise NotATable(TableFault.TOO_LARGE)
        self._rows.append(row)
        if len(self._rows) > self._limits.most_rows + 1:
            raise NotATable(TableFault.TOO_MANY_ROWS)

    def table(self, *, is_workbook: bool) -> Table:
        if not self._rows:
            raise NotATable(TableFault.EMPTY)
        return Table(header=self._rows[0], rows=tuple(self._rows[1:]), is_workbook=is_workbook)


def letters_of(column: int) -> str:
    """The name that spreadsheets give a column, counted from 1: A to Z, AA and so on."""
    letters = ""
    while column:
        column, place = divmod(column - 1, _LETTERS)
        letters = chr(ord("A") + place) + letters
    return letters


_CELL: Final = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", re.ASCII)


def place_of(reference: str) -> tuple[int, int] | None:
    """Column and line of a name such as D17; None for what is no such name."""
    found = _CELL.fullmatch(reference.upper())
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return column, int(found[2])
