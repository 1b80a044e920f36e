"""Wallonia's JSON lines: each by itself, numbers exact, names that stand twice and bytes that are not UTF-8 named."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from domain.migration.source_lines import LONGEST_LINE, LineKind, RawRecord, Waivers
from tests.legacy_files.reading import JSON, TRIALS, Read, read, refusal
from tests.migration.samples import WALLONIA

GOOD = json.dumps(WALLONIA, ensure_ascii=False)


def line(part: str, text: str) -> str:
    """The sample with JSON text put in the place of other JSON text."""
    assert part in GOOD
    return GOOD.replace(part, text)


def written(folder: Path, *lines: str | bytes, before: bytes = b"") -> Path:
    file = folder / "wallonia.jsonl"
    encoded = (each if isinstance(each, bytes) else each.encode("utf-8", "surrogatepass") for each in lines)
    file.write_bytes(before + b"".join(each + b"\n" for each in encoded))
    return file


def given(folder: Path, *lines: str | bytes) -> Read:
    """The sample, and after it these lines."""
    return read(JSON, written(folder, GOOD, *lines))


def test_a_record_is_the_object_of_its_line(tmp_path: Path) -> None:
    done = read(JSON, written(tmp_path, GOOD))
    assert done.records == [RawRecord(source="wallonia.jsonl", line=1, record=WALLONIA)]
    assert done.count.lines == 1


def test_a_byte_order_mark_and_blank_lines_are_no_harm(tmp_path: Path) -> None:
    done = read(JSON, written(tmp_path, "", GOOD, "  ", b"\xef\xbb\xbf" + GOOD.encode(), before=b"\xef\xbb\xbf"))
    assert done.kinds == [LineKind.BLANK, LineKind.BLANK]
    assert [each.record for each in done.records] == [WALLONIA, WALLONIA]


def test_escapes_of_letters_are_letters(tmp_path: Path) -> None:
    assert given(tmp_path, json.dumps({"nom": "Ünal 😀"})).record(2) == {"nom": "Ünal 😀"}


@pytest.mark.parametrize(
    "number",
    ["52000", "48.912", "52000.0", "-0.10", "1e3", "123456789012345678901234567890.123456789", "9" * 5_000, "1e400"],
)
def test_numbers_are_exact(tmp_path: Path, number: str) -> None:
    done = given(tmp_path, line('"36.398,50"', number))
    assert done.record(2)["emploi"]["remunerationBruteAnnuelle"] == Decimal(number)
    assert isinstance(done.record(2)["emploi"]["remunerationBruteAnnuelle"], Decimal)
    assert not done.found


def test_values_of_other_types_are_read_as_they_are(tmp_path: Path) -> None:
    done = given(tmp_path, '{"nom": ["A", {"x": true}], "niss": null, "e": {}}')
    assert done.record(2) == {"nom": ["A", {"x": True}], "niss": None, "e": {}}
    assert not done.found


@pytest.mark.parametrize(
    ("malformed", "told"),
    [
        ("{not json", "no JSON from character 2 on"),
        (GOOD + ",", f"no JSON from character {len(GOOD) + 1} on"),
        (GOOD[:-1], "no JSON from character"),
        ("[]", "no object"),
        ("null", "no object"),
        ('"x"', "no object"),
        ("12", "no object"),
        ('{"a": NaN}', "NaN"),
        ('{"a": [-Infinity]}', "-Infinity"),
        ('{"a": 1e99999999999999999999}', "number that is too large"),
        ('{"a":' * 100_000, "in one another"),
        ('{"a": ' * 60 + "1" + "}" * 60, "more than 50 objects and lists in one another"),
        ("no_dossier;statut", "no JSON from character 1 on"),
    ],
)
def test_a_line_that_is_no_object_is_malformed_and_no_other(tmp_path: Path, malformed: str, told: str) -> None:
    done = given(tmp_path, malformed, GOOD)
    assert done.found == {2: [("malformed", "")]}
    assert told in done.records[1].findings[0].sentence
    assert done.record(2) == {"line": malformed}
    assert done.record(3) == WALLONIA


def test_a_line_too_long_is_one_malformed_record_with_its_beginning(tmp_path: Path) -> None:
    done = given(tmp_path, '"' + "é" * (2 * LONGEST_LINE), GOOD)
    assert done.found == {2: [("malformed", "")]}
    assert done.record(2) == {"line": '"' + "é" * 99 + "\\xc3"}
    assert done.record(3) == WALLONIA


def test_a_long_history_is_not_deep(tmp_path: Path) -> None:
    entry = '{"statut": "introduite", "le": "07/07/2024"}'
    done = given(tmp_path, line(entry, ", ".join([entry] * 500)))
    assert len(done.record(2)["historique"]) == 502
    assert not done.found


# Names that stand twice.


def test_a_name_twice_is_named_with_its_path_and_all_values_are_kept(tmp_path: Path) -> None:
    twice = line('"nom": "Roy"', '"nom": "Roy", "nom": "Wauters", "nom": "Roy", "nom (2)": "x"')
    done = given(tmp_path, twice)
    assert done.found == {2: [("fieldMalformed", "travailleur.nom")]}
    worker = done.record(2)["travailleur"]
    assert (worker["nom"], worker["nom (3)"], worker["nom (4)"], worker["nom (2)"]) == ("Roy", "Wauters", "Roy", "x")


def test_names_twice_are_found_at_any_depth(tmp_path: Path) -> None:
    done = given(tmp_path, '{"a": [{"b": {"c": 1, "c": 2}}], "a": 3, "d": {"d": {"d": 1}}}')
    assert done.found == {2: [("fieldMalformed", "a"), ("fieldMalformed", "a[0].b.c")]}
    assert not read(JSON, written(tmp_path, GOOD)).found


def test_the_trials_of_numbers_and_of_lines_that_are_no_objects() -> None:
    numbers = read(JSON, TRIALS / "w10_numbers.jsonl")
    assert numbers.found == {16: [("malformed", "")], 18: [("fieldMalformed", "emploi.remunerationBruteAnnuelle")]}
    assert numbers.record(4)["emploi"]["remunerationBruteAnnuelle"] == Decimal("48.912")
    assert read(JSON, TRIALS / "w10.jsonl").found == {number: [("malformed", "")] for number in (7, 8, 9, 10)}


# Texts and bytes.


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\\u0000b", "a\\x00b"),
        ("a\\ud842", "a\\ud842"),
        ("\\udc00\\ud800", "\\udc00\\ud800"),
        ("a\\nb", "a\\x0ab"),
        ("a\\u2028b", "a\\u2028b"),
        ("a\u2029b", "a\\u2029b"),
        ("a\\u0085", "a\\x85"),
        ("a\x9f", "a\\x9f"),
        ("a\x00b", "a\\x00b"),
        ("a\x7f", "a\\x7f"),
        ("\\uFFFE\uffff", "\\ufffe\\uffff"),
    ],
)
def test_a_text_that_cannot_be_stored_is_named_with_its_path(tmp_path: Path, text: str, shown: str) -> None:
    done = given(tmp_path, line('"Roy"', f'"{text}"'), GOOD)
    assert done.found == {2: [("textUnreadable", "travailleur.nom")]}
    assert done.record(2)["travailleur"]["nom"] == shown
    assert done.record(2)["travailleur"]["prenom"] == "Priya"


@pytest.mark.parametrize(
    "text", ["\u200b\u200d\u202e", "\ufeff", "\xa0", "\ue000", "\\\\n", "\\/", "\ufffd", "\U0001f600"]
)
def test_what_is_merely_unusual_stays(tmp_path: Path, text: str) -> None:
    done = given(tmp_path, line('"Roy"', f'"a{text}"'))
    assert done.record(2)["travailleur"]["nom"] == json.loads(f'"a{text}"')
    assert not done.found


@pytest.mark.parametrize("tab", ["\t", "\\t", "\\u0009"])
def test_a_tab_is_a_blank(tmp_path: Path, tab: str) -> None:
    done = given(tmp_path, line('"Roy"', f'"Le{tab}Roy"'))
    assert done.record(2)["travailleur"]["nom"] == "Le Roy"
    assert not done.found


def test_a_name_that_cannot_be_stored_is_found_too_and_takes_no_other_s_place(tmp_path: Path) -> None:
    done = given(tmp_path, '{"a\\\\x00": 1, "a\\u0000": {"b": "\\u0000"}}')
    assert done.record(2) == {"a\\x00": Decimal(1), "a\\x00 (2)": {"b": "\\x00"}}
    assert done.found == {2: [("textUnreadable", "a\\x00"), ("textUnreadable", "a\\x00.b")]}


@pytest.mark.parametrize(
    ("trial", "fields"),
    [
        ("w07b.jsonl", ["numeroDossier"]),
        ("w07c.jsonl", ["employeur.denomination", "emploi.fonction"]),
        ("w9_nul_employer.jsonl", ["employeur.denomination"]),
        ("w9_surrogate_name.jsonl", ["travailleur.nom"]),
    ],
)
def test_the_trials_of_texts(trial: str, fields: list[str]) -> None:
    done = read(JSON, TRIALS / trial)
    assert done.found == {2: [("textUnreadable", field) for field in fields]}
    assert len(done.records) == 3


def test_bytes_that_are_not_utf_8_are_shown_and_the_rest_is_read(tmp_path: Path) -> None:
    foreign = line('"Roy"', '"M@ller \\u00fc"').encode().replace(b"@", b"\xfc")
    done = given(tmp_path, foreign, GOOD)
    assert done.found == {2: [("encodingDoubtful", "travailleur.nom")]}
    assert done.record(2)["travailleur"]["nom"] == r"M\xfcller ü"
    assert done.record(2)["numeroDossier"] == WALLONIA["numeroDossier"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b'{"a": \xfc}', b'{"a\xfc": 1'])
def test_bytes_outside_of_texts_make_the_line_malformed(tmp_path: Path, content: bytes) -> None:
    done = given(tmp_path, content)
    assert done.found == {2: [("malformed", "")]}
    assert done.record(2) == {"line": content.decode("utf-8", "backslashreplace")}


# Whole files.


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n\n", "blank lines only"),
        (b"no_dossier;statut\n" * 30, "each line should be one JSON object with historique, modifieLe, numeroDossier"),
        (b"{}\n" * 30, "and none is"),
        (f"[{GOOD}]".encode(), "is one JSON list"),
        (f"[\n{GOOD},\n{GOOD}\n]\n".encode(), "is one JSON list"),
        (json.dumps(WALLONIA, indent=2).encode(), "spread over several lines"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (GOOD.encode("utf-16-le"), "UTF-16"),
        (b"PK\x03\x04", "a zip file"),
        (b"\x1f\x8b", "a gzip file"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "wallonia.jsonl"
    file.write_bytes(content)
    assert told in refusal(JSON, file)


def test_one_record_of_the_authority_makes_the_file_its_own(tmp_path: Path) -> None:
    assert len(read(JSON, written(tmp_path, *["{}"] * 50, GOOD)).records) == 51


@pytest.mark.parametrize("waivers", [Waivers(columns=frozenset({"niss"})), Waivers(sheets=frozenset({"x"}))])
def test_there_is_nothing_to_waive(tmp_path: Path, waivers: Waivers) -> None:
    assert "leave out --without" in refusal(JSON, written(tmp_path, GOOD), waivers)
