"""The measures of the SLA board: the one list that routes, pages and CSV files are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from domain.case.lifecycle import OPEN_STATUSES
from projections.check_times.model import CheckTime, check_times
from projections.read_model import Cursor
from projections.sla_board.drilldown import CaseOnBoard, WaitingAtStage, oldest, urgency, waiting_at_stages
from projections.sla_board.flow import DayFlow, DayOfStages, Step, flow, stages_by_day
from projections.sla_board.model import CaseCounts, board, total
from projections.sla_board.rework import CheckOutcome, RequestedItem, Rework, check_outcomes, requested_items, rework
from projections.sla_board.scope import Scope
from projections.sla_board.times import (
    AgeBin,
    CyclePoint,
    MonthOfPercentiles,
    MonthOnTime,
    Percentiles,
    QueueFront,
    age_of_open,
    ages,
    cycle_times,
    on_time_by_month,
    percentiles,
    queue_fronts,
)

SEASON: Final = timedelta(days=90)
"""How far back measures go that are shown by day."""

HALF_A_YEAR: Final = timedelta(days=182)

_ONE_DAY: Final = timedelta(days=1)
_MONTHS_ON_TIME: Final = 6


def _flow(cursor: Cursor, on: date, scope: Scope) -> list[DayFlow]:
    return flow(cursor, on - SEASON, on + _ONE_DAY, scope)


def _stages(cursor: Cursor, on: date, scope: Scope) -> list[DayOfStages]:
    return stages_by_day(cursor, on - SEASON, on + _ONE_DAY, scope)


def _cycle_times(cursor: Cursor, on: date, scope: Scope) -> list[CyclePoint]:
    return cycle_times(cursor, on - HALF_A_YEAR, on, scope)


def _rework(cursor: Cursor, on: date, scope: Scope) -> Rework:
    return rework(cursor, on - HALF_A_YEAR, on, scope)


def _items_requested(cursor: Cursor, on: date, scope: Scope) -> list[RequestedItem]:
    return requested_items(cursor, on - HALF_A_YEAR, on, scope)


def _check_outcomes(cursor: Cursor, on: date, scope: Scope) -> list[CheckOutcome]:
    return check_outcomes(cursor, on - SEASON, on, scope)


def _check_times(cursor: Cursor, on: date, scope: Scope) -> list[CheckTime]:
    return check_times(cursor, on - SEASON, on, scope)


ReadMeasure = Callable[[Cursor, date, Scope], Sequence[object]]

MEASURES: Final[Mapping[str, ReadMeasure]] = MappingProxyType(
    {
        "flow": _flow,
        "stages": _stages,
        "ages": ages,
        "ageOfOpen": lambda cursor, on, scope: [age_of_open(cursor, on, scope)],
        "oldest": oldest,
        "queueFronts": queue_fronts,
        "percentiles": percentiles,
        "cycleTimes": _cycle_times,
        "onTimeByMonth": on_time_by_month,
        "urgency": lambda cursor, on, scope: [urgency(cursor, on, scope)],
        "rework": lambda cursor, on, scope: [_rework(cursor, on, scope)],
        "itemsAsked": _items_requested,
        "checkOutcomes": _check_outcomes,
        "checkTimes": _check_times,
    }
)
"""By name; each gives its rows as of the end of a civil day, dataclasses of counts and days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardReading:
    """Every number of the board. ``open_work`` counts open cases only; ``on`` is the last day of what has many."""

    on: date
    open_work: CaseCounts
    weeks: list[DayFlow]
    stages: list[DayOfStages]
    ages: list[AgeBin]
    age_of_open: Percentiles
    waiting: list[WaitingAtStage]
    oldest: list[CaseOnBoard]
    queue_fronts: list[QueueFront]
    percentiles: list[MonthOfPercentiles]
    cycle_times: list[CyclePoint]
    on_time: list[MonthOnTime]
    rework: Rework
    requested_items: list[RequestedItem]
    checks: list[CheckOutcome]
    check_times: list[CheckTime]


def read_board(cursor: Cursor, on: date, scope: Scope) -> BoardReading:
    """The board as of the end of the civil day ``on``."""
    season = on - SEASON
    monday = season - timedelta(days=season.weekday())
    return BoardReading(
        on=on,
        open_work=total(line for line in board(cursor, on, scope) if line.status in OPEN_STATUSES),
        # A day is a hair's breadth on the picture and mostly noise; the weeks are whole but for the last.
        weeks=flow(cursor, monday, on + _ONE_DAY, scope, by=Step.WEEK),
        stages=_stages(cursor, on, scope),
        ages=ages(cursor, on, scope),
        age_of_open=age_of_open(cursor, on, scope),
        waiting=waiting_at_stages(cursor, on, scope),
        oldest=oldest(cursor, on, scope),
        queue_fronts=queue_fronts(cursor, on, scope),
        percentiles=percentiles(cursor, on, scope),
        cycle_times=_cycle_times(cursor, on, scope),
        on_time=on_time_by_month(cursor, on, scope, months=_MONTHS_ON_TIME),
        rework=_rework(cursor, on, scope),
        requested_items=_items_requested(cursor, on, scope),
        checks=_check_outcomes(cursor, on, scope),
        check_times=_check_times(cursor, on, scope),
    )
