"""Terms of law as calendar durations: ``P9W`` is 63 days, ``P4M`` four calendar months, ``P3Y`` thirty-six."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

_MONTHS_OF_A_YEAR = 12
_ISO_DURATION = re.compile(r"P([1-9][0-9]{0,3})([DWMY])", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDuration:
    """A number of calendar months or of days; never both, so that adding it has one meaning."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an ISO 8601 duration of one unit (``P60D``, ``P9W``, ``P4M``, ``P3Y``); ValueError otherwise."""
        match = _ISO_DURATION.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a duration of one unit such as P60D, P9W or P4M")
        count, unit = int(match[1]), match[2]
        if unit in "MY":
            return cls(months=count * _MONTHS_OF_A_YEAR if unit == "Y" else count)
        return cls(days=count * 7 if unit == "W" else count)

    def __str__(self) -> str:
        return f"P{self.months}M" if self.months else f"P{self.days}D"

    def after(self, day: date) -> date:
        """The day this long after ``day``; a day the month lacks becomes that month's last day."""
        return _shifted(day, self.months) + timedelta(days=self.days)

    def last_day_from(self, start: date) -> date:
        """The last day of a stretch this long whose first day is ``start``: six months from 1 December end on 31 May.

        Counted from the so-many-eth to the day before the so-many-eth (Judicial Code, art. 54).
        """
        return self.after(start) - timedelta(days=1)

    def before(self, day: date) -> date:
        """The day this long before ``day``; a day the month lacks becomes that month's last day."""
        return _shifted(day, -self.months) - timedelta(days=self.days)


def _shifted(day: date, months: int) -> date:
    if months == 0:
        return day
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    month = month_index + 1
    try:
        return day.replace(year=year, month=month)
    except ValueError:
        return date(year, month, monthrange(year, month)[1])
