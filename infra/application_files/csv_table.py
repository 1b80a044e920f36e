"""A table as text: UTF-8 with or without a mark, UTF-16 or Windows-1252, with commas, semicolons or tabs.

A line of the file is a row. No answer of an application holds a line break, so an unclosed quotation mark spoils its
own line and swallows no other.
"""

from __future__ import annotations

import csv
import re
from typing import Final

from infra.application_files.table import (
    LARGEST_CELL,
    MOST_COLUMNS,
    WHOLE_ROW,
    CellNote,
    Gathered,
    NotATable,
    Table,
    TableFault,
    TableLimits,
    TableRow,
)
from infra.legacy_files.windows_1252 import decoded

_UTF_8_MARK: Final = b"\xef\xbb\xbf"
_UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS: Final = ";,\t"
_MOST_LINES: Final = 50_000
"""Blank ones too, which are no rows."""
_ENDS: Final = re.compile("\r\n|\r|\n")
_SEPARATOR_NAMED: Final = re.compile("sep=([;,\t])", re.IGNORECASE)
"""The line with which Excel is told the separator."""


def read_csv(content: bytes, limits: TableLimits) -> Table:
    """The table in a text file. Raises :class:`NotATable`."""
    lines = _lines(content)
    first = next((number for number, (text, _) in enumerate(lines) if text.strip()), None)
    if first is None:
        raise NotATable(TableFault.EMPTY)
    named = _SEPARATOR_NAMED.fullmatch(lines[first][0].strip('\ufeff" '))
    separator = _separator_of(lines[first][0]) if named is None else named[1]
    gathered = Gathered(limits)
    width = 0
    for number, (text, is_certain) in enumerate(lines, start=1):
        if number <= first + (named is not None):
            continue
        row = _row(number, text, separator, width)
        if not any(each.strip() for each in row.cells):
            continue
        if not is_certain:
            row = TableRow(line=number, cells=row.cells, notes={**row.notes, WHOLE_ROW: CellNote.ENCODING})
        width = width or len(row.cells)
        gathered.add(row)
    return gathered.table(is_workbook=False)


def _lines(content: bytes) -> list[tuple[str, bool]]:
    """The lines, each with whether its encoding is certain."""
    if content.count(b"\n") + content.count(b"\r") > 2 * _MOST_LINES:
        raise NotATable(TableFault.TOO_LARGE)
    if content.startswith(_UTF_16_MARKS):
        try:
            return [(each, True) for each in _ENDS.split(content.decode("utf-16"))]
        except UnicodeDecodeError:
            raise NotATable(TableFault.DAMAGED) from None
    try:
        text = content.removeprefix(_UTF_8_MARK).decode("utf-8")
    except UnicodeDecodeError:
        return [decoded(each) for each in re.split(b"\r\n|\r|\n", content)]
    if "\x00" in _ENDS.split(text, maxsplit=1)[0]:
        # Every second byte of a wide encoding without its mark, or no text.
        raise NotATable(TableFault.DAMAGED)
    return [(each, True) for each in _ENDS.split(text)]


def _separator_of(header: str) -> str:
    """What stands most often between the names of the header."""
    unquoted = re.sub('"[^"]*"', "", header)
    return max(_SEPARATORS, key=unquoted.count)


def _row(number: int, text: str, separator: str, width: int) -> TableRow:
    try:
        cells = next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        # What can be seen of it; cut where a cell may end, it is shown and never taken for values.
        cells = text.split(separator)[: max(width, 1)]
        return TableRow(line=number, cells=_shortened(cells), notes={WHOLE_ROW: CellNote.QUOTATION_MARK})
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        notes = {MOST_COLUMNS + 1: CellNote.BEYOND_THE_HEADER}
        return TableRow(line=number, cells=_shortened(cells[:MOST_COLUMNS]), notes=notes)
    notes = {column: CellNote.TOO_LONG for column, each in enumerate(cells, start=1) if len(each) > LARGEST_CELL}
    return TableRow(line=number, cells=_shortened(cells), notes=notes)


def _shortened(cells: list[str]) -> tuple[str, ...]:
    return tuple(each[:LARGEST_CELL] for each in cells)
