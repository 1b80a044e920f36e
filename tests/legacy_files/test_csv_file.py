"""Brussels' CSV: each physical line is judged by itself, and none vanishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.migration.source_lines import LONGEST_LINE, LineKind, RawRecord, SourceCount, Waivers
from tests.legacy_files.reading import CSV, TRIALS, Read, read, refusal
from tests.migration.samples import BRUSSELS, brussels_text

HEADER = ";".join(BRUSSELS)
COLUMNS = list(BRUSSELS)


def row(number: int = 1, **changes: str) -> str:
    return ";".join({**BRUSSELS, "no_dossier": f"BXL/2025/{number:05d}", **changes}.values())


def written(folder: Path, *lines: str | bytes, header: str = HEADER, end: bytes = b"\r\n") -> Path:
    """A file of these lines, texts in windows-1252."""
    file = folder / "brussels.csv"
    encoded = [each if isinstance(each, bytes) else each.encode("cp1252") for each in (header, *lines)]
    file.write_bytes(b"".join(each + end for each in encoded))
    return file


def given(folder: Path, *lines: str | bytes, header: str = HEADER) -> Read:
    return read(CSV, written(folder, *lines, header=header))


def test_a_record_is_its_cells_by_column(tmp_path: Path) -> None:
    done = given(tmp_path, row())
    assert done.records == [RawRecord(source="brussels.csv", line=2, record=BRUSSELS)]
    assert done.kinds == [LineKind.HEADER]
    assert done.count.lines == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n"])
def test_lines_end_with_a_line_feed_and_carriage_returns_before_it(tmp_path: Path, end: str) -> None:
    file = tmp_path / "brussels.csv"
    file.write_bytes(brussels_text(BRUSSELS, end=end).encode("cp1252"))
    assert read(CSV, file).record(2) == BRUSSELS


def test_line_ends_may_be_mixed_and_the_last_be_missing(tmp_path: Path) -> None:
    file = tmp_path / "brussels.csv"
    file.write_bytes(f"{HEADER}\n{row(1)}\r\n{row(2)}\n{row(3)}".encode("cp1252"))
    done = read(CSV, file)
    assert [each.record["no_dossier"] for each in done.records] == [f"BXL/2025/0000{n}" for n in (1, 2, 3)]
    assert not done.found


def test_quoted_cells_are_read(tmp_path: Path) -> None:
    done = given(tmp_path, row(employeur='"Zwaan; ""De"" & Co"', fonction='"chef"', nom='""'))
    assert (done.record(2)["employeur"], done.record(2)["fonction"]) == ('Zwaan; "De" & Co', "chef")
    assert done.record(2)["nom"] == ""
    assert not done.found


@pytest.mark.parametrize("name", ["Roy", "", ";", "De; Wit", '""', 'D""O', "Zoë"])
def test_a_line_with_every_cell_quoted_is_read(tmp_path: Path, name: str) -> None:
    quoted = ";".join(f'"{each}"' for each in row(nom="@").split(";")).replace("@", name)
    done = given(tmp_path, quoted, row())
    assert done.record(2) == {**BRUSSELS, "nom": name.replace('""', '"')}
    assert not done.found


def test_marks_in_pairs_inside_a_cell_are_text(tmp_path: Path) -> None:
    assert given(tmp_path, row(employeur='SA "De Zwaan"')).record(2)["employeur"] == 'SA "De Zwaan"'


@pytest.mark.parametrize(
    "employer", ['"De Zwaan', '"De Zwaan" SA', 'De Zwaan"', '"', '"De Zwaan"";', '"a" b "c"', '12" buis']
)
def test_a_line_whose_quotation_marks_do_not_fit_is_malformed_and_no_other(tmp_path: Path, employer: str) -> None:
    done = given(tmp_path, row(1), row(2, employeur=employer), row(3, employeur='"De Zwaan"'))
    assert done.found == {3: [("malformed", "")]}
    assert done.record(3) == {"line": row(2, employeur=employer)}
    assert [each.line for each in done.records] == [2, 3, 4]


@pytest.mark.parametrize(("trial", "malformed"), [("b4_open_quote.csv", [4]), ("b12d.csv", [4, 9])])
def test_a_mark_that_is_never_closed_swallows_no_line(trial: str, malformed: list[int]) -> None:
    done = read(CSV, TRIALS / trial)
    assert list(done.found) == malformed
    assert len(done.records) == done.count.lines - 1
    employers = {str(each.record.get("employeur")) for each in done.records if not each.findings}
    assert all(len(each) < 30 for each in employers)


def test_a_line_with_more_cells_than_the_header_is_malformed(tmp_path: Path) -> None:
    done = given(tmp_path, f"{row(1)};", row(2, nom="De;Wit"), row(3))
    assert done.found == {3: [("malformed", "")]}
    assert "22 cells and the header 21" in done.records[1].findings[0].sentence
    assert done.record(2)["modifie_le"] == BRUSSELS["modifie_le"]


def test_a_line_with_fewer_cells_has_the_others_empty(tmp_path: Path) -> None:
    record = given(tmp_path, "BXL/1;FR;recevable").record(2)
    assert list(record) == COLUMNS
    assert (record["no_dossier"], record["statut"], record["acteur"], record["modifie_le"]) == (
        "BXL/1", "recevable", "", "",
    )  # fmt: skip


@pytest.mark.parametrize("blank", ["", "   ", ";" * 20, "; ;\t;", '"";""', ";".join(['""'] * 21), "\xa0;"])
def test_lines_of_separators_and_blanks_are_blank(tmp_path: Path, blank: str) -> None:
    done = given(tmp_path, row(1), blank, row(2))
    assert done.kinds == [LineKind.HEADER, LineKind.BLANK]
    assert [each.line for each in done.records] == [2, 4]


def test_a_file_number_of_thousands_of_characters_is_read_as_it_is() -> None:
    done = read(CSV, TRIALS / "b4_long_key.csv")
    assert not done.found
    assert max(len(str(each.record["no_dossier"])) for each in done.records) > 5_000


def test_a_line_too_long_is_one_malformed_record_with_its_beginning(tmp_path: Path) -> None:
    done = given(tmp_path, row(1), b"x" * (3 * LONGEST_LINE), row(2), b"y" * LONGEST_LINE, row(3))
    assert done.found == {3: [("malformed", "")], 5: [("malformed", "")]}
    assert done.record(3) == {"line": "x" * 200}
    assert [each.line for each in done.records] == [2, 3, 4, 5, 6]


def test_the_longest_line_is_read(tmp_path: Path) -> None:
    longest = row(fonction="x" * (LONGEST_LINE - 2 - len(row(fonction=""))))
    assert not given(tmp_path, longest).found


# Texts.


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\x00b", "a\\x00b"), ("a\rb", "a\\x0db"), ("\x1a", "\\x1a"), ("a\x7f", "a\\x7f"), ("\x1b[31m", "\\x1b[31m")],
)
def test_a_text_that_cannot_be_stored_quarantines_its_record_only(tmp_path: Path, text: str, shown: str) -> None:
    done = given(tmp_path, row(1), row(2, nom=text, fonction="é\x00"), row(3))
    assert done.found == {3: [("textUnreadable", "nom"), ("textUnreadable", "fonction")]}
    assert (done.record(3)["nom"], done.record(3)["fonction"]) == (shown, "é\\x00")


def test_a_tab_is_a_blank_and_what_is_merely_invisible_stays(tmp_path: Path) -> None:
    done = given(tmp_path, row(nom="Van\tDamme", prenom="Anne\xa0Marie\xad"))
    assert (done.record(2)["nom"], done.record(2)["prenom"]) == ("Van Damme", "Anne\xa0Marie\xad")
    assert not done.found


def test_a_zero_byte_far_behind_is_one_record_s_fault() -> None:
    done = read(CSV, TRIALS / "b9_nul.csv")
    assert done.found == {422: [("textUnreadable", "employeur")]}
    assert len(done.records) == 421


# Encoding.


def test_lines_in_utf_8_amid_others_are_doubtful_and_their_bytes_shown() -> None:
    done = read(CSV, TRIALS / "b5_mixed.csv")
    doubtful = [("encodingDoubtful", name) for name in ("nom", "prenom", "employeur")]
    assert done.found == {4: doubtful, 5: doubtful}
    assert done.record(4)["nom"] == r"M\xc3\xbcller-Pe\xc3\xb1a"
    assert {each.record["nom"] for each in done.records if not each.findings} == {"Müller-Peña"}


def test_a_file_is_judged_whole_and_not_by_its_beginning(tmp_path: Path) -> None:
    many = [row(number) for number in range(1_000)]
    done = given(tmp_path, *many, row(1_000, nom="Müller").encode(), row(1_001))
    assert list(done.found) == [1_002]


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_a_byte_that_windows_1252_does_not_define_is_doubtful(tmp_path: Path, byte: int) -> None:
    line = row(nom="Zoë @", prenom="Zoë").encode("cp1252").replace(b"@", bytes([byte]))
    done = given(tmp_path, line, row())
    assert done.found == {2: [("encodingDoubtful", "nom")]}
    assert (done.record(2)["nom"], done.record(2)["prenom"]) == (f"Zoë \\x{byte:02x}", "Zoë")


def test_signs_of_windows_1252_are_no_doubt(tmp_path: Path) -> None:
    signs = b"L\x92\x8cuvre \x96 \x93\x8aarka\x94 \x85 5 \x80"
    done = given(tmp_path, row(employeur="@").encode("cp1252").replace(b"@", signs), row(nom="ÀÉÎÕÜß"))
    assert not done.found
    assert done.record(2)["employeur"] == signs.decode("cp1252")


@pytest.mark.parametrize("plain", [0, 500])
def test_a_file_in_utf_8_throughout_is_refused(tmp_path: Path, plain: int) -> None:
    ascii_only = dict.fromkeys(BRUSSELS, "x")
    lines = [";".join(ascii_only.values())] * plain + [row(1).encode(), row(2).encode()]
    assert "is UTF-8: save it as windows-1252" in refusal(CSV, written(tmp_path, *lines))


def test_a_single_line_in_utf_8_is_one_record_s_fault_unless_the_header_is_utf_8_too(tmp_path: Path) -> None:
    assert list(given(tmp_path, row().encode()).found) == [2]
    header = f"{HEADER};déjà".encode()
    file = tmp_path / "other.csv"
    file.write_bytes(b"\r\n".join([header, row().encode()]))
    assert "is UTF-8" in refusal(CSV, file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf" + HEADER.encode(), "byte order mark, so it is UTF-8: save it as windows-1252"),
        (brussels_text(BRUSSELS).encode("utf-16"), "UTF-16"),
        (brussels_text(BRUSSELS).encode("utf-16-be"), "UTF-16"),
        (b"PK\x03\x04" + bytes(100), "zip file or a workbook"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "an Office document"),
        (b"\r\n" * 5, "first 5 lines are blank"),
        (brussels_text(BRUSSELS, end="\r").encode("cp1252"), "carriage return alone"),
        (HEADER.replace(";", ",").encode(), "line 1 should be the header, with ; between"),
        (b'{"numeroDossier": "WAL-1"}\n', "line 1 should be the header"),
        (b'"' + HEADER.encode(), "its header cannot be read: a quotation mark is opened and never closed"),
    ],
)
def test_a_file_of_another_kind_is_refused_before_its_first_line(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "brussels.csv"
    file.write_bytes(content)
    assert told in refusal(CSV, file)
    with pytest.raises(Exception, match="brussels"):
        next(CSV.read(file, Waivers(), SourceCount()))


# The header.


def test_headers_are_matched_without_regard_to_case_blanks_and_form(tmp_path: Path) -> None:
    header = HEADER.replace("niss", " NISS ").replace(";nom;", ';"Nom";').replace("langue", "\tlan\xadgue")
    record = given(tmp_path, row(), header=header).record(2)
    assert list(record) == COLUMNS


def test_an_unknown_column_is_kept_under_its_own_name_and_one_without_a_name_under_its_number(tmp_path: Path) -> None:
    done = given(tmp_path, f"{row(1)};vu;x", f"{row(2)};;", header=f"{HEADER}; Remarque  interne ;")
    assert done.record(2) == {**BRUSSELS, "Remarque interne": "vu", "column 23": "x"}
    assert done.record(3) == {**BRUSSELS, "no_dossier": "BXL/2025/00002", "Remarque interne": ""}


@pytest.mark.parametrize("twice", ["nom", "NOM ", "column 23;"])
def test_a_column_that_stands_twice_refuses_the_file(tmp_path: Path, twice: str) -> None:
    file = written(tmp_path, row(), header=f"{HEADER};{twice}")
    assert f"has the column {twice.strip(' ;')} twice".casefold() in refusal(CSV, file).casefold()
    assert "has the column nom twice" in refusal(CSV, TRIALS / "b6_column_twice.csv")


def test_a_known_column_that_is_missing_refuses_the_file_and_names_the_flag() -> None:
    assert "its header lacks periodicite." in refusal(CSV, TRIALS / "b15b.csv")
    assert "--without periodicite" in refusal(CSV, TRIALS / "b15b.csv")


def test_a_missing_column_that_is_waived_is_counted_as_waived() -> None:
    done = read(CSV, TRIALS / "b15b.csv", Waivers(columns=frozenset({" Periodicite"})))
    assert done.count.columns_waived == ("periodicite",)
    assert "périodicité" in done.record(2)
    assert "periodicite" not in done.record(2)


@pytest.mark.parametrize(
    ("waivers", "told"),
    [
        (Waivers(columns=frozenset({"bce"})), "--without bce cannot be"),
        (
            Waivers(columns=frozenset({"periodicité"})),
            "--without periodicité names no column of this form. It has acteur",
        ),
        (Waivers(columns=frozenset({"periodicite"})), "--without periodicite is not needed"),
        (Waivers(sheets=frozenset({"2024"})), "is not a workbook and has no sheets"),
    ],
)
def test_a_waiver_that_waives_nothing_is_told(tmp_path: Path, waivers: Waivers, told: str) -> None:
    assert told in refusal(CSV, written(tmp_path, row()), waivers)


def test_a_required_column_cannot_be_missing(tmp_path: Path) -> None:
    file = written(tmp_path, "x;y", header="no_dossier;statut")
    assert "its header lacks bce, categorie, date_introduction, modifie_le, remuneration, without which" in refusal(
        CSV, file
    )


def test_what_stands_above_the_header_is_counted(tmp_path: Path) -> None:
    done = read(CSV, written(tmp_path, HEADER, row(), header="\r\nsep=;"))
    assert done.kinds == [LineKind.BLANK, LineKind.HEADER, LineKind.HEADER]
    assert [each.line for each in done.records] == [4]


def test_the_header_again_amid_the_records_holds_none(tmp_path: Path) -> None:
    done = given(tmp_path, row(1), HEADER, HEADER.upper(), f'"{COLUMNS[0]}"{HEADER[len(COLUMNS[0]) :]};', row(2))
    assert done.kinds == [LineKind.HEADER] * 4
    assert [each.line for each in done.records] == [2, 6]


def test_another_header_amid_the_records_refuses_the_file(tmp_path: Path) -> None:
    other = ";".join([*COLUMNS[:10], "prenom", "nom", *COLUMNS[12:]])
    assert "line 3 is a header with other columns" in refusal(CSV, written(tmp_path, row(1), other, row(2)))
