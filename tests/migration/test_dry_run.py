"""``permit migrate dry-run``: the sums of a batch, and what a person is told of a file that is not as it should be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from tests.migration.samples import (
    BRUSSELS,
    GERMAN,
    GERMAN_HEADER,
    WALLONIA,
    brussels_file,
    brussels_text,
    german_file,
    wallonia_file,
)


@pytest.fixture(autouse=True)
def nothing_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home in which no record was ever taken."""
    monkeypatch.setenv("PERMIT_HOME", str(tmp_path / "home"))


def dry_run(authority: str, *files: Path) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["migrate", "dry-run", authority, *map(str, files), "--json"])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    sums = told["retold"] + told["unchanged"] + told["stale"] + sum(told["quarantined"].values())
    assert told["records"] == sums
    assert sum(told["byStatus"].values()) == sum(told["byCategory"].values()) == told["retold"]
    return told


def refusal(authority: str, *files: Path) -> str:
    done = CliRunner().invoke(app, ["migrate", "dry-run", authority, *map(str, files), "--json"])
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    return done.stderr


def numbered(count: int, **changes: str) -> Sequence[dict[str, str]]:
    return [{**BRUSSELS, "no_dossier": f"BXL/2025/{number:05d}", **changes} for number in range(count)]


def test_a_file_of_each_authority_is_counted(tmp_path: Path) -> None:
    assert dry_run("brussels", brussels_file(tmp_path, *numbered(3)))["byStatus"] == {"decidedGranted": 3}
    assert dry_run("wallonia", wallonia_file(tmp_path, WALLONIA))["byStatus"] == {"revoked": 1}
    german = dry_run("german-community", german_file(tmp_path, GERMAN))
    assert (german["byStatus"], german["byCategory"]) == ({"decidedGranted": 1}, {"mediumSkilledShortage": 1})


