"""The German-speaking Community's workbook: all rows of all sheets, whatever the workbook says of itself."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from domain.migration.source_lines import LineKind, Waivers
from tests.legacy_files.reading import TRIALS, XLSX, read, refusal
from tests.legacy_files.workbooks import HEADER, MAIN, STRICT, inline, record, row_of, sheet, workbook
from tests.migration.samples import GERMAN, GERMAN_HEADER, german_file

SHEET = sheet(HEADER, record())


def waived(*sheets: str, columns: tuple[str, ...] = ()) -> Waivers:
    return Waivers(columns=frozenset(columns), sheets=frozenset(sheets))


def test_a_record_is_its_cells_as_they_would_be_typed(tmp_path: Path) -> None:
    done = read(XLSX, german_file(tmp_path, GERMAN))
    assert done.kinds == [LineKind.HEADER, LineKind.HEADER]
    typed = [each.strftime("%d/%m/%Y") if isinstance(each, date) else each for each in GERMAN]
    assert done.record(4) == dict(zip(GERMAN_HEADER, typed, strict=True))
    assert done.records[0].place == "german-community.xlsx, line 4"
    assert not done.found


@pytest.mark.parametrize(
    ("trial", "records"), [("g1_rows_short.xlsx", 6), ("g07.xlsx", 30), ("g2_two_sheets.xlsx", 5), ("g04.xlsx", 5)]
)
def test_every_row_of_every_sheet_is_read_whatever_its_size_is_said_to_be(trial: str, records: int) -> None:
    done = read(XLSX, TRIALS / trial)
    assert len(done.records) == records
    assert not done.found


def test_where_there_are_several_sheets_the_source_names_them() -> None:
    done = read(XLSX, TRIALS / "g2_two_sheets.xlsx")
    assert {each.source for each in done.records} == {
        "g2_two_sheets.xlsx, sheet 2019-2022", "g2_two_sheets.xlsx, sheet 2023-2025",
    }  # fmt: skip


def test_of_two_sheets_of_one_name_no_two_rows_have_one_place(tmp_path: Path) -> None:
    file = workbook(tmp_path, sheet(HEADER, record()), sheet(HEADER, record()), titles=("Akten", "Akten"))
    assert [each.place for each in read(XLSX, file).records] == [
        "dg.xlsx, sheet Akten, line 2", "dg.xlsx, sheet Akten (2), line 2",
    ]  # fmt: skip


def test_errors_are_no_values() -> None:
    done = read(XLSX, TRIALS / "g3_errors.xlsx")
    fields = ("Name", "Tätigkeit", "Geburtsdatum", "Aktenzeichen", "Staatsangehörigkeit", "Bruttolohn/Jahr")
    assert done.found == {line: [("cellUnreadable", field)] for line, field in enumerate(fields, 4)}


def test_formulas_are_no_values() -> None:
    done = read(XLSX, TRIALS / "g02.xlsx")
    fields = ("Aktenzeichen", "Bruttolohn/Jahr", "Bruttolohn/Jahr", "Arbeitgeber", "Aktenzeichen")
    assert done.found == {line: [("cellUnreadable", field)] for line, field in enumerate(fields, 5)}
    assert all("object" not in str(value) for each in done.records for value in each.record.values())


def test_hidden_sheets_and_hidden_rows_count(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(german_file(tmp_path, GERMAN, GERMAN))
    copy = book.copy_worksheet(book.worksheets[0])
    copy.sheet_state = "veryHidden"
    book.worksheets[0].row_dimensions[4].hidden = True
    book.save(tmp_path / "hidden.xlsx")
    assert len(read(XLSX, tmp_path / "hidden.xlsx").records) == 4


# Rows and cells that are not where they should be.


def test_rows_and_cells_without_a_place_follow_each_other_and_gaps_are_kept(tmp_path: Path) -> None:
    rows = [HEADER, record(), "<row/>", record(attributes='r="7" hidden="1"'), record()]
    assert [each.line for each in read(XLSX, workbook(tmp_path, sheet(*rows))).records] == [2, 7, 8]


def test_cells_out_of_their_order_are_all_read(tmp_path: Path) -> None:
    # What is called openpyxl's read-only mode keeps of such a row the cells up to the last one's column.
    cells = [inline(text).replace("<c ", f'<c r="{column}2" ') for column, text in (("I", "Roy"), ("A", "DG 1"))]
    done = read(XLSX, workbook(tmp_path, sheet(HEADER, row_of(*cells))))
    assert (done.record(2)["Name"], done.record(2)["Aktenzeichen"]) == ("Roy", "DG 1")


def test_two_cells_in_one_column_are_both_shown(tmp_path: Path) -> None:
    cells = [inline(text).replace("<c ", '<c r="A2" ') for text in ("DG 1", "DG 2")]
    done = read(XLSX, workbook(tmp_path, sheet(HEADER, row_of(*cells))))
    assert done.found == {2: [("cellUnreadable", "Aktenzeichen")]}
    assert (done.record(2)["Aktenzeichen"], done.record(2)["Aktenzeichen (2)"]) == ("DG 1", "DG 2")


@pytest.mark.parametrize("number", ["2", "1"])
def test_rows_that_stand_twice_or_out_of_order_refuse_the_file(tmp_path: Path, number: str) -> None:
    file = workbook(tmp_path, sheet(HEADER, record(), record(attributes=f'r="{number}"')))
    assert f"row {number} comes after row 2" in refusal(XLSX, file)


def test_rows_of_blanks_and_formats_are_nothing(tmp_path: Path) -> None:
    blank = row_of("  ", '<c s="1"/>', '<c t="s"><v>0</v></c>', '<c t="str"><v></v></c>', '<c t="s"><v>00</v></c>')
    file = workbook(tmp_path, sheet(HEADER, blank, record()), shared='<si><t xml:space="preserve"> </t></si>')
    assert [each.line for each in read(XLSX, file).records] == [3]


def test_cells_beside_the_table_are_kept_under_their_number(tmp_path: Path) -> None:
    beside = [inline("geprüft"), "<c><f>TODAY()-D2</f></c>", '<c t="e"><v>#N/A</v></c>', '<c t="b"><v>1</v></c>']
    done = read(XLSX, workbook(tmp_path, sheet(HEADER, record().replace("</row>", f"{''.join(beside)}</row>"))))
    kept = [done.record(2)[f"column {number}"] for number in (19, 20, 21, 22)]
    assert kept == ["geprüft", "=TODAY()-D2", "#N/A", "WAHR"]
    assert not done.found


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ('<c t="s"><v>99</v></c>', "cellUnreadable"),
        (f'<c t="str"><v>{"x" * 40_000}</v></c>', "cellUnreadable"),
        ("<c t='inlineStr'><is><t>a\nb</t></is></c>", "textUnreadable"),
    ],
)
def test_what_beside_the_table_is_not_shown_as_it_stands_is_told(tmp_path: Path, cell: str, reason: str) -> None:
    done = read(XLSX, workbook(tmp_path, sheet(HEADER, record().replace("</row>", f"{cell}</row>"))))
    assert done.found == {2: [(reason, "column 19")]}


# Cells.


def cell_text(folder: Path, cell: str, **parts: str) -> tuple[object, list[tuple[str, str]]]:
    """What the reader makes of a cell in the column of names, and what it finds there."""
    done = read(XLSX, workbook(folder, sheet(HEADER, record({"Name": cell})), **parts))
    return done.record(2)["Name"], done.found.get(2, [])


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c><v>202239951</v></c>", "202239951"),
        ("<c><v>85073003328</v></c>", "85073003328"),
        ("<c><v>52000.5</v></c>", "52000,5"),
        ('<c s="4"><v>52000</v></c>', "52000"),
        ("<c><v>52000.0</v></c>", "52000"),
        ("<c><v>48.912</v></c>", "48,912"),
        ("<c><v>0.1</v></c>", "0,1"),
        ("<c><v>92138.490000000005</v></c>", "92138,49"),
        ("<c><v>5.2E4</v></c>", "52000"),
        ("<c><v>1.0E-7</v></c>", "0,0000001"),
        ("<c><v>-52000.5</v></c>", "-52000,5"),
        ("<c><v> 7 </v></c>", "7"),
        ('<c s="1"><v>45398</v></c>', "16/04/2024"),
        ('<c s="2"><v>45398</v></c>', "16/04/2024"),
        ('<c s="5"><v>45414.375</v></c>', "02/05/2024 09:00"),
        ('<c s="5"><v>45414.37510416667</v></c>', "02/05/2024 09:00:09"),
        ('<c s="5"><v>45413.999999999</v></c>', "02/05/2024"),
        ('<c s="1"><v>2958465</v></c>', "31/12/9999"),
        ('<c s="1"><v>59</v></c>', "28/02/1900"),
        ('<c s="1"><v>60</v></c>', "29/02/1900"),
        ('<c s="1"><v>61</v></c>', "01/03/1900"),
        ('<c s="1"><v>1</v></c>', "01/01/1900"),
        ('<c s="1"><v>0.375</v></c>', "09:00"),
        ('<c s="3"><v>1.5625</v></c>', "37:30"),
        ('<c t="d"><v>2024-05-02T09:00:00</v></c>', "02/05/2024 09:00"),
        ('<c t="d"><v>2024-05-02</v></c>', "02/05/2024"),
        ('<c t="str"><v>a_x0041_</v></c>', "aA"),
        ('<c t="s"><v>1</v></c>', "Müller-Peña"),
        ('<c t="s"><v>2</v></c>', "_x000D_"),
        ('<c t="s"><v>3</v></c>', "😀"),
        ('<c t="inlineStr"><is><r><rPr><b/></rPr><t>Van </t></r><r><t>Damme</t></r></is></c>', "Van Damme"),
        ('<c t="inlineStr"><is><t>#N/A</t></is></c>', "#N/A"),
        ('<c t="inlineStr"><is><t>=1+1</t></is></c>', "=1+1"),
        ('<c t="inlineStr"><is><t>a\tb\u200b\xa0</t></is></c>', "a b\u200b\xa0"),
    ],
)
def test_a_cell_is_the_text_that_would_be_typed(tmp_path: Path, cell: str, text: str) -> None:
    shared = (
        "<si><t/></si><si><r><t>Müller</t></r><r><t>-Peña</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>"
        "<si><t>_x005F_x000D_</t></si><si><t>_xD83D__xDE00_</t></si>"
    )
    assert cell_text(tmp_path, cell, shared=shared) == (text, [])


def test_days_counted_from_1904_are_those_days(tmp_path: Path) -> None:
    properties = '<workbookPr date1904="1"/>'
    assert cell_text(tmp_path, '<c s="1"><v>43936</v></c>', properties=properties) == ("16/04/2024", [])
    assert cell_text(tmp_path, '<c s="1"><v>60</v></c>', properties=properties) == ("01/03/1904", [])


@pytest.mark.parametrize(
    ("cell", "shown", "reason"),
    [
        ('<c t="e"><v>#REF!</v></c>', "#REF!", "cellUnreadable"),
        ("<c><f>A1&amp;B1</f><v>7</v></c>", "=A1&B1", "cellUnreadable"),
        ('<c><f t="shared" si="0"/><v>7</v></c>', "=", "cellUnreadable"),
        ('<c t="str"><f t="array" ref="A1">X1</f><v>Roy</v></c>', "=X1", "cellUnreadable"),
        ('<c><f t="dataTable" ref="A1" r1="B1"/><v>7</v></c>', "=", "cellUnreadable"),
        ('<c t="s"><v>99</v></c>', "99", "cellUnreadable"),
        ('<c t="s"><v>x</v></c>', "x", "cellUnreadable"),
        ("<c><v>abc</v></c>", "abc", "cellUnreadable"),
        ("<c><v>NaN</v></c>", "NaN", "cellUnreadable"),
        ("<c><v>1_000</v></c>", "1_000", "cellUnreadable"),
        ("<c><v>1e999</v></c>", "1e999", "cellUnreadable"),
        ('<c s="1"><v>-1</v></c>', "-1", "cellUnreadable"),
        ('<c s="1"><v>99999999</v></c>', "99999999", "cellUnreadable"),
        ('<c t="d"><v>soon</v></c>', "soon", "cellUnreadable"),
        ('<c t="zz"><v>1</v></c>', "1", "cellUnreadable"),
        (f'<c t="str"><v>{"x" * 40_000}</v></c>', "x" * 200, "cellUnreadable"),
        ('<c t="b"><v>1</v></c>', "WAHR", "fieldMalformed"),
        ("<c t='inlineStr'><is><t>a\nb</t></is></c>", "a\\x0ab", "textUnreadable"),
        ("<c t='inlineStr'><is><t>a_x0000_</t></is></c>", "a\\x00", "textUnreadable"),
        ("<c t='inlineStr'><is><t>_x000d_</t></is></c>", "\\x0d", "textUnreadable"),
        ("<c t='inlineStr'><is><t>a_xD800_</t></is></c>", "a\\ud800", "textUnreadable"),
        ("<c t='inlineStr'><is><t>a\u2028b</t></is></c>", "a\\u2028b", "textUnreadable"),
    ],
)
def test_a_cell_that_is_no_value_quarantines_its_record_only(
    tmp_path: Path, cell: str, shown: str, reason: str
) -> None:
    done = read(XLSX, workbook(tmp_path, sheet(HEADER, record({"Name": cell}), record())))
    assert done.found == {2: [(reason, "Name")]}
    assert done.record(2)["Name"] == shown
    assert done.record(3)["Name"] == "Roy"


# Headers and sheets.


def test_headers_are_matched_without_regard_to_case_line_breaks_and_form(tmp_path: Path) -> None:
    names = {
        "Zulässig am": "ZULÄSSIG\nAM ",
        "Name": " name",
        "Tätigkeit": "Ta\u0308tigkeit",
        "ZDU-Nummer": "ZDU-Num\xadmer",
    }
    header = row_of(*(names.get(name, name) for name in GERMAN_HEADER), "Anmerkung\n intern", "<c/>")
    done = read(XLSX, workbook(tmp_path, sheet(header, record())))
    assert list(done.record(2)) == [*GERMAN_HEADER, "Anmerkung intern"]


def test_the_header_again_amid_the_rows_holds_no_record(tmp_path: Path) -> None:
    done = read(XLSX, workbook(tmp_path, sheet(row_of("Ministerium"), HEADER, record(), HEADER, record())))
    assert done.kinds == [LineKind.HEADER] * 3
    assert [each.line for each in done.records] == [3, 5]


def test_another_header_amid_the_rows_refuses_the_file(tmp_path: Path) -> None:
    other = row_of("Aktenzeichen", *reversed(GERMAN_HEADER[1:]))
    assert "row 3 is a header with other columns" in refusal(XLSX, workbook(tmp_path, sheet(HEADER, record(), other)))


def test_a_column_twice_and_a_column_missing_refuse_the_file(tmp_path: Path) -> None:
    twice = sheet(row_of(*GERMAN_HEADER, "NAME"), record())
    assert "row 1: its header has the column Name twice" in refusal(XLSX, workbook(tmp_path, twice))
    missing = sheet(row_of(*GERMAN_HEADER[:-3], "Job", *GERMAN_HEADER[-2:]), record())
    file = workbook(tmp_path, missing)
    assert "lacks Tätigkeit" in refusal(XLSX, file)
    assert "use --without 'Tätigkeit'. If the sheet holds no records, use --without-sheet Akten" in refusal(XLSX, file)
    assert read(XLSX, file, waived(columns=("Tätigkeit",))).count.columns_waived == ("Tätigkeit",)


def test_a_sheet_that_is_not_of_the_form_must_be_waived(tmp_path: Path) -> None:
    file = workbook(tmp_path, SHEET, sheet(row_of("Wort", "Bedeutung"), row_of("MB", "Mangelberuf")), sheet())
    assert "dg.xlsx, sheet Archiv is not of the form" in refusal(XLSX, file)
    assert "--without-sheet Archiv" in refusal(XLSX, file)
    done = read(XLSX, file, waived("archiv"))
    assert done.kinds == [LineKind.HEADER, LineKind.WAIVED, LineKind.WAIVED]
    assert done.count.sheets_waived == ("Archiv",)
    assert [each.source for each in done.records] == ["dg.xlsx, sheet Akten"]


@pytest.mark.parametrize(
    ("waivers", "told"),
    [
        (waived("Akte"), "--without-sheet Akte names no sheet. It has Akten, Archiv."),
        (waived("Akten"), "sheet Akten is a sheet of records: it is read"),
        (waived(columns=("Job",)), "--without Job names no column of this form"),
        (waived(columns=("Stand",)), "--without Stand cannot be"),
        (waived(columns=("Vorname",)), "--without Vorname is not needed"),
    ],
)
def test_a_waiver_that_waives_nothing_is_told(tmp_path: Path, waivers: Waivers, told: str) -> None:
    assert told in refusal(XLSX, workbook(tmp_path, SHEET, SHEET), waivers)


def test_a_column_that_one_sheet_lacks_is_waived_for_that_sheet(tmp_path: Path) -> None:
    short = sheet(row_of(*GERMAN_HEADER[:9], "x", *GERMAN_HEADER[10:]), record())
    file = workbook(tmp_path, SHEET, short)
    assert "sheet Archiv, row 1: its header lacks Vorname" in refusal(XLSX, file)
    assert len(read(XLSX, file, waived(columns=("Vorname",))).records) == 2


def test_a_workbook_without_a_sheet_of_records_is_refused(tmp_path: Path) -> None:
    assert "no row with content" in refusal(XLSX, workbook(tmp_path, sheet(), sheet("<row/>")))
    other = workbook(tmp_path, sheet(row_of("Rechnung", "1")))
    assert "is not of the form" in refusal(XLSX, other)
    assert "no sheet of records beside what was waived" in refusal(XLSX, other, waived("Akten"))


def test_a_sheet_that_the_workbook_does_not_name_refuses_the_file(tmp_path: Path) -> None:
    file = workbook(tmp_path, SHEET, more={"xl/worksheets/sheet9.xml": SHEET.encode()})
    assert "holds 4 rows, and its list of sheets leads to 2 of them" in refusal(XLSX, file)


# Workbooks of other programs, and what is none.


def test_the_strict_form_is_read(tmp_path: Path) -> None:
    day = '<c t="d"><v>2024-04-16T00:00:00Z</v></c>'
    strict = sheet(HEADER, record({"Antragsdatum": day}), namespace=STRICT)
    assert read(XLSX, workbook(tmp_path, strict, namespace=STRICT)).record(2)["Antragsdatum"] == "16/04/2024"


@pytest.mark.parametrize("part", ["xl\\worksheets\\sheet{}.xml", "xl/Worksheets/Sheet{}.XML"])
def test_parts_may_be_written_with_backslashes_or_in_another_case(tmp_path: Path, part: str) -> None:
    file = workbook(tmp_path, SHEET, part=part)
    assert len(read(XLSX, file).records) == 1


def test_extensions_and_conditions_beside_the_rows_are_no_harm(tmp_path: Path) -> None:
    before = '<dimension ref="A1:B2"/><sheetPr filterMode="1"/>'
    after = (
        '<conditionalFormatting sqref="A1"><cfRule type="odd"/></conditionalFormatting><extLst><ext uri="x"/></extLst>'
    )
    assert len(read(XLSX, workbook(tmp_path, sheet(HEADER, record(), before=before, after=after))).records) == 1


def test_a_truncated_or_damaged_workbook_is_refused(tmp_path: Path) -> None:
    content = workbook(tmp_path, sheet(HEADER, *[record()] * 500)).read_bytes()
    file = tmp_path / "cut.xlsx"
    for damaged in (content[:-200], content[: len(content) // 2], content[:900] + b"\xff" * 20 + content[920:]):
        file.write_bytes(damaged)
        assert "is damaged or no workbook" in refusal(XLSX, file)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xl/worksheets/sheet1.xml", b"<worksheet"),
        ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData><row><c>'.encode()),
        ("xl/worksheets/sheet1.xml", b'<!DOCTYPE a [<!ENTITY b "bbb">]><worksheet><sheetData/></worksheet>'),
        ("xl/sharedStrings.xml", b"no xml"),
        ("xl/styles.xml", b"\xff\xfe"),
        ("xl/workbook.xml", b""),
    ],
)
def test_broken_parts_refuse_the_file(tmp_path: Path, name: str, content: bytes) -> None:
    file = workbook(tmp_path, SHEET, shared="<si><t>a</t></si>", more={name: content})
    assert "open it in a spreadsheet program" in refusal(XLSX, file)


def test_a_workbook_that_lacks_a_part_is_refused(tmp_path: Path) -> None:
    empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
    file = workbook(tmp_path, SHEET, more={"xl/_rels/workbook.xml.rels": empty})
    assert "names the sheet Akten and does not hold it" in refusal(XLSX, file)
    assert "but no workbook" in refusal(XLSX, workbook(tmp_path, SHEET, more={"_rels/.rels": empty}))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    file = workbook(tmp_path, SHEET, more={"xl/media/image1.xml": bytes(100_000_001)})
    assert "unpacks to 100," in refusal(XLSX, file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "has a password or is an old .xls"),
        (b"PK\x03\x04 no zip", "is damaged or no workbook"),
        (b"Aktenzeichen;Stand\r\n", "is damaged or no workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "dg.xlsx"
    file.write_bytes(content)
    assert told in refusal(XLSX, file)


def test_other_forms_of_workbooks_are_named(tmp_path: Path) -> None:
    assert ".xlsb, .ods" in refusal(XLSX, workbook(tmp_path, SHEET, more={"xl/workbook.bin": b"x"}))


def test_moments_that_openpyxl_writes_are_read_to_the_second(tmp_path: Path) -> None:
    changed = [*GERMAN]
    changed[17] = datetime(2024, 5, 2, 9, 0, 7)  # noqa: DTZ001
    assert read(XLSX, german_file(tmp_path, tuple(changed))).record(4)["Geändert am"] == "02/05/2024 09:00:07"
