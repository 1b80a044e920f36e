"""The days of a demonstration: a backlog of the autumn before, a season of filing, and the day on which one looks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

BACKLOG_FROM: Final = date(2025, 10, 1)
BACKLOG_UNTIL: Final = date(2025, 10, 31)
FILING_FROM: Final = date(2026, 1, 1)
FILING_UNTIL: Final = date(2026, 2, 27)
PORTAL_OFFLINE_ON: Final = date(2026, 1, 1)
TODAY: Final = date(2026, 3, 6)

_SATURDAY: Final = 5


def filing_days(first: date, last: date) -> list[date]:
    """The days from ``first`` to ``last`` on which people file."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < _SATURDAY and day != PORTAL_OFFLINE_ON]


def office_day(day: date) -> date:
    """``day``, or the Monday after its weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= _SATURDAY else day
