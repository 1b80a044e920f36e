"""Days as a calendar file: iCalendar by RFC 5545, with all-day events and nobody's name in them.

A calendar is often shared in an office, so it holds references and what is due, and no personal data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

CALENDAR_TYPE: Final = "text/calendar; charset=utf-8"

_LONGEST_LINE: Final = 75
"""Octets, without the end of the line."""
_PRODUCT: Final = "-//single-permit//employer counter//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """An event that takes one day. ``uid`` is the same in every file, so that a day that moved is moved there too."""

    uid: str
    day: date
    summary: str
    description: str


def calendar_of(name: str, days: Iterable[CalendarDay], stamp: datetime) -> bytes:
    """The file; ``stamp`` is the aware moment at which it was made."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}",
        *(line for each in days for line in _event(each, stamp)),
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def folded(line: str) -> bytes:
    """A content line of at most 75 octets, and what goes on from it after a blank; no character is cut in two."""
    parts: list[bytes] = []
    part, room = b"", _LONGEST_LINE
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > room:
            parts.append(part)
            # The blank that a continued line begins with counts too.
            part, room = b"", _LONGEST_LINE - 1
        part += octets
    parts.append(part)
    return b"\r\n ".join(parts) + b"\r\n"


def _event(each: CalendarDay, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{each.uid}"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{each.day:%Y%m%d}"
    # The end of an event is the first day that it no longer takes.
    yield f"DTEND;VALUE=DATE:{each.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(each.summary)}"
    yield f"DESCRIPTION:{_escaped(each.description)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    plain = "".join(each for each in text if each == "\n" or each.isprintable())
    for character in ("\\", ";", ","):
        plain = plain.replace(character, f"\\{character}")
    return plain.replace("\n", "\\n")
