"""The days of the procedure: civil days in Europe/Brussels, whatever the zone in which a moment was recorded."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

CIVIL_TIME: Final = ZoneInfo("Europe/Brussels")
"""The time zone in which the procedure counts days."""


def civil_day(moment: datetime) -> date:
    """The civil day on which an aware moment falls."""
    return moment.astimezone(CIVIL_TIME).date()


def beginning_of(day: date) -> datetime:
    """The first moment of a civil day."""
    return datetime.combine(day, time(), CIVIL_TIME)
