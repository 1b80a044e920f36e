"""When the Crossroads Bank is closed for maintenance: then no requests are sent, and nothing counts as its failure.

The real windows are not public: they are settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from domain.civil_time import CIVIL_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyWindow:
    """Every week on ``weekday`` (Monday is 1) from ``from_`` until before ``to``, Europe/Brussels.

    A window that ends at or before it begins lasts into the next day.
    """

    weekday: int
    from_: time
    to: time

    def holds(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in the window."""
        local = moment.astimezone(CIVIL_TIME)
        clock = local.time()
        if self.from_ < self.to:
            return local.isoweekday() == self.weekday and self.from_ <= clock < self.to
        next_day = self.weekday % 7 + 1
        began = local.isoweekday() == self.weekday and clock >= self.from_
        return began or (local.isoweekday() == next_day and clock < self.to)


@dataclass(frozen=True, slots=True)
class ServiceCalendar:
    """The bank is open outside of its windows."""

    windows: Sequence[WeeklyWindow] = ()

    def is_open(self, moment: datetime) -> bool:
        return not any(window.holds(moment) for window in self.windows)
