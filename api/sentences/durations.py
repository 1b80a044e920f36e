"""Lengths of time and stretches of days, as people say them."""

from __future__ import annotations

from datetime import date, timedelta

from api.pages.languages import Language
from domain.law.durations import CalendarDuration

_MONTHS_OF_A_YEAR = 12
_AT_LEAST_IN_YEARS = 36
"""Shorter terms are told in months, as the law does: twenty-four months of a Blue Card."""

_A_DAY = timedelta(days=1)


def duration_text(duration: str, language: Language) -> str:
    """An ISO 8601 duration of one unit: ``P60D`` is "60 days", ``P4M`` "4 months", ``P3Y`` and ``P36M`` "3 years".

    ValueError for any other.
    """
    read = CalendarDuration.parse(duration)
    if read.months >= _AT_LEAST_IN_YEARS and read.months % _MONTHS_OF_A_YEAR == 0:
        return language.ngettext("%(num)s year", "%(num)s years", read.months // _MONTHS_OF_A_YEAR)
    if read.months:
        return language.ngettext("%(num)s month", "%(num)s months", read.months)
    return days_text(read.days, language)


def days_text(number: int, language: Language) -> str:
    """A number of days: "60 days"."""
    return language.ngettext("%(num)s day", "%(num)s days", number)


def stretch_text(start: date, end: date, language: Language) -> str:
    """The days of ``[start, end)``, told with the last day that belongs to them; ValueError when there is none."""
    if end <= start:
        raise ValueError(f"from {start} to before {end} there is no day to tell of")
    last = end - _A_DAY
    if last == start:
        return language.gettext("on %(day)s", day=language.date(start, "long"))
    return language.gettext(
        "from %(first)s up to and including %(last)s",
        first=language.date(start, "long"),
        last=language.date(last, "long"),
    )
