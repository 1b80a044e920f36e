"""The rows of a sheet as texts: each cell as it would be typed, or what it holds and why that is no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Final
from xml.etree.ElementTree import Element  # nosec B405 # defusedxml parses; this is a type

from domain.migration.findings import RefusalReason
from infra.legacy_files.legacy_file import NotThisKind
from infra.legacy_files.ooxml import Sheet, WorkbookParts, local_name, text_of, unescaped
from infra.legacy_files.texts import TEXT_UNREADABLE, readable

LONGEST_CELL: Final = 32_767
"""Characters; the most that a spreadsheet program lets a cell hold."""

_SHOWN: Final = 200
_COLUMN: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?[0-9]*")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE: Final = re.compile(r"-?[0-9]+")
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?)?Z?")
_DAY_SECONDS: Final = 86_400
# Day 60 of the calendar from 1900 is 29 February 1900, which never was; the days before it count one less.
_NO_DAY: Final = 60
_FROM_1900: Final = datetime(1899, 12, 30)  # noqa: DTZ001  civil time, as in the cell
_FROM_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
_TRUTH: Final = {"0": "FALSCH", "1": "WAHR", "false": "FALSCH", "true": "WAHR"}


@dataclass(frozen=True, slots=True)
class Cell:
    """``column`` counts from 1. ``reason`` and ``sentence`` say why the text is no value.

    ``written`` is the text with its line breaks, which are no harm in a header. What ``shown_whole`` is shown as it
    is (a formula, an error), and is a fault only where a value is needed.
    """

    column: int
    written: str
    text: str
    reason: RefusalReason | None = None
    sentence: str = ""
    shown_whole: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    number: int
    cells: tuple[Cell, ...]


class _NoValue(Exception):
    """The content of a cell is no value: what is shown of it, and why."""

    reason = RefusalReason.CELL_UNREADABLE
    shown_whole = False

    def __init__(self, shown: str, sentence: str) -> None:
        super().__init__(sentence)
        self.shown = shown


class _ShownWhole(_NoValue):
    shown_whole = True


class _Truth(_ShownWhole):
    reason = RefusalReason.FIELD_MALFORMED


def rows_of(name: str, sheet: Sheet, parts: WorkbookParts) -> Iterator[SheetRow]:
    """The rows with content, in their order; hidden ones too. Raises :class:`NotThisKind` where it is none."""
    reader = _CellReader(parts)
    last = 0
    for element in parts.elements(sheet.part, "row", within="sheetData"):
        noted = element.get("r", "")
        number = int(noted) if noted.isdecimal() else last + 1
        if number <= last:
            raise NotThisKind(
                f"{name}, sheet {readable(sheet.title)[0]}: row {number} comes after row {last}. Open the workbook in "
                "a spreadsheet program and save it again."
            )
        last = number
        cells = tuple(reader.cells(element))
        if cells:
            yield SheetRow(number, cells)


class _CellReader:
    def __init__(self, parts: WorkbookParts) -> None:
        self._shared = parts.shared_texts
        self._styles = parts.styles
        self._from_1904 = parts.counts_from_1904

    def cells(self, row: Element) -> Iterator[Cell]:
        """The cells with content; a column that occurs twice in the row is reported."""
        column, seen = 0, set[int]()
        for element in row:
            if local_name(element) != "c":
                continue
            column = _column_of(element.get("r", "")) or column + 1
            cell = self._cell(column, element)
            if cell is None:
                continue
            if column in seen:
                sentence = "two cells of the row stand in this column"
                cell = replace(cell, reason=RefusalReason.CELL_UNREADABLE, sentence=sentence, shown_whole=False)
            seen.add(column)
            yield cell

    def _cell(self, column: int, element: Element) -> Cell | None:
        try:
            text = self._text(element)
            if text is None or not text.strip():
                return None
            text = unescaped(text)
            if len(text) > LONGEST_CELL:
                raise _NoValue(
                    text, f"it is longer than the {LONGEST_CELL:,} characters of a cell; its beginning is kept"
                )
        except _NoValue as why:
            shown, _ = readable(why.shown[: LONGEST_CELL if why.shown_whole else _SHOWN])
            return Cell(column, shown, shown, why.reason, str(why), why.shown_whole)
        shown, ok = readable(text)
        if ok:
            return Cell(column, text, shown)
        return Cell(column, text, shown, RefusalReason.TEXT_UNREADABLE, TEXT_UNREADABLE)

    def _text(self, element: Element) -> str | None:
        parts = {local_name(each): each for each in element}
        if "f" in parts:
            raise _ShownWhole(f"={parts['f'].text or ''}", "a formula stands where a value should; paste it as a value")
        if "is" in parts:
            return text_of(parts["is"])
        value = parts["v"].text if "v" in parts else None
        if value is None or not value.strip():
            return None
        match element.get("t", "n"):
            case "n":
                return self._number(value.strip(), element.get("s", "0"))
            case "s":
                return self._shared_text(value)
            case "str" | "inlineStr":
                return value
            case "d":
                return _iso(value.strip())
            case "b":
                truth = _TRUTH.get(value.strip(), value)
                raise _Truth(truth, "a truth value stands where a text, a day or a number should")
            case "e":
                raise _ShownWhole(value, "the program that wrote it could not compute it, and left an error")
            case _:
                raise _NoValue(value, "it is of a kind that no cell has")

    def _shared_text(self, value: str) -> str:
        place = value.strip()
        if place.isdecimal() and int(place) < len(self._shared):
            return self._shared[int(place)]
        raise _NoValue(value, "its text is not in the workbook")

    def _number(self, value: str, style: str) -> str:
        number = float(value) if _NUMBER.fullmatch(value) else float("nan")
        if not isfinite(number):
            raise _NoValue(value, "it should be a number and is none")
        place = int(style) if style.isdecimal() else 0
        if place in self._styles.dates:
            return self._moment(value, number)
        if place in self._styles.durations:
            return _duration(number)
        if _WHOLE.fullmatch(value):
            return value
        # A spreadsheet keeps 15 digits; what lies behind them is the binary form, and nobody typed it.
        return f"{Decimal(f'{number:.15g}'):f}".replace(".", ",")

    def _moment(self, value: str, number: float) -> str:
        day, seconds = divmod(round(number * _DAY_SECONDS), _DAY_SECONDS)
        if number < 0:
            raise _NoValue(value, "it should be a day and lies before the calendar")
        if day == 0:
            return _clock(seconds)
        if day == _NO_DAY and not self._from_1904:
            return f"29/02/1900{f' {_clock(seconds)}' if seconds else ''}"
        if not self._from_1904:
            day += day < _NO_DAY
        try:
            moment = (_FROM_1904 if self._from_1904 else _FROM_1900) + timedelta(days=day)
        except OverflowError as why:
            raise _NoValue(value, "it should be a day and lies behind the calendar") from why
        return f"{moment:%d/%m/}{moment.year:04d}{f' {_clock(seconds)}' if seconds else ''}"


def _iso(value: str) -> str:
    """A day as the strict form writes it: ``2024-05-02T09:00:00``."""
    written = _ISO.fullmatch(value)
    if written is None:
        raise _NoValue(value, "it should be a day and is none")
    year, month, day, hour, minute, second = written.groups()
    seconds = int(hour or 0) * 3_600 + int(minute or 0) * 60 + int(second or 0)
    return f"{day}/{month}/{year}{f' {_clock(seconds)}' if seconds else ''}"


def _duration(number: float) -> str:
    """Hours, which may be many, and minutes."""
    seconds = round(number * _DAY_SECONDS)
    return f"-{_clock(-seconds)}" if seconds < 0 else _clock(seconds)


def _clock(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{seconds % 60:02d}" if seconds % 60 else "")


def _column_of(reference: str) -> int | None:
    """The number of the column of ``AB12``; None where the cell does not say."""
    found = _COLUMN.fullmatch(reference)
    if found is None:
        return None
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
