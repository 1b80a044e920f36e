"""The warnings and breaches that were raised, counted over the timelines of all cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.deadlines.clocks import ANSWER
from projections.read_model import Cursor, rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """``lapsed`` are the breaches of an answering term: requests for information that nobody answered in time."""

    warnings: int
    breaches: int
    lapsed: int


def count_alarms(cursor: Cursor) -> Alarms:
    """All that were raised, in every case."""
    cursor.execute(_COUNT, (ANSWER,))
    (found,) = rows_of(cursor, Alarms)
    return found


_COUNT: Final = """
select count(*) filter (where name = 'DeadlineWarned'),
       count(*) filter (where name = 'DeadlineBreached'),
       count(*) filter (where name = 'DeadlineBreached' and told ->> 'clock' = %s)
  from timeline_entry
"""
