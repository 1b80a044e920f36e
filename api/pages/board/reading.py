"""Every number of the board for one scope and one day, read at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from api.services.board_measures import HALF_A_YEAR, SEASON
from domain.case.lifecycle import OPEN_STATUSES
from projections.check_times.model import CheckTime, check_times
from projections.read_model import Cursor
from projections.sla_board.drilldown import CaseOnBoard, oldest
from projections.sla_board.flow import DayFlow, DayOfStages, Step, flow, stages_by_day
from projections.sla_board.model import Standing, board, total
from projections.sla_board.rework import CheckOutcome, ItemAsked, Rework, check_outcomes, items_asked, rework
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

_MONTHS_ON_TIME: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardReading:
    """``open_work`` counts open cases only; of what is told over time, ``on`` is the last day."""

    on: date
    open_work: Standing
    weeks: list[DayFlow]
    stages: list[DayOfStages]
    ages: list[AgeBin]
    age_of_open: Percentiles
    oldest: list[CaseOnBoard]
    queue_fronts: list[QueueFront]
    percentiles: list[MonthOfPercentiles]
    cycle_times: list[CyclePoint]
    on_time: list[MonthOnTime]
    rework: Rework
    items_asked: list[ItemAsked]
    checks: list[CheckOutcome]
    check_times: list[CheckTime]


def read_board(cursor: Cursor, on: date, scope: Scope) -> BoardReading:
    """The board as of the end of the civil day ``on``."""
    tomorrow, season, half_a_year = on + timedelta(days=1), on - SEASON, on - HALF_A_YEAR
    monday = season - timedelta(days=season.weekday())
    return BoardReading(
        on=on,
        open_work=total(line for line in board(cursor, on, scope) if line.status in OPEN_STATUSES),
        # A day is a hair's breadth on the picture and mostly noise; the weeks are whole but for the last.
        weeks=flow(cursor, monday, tomorrow, scope, by=Step.WEEK),
        stages=stages_by_day(cursor, season, tomorrow, scope),
        ages=ages(cursor, on, scope),
        age_of_open=age_of_open(cursor, on, scope),
        oldest=oldest(cursor, on, scope),
        queue_fronts=queue_fronts(cursor, on, scope),
        percentiles=percentiles(cursor, on, scope),
        cycle_times=cycle_times(cursor, half_a_year, on, scope),
        on_time=on_time_by_month(cursor, on, scope, months=_MONTHS_ON_TIME),
        rework=rework(cursor, half_a_year, on, scope),
        items_asked=items_asked(cursor, half_a_year, on, scope),
        checks=check_outcomes(cursor, season, on, scope),
        check_times=check_times(cursor, season, on, scope),
    )
