"""Workbooks written as XML, so that a test says every byte of them: no program makes this dirt."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_FROM_1900: Final = datetime(1899, 12, 30)  # noqa: DTZ001
_FROM_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class Xml:
    """A cell as it stands in the file: its attributes and what is between its tags."""

    attributes: str
    inner: str


Cell = str | int | Decimal | date | Xml | None


@dataclass(frozen=True, slots=True)
class Row:
    """``cells`` stand in the columns from A on."""

    cells: Sequence[Cell]
    attributes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOfRows:
    """``rows`` by number."""

    title: str
    rows: Mapping[int, Row]
    state: str = "visible"
    dimension: str = ""
    is_named: bool = True
    """Whether the workbook knows it."""


@dataclass(slots=True, kw_only=True)
class Book:
    sheets: Sequence[SheetOfRows]
    shares_texts: bool = False
    from_1904: bool = False
    has_references: bool = True
    """Whether each cell says in which column it stands."""
    replaced: Mapping[str, bytes] = field(default_factory=dict)
    """Parts that are written so, whatever they would be."""

    def content(self) -> bytes:
        texts: dict[str, int] = {}
        parts: dict[str, str | bytes] = {}
        for number, sheet in enumerate(self.sheets, 1):
            parts[f"xl/worksheets/sheet{number}.xml"] = self._sheet(sheet, texts)
        named = [(number, each) for number, each in enumerate(self.sheets, 1) if each.is_named]
        listed = "".join(
            f'<sheet name={quoteattr(each.title)} sheetId="{number}" state="{each.state}" r:id="rId{number}"/>'
            for number, each in named
        )
        parts["xl/workbook.xml"] = (
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{int(self.from_1904)}"/>'
            f"<sheets>{listed}</sheets></workbook>"
        )
        parts["xl/_rels/workbook.xml.rels"] = _relations(
            [
                *((f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number, _ in named),
                ("rId901", "styles", "styles.xml"), ("rId902", "sharedStrings", "sharedStrings.xml"),
            ]
        )  # fmt: skip
        shared = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
        parts["xl/sharedStrings.xml"] = f'{_HEAD}<sst xmlns="{_MAIN}">{shared}</sst>'
        parts["xl/styles.xml"] = _STYLES
        parts["_rels/.rels"] = _relations([("rId1", "officeDocument", "xl/workbook.xml")])
        parts["[Content_Types].xml"] = (
            f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        file = io.BytesIO()
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, part in {**parts, **self.replaced}.items():
                archive.writestr(name, part)
        return file.getvalue()

    def _sheet(self, sheet: SheetOfRows, texts: dict[str, int]) -> str:
        rows = "".join(
            f'<row r="{number}" {row.attributes}>{"".join(self._cells(number, row, texts))}</row>'
            for number, row in sheet.rows.items()
        )
        dimension = f'<dimension ref="{sheet.dimension}"/>' if sheet.dimension else ""
        return f'{_HEAD}<worksheet xmlns="{_MAIN}">{dimension}<sheetData>{rows}</sheetData></worksheet>'

    def _cells(self, number: int, row: Row, texts: dict[str, int]) -> Iterable[str]:
        for column, cell in enumerate(row.cells, 1):
            if cell is None and self.has_references:
                continue
            place = f' r="{letters(column)}{number}"' if self.has_references else ""
            attributes, inner = self._cell(cell, texts)
            yield f"<c{place} {attributes}>{inner}</c>"

    def _cell(self, cell: Cell, texts: dict[str, int]) -> tuple[str, str]:
        match cell:
            case None:
                return "", ""
            case Xml(attributes, inner):
                return attributes, inner
            case str() if self.shares_texts:
                return 't="s"', f"<v>{texts.setdefault(cell, len(texts))}</v>"
            case str():
                return 't="inlineStr"', f'<is><t xml:space="preserve">{escape(cell)}</t></is>'
            case datetime():
                return 's="2"', f"<v>{self._serial(cell)!r}</v>"
            case date():
                return 's="1"', f"<v>{int(self._serial(datetime(cell.year, cell.month, cell.day)))}</v>"  # noqa: DTZ001
            case _:
                return "", f"<v>{cell}</v>"

    def _serial(self, at: datetime) -> float:
        return (at - (_FROM_1904 if self.from_1904 else _FROM_1900)).total_seconds() / 86_400


_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs>'
    "</styleSheet>"
)
"""General, a day, a day with its time."""


def letters(column: int) -> str:
    """The name of a column, counted from 1."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _relations(found: Iterable[tuple[str, str, str]]) -> str:
    listed = "".join(f'<Relationship Id="{id}" Type="{_OFFICE}/{kind}" Target="{part}"/>' for id, kind, part in found)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}">{listed}</Relationships>'
