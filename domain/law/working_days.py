"""Working days: not the weekend, not a legal holiday, not a day on which the authority is closed.

The calendar is a file with a version, so that a replay never depends on a library. A day outside the years it
knows is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from domain.codes import AUTHORITIES
from domain.law.readers.common_keys import CONFIDENCES
from domain.law.readers.entry_reader import EntryReader, LawDataUnusable, read_entries

PACKAGED_CALENDAR: Final = Path(__file__).parent / "working_days.toml"

CALENDAR_CONFIDENCES: Final = (*CONFIDENCES, "plausible")
"""As in the law files; ``plausible`` is a closing day that is likely and that no source confirms."""

LEGAL_HOLIDAYS: Final = (
    "newYear", "easterMonday", "labourDay", "ascensionDay", "whitMonday",
    "nationalDay", "assumptionDay", "allSaints", "armisticeDay", "christmasDay",
)  # fmt: skip

_KINDS: Final = ("calendar", "year", "closing_day")
_ANY_AUTHORITY: Final = "all"
_MONTH_AND_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII)
_SATURDAY: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Why a day is no working day: ``name`` is ``weekend``, a legal holiday, ``feastDay`` or ``portalOutage``."""

    name: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingDay:
    """A day, or a day of every year (``each_year``: month and day), on which ``authority`` or ``all`` is closed."""

    id: str
    authority: str
    name: str
    on: date | None
    each_year: tuple[int, int] | None
    legal_reference: str
    sources: tuple[str, ...]
    confidence: str

    def closes(self, day: date, authority: str) -> bool:
        return self.authority in (_ANY_AUTHORITY, authority) and (
            day == self.on or (day.month, day.day) == self.each_year
        )


_WEEKEND: Final = Closure(name="weekend", confidence="confirmed")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """The calendar. With ``authority`` None only weekends and legal holidays count: the days terms of law roll over.

    Every question raises ValueError for a day outside the years the calendar knows.
    """

    version: str
    first_year: int
    last_year: int
    legal_holidays: Mapping[date, str]
    closing_days: tuple[ClosingDay, ...]
    legal_reference: str
    sources: tuple[str, ...]
    confidence: str

    @staticmethod
    def load(path: Path | None = None) -> WorkingDays:
        """The calendar of ``path`` or of the packaged file. Raises LawDataUnusable for the first thing wrong."""
        file = PACKAGED_CALENDAR if path is None else path
        return _calendar(file.name, read_entries(file, file.name, _KINDS))

    def closure(self, day: date, authority: str | None) -> Closure | None:
        """Why ``day`` is no working day, None when it is one; a legal holiday goes before the weekend it falls on."""
        if not self.first_year <= day.year <= self.last_year:
            raise ValueError(
                f"{day} is outside the calendar of working days, version {self.version}, which knows "
                f"{self.first_year} to {self.last_year}; choose a day in these years or add the year to the calendar"
            )
        if day in self.legal_holidays:
            return Closure(name=self.legal_holidays[day], confidence=self.confidence)
        if day.isoweekday() >= _SATURDAY:
            return _WEEKEND
        if authority is None:
            return None
        closing = next((each for each in self.closing_days if each.closes(day, authority)), None)
        return None if closing is None else Closure(name=closing.name, confidence=closing.confidence)

    def is_working_day(self, day: date, authority: str | None) -> bool:
        return self.closure(day, authority) is None

    def next_working_day(self, day: date, authority: str | None) -> date:
        """``day`` itself when it is a working day, otherwise the first one after it: how a last day rolls."""
        while not self.is_working_day(day, authority):
            day += timedelta(days=1)
        return day

    def add(self, day: date, count: int, authority: str | None) -> date:
        """The ``count``-th working day after ``day``, which may be any day; ValueError unless ``count`` is above 0."""
        if count < 1:
            raise ValueError(f"{count} working days cannot be added; give 1 or more")
        for _ in range(count):
            day = self.next_working_day(day + timedelta(days=1), authority)
        return day


def _calendar(file: str, entries: Collection[tuple[str, EntryReader]]) -> WorkingDays:
    headings = [entry for kind, entry in entries if kind == "calendar"]
    if len(headings) != 1:
        raise _unusable(file, "calendar", f"there are {len(headings)} of them", "write exactly one [[calendar]]")
    holidays: dict[date, str] = {}
    years: list[int] = []
    for year, days in (_year(entry) for kind, entry in entries if kind == "year"):
        years.append(year)
        holidays.update(days)
    if not years:
        raise _unusable(file, "year", "there is no year", "write one [[year]] for each year")
    for year, following in pairwise(years):
        if following != year + 1:
            raise _unusable(file, "year", f"{following} follows {year}", "write every year once, in order")
    closing_days = tuple(_closing_day(entry) for kind, entry in entries if kind == "closing_day")
    heading = headings[0]
    calendar = WorkingDays(
        version=heading.text("version"),
        first_year=years[0],
        last_year=years[-1],
        legal_holidays=holidays,
        closing_days=closing_days,
        legal_reference=heading.legal_reference(),
        sources=heading.texts("sources"),
        confidence=heading.word("confidence", CALENDAR_CONFIDENCES),
    )
    heading.finish()
    return calendar


def _year(entry: EntryReader) -> tuple[int, dict[date, str]]:
    year = entry.text("id")
    found: dict[date, str] = {}
    for holiday in entry.entries("legal_holidays"):
        day, name = holiday.day("on"), holiday.word("name", LEGAL_HOLIDAYS)
        if str(day.year) != year:
            raise holiday.unusable("on", f"{day} is not in {year}", "write it under its own year")
        if day in found:
            raise holiday.unusable("on", f"{day} occurs twice", "write every day once")
        found[day] = name
        holiday.finish()
    if sorted(found.values()) != sorted(LEGAL_HOLIDAYS):
        raise entry.unusable(
            "legal_holidays", "these are not the ten, each once", f"write {', '.join(LEGAL_HOLIDAYS)}, each once"
        )
    entry.finish()
    return int(year), found


def _closing_day(entry: EntryReader) -> ClosingDay:
    on = entry.optional_day("on")
    each_year = _month_and_day(entry) if entry.has("each_year") else None
    if (on is None) == (each_year is None):
        raise entry.unusable("on", "there is not exactly one of on and each_year", "write one of the two")
    closing = ClosingDay(
        id=entry.text("id"),
        authority=entry.word("authority", (*AUTHORITIES, _ANY_AUTHORITY)),
        name=entry.text("name"),
        on=on,
        each_year=each_year,
        legal_reference=entry.legal_reference(),
        sources=entry.texts("sources"),
        confidence=entry.word("confidence", CALENDAR_CONFIDENCES),
    )
    entry.finish()
    return closing


def _month_and_day(entry: EntryReader) -> tuple[int, int]:
    text = entry.text("each_year")
    match = _MONTH_AND_DAY.fullmatch(text)
    if match is None:
        raise entry.unusable("each_year", f"{text!r} is no month and day", 'write them with two digits each: "07-11"')
    return int(match[1]), int(match[2])


def _unusable(file: str, key: str, problem: str, remedy: str) -> LawDataUnusable:
    return LawDataUnusable(file=file, entry=None, key=key, problem=problem, remedy=remedy)
