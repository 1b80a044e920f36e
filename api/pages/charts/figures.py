"""A chart of figures with the table of the same figures, and that table as a file for spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final, TypeAlias

from markupsafe import Markup

Cell: TypeAlias = str | int | float | Decimal | date | None
"""A value of a table. It is written as its reader writes numbers and days only where it is read."""

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")  # noqa: RUF001
"""What makes a spreadsheet take a text for a formula, in the widths that some of them fold into one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A chart in words. ``name`` is its id on the page; ``empty`` is shown where there is nothing to draw."""

    name: str
    title: str
    description: str
    empty: str

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.name) is None:
            raise ValueError("the name of a figure is an id: a letter, then letters, digits and hyphens in lower case")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture and its table; the table holds every figure that the picture draws."""

    name: str
    title: str
    description: str
    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A name with a value for each day; None where none is known."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAxis:
    """What the days are, and how one is written."""

    label: str
    write: Callable[[date], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueAxis:
    """What the values are, and how one is written; ``whole`` values have no ticks between two of them."""

    label: str
    write: Callable[[float], str]
    whole: bool = True


def require_values_for(days: Sequence[date], series: Sequence[Series]) -> None:
    """Raises ValueError where days are not in order or a series has not one value for each of them."""
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError("the days of a chart follow each other, each once")
    for each in series:
        if len(each.values) != len(days):
            raise ValueError("a series of a chart has one value for each day")


def csv_of(figure: Figure) -> bytes:
    """The table of a figure for a spreadsheet."""
    return csv_of_table(figure.columns, figure.rows)


def csv_of_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A table for the spreadsheets of Belgian offices, the same bytes for the same table.

    In UTF-8 with a byte order mark, without which Excel takes it for Windows-1252; semicolons between the cells and
    a decimal comma, as Windows has them for Belgium in each of its languages; days as ISO 8601, which every
    setting reads as a day. A text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    lines: list[Sequence[Cell]] = [columns, *rows]
    return "\ufeff".encode() + "".join(";".join(map(_csv_cell, line)) + "\r\n" for line in lines).encode()


def harmless(text: str) -> str:
    """A text that no spreadsheet runs: what would be taken for a formula begins with an apostrophe."""
    return f"'{text}" if text.lstrip(" \xa0").startswith(_FORMULA) else text


def _csv_cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            raise TypeError("a truth value means nothing in a table: write it as a word")
        case int() | Decimal():
            return f"{value:f}".replace(".", ",") if isinstance(value, Decimal) else str(value)
        case float():
            return f"{Decimal(repr(value)):f}".replace(".", ",")
        case date():
            return value.isoformat()
        case str():
            text = harmless(value)
            return '"' + text.replace('"', '""') + '"' if re.search(r'[;"\r\n,]', text) else text
