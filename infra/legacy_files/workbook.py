"""The German-speaking Community's files: a workbook of sheets with a title, a header, and a row a file."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from shlex import quote
from typing import Final
from zipfile import ZipFile

from domain.migration.findings import Finding
from domain.migration.source_lines import LineKind, OtherLine, RawRecord, SourceCount, SourceLine, Waivers
from infra.legacy_files.beginnings import OLE, require_content
from infra.legacy_files.header import FormColumns, Header, refuse_idle_waivers, same_name
from infra.legacy_files.legacy_file import NotThisKind
from infra.legacy_files.ooxml import Sheet, WorkbookParts, damage_refused
from infra.legacy_files.row_count import bytes_of, rows_with_content
from infra.legacy_files.sheet_rows import SheetRow, rows_of
from infra.legacy_files.texts import free_name, name_of, readable

_HEADER_WITHIN: Final = 20
"""Rows with content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _SheetForm:
    """What a sheet with rows is: ``header`` is in the row ``header_row``, or is None on a waived one."""

    sheet: Sheet
    source: str
    header: Header | None
    header_row: int = 0


class Workbook:
    """Implements :class:`infra.legacy_files.legacy_file.LegacyFile`; a header is known by the column ``key``."""

    def __init__(self, columns: FormColumns, key: str) -> None:
        self._columns = columns
        self._key = key

    def read(self, file: Path, waivers: Waivers, count: SourceCount) -> Generator[SourceLine]:
        """As :meth:`infra.legacy_files.legacy_file.LegacyFile.read`."""
        name = name_of(file)
        waived = self._columns.waived_by(name, waivers.columns)
        with file.open("rb") as content:
            beginning = content.read(len(OLE))
            require_content(name, beginning)
            if beginning == OLE:
                raise NotThisKind(f"{name} has a password or is an old .xls: save it as .xlsx without a password.")
            content.seek(0)
            with damage_refused(name), ZipFile(content) as archive:
                parts = WorkbookParts(name, archive)
                count.lines = rows_with_content(archive)
                forms = self._forms(name, parts, Waivers(columns=waived, sheets=waivers.sheets))
                missing = frozenset[str]().union(*(each.header.waived for each in forms if each.header is not None))
                refuse_idle_waivers(name, waived, missing)
                count.columns_waived = tuple(sorted(missing))
                count.sheets_waived = tuple(readable(each.sheet.title)[0] for each in forms if each.header is None)
                read = 0
                for form in forms:
                    for row in rows_of(name, form.sheet, parts):
                        yield self._line(form, row)
                        read += 1
            if read != count.lines:
                raise NotThisKind(
                    f"{name} holds {count.lines} rows, and its list of sheets leads to {read} of them: open it in a "
                    "spreadsheet program and save it again."
                )
            count.size, count.sha256 = bytes_of(content)

    def _forms(self, name: str, parts: WorkbookParts, waivers: Waivers) -> list[_SheetForm]:
        """The sheets that have rows. Raises :class:`NotThisKind` for one that is not of the form and not waived."""
        filled = [each for each in parts.sheets if next(rows_of(name, each, parts), None) is not None]
        _refuse_unknown_sheets(name, parts.sheets, waivers.sheets)
        if not filled:
            raise NotThisKind(f"{name} has no row with content: request it again.")
        forms: list[_SheetForm] = []
        titles: set[str] = set()
        for sheet in filled:
            # Not every program sees to it that no two sheets have one name; two records never have one place.
            title = free_name(readable(sheet.title)[0], titles)
            titles.add(title)
            source = f"{name}, sheet {title}" if len(filled) > 1 else name
            form = _SheetForm(sheet=sheet, source=source, header=None)
            is_waived = any(same_name(sheet.title, each) for each in waivers.sheets)
            try:
                row, header = self._header(form, parts, waivers.columns)
            except NotThisKind:
                if not is_waived:
                    raise
                forms.append(form)
            else:
                if is_waived:
                    raise NotThisKind(f"{source} is a sheet of records: it is read, leave out --without-sheet for it.")
                forms.append(replace(form, header=header, header_row=row))
        if all(each.header is None for each in forms):
            raise NotThisKind(f"{name} has no sheet of records beside what was waived.")
        return forms

    def _header(self, form: _SheetForm, parts: WorkbookParts, waived: frozenset[str]) -> tuple[int, Header]:
        """The number of the header's row, and the header."""
        advice = f"If the sheet holds no records, use --without-sheet {quote(readable(form.sheet.title)[0])}."
        for row in islice(rows_of(form.source, form.sheet, parts), _HEADER_WITHIN):
            cells = _by_column(row)
            if self._key in self._columns.known_among(cells) or self._columns.is_header(cells):
                try:
                    return row.number, self._columns.header(f"{form.source}, row {row.number}", cells, waived)
                except NotThisKind as why:
                    raise NotThisKind(f"{why} {advice}") from why
        raise NotThisKind(
            f"{form.source} is not of the form: none of its first {_HEADER_WITHIN} rows is a header with the column "
            f"{self._key}. {advice}"
        )

    def _line(self, form: _SheetForm, row: SheetRow) -> SourceLine:
        if form.header is None:
            return OtherLine(row.number, LineKind.WAIVED)
        if row.number <= form.header_row:
            return OtherLine(row.number, LineKind.HEADER)
        if self._columns.known_among([row.cells[0].written]) and self._columns.is_header(_by_column(row)):
            self._columns.require_same(f"{form.source}, row {row.number}", _by_column(row), form.header)
            return OtherLine(row.number, LineKind.HEADER)
        return self._record(form.source, form.header, row)

    def _record(self, source: str, header: Header, row: SheetRow) -> RawRecord:
        """The row by column. A formula or an error in a column that is not of the form is kept and stops nothing."""
        record: dict[str, object] = dict.fromkeys((each for each in header.names if each not in header.unnamed), "")
        findings: list[Finding] = []
        filled: set[str] = set()
        for cell in row.cells:
            name = header.names[cell.column - 1] if cell.column <= len(header.names) else f"column {cell.column}"
            place = free_name(name, filled)
            filled.add(place)
            record[place] = cell.text
            if cell.reason is not None and (name in self._columns.known or not cell.stands_whole):
                findings.append(Finding(cell.reason, name, cell.sentence))
        return RawRecord(source=source, line=row.number, record=record, findings=tuple(findings))


def _by_column(row: SheetRow) -> list[str]:
    """The texts of a row in their columns, empty ones between them."""
    texts: Mapping[int, str] = {each.column: each.written for each in row.cells}
    return [texts.get(column, "") for column in range(1, max(texts) + 1)]


def _refuse_unknown_sheets(name: str, sheets: tuple[Sheet, ...], waived: frozenset[str]) -> None:
    for waiver in sorted(waived):
        if not any(same_name(each.title, waiver) for each in sheets):
            listed = ", ".join(readable(each.title)[0] for each in sheets)
            raise NotThisKind(f"{name}: --without-sheet {waiver} names no sheet. It has {listed}.")
