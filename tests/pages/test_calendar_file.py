"""The calendar file: lines as RFC 5545 folds and escapes them, all-day events, the same ids every time."""

from datetime import UTC, date, datetime

import pytest

from api.pages.counter.calendar import CalendarDay, calendar_of, folded

STAMP = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)
DAY = CalendarDay(uid="c-1-answer@single-permit", day=date(2026, 12, 31), summary="Last day", description="Nurse")


def test_an_event_takes_one_day_and_ends_before_the_next() -> None:
    lines = calendar_of("Permits", [DAY], STAMP).decode().split("\r\n")
    assert lines[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//single-permit//employer counter//EN"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("END:VEVENT")] == [
        "UID:c-1-answer@single-permit",
        "DTSTAMP:20260120T103000Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:Last day",
        "DESCRIPTION:Nurse",
        "TRANSP:TRANSPARENT",
    ]


def test_no_text_ends_a_line_or_begins_another_property() -> None:
    nasty = CalendarDay(uid="u", day=date(2026, 1, 1), summary="a;b,c\\d\r\nATTACH:x", description="one\ntwo\x00\u202e")
    text = calendar_of("Permits", [nasty], STAMP).decode()
    assert "SUMMARY:a\\;b\\,c\\\\d\\nATTACH:x\r\n" in text
    assert "DESCRIPTION:one\\ntwo\r\n" in text
    assert "\r\nATTACH" not in text


@pytest.mark.parametrize("length", [73, 74, 75, 76, 149, 150, 400])
@pytest.mark.parametrize("character", ["a", "é", "€", "😀"])
def test_no_line_is_longer_than_75_octets_and_no_character_is_cut(length: int, character: str) -> None:
    line = "X:" + character * length
    lines = folded(line).removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(each) <= 75 for each in lines)
    assert all(each.startswith(b" ") for each in lines[1:])
    assert b"".join([lines[0], *(each[1:] for each in lines[1:])]).decode() == line


def test_an_empty_calendar_is_one_too() -> None:
    assert b"VEVENT" not in calendar_of("Permits", [], STAMP)
