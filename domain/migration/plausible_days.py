"""Which days a record can plausibly name; the bounds are those of the form of the extracts.

All days are civil days in Europe/Brussels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from domain.civil_time import CIVIL_TIME, beginning_of

FIRST_DAY: Final = date(1960, 1, 1)
"""Before it nothing happened of which a record is kept."""

FIRST_BIRTH: Final = date(1900, 1, 2)
"""The day before it is what old systems write for a day that they do not know."""

LAST_VALIDITY: Final = date(2100, 1, 1)

NO_END: Final = "31/12/9999"
"""How the sources write that a validity has no end."""

_ONE_DAY: Final = timedelta(days=1)

_DAY: Final = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", re.ASCII)
_MOMENT: Final = re.compile(r"([0-9]{2}/[0-9]{2}/[0-9]{4})(?: ([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?", re.ASCII)
_MIDNIGHT_AT_THE_END: Final = re.compile(r"(.+)([T ])24:00(?::00(?:[.,]0+)?)?(.*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What can have happened when a source was extracted; ``extracted_on`` is the day of that."""

    extracted_on: date

    def happened(self, day: date) -> bool:
        """Whether something may have happened on the day."""
        return FIRST_DAY <= day <= self.extracted_on

    def born(self, day: date) -> bool:
        return FIRST_BIRTH <= day <= self.extracted_on

    def changed(self, moment: datetime) -> bool:
        """Whether a record may have been changed then: the midnight that ends the day of the extract included."""
        return _beginning_in_utc(FIRST_DAY) <= moment <= _beginning_in_utc(self.extracted_on + _ONE_DAY)


@lru_cache(maxsize=64)
def _beginning_in_utc(day: date) -> datetime:
    """In UTC like every moment of a record: two moments of one zone are compared without a look at the zone."""
    return beginning_of(day).astimezone(UTC)


def may_begin(day: date) -> bool:
    """Whether a validity may begin on the day."""
    return FIRST_DAY <= day <= LAST_VALIDITY


def may_end(day: date) -> bool:
    """Whether a validity may end on the day."""
    return FIRST_DAY <= day < LAST_VALIDITY


@lru_cache(maxsize=65_536)
def day_of(text: str) -> date | None:
    """A day written ``dd/mm/yyyy``; None for anything else and for a day that the calendar has not."""
    written = _DAY.fullmatch(text)
    if written is None:
        return None
    day, month, year = map(int, written.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=16_384)
def moment_of(text: str) -> datetime | None:
    """When a record was changed: ``dd/mm/yyyy hh:mm`` or ISO 8601, in Belgian time where no zone is named.

    24:00 is the midnight that ends the day.
    """
    ends_the_day = _MIDNIGHT_AT_THE_END.fullmatch(text)
    if ends_the_day is not None:
        text = f"{ends_the_day[1]}{ends_the_day[2]}00:00{ends_the_day[3]}"
    try:
        moment = _moment(text)
        if moment is not None and ends_the_day is not None:
            moment += _ONE_DAY
        # In UTC, where the hour that comes twice and the one that is lost have their place in the order of time.
        return None if moment is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment(text: str) -> datetime | None:
    written = _MOMENT.fullmatch(text)
    if written is None:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=CIVIL_TIME)
    day = day_of(written[1])
    if day is None:
        return None
    hour, minute, second = (int(each or 0) for each in written.groups()[1:])
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=CIVIL_TIME)
