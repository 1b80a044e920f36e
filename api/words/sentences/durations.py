"""Lengths of time and stretches of days, as people say them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from api.words.languages import Language
from domain.law.durations import CalendarDuration

_A_DAY: Final = timedelta(days=1)
_MONTHS_OF_A_YEAR: Final = 12
_DAYS_OF_A_WEEK: Final = 7
_AT_LEAST_IN_YEARS: Final = 36
"""Shorter terms are expressed in months, as in the law: twenty-four months of a Blue Card."""


def duration_text(duration: str, language: Language) -> str:
    """An ISO 8601 duration of one unit: ``P60D`` is "60 days", ``P4M`` "4 months", ``P3Y`` and ``P36M`` "3 years".

    ValueError for any other.
    """
    read = CalendarDuration.parse(duration)
    if read.months >= _AT_LEAST_IN_YEARS and read.months % _MONTHS_OF_A_YEAR == 0:
        return language.ngettext("%(num)s year", "%(num)s years", read.months // _MONTHS_OF_A_YEAR)
    if read.months:
        return months_text(read.months, language)
    return days_text(read.days, language)


def length_text(duration: str, language: Language) -> str:
    """The same in the largest unit that fills it: ``P60M`` is "5 years". ValueError as there."""
    months = CalendarDuration.parse(duration).months
    if months and months % _MONTHS_OF_A_YEAR == 0:
        return years_text(months // _MONTHS_OF_A_YEAR, language)
    return duration_text(duration, language)


def days_text(number: int, language: Language) -> str:
    """A number of days: "60 days"."""
    return language.ngettext("%(num)s day", "%(num)s days", number)


def of_days_text(number: int, language: Language) -> str:
    """A number of days behind what lasts so long: "of 60 days", in German with its dative."""
    return language.ngettext("of %(num)s day", "of %(num)s days", number)


def weeks_text(days: int, language: Language) -> str:
    """A number of days that laws count in weeks: "9 weeks (63 days)"."""
    if days == 0 or days % _DAYS_OF_A_WEEK:
        return days_text(days, language)
    weeks = language.ngettext("%(num)s week", "%(num)s weeks", days // _DAYS_OF_A_WEEK)
    return f"{weeks} ({days_text(days, language)})"


def months_text(number: int, language: Language) -> str:
    """A number of months: "4 months"."""
    return language.ngettext("%(num)s month", "%(num)s months", number)


def years_text(number: int, language: Language) -> str:
    """A number of years: "30 years"."""
    return language.ngettext("%(num)s year", "%(num)s years", number)


def stretch_text(start: date, end: date, language: Language) -> str:
    """The days of ``[start, end)``, with the last day included; ValueError when there is none."""
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
