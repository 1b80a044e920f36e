"""Files of applications as people send them, made from one ordinary row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from typing import Final

from openpyxl import Workbook
from openpyxl.worksheet.cell_range import CellRange

ORDINARY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "authority": "flanders",
        "category": "nurse",
        "procedureLanguage": "nl",
        "employer.name": "Haven NV",
        "worker.givenName": "Zwaluwina",
        "worker.familyName": "Vandekanarie",
        "worker.birthDate": "30/07/1985",
        "worker.nationality": "IN",
        "employment.title": "verpleegkundige",
        "employment.contract": "belgian",
        "employment.start": "01/03/2026",
        "employment.end": "29/02/2028",
        "employment.workplace.municipalityCode": "44021",
        "employment.qualificationLevel": "6",
        "employment.grossPay.amount": "45.678,90",
        "employment.grossPay.period": "year",
        "employment.fullTimeEquivalent": "100",
    }
)
"""The cells of an application without fault, by the technical names of their columns."""

NAMES: Final = tuple(ORDINARY)


def cells(changes: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """A row with what is changed in it; what is changed has a column already."""
    return [changes.get(name, written) for name, written in ORDINARY.items()]


def text(
    rows: Sequence[Sequence[str]], *, header: Sequence[str] = NAMES, separator: str = ";", end: str = "\r\n"
) -> str:
    """A text file of cells that need no quotation marks."""
    return "".join(separator.join(each) + end for each in (header, *rows))


def workbook(
    rows: Sequence[Sequence[object]],
    *,
    header: Sequence[str] = NAMES,
    merged: Sequence[str] = (),
    hidden: bool = False,
    more: Mapping[str, Sequence[Sequence[object]]] = MappingProxyType({}),
) -> bytes:
    """A workbook whose first sheet has the rows, and others by their titles."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for each in (header, *rows):
        sheet.append(list(each))
    # Not by `merge_cells`, which compares each with all others: for thousands it takes half a minute.
    sheet.merged_cells.ranges |= {CellRange(each) for each in merged}
    for title, lines in more.items():
        other = book.create_sheet(title)
        for line in lines:
            other.append(list(line))
        if hidden:
            other.sheet_state = "hidden"
    content = BytesIO()
    book.save(content)
    return content.getvalue()
