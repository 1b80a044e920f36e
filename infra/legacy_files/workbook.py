"""The German-speaking Community's files: a workbook with a title, an empty row, a header, and a row a file."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from infra.legacy_files.records import NotThisKind, RawRecord, require_columns

_HEADER_WITHIN: Final = 20
_ENCRYPTED: Final = b"\xd0\xcf\x11\xe0"
"""A workbook with a password is no zip file but an OLE container."""


class Workbook:
    """Implements :class:`infra.legacy_files.records.LegacyFile`; ``first_column`` is by what the header is known."""

    def __init__(self, required: frozenset[str], first_column: str) -> None:
        self._required = required
        self._first_column = first_column

    def read(self, file: Path) -> Generator[RawRecord]:
        with file.open("rb") as content:
            beginning = content.read(len(_ENCRYPTED))
        if not beginning:
            raise NotThisKind(f"{file.name} is empty: ask for it again.")
        if beginning == _ENCRYPTED:
            raise NotThisKind(f"{file.name} has a password or is an old .xls: save it as .xlsx without a password.")
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=False)
        except (BadZipFile, InvalidFileException, KeyError, ParseError, OSError, ValueError) as why:
            raise NotThisKind(
                f"{file.name} is no workbook that can be read: {type(why).__name__}. Save it anew."
            ) from why
        try:
            yield from self._records(file, book)
        finally:
            book.close()

    def _records(self, file: Path, book: openpyxl.Workbook) -> Iterator[RawRecord]:
        header: list[str] | None = None
        for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            if header is None:
                if cells and cells[0] == self._first_column:
                    header = ["" if cell is None else str(cell).strip() for cell in cells]
                    require_columns(file, header, self._required)
                elif number >= _HEADER_WITHIN:
                    break
                continue
            record = {name: _text(cell) for name, cell in zip(header, cells, strict=False) if name}
            if not any(record.values()):
                continue
            formulas = [name for name, text in record.items() if text is not None and text.startswith("=")]
            if formulas:
                problem = f"{', '.join(formulas)}: a formula stands where a value should; paste it as a value"
                yield RawRecord(source=file.name, line=number, record=record, problem=problem)
            else:
                yield RawRecord(source=file.name, line=number, record=record)
        if header is None:
            raise NotThisKind(
                f"{file.name} is not a file of this authority: no row of the first {_HEADER_WITHIN} begins with "
                f"{self._first_column}."
            )


def _text(cell: object) -> str | None:
    """A cell as it would be typed: days as dd/mm/yyyy, amounts with a decimal comma."""
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y %H:%M" if cell.hour or cell.minute else "%d/%m/%Y")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, float):
        return f"{cell:.2f}".replace(".", ",") if cell % 1 else str(int(cell))
    return str(cell)
