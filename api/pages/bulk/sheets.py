"""The files that are given back: the template to fill in, and the result with the sender's own rows in it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from fastapi import Response
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from api.pages.bulk.columns import Columns
from api.pages.charts.figures import csv_of_table, harmless
from api.pages.security_headers import page_headers
from api.words.languages import Language
from infra.application_files.table import letters_of

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_AS_TEXT: Final = "@"
"""A cell in which numbers keep their zeros and days stay as they are written."""
_WIDTH: Final = 24


def file_response(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep, which is kept nowhere on the way."""
    headers = {**page_headers(personal=True), "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=media_type)


def template_csv(columns: Columns) -> bytes:
    """A header in the reader's words, and no row: an example that somebody forgot to remove would be filed."""
    return csv_of_table([each.label for each in columns.fields], ())


def template_workbook(columns: Columns, language: Language, most_rows: int) -> bytes:
    """The same, with the permitted codes on a second sheet to choose from, and what each column is on a third."""
    _ = language.gettext
    book = Workbook()
    sheet, codes, explained = book.active, book.create_sheet(_("Codes")), book.create_sheet(_("Explanation"))
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook begins with a sheet of cells")
    sheet.title = _("Applications")
    _write(sheet, [[each.label for each in columns.fields]])
    sheet.freeze_panes = "A2"
    lines: list[list[str]] = [[_("Column"), _("Code"), _("Meaning")]]
    for number, each in enumerate(columns.fields, start=1):
        letters = letters_of(number)
        sheet.column_dimensions[letters].number_format = _AS_TEXT
        chosen = [choice for choice in each.choices if choice.value]
        if chosen:
            first = len(lines) + 1
            lines += [[each.label, choice.value, choice.text] for choice in chosen]
            offered = f"{quote_sheetname(codes.title)}!$B${first}:$B${len(lines)}"
            # Several codes in one cell, and labels, are taken too: the program offers, and does not insist.
            offer = DataValidation(type="list", formula1=offered, allow_blank=True, showErrorMessage=False)
            offer.add(f"{letters}2:{letters}{most_rows + 1}")
            sheet.add_data_validation(offer)
    _write(codes, lines)
    yes, no = _("Yes"), _("No")
    _write(
        explained,
        [
            [_("Column"), _("Technical name"), _("Required"), _("Explanation")],
            *([each.label, each.name, yes if each.name in columns.required else no, each.hint or ""]
              for each in columns.fields),
        ],
    )  # fmt: skip
    return _bytes_of(book)


def result_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """The rows, of which the first is the header, for a spreadsheet."""
    return csv_of_table(rows[0], rows[1:])


def result_workbook(rows: Sequence[Sequence[str]], language: Language) -> bytes:
    """The same as a workbook."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook begins with a sheet of cells")
    sheet.title = language.gettext("Applications")
    _write(sheet, rows)
    sheet.freeze_panes = "A2"
    return _bytes_of(book)


def _write(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    """Texts, each as a text: nothing of them is a formula, and control characters are left out."""
    for line, row in enumerate(rows, start=1):
        for number, text in enumerate(row, start=1):
            cell = sheet.cell(line, number, harmless(ILLEGAL_CHARACTERS_RE.sub("", text)))
            cell.data_type = "s"
            if line == 1:
                cell.font = Font(bold=True)
    for number in range(1, len(rows[0]) + 1):
        sheet.column_dimensions[letters_of(number)].width = _WIDTH


def _bytes_of(book: Workbook) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()
