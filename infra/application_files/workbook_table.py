"""A table in a workbook (.xlsx): the one sheet whose first row names columns of the form, hidden or not.

Formulas, errors, merged cells and what else is no value are noted at their cells. The parts are read as those of legacy
workbooks are, from the XML itself, which trusts no note of a size.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Final
from zipfile import BadZipFile, ZipFile

from infra.application_files.table import (
    LARGEST_CELL,
    MOST_COLUMNS,
    CellNote,
    Gathered,
    IsHeader,
    NotATable,
    Table,
    TableFault,
    TableLimits,
    TableRow,
    place_of,
)
from infra.legacy_files.legacy_file import NotThisKind
from infra.legacy_files.ooxml import Sheet, WorkbookParts, damage_refused
from infra.legacy_files.sheet_rows import Cell, SheetRow, rows_of

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_NAME: Final = "workbook"
_LARGEST_UNPACKED: Final = 32_000_000
"""Bytes; five hundred applications with every column take some two million."""
_MOST_MERGED: Final = 5_000
"""Ranges of merged cells of a sheet; each is held against every row."""
_TRUTHS: Final = {"WAHR": "true", "FALSCH": "false"}
"""As the reader of legacy workbooks writes them."""


def is_workbook(content: bytes) -> bool:
    """Whether the file is no text but something of a spreadsheet program."""
    return content.startswith((_ZIP, _OLE))


def read_workbook(content: bytes, limits: TableLimits, is_header: IsHeader) -> Table:
    """The table in a workbook. Raises :class:`NotATable`."""
    if content.startswith(_OLE):
        raise NotATable(TableFault.PASSWORD_OR_OLD)
    try:
        with damage_refused(_NAME), ZipFile(BytesIO(content)) as archive:
            if any(each.flag_bits & 1 for each in archive.infolist()):
                raise NotATable(TableFault.PASSWORD_OR_OLD)
            if sum(each.file_size for each in archive.infolist()) > _LARGEST_UNPACKED:
                raise NotATable(TableFault.TOO_LARGE)
            parts = WorkbookParts(_NAME, archive)
            return _read(parts, _sheet_of_the_table(parts, is_header), limits)
    except (NotThisKind, BadZipFile):
        raise NotATable(TableFault.DAMAGED) from None


def _sheet_of_the_table(parts: WorkbookParts, is_header: IsHeader) -> Sheet:
    firsts = [(sheet, next(rows_of(_NAME, sheet, parts), None)) for sheet in parts.sheets]
    if not any(first is not None for _, first in firsts):
        raise NotATable(TableFault.EMPTY)
    found = [sheet for sheet, first in firsts if first is not None and is_header(_texts(first))]
    if not found:
        raise NotATable(TableFault.NO_TABLE)
    if len(found) > 1:
        raise NotATable(TableFault.SEVERAL_TABLES)
    return found[0]


def _read(parts: WorkbookParts, sheet: Sheet, limits: TableLimits) -> Table:
    gathered = Gathered(limits)
    merged = tuple(islice(_merged(parts, sheet), _MOST_MERGED + 1))
    if len(merged) > _MOST_MERGED:
        raise NotATable(TableFault.TOO_LARGE)
    for row in rows_of(_NAME, sheet, parts):
        notes = {
            each.column: note for each in row.cells if each.column <= MOST_COLUMNS and (note := _note(each)) is not None
        }
        if any(each.column > MOST_COLUMNS for each in row.cells):
            notes[MOST_COLUMNS + 1] = CellNote.BEYOND_THE_HEADER
        for first_column, first_line, last_column, last_line in merged:
            if first_line <= row.number <= last_line:
                last = min(last_column, MOST_COLUMNS)
                notes |= dict.fromkeys(range(first_column, last + 1), CellNote.MERGED)
        gathered.add(TableRow(line=row.number, cells=_texts(row), notes=notes))
    return gathered.table(is_workbook=True)


def _texts(row: SheetRow) -> tuple[str, ...]:
    """The texts of a row in their columns, empty ones between them; what is far to the right is cut off."""
    texts = {each.column: _text(each) for each in row.cells if each.column <= MOST_COLUMNS}
    return tuple(texts.get(column, "") for column in range(1, max(texts, default=0) + 1))


def _text(cell: Cell) -> str:
    if cell.shown_whole and cell.text in _TRUTHS:
        return _TRUTHS[cell.text]
    return cell.text[:LARGEST_CELL]


def _note(cell: Cell) -> CellNote | None:
    if len(cell.text) > LARGEST_CELL:
        return CellNote.TOO_LONG
    if cell.reason is None or (cell.shown_whole and cell.text in _TRUTHS):
        return None
    if cell.shown_whole and cell.text.startswith("="):
        return CellNote.FORMULA
    return CellNote.ERROR if cell.shown_whole else CellNote.UNREADABLE


def _merged(parts: WorkbookParts, sheet: Sheet) -> Iterator[tuple[int, int, int, int]]:
    """The ranges of cells that were made one: first column and line, last column and line."""
    for element in parts.elements(sheet.part, "mergeCell", within="mergeCells"):
        first, _, last = element.get("ref", "").partition(":")
        begins, ends = place_of(first), place_of(last or first)
        if begins is not None and ends is not None:
            yield (*begins, *ends)