def test_what_was_taken_from_one_file_counts_in_the_next(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    again = brussels_file(second, *numbered(2), *numbered(1, modifie_le="01/01/2020 09:00"))
    told = dry_run("brussels", brussels_file(first, *numbered(3)), again)
    assert (told["records"], told["retold"], told["unchanged"], told["stale"]) == (6, 3, 2, 1)


def test_a_bad_record_holds_up_no_good_one_and_is_told_with_its_line(tmp_path: Path) -> None:
    good, bad = numbered(1), numbered(2, remuneration="n.c.")[1:]
    file = brussels_file(tmp_path, *bad, *good)
    assert dry_run("brussels", file)["quarantined"] == {"amountInvalid": 1}
    told = CliRunner().invoke(app, ["migrate", "dry-run", "brussels", str(file)])
    assert "brussels.csv, line 2: amountInvalid. remuneration: it is no amount" in told.stdout
    assert "n.c." not in told.stdout


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_may_be_any(tmp_path: Path, end: str) -> None:
    file = tmp_path / "brussels.csv"
    file.write_bytes(brussels_text(*numbered(2), end=end).encode("cp1252"))
    assert dry_run("brussels", file)["retold"] == 2


def test_a_row_that_was_cut_off_and_an_endless_line_are_records_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "brussels.csv"
    whole = brussels_text(*numbered(2)).encode("cp1252")
    file.write_bytes(whole + b"x" * 10_000_000 + b"\r\n" + whole.splitlines()[1][:40])
    told = dry_run("brussels", file)
    assert (told["retold"], told["quarantined"]) == (2, {"malformed": 1, "fieldMissing": 1})


def test_an_extra_column_is_kept_and_stops_nothing(tmp_path: Path) -> None:
    file = tmp_path / "brussels.csv"
    lines = brussels_text(*numbered(1)).splitlines()
    file.write_bytes(f"{lines[0]};remarque\r\n{lines[1]};vu\r\n".encode("cp1252"))
    told = dry_run("brussels", file)
    assert (told["retold"], told["unknownFields"]) == (1, {"remarque": 1})


def test_a_row_with_more_cells_than_columns_may_have_shifted(tmp_path: Path) -> None:
    file = tmp_path / "brussels.csv"
    lines = brussels_text(*numbered(1)).splitlines()
    file.write_bytes(f"{lines[0]}\r\n{lines[1]};vu\r\n".encode("cp1252"))
    assert dry_run("brussels", file)["quarantined"] == {"malformed": 1}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbfno_dossier;statut\r\n", "byte order mark"),
        (brussels_text(*numbered(2)).encode("utf-8"), "is UTF-8: save it as windows-1252"),
        (brussels_text(*numbered(1)).encode("utf-16-le"), "zero bytes"),
        (b"no_dossier;statut\r\nBXL;recevable\r\n", "its header lacks bce, categorie"),
        (b'{"numeroDossier": "WAL-1"}\n', "should be the header"),
        (brussels_text(*numbered(1), end="\r").encode("cp1252"), "carriage return alone"),
    ],
)
def test_a_file_of_another_kind_is_refused_whole(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "brussels.csv"
    file.write_bytes(content)
    assert told in refusal("brussels", file)
    assert "brussels.csv" in refusal("brussels", file)


def test_lines_that_are_no_records_are_refused_one_by_one(tmp_path: Path) -> None:
    file = wallonia_file(tmp_path, WALLONIA)
    broken = [b"{not json", b"[]", b"\xff\xfe", b'{"a": ' * 100_000, b'"x"' * 500_000]
    file.write_bytes(b"\n".join([broken[0], file.read_bytes().strip(), *broken[1:]]) + b"\n\n")
    told = dry_run("wallonia", file)
    assert (told["records"], told["retold"], told["quarantined"]) == (6, 1, {"malformed": 5})


@pytest.mark.parametrize("content", [b"", b"\n\n", b"no_dossier;statut\n" * 30, b"{}\n" * 30])
def test_lines_without_one_record_of_wallonia_are_refused_whole(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "wallonia.jsonl"
    file.write_bytes(content)
    assert "wallonia.jsonl" in refusal("wallonia", file)


def test_days_that_were_typed_and_numbers_that_lost_their_zero_are_read(tmp_path: Path) -> None:
    row = [*GERMAN]
    row[3], row[13], row[16] = "16/04/2024", 202239951, 92138.5
    assert dry_run("german-community", german_file(tmp_path, tuple(row)))["retold"] == 1
    row[3] = "16.04.24"
    assert dry_run("german-community", german_file(tmp_path, tuple(row)))["quarantined"] == {"dateInvalid": 1}


def test_a_formula_is_no_value(tmp_path: Path) -> None:
    row = [*GERMAN]
    row[16] = "=12*4000"
    file = german_file(tmp_path, tuple(row), ("DG 2024/003", *GERMAN[1:]))
    assert dry_run("german-community", file)["quarantined"] == {"cellUnreadable": 1}
    told = CliRunner().invoke(app, ["migrate", "dry-run", "german-community", str(file)])
    assert "Bruttolohn/Jahr: a formula stands where a value should" in told.stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "is empty"), (b"\xd0\xcf\x11\xe0\xa1\xb1", "password"), (b"PK\x03\x04 no zip", "no workbook")],
)
def test_what_is_no_workbook_is_refused_whole(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "german-community.xlsx"
    file.write_bytes(content)
    assert told in refusal("german-community", file)


def test_a_workbook_of_something_else_is_refused_whole(tmp_path: Path) -> None:
    other = german_file(tmp_path, GERMAN, header=("Rechnung", *GERMAN_HEADER[1:]))
    assert "its header lacks Aktenzeichen" in refusal("german-community", other)
    short = german_file(tmp_path, GERMAN, header=GERMAN_HEADER[:5])
    assert "its header lacks" in refusal("german-community", short)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "nowhere.csv" in refusal("brussels", tmp_path / "nowhere.csv")
