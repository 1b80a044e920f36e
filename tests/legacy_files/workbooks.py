"""Workbooks as other programs write them: put together part by part, so that each part can be strange."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from tests.migration.samples import GERMAN_HEADER

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT: Final = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

STYLES: Final = (
    f'{_XML}<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="TT.MM.JJJJ"/>'
    '<numFmt numFmtId="165" formatCode="[h]:mm"/><numFmt numFmtId="166" formatCode="0.00\\ &quot;EUR&quot;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/>'
    '<xf numFmtId="22"/></cellXfs>'
    '<dxfs><dxf><numFmt numFmtId="0" formatCode="dd/mm/yyyy"/></dxf></dxfs></styleSheet>'
)
"""Styles by number: general, day, own day, length of time, amount, moment; a condition has a format numbered 0."""

GOOD: Final = {
    "Aktenzeichen": "DG 2024/002",
    "Stand": "Arbeitserlaubnis erteilt",
    "Kategorie": "Mangelberuf",
    "Antragsdatum": "16/04/2024",
    "Name": "Roy",
    "ZDU-Nummer": "0202239951",
    "Bruttolohn/Jahr": "92.138,00",
    "Geändert am": "02/05/2024 09:00",
}


def inline(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def row_of(*cells: str, attributes: str = "") -> str:
    """A row of cells in XML, or of texts where they are none."""
    return f"<row {attributes}>" + "".join(each if each[:2] == "<c" else inline(each) for each in cells) + "</row>"


HEADER: Final = row_of(*GERMAN_HEADER)


def record(changes: Mapping[str, str] | None = None, attributes: str = "") -> str:
    """The row of a good record; changes are texts, or cells in XML."""
    values = {**GOOD, **(changes or {})}
    return row_of(*(values.get(name, "<c/>") for name in GERMAN_HEADER), attributes=attributes)


def sheet(*rows: str, before: str = "", after: str = "", namespace: str = MAIN) -> str:
    return f'{_XML}<worksheet xmlns="{namespace}">{before}<sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def workbook(
    folder: Path,
    *sheets: str,
    titles: tuple[str, ...] = ("Akten", "Archiv", "Legende"),
    shared: str = "",
    properties: str = "",
    namespace: str = MAIN,
    more: Mapping[str, bytes] | None = None,
    part: str = "xl/worksheets/sheet{}.xml",
) -> Path:
    """A file of these sheets. ``more`` are parts added, or put in the place of others."""
    listed = "".join(
        f'<sheet name="{escape(title)}" sheetId="{n}" r:id="r{n}"/>'
        for n, (title, _) in enumerate(zip(titles, sheets, strict=False), 1)
    )
    targets = {f"r{n}": ("worksheet", "/" + part.format(n).replace("\\", "/")) for n in range(1, len(sheets) + 1)}
    targets |= {"st": ("styles", "styles.xml")} | ({"sh": ("sharedStrings", "sharedStrings.xml")} if shared else {})
    parts = {
        "_rels/.rels": _relations({"r1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{namespace}" xmlns:r="{_OFFICE}">{properties}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(targets),
        "xl/styles.xml": STYLES,
        **{part.format(n): content for n, content in enumerate(sheets, 1)},
        **({"xl/sharedStrings.xml": f'{_XML}<sst xmlns="{namespace}">{shared}</sst>'} if shared else {}),
    }
    file = folder / "dg.xlsx"
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in {**parts, **(more or {})}.items():
            archive.writestr(name, content)
    return file


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}">{listed}</Relationships>'
