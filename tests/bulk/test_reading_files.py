"""A file of applications is read as its sender meant it, or every fault of it is named at its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from api.pages.bulk.columns import Columns, ColumnWords
from api.pages.bulk.reading import Fault, ReadRow, RowReader, read_header
from api.pages.rendering import Pages
from api.words.code_lists import CodeLists
from domain.law.rule_sets import RuleSets
from infra.application_files.reading import read_table
from infra.application_files.table import NotATable, Table, TableFault, TableLimits, letters_of, place_of
from infra.identity.caller import Caller, Role
from tests.bulk.files_of_applications import NAMES, ORDINARY, cells, text, workbook

TODAY = date(2026, 1, 20)
LIMITS = TableLimits(most_rows=500, most_characters=2_000_000)
EMPLOYER = Caller(role=Role.EMPLOYER, subject="hr-1", token_id="t-1", enterprise_number="0202239951")
LAWYER = Caller(role=Role.REPRESENTATIVE, subject="l-1", token_id="t-2", enterprise_number="0420429375")

_PAGES = Pages.load()
_WORDS = ColumnWords(_PAGES, CodeLists.load())
_RULES = RuleSets.load().current


def columns(language: str = "en", role: Role = Role.EMPLOYER) -> Columns:
    return _WORDS.columns(_PAGES.languages.by_code[language], role.value, _RULES, TODAY)


def table(content: bytes) -> Table:
    return read_table(content, LIMITS, columns().is_header)


def read(content: bytes, *, language: str = "en", caller: Caller = EMPLOYER) -> list[ReadRow]:
    """The rows of a file whose header is in order."""
    known, spoken = columns(language, caller.role), _PAGES.languages.by_code[language]
    found = table(content)
    header = read_header(found, known, spoken)
    assert header.faults == ()
    reader = RowReader(known, header.names, caller, spoken, TODAY)
    return [reader.read(each, is_workbook=found.is_workbook) for each in found.rows]


def faults(content: bytes, **more: str) -> list[Fault]:
    return [fault for each in read(content, **more) for fault in each.faults]  # type: ignore[arg-type]


def header_faults(content: bytes) -> list[Fault]:
    return list(read_header(table(content), columns(), _PAGES.languages.by_code["en"]).faults)


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16", b""), ("windows-1252", b"")]
)
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_text_is_read_in_every_encoding_that_offices_write(
    encoding: str, mark: bytes, separator: str, end: str
) -> None:
    row = cells({"worker.familyName": "Müller", "employment.grossPay.amount": "45678.90"})
    content = mark + text([row], separator=separator, end=end).encode(encoding)
    (found,) = read(content)
    assert found.application is not None
    assert found.application.worker.family_name == "Müller"


def test_a_file_says_its_separator_as_excel_is_told_it() -> None:
    (found,) = read(("sep=,\r\n" + text([[f'"{each}"' for each in cells()]], separator=",")).encode())
    assert (found.line, found.faults) == (3, ())


def test_a_workbook_says_the_same_as_the_text_of_it() -> None:
    row: list[object] = list(cells())
    row[NAMES.index("worker.birthDate")] = datetime(1985, 7, 30)  # noqa: DTZ001  a day, as in the cell
    row[NAMES.index("employment.grossPay.amount")] = 45678.9
    row[NAMES.index("employment.qualificationLevel")] = 6
    row[NAMES.index("employment.fullTimeEquivalent")] = 100
    (of_workbook,), (of_text,) = read(workbook([row])), read(text([cells()]).encode())
    assert of_workbook.application == of_text.application
    assert of_text.application is not None
    assert str(of_text.application.employment.gross_pay.amount) == "45678.90"


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize("reader", ["nl", "en"])
def test_columns_and_answers_are_known_by_their_names_in_every_language(language: str, reader: str) -> None:
    spoken = columns(language)
    header = [spoken.label(name) for name in NAMES]
    named = {
        field.name: next(each.text for each in field.choices if each.value == ORDINARY[field.name])
        for field in spoken.fields
        if field.choices and field.name in ORDINARY
    }
    (row,) = read(text([cells(named)], header=header).encode(), language=reader)
    assert row.application is not None
    assert (row.application.category, row.application.worker.nationality) == ("nurse", "IN")


def test_two_columns_have_no_name_in_common() -> None:
    for role in (Role.EMPLOYER, Role.REPRESENTATIVE):
        names: dict[str, str] = {}
        for language in ("nl", "fr", "de", "en"):
            for field in columns(language, role).fields:
                assert names.setdefault(field.label, field.name) == field.name


def test_numbers_may_be_as_they_are_printed_and_truths_as_they_are_said() -> None:
    header = [*NAMES, "worker.ssin", "employer.enterpriseNumber", "representative.mandateReference", "renewal"]
    more = ["85.07.30-033.28", "BE 0202.239.951", "M-1", "ja"]
    (row,) = read(text([[*cells(), *more]], header=header).encode(), caller=LAWYER)
    assert row.application is not None
    assert row.application.worker.ssin == "85073003328"
    assert row.application.employer.enterprise_number == "0202239951"
    assert row.application.renewal is True


def test_several_answers_stand_in_one_cell() -> None:
    rows = [[*cells(), "wage; Duration"]]
    (row,) = read(text(rows, header=[*NAMES, "employment.contractStates"], separator="\t").encode())
    assert row.application is not None
    assert row.application.employment.contract_states == ("wage", "duration")


def test_all_faults_of_all_rows_are_named_at_once_at_their_places() -> None:
    rows = [
        cells({"worker.birthDate": "31/02/1985", "employment.grossPay.amount": "veel", "worker.familyName": ""}),
        cells(),
        cells({"category": "nursery", "employment.fullTimeEquivalent": "0,8"}),
    ]
    first, second, third = read(text(rows).encode())
    assert [(each.place, each.text) for each in first.faults] == [
        ("column 6", "Family name: enter a value"),
        ("column 15", "Gross pay in euros: enter an amount in euros, such as 4.250,00"),
        ("column 7", "Date of birth: enter a day that exists, such as 01/03/2026"),
    ]
    assert second.faults == ()
    assert [each.place for each in third.faults] == ["column 17", "column 2"]
    assert "write the share in per cent" in third.faults[0].text
    # and none is an application that could be filed
    assert (first.application, third.application) == (None, None)


def test_the_cells_of_a_workbook_are_named_as_the_program_names_them() -> None:
    rows = [cells(), cells({"worker.birthDate": "31/02/1985"})]
    assert [each.place for each in faults(workbook(rows))] == ["G3"]


def test_formulas_errors_and_merged_cells_are_no_values() -> None:
    rows = [cells({"employment.title": "=A1", "worker.familyName": "#N/A"}), cells(), cells()]
    found = faults(workbook(rows, merged=["I3:I4"]))
    places = {each.place: each.text for each in found}
    assert places["I2"] == "a formula stands here: paste it as a value"
    assert places["F2"].startswith("the spreadsheet shows an error here")
    assert places["I3"].startswith("this cell is merged with others")
    assert places["I4"].startswith("this cell is merged with others")
    assert len(found) == 4


def test_an_unclosed_quotation_mark_spoils_its_own_line_and_no_other() -> None:
    rows = [cells({"worker.familyName": '"Peeters'}), cells(), cells()]
    first, *others = read(text(rows).encode())
    assert [each.text for each in first.faults] == [
        "a quotation mark in this line has no counterpart: the line cannot be divided into cells"
    ]
    assert all(each.faults == () for each in others)
    assert len(others) == 2


def test_a_garbled_letter_is_a_fault_of_its_line() -> None:
    content = text([cells({"worker.familyName": "Müller"})]).encode("windows-1252")
    content += text([cells({"worker.familyName": "Müller"})]).encode("utf-8").split(b"\r\n", 1)[1]
    first, second = read(content)
    assert first.faults == ()
    assert second.faults[0].text == "a letter of this line cannot be read: save the file as CSV UTF-8"


@pytest.mark.parametrize("name", ["a\x00b", "a\u202eb", "x" * 3_000])
def test_a_text_that_nothing_can_hold_is_a_fault(name: str) -> None:
    assert [each.place for each in faults(text([cells({"worker.familyName": name})]).encode())] == ["column 6"]


def test_blank_rows_are_no_rows_and_every_other_is_counted() -> None:
    blank = [""] * len(NAMES)
    rows = [cells(), blank, cells({"worker.birthDate": "x"}), blank, ["", "x"], blank, blank]
    assert [each.line for each in read(text(rows).encode())] == [2, 4, 6]
    assert [each.line for each in read(workbook([cells(), [None], cells(), [None]]))] == [2, 4]


def test_columns_that_are_unknown_twice_or_missing_are_named_together() -> None:
    header = [
        {"worker.givenName": "Gven name", "employment.grossPay.period": "Job title"}.get(each, each) for each in NAMES
    ]
    assert [(each.place, each.text) for each in header_faults(text([cells()], header=header).encode())] == [
        ("column 5", "there is no column Gven name: is it Given name?"),
        ("column 16", "the column Job title is there twice: keep one"),
        ("", "the column Paid is missing"),
    ]
    named = header_faults(workbook([cells()], header=[*NAMES, "Opmerking"]))
    assert [each.place for each in named] == ["R1"]


def test_what_stands_beyond_the_header_is_a_fault_and_not_dropped() -> None:
    found = faults(text([[*cells(), "nog iets"]]).encode())
    assert [(each.place, each.text[:30]) for each in found] == [("column 18", "this column has no name in the")]


@pytest.mark.parametrize("far", [201, 5_000])
def test_what_stands_far_to_the_right_is_a_fault_and_not_dropped(far: int) -> None:
    row = [*cells(), *[""] * (far - len(NAMES) - 1), "x"]
    assert [each.place for each in faults(text([row]).encode())] == ["column 201"]
    assert [each.place for each in faults(workbook([row]))] == ["GS2"]
    header = [*NAMES, *[""] * (far - len(NAMES) - 1), "Opmerking"]
    assert [each.place for each in header_faults(text([cells()], header=header).encode())] == ["column 201"]


def test_what_a_category_has_not_is_a_fault_and_not_dropped() -> None:
    header = [*NAMES, "transfer.sendingUndertaking", "transfer.country", "transfer.priorServiceMonths"]
    assert read(text([[*cells(), "", "", ""]], header=header).encode())[0].faults == ()
    (fault,) = faults(text([[*cells(), "Mother Ltd", "US", "12"]], header=header).encode())
    assert fault.place == "column 18"
    transfer = cells({"category": "intraCorporateManager"})
    assert {each.place for each in faults(text([[*transfer, "", "US", ""]], header=header).encode())} >= {
        "column 18",
        "column 20",
    }


def test_one_row_more_than_a_batch_takes_is_one_too_many() -> None:
    few = TableLimits(most_rows=2, most_characters=2_000_000)
    rows = [cells(), cells(), cells()]
    for content in (text(rows).encode(), workbook(rows)):
        with pytest.raises(NotATable) as refused:
            read_table(content, few, columns().is_header)
        assert refused.value.fault is TableFault.TOO_MANY_ROWS


def zipped(parts: dict[str, bytes]) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", TableFault.EMPTY),
        (b"\r\n;;\r\n", TableFault.EMPTY),
        (b"Beste,\r\nhierbij drie dossiers\r\n", TableFault.NO_TABLE),
        (b"\xff\xfe\x00", TableFault.DAMAGED),
        (text([cells()]).encode("utf-16-le"), TableFault.DAMAGED),
        (b"PK\x03\x04 cut off", TableFault.DAMAGED),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), TableFault.DAMAGED),
        (text([cells()]).encode() + b"\n" * 200_000, TableFault.TOO_LARGE),
        (workbook([cells()], merged=[f"B{line}:C{line}" for line in range(3, 5_010)]), TableFault.TOO_LARGE),
        (zipped({"xl/bomb.xml": b" " * 40_000_000}), TableFault.TOO_LARGE),
        (b"\xd0\xcf\x11\xe0" + bytes(512), TableFault.PASSWORD_OR_OLD),
        (workbook([], header=[]), TableFault.EMPTY),
        (workbook([["x"]], header=["Overzicht"]), TableFault.NO_TABLE),
        (workbook([cells()], more={"Blad 2": [NAMES, cells()]}, hidden=True), TableFault.SEVERAL_TABLES),
        (workbook([cells()])[:-40], TableFault.DAMAGED),
    ],
)
def test_what_is_no_table_is_said_to_be_none(content: bytes, fault: TableFault) -> None:
    with pytest.raises(NotATable) as refused:
        table(content)
    assert refused.value.fault is fault


def test_a_sheet_of_notes_beside_the_applications_is_passed_over() -> None:
    codes: Sequence[Sequence[object]] = [["Kolom", "Code"], ["category", "nurse"]]
    assert len(read(workbook([cells()], more={"Codes": codes}))) == 1


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_a_column_has_the_name_that_spreadsheets_give_it(number: int, letters: str) -> None:
    assert letters_of(number) == letters
    assert place_of(f"{letters}17") == (number, 17)
    assert place_of("somewhere") is None
