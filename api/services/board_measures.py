"""The measures of the SLA board by their names: the one list that routes, pages and CSV files are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from projections.check_times.model import check_times
from projections.read_model import Cursor
from projections.sla_board.drilldown import oldest, urgency
from projections.sla_board.flow import flow, stages_by_day
from projections.sla_board.rework import check_outcomes, items_asked, rework
from projections.sla_board.scope import Scope
from projections.sla_board.times import age_of_open, ages, cycle_times, on_time_by_month, percentiles, queue_fronts

SEASON: Final = timedelta(days=90)
"""How far back measures go that are told by day."""

HALF_A_YEAR: Final = timedelta(days=182)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """``read`` gives its rows as of the end of a civil day, each a dataclass of counts and days."""

    name: str
    read: Callable[[Cursor, date, Scope], Sequence[object]]


def _measures(*all_of_them: Measure) -> Mapping[str, Measure]:
    return MappingProxyType({each.name: each for each in all_of_them})


MEASURES: Final = _measures(
    Measure(name="flow", read=lambda cursor, on, scope: flow(cursor, on - SEASON, on + timedelta(days=1), scope)),
    Measure(
        name="stages",
        read=lambda cursor, on, scope: stages_by_day(cursor, on - SEASON, on + timedelta(days=1), scope),
    ),
    Measure(name="ages", read=ages),
    Measure(name="ageOfOpen", read=lambda cursor, on, scope: [age_of_open(cursor, on, scope)]),
    Measure(name="oldest", read=oldest),
    Measure(name="queueFronts", read=queue_fronts),
    Measure(name="percentiles", read=percentiles),
    Measure(name="cycleTimes", read=lambda cursor, on, scope: cycle_times(cursor, on - HALF_A_YEAR, on, scope)),
    Measure(name="onTimeByMonth", read=on_time_by_month),
    Measure(name="urgency", read=lambda cursor, on, scope: [urgency(cursor, on, scope)]),
    Measure(name="rework", read=lambda cursor, on, scope: [rework(cursor, on - HALF_A_YEAR, on, scope)]),
    Measure(name="itemsAsked", read=lambda cursor, on, scope: items_asked(cursor, on - HALF_A_YEAR, on, scope)),
    Measure(name="checkOutcomes", read=lambda cursor, on, scope: check_outcomes(cursor, on - SEASON, on, scope)),
    Measure(name="checkTimes", read=lambda cursor, on, scope: check_times(cursor, on - SEASON, on, scope)),
)
