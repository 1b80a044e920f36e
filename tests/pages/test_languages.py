"""Which language a reader gets, and how numbers and days are written in it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from api.words.languages import Languages, preferred
from domain.codes import LANGUAGES

ALL = Languages.load()
NARROW, SPACE = "\u202f", "\xa0"
MILLION = f"1{NARROW}234{NARROW}567"


def asked(query: str = "", **headers: str) -> Request:
    written = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": written})


@pytest.mark.parametrize(
    ("query", "headers", "chosen"),
    [
        ("", {}, "nl"),
        ("lang=fr", {"cookie": "lang=de", "accept_language": "en"}, "fr"),
        ("", {"cookie": "lang=de", "accept_language": "en"}, "de"),
        ("", {"accept_language": "fr-BE,fr;q=0.9,en;q=0.8"}, "fr"),
        ("lang=es", {"cookie": "lang=pt", "accept_language": "it, en"}, "en"),
        ("lang=es", {}, "nl"),
    ],
)
def test_the_language_of_a_reader(query: str, headers: Mapping[str, str], chosen: str) -> None:
    assert ALL.chosen(asked(query, **headers)).code == chosen


@pytest.mark.parametrize(
    ("header", "liked"),
    [
        ("de", "de"),
        ("DE-be", "de"),
        ("nl;q=0.2, fr ; q=0.7", "fr"),
        ("en;q=0, de;q=0.1", "de"),
        ("fr, nl", "fr"),
        ("*", None),
        ("en;q=2", None),
        ("", None),
    ],
)
def test_what_a_browser_prefers(header: str, liked: str | None) -> None:
    assert preferred(header, LANGUAGES) == liked


@given(st.text(max_size=200))
def test_any_header_is_read(header: str) -> None:
    assert preferred(header, LANGUAGES) in {None, *LANGUAGES}


@pytest.mark.parametrize(
    ("code", "day", "moment", "money", "integer", "percent"),
    [
        ("nl", "5 jan 2026", "29 mrt 2026, 09:30", f"€{SPACE}52.000,50", "1.234.567", f"93,4{SPACE}%"),
        ("fr", "5 janv. 2026", "29 mars 2026, 09:30", f"52{NARROW}000,50{SPACE}€", MILLION, f"93,4{SPACE}%"),
        ("de", "05.01.2026", "29.03.2026, 09:30", f"52.000,50{SPACE}€", "1.234.567", f"93,4{SPACE}%"),
        ("en", "5 Jan 2026", "29 Mar 2026, 09:30", "€52,000.50", "1,234,567", "93.4%"),
    ],
)  # fmt: skip
def test_days_and_numbers(code: str, day: str, moment: str, money: str, integer: str, percent: str) -> None:
    language = ALL.by_code[code]
    assert language.date(date(2026, 1, 5)) == day
    # half past seven in Greenwich, on the first day of summer time
    assert language.datetime(datetime(2026, 3, 29, 7, 30, tzinfo=UTC)) == moment
    assert language.money(Decimal("52000.50")) == money
    assert language.integer(1234567) == integer
    assert language.percent(Decimal("0.934")) == percent


def test_the_civil_day_of_a_moment() -> None:
    # an hour before midnight in Greenwich is the next day in Belgium
    assert ALL.by_code["en"].datetime(datetime(2026, 6, 30, 23, tzinfo=UTC), "short") == "01/07/2026, 01:00"


def test_values_of_a_table() -> None:
    dutch = ALL.by_code["nl"]
    cells = [dutch.cell(each) for each in (1234, 1234.56, Decimal("0.25"), date(2026, 1, 5), "text", None)]
    assert cells == ["1.234", "1.234,6", "0,2", "5 jan 2026", "text", "\u2013"]


def test_sentences_with_values() -> None:
    french = ALL.by_code["fr"]
    assert french.gettext("Page %(number)s of %(last)s", number=2, last=7) == "Page 2 sur 7"
    one, many = "%(num)s event still to be read", "%(num)s events still to be read"
    assert [french.ngettext(one, many, count) for count in (0, 1, 1200)] == [
        "encore 0 événement à lire",
        "encore 1 événement à lire",
        f"encore 1{NARROW}200 événements à lire",
    ]
    assert ALL.by_code["en"].gettext("Up to date") == "Up to date"


@pytest.mark.parametrize(
    ("code", "whole", "exact"),
    [
        ("nl", f"€{SPACE}78.259,20", f"€{SPACE}3.703,4425"),
        ("fr", f"78{NARROW}259,20{SPACE}€", f"3{NARROW}703,4425{SPACE}€"),
        ("de", f"78.259,20{SPACE}€", f"3.703,4425{SPACE}€"),
        ("en", "€78,259.20", "€3,703.4425"),
    ],
)
def test_an_amount_that_nobody_published_keeps_all_its_decimals(code: str, whole: str, exact: str) -> None:
    language = ALL.by_code[code]
    assert language.exact_money(Decimal("78259.2")) == whole
    assert language.exact_money(Decimal("3703.4425")) == exact


def test_french_never_breaks_a_line_before_a_colon() -> None:
    assert {each.code: each.colon for each in ALL} == {"nl": ":", "fr": f"{SPACE}:", "de": ":", "en": ":"}


def test_what_would_be_written_wrongly_is_refused() -> None:
    dutch = ALL.by_code["nl"]
    moment = datetime(2026, 3, 29, 7, 30, tzinfo=UTC)
    with pytest.raises(TypeError, match="a moment was given"):
        dutch.date(moment)
    with pytest.raises(ValueError, match="without a time zone"):
        dutch.datetime(moment.replace(tzinfo=None))
    with pytest.raises(TypeError, match="Decimal"):
        dutch.money(52000.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="truth value"):
        dutch.cell(True)
