"""Brussels' files: ``;`` between columns, windows-1252, a header."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

from infra.legacy_files.records import LONGEST_LINE, NotThisKind, RawRecord, require_columns

_ENCODING: Final = "cp1252"
_SAMPLE_BYTES: Final = 1 << 16
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class CsvFile:
    """Implements :class:`infra.legacy_files.records.LegacyFile`."""

    def __init__(self, required: frozenset[str]) -> None:
        self._required = required

    def read(self, file: Path) -> Generator[RawRecord]:
        _require_windows_1252(file)
        # An unmappable byte becomes "?", as the source itself writes what its own encoding cannot hold.
        with file.open(encoding=_ENCODING, errors="replace", newline="") as text:
            rows = csv.reader(_short_lines(text), delimiter=";")
            header = next(rows, [])
            require_columns(file, header, self._required)
            while True:
                try:
                    row = next(rows)
                except StopIteration:
                    return
                except csv.Error as why:
                    yield RawRecord(source=file.name, line=rows.line_num, record={}, problem=f"it is no row: {why}")
                    continue
                if row == [_TOO_LONG]:
                    sentence = f"the line is longer than {LONGEST_LINE:,} characters"
                    yield RawRecord(source=file.name, line=rows.line_num, record={}, problem=sentence)
                elif row:
                    yield RawRecord(source=file.name, line=rows.line_num, record=_named(header, row))


_TOO_LONG: Final = "\x00too long"


def _short_lines(text: Iterator[str]) -> Iterator[str]:
    for line in text:
        yield line if len(line) <= LONGEST_LINE else f"{_TOO_LONG}\n"


def _named(header: list[str], row: list[str]) -> dict[str, object]:
    """The row by column; what lies beyond the header is kept under its number."""
    beyond = {f"column {number}": text for number, text in enumerate(row, 1) if number > len(header)}
    return {**dict(zip(header, row, strict=False)), **beyond}


def _require_windows_1252(file: Path) -> None:
    with file.open("rb") as content:
        sample = content.read(_SAMPLE_BYTES)
    if not sample:
        raise NotThisKind(f"{file.name} is empty: ask for it again.")
    if sample.startswith(_BYTE_ORDER_MARKS):
        raise NotThisKind(f"{file.name} begins with a byte order mark, so it is Unicode: save it as windows-1252.")
    if b"\x00" in sample:
        raise NotThisKind(f"{file.name} holds zero bytes, so it is no text: ask for it again.")
    # A character that the sample ends in the middle of is at most three bytes long.
    if not sample.isascii() and any(_is_utf8(sample[: len(sample) - cut]) for cut in range(4)):
        raise NotThisKind(f"{file.name} is UTF-8: save it as windows-1252, else names would be garbled.")


def _is_utf8(sample: bytes) -> bool:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not sample.isascii()
