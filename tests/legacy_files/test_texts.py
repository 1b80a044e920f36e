"""What may be kept of a text, and how the rest is shown."""

from __future__ import annotations

import os
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest

from domain.migration.findings import RefusalReason
from domain.migration.source_lines import LONGEST_LINE, RawRecord, SourceCount, Waivers
from infra.legacy_files.legacy_file import LegacyFile
from infra.legacy_files.texts import readable, readable_record
from tests.legacy_files.reading import CSV, JSON, read
from tests.legacy_files.test_csv_file import HEADER, row, written
from tests.legacy_files.test_json_lines import GOOD


@pytest.mark.parametrize(
    "text", ["", "Müller-Peña", "Y\u0131ld\u0131z", "a\u200b\u202eb\xa0\xad", "\ufeffa", "李 😀", "\ue000\u0378"]
)
def test_a_text_that_can_be_kept_stays_as_it_is(text: str) -> None:
    assert readable(text) == (text, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a\\x00b"),
        ("a\nb\r", "a\\x0ab\\x0d"),
        ("\x85", "\\x85"),
        ("\ud800", "\\ud800"),
        ("\uffff", "\\uffff"),
    ],
)
def test_what_cannot_be_kept_is_shown_with_escapes(text: str, shown: str) -> None:
    assert readable(text) == (shown, False)


def test_a_tab_is_read_as_a_blank() -> None:
    assert readable("Van\tDamme") == ("Van Damme", True)


def test_a_json_value_is_judged_in_all_its_texts_and_names() -> None:
    value = {"a": ["x", {"b\x00": "y\ud800"}], "n": Decimal(1), "t": True, "none": None}
    shown, findings = readable_record(value)
    assert shown == {"a": ["x", {"b\\x00": "y\\ud800"}], "n": Decimal(1), "t": True, "none": None}
    assert {(each.reason, each.field) for each in findings} == {(RefusalReason.TEXT_UNREADABLE, "a[1].b\\x00")}
    assert len(findings) == 2
    assert readable_record("x\x00", "record.nom")[1][0].field == "record.nom"


def test_a_file_whose_name_is_no_unicode_is_read_and_named(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"extrait-\xe9t\xe9.csv")
    written(tmp_path, row()).rename(file)
    assert read(CSV, file).records[0].source == r"extrait-\udce9t\udce9.csv"
    file.write_bytes(b"")
    with pytest.raises(Exception, match="is empty") as refused:
        read(CSV, file)
    str(refused.value).encode()


@pytest.mark.parametrize(("reader", "before"), [(CSV, f"{HEADER}\n{row()}\n"), (JSON, f"{GOOD}\n")])
def test_a_line_without_end_is_read_in_flat_memory(tmp_path: Path, reader: LegacyFile, before: str) -> None:
    file = tmp_path / "extract"
    with file.open("wb") as content:
        content.write(before.encode("cp1252" if reader is CSV else "utf-8"))
        for _ in range(40):
            content.write(b"x" * LONGEST_LINE)
    count = SourceCount()
    tracemalloc.start()
    try:
        records = [each for each in reader.read(file, Waivers(), count) if isinstance(each, RawRecord)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [each.reason for record in records for each in record.findings] == [RefusalReason.MALFORMED]
    assert count.size == file.stat().st_size
    assert peak < 8 * LONGEST_LINE
