"""The CSV of a figure: what a Belgian office's spreadsheet opens without asking anything."""

from datetime import date
from decimal import Decimal

import pytest
from markupsafe import Markup

from api.pages.charts.figures import Cell, Figure, csv_of


def table(*rows: tuple[Cell, ...], columns: tuple[str, ...] = ("Day", "Cases")) -> Figure:
    return Figure(name="sample", title="", description="", svg=Markup(), columns=columns, rows=rows)


def cell(value: Cell) -> str:
    written = csv_of(table((value,), columns=("x",))).decode("utf-8-sig")
    return written.removeprefix("x\r\n").removesuffix("\r\n")


def test_days_and_numbers() -> None:
    figure = table((date(2026, 1, 5), 40), (date(2026, 1, 12), 41.5))
    assert csv_of(figure) == b"\xef\xbb\xbfDay;Cases\r\n2026-01-05;40\r\n2026-01-12;41,5\r\n"
    assert csv_of(figure) == csv_of(figure)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-5, "-5"),
        (None, ""),
        (Decimal("52000.50"), "52000,50"),
        (Decimal("1E+3"), "1000"),
        (1e-7, "0,0000001"),
        (1234567.0, "1234567,0"),
        ("Hautement qualifié", "Hautement qualifié"),
        ("one; two", '"one; two"'),
        ('a "word"', '"a ""word"""'),
        ("two\nlines", '"two\nlines"'),
    ],
)
def test_a_value(value: Cell, written: str) -> None:
    assert cell(value) == written


@pytest.mark.parametrize(
    "text", ["=1+1", "+32 2", "-1", "@SUM(A1)", "\tx", "  =1", "\xa0=1", "\uff1d1", "|calc", '=HYPERLINK("x")']
)
def test_a_text_is_never_a_formula(text: str) -> None:
    assert cell(text).lstrip('"').startswith("'")
    # nor is the head of a column
    assert b"'" + text.encode()[:1] in csv_of(table(columns=(text,)))


def test_a_truth_value_is_no_word() -> None:
    with pytest.raises(TypeError):
        cell(True)
