"""What the measures of the SLA board say of cases that can be counted on one's fingers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from projections.lists.keyset_pages import PlaceUnusable
from projections.read_model import Cursor
from projections.sla_board.drilldown import Cell, cases_behind, urgency
from projections.sla_board.flow import DayFlow, Step, flow
from projections.sla_board.model import SlaBoard
from projections.sla_board.rework import CheckOutcome, RequestedItem, Rework, check_outcomes, requested_items, rework
from projections.sla_board.times import (
    AgeBin,
    CyclePoint,
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
from tests.projections.log_of_cases import TARGETS, LogDatabases
from tests.projections.recorded_histories import FIRST_DAY, History, log_of, some_case
from tests.projections.scratch_tables import scratch_tables

pytestmark = pytest.mark.server

BOARD = SlaBoard(TARGETS)


@pytest.fixture
def tables(databases_of_logs: LogDatabases) -> Iterator[Cursor]:
    with scratch_tables(databases_of_logs.url, BOARD) as cursor:
        yield cursor


def after(days: int) -> date:
    return FIRST_DAY + timedelta(days=days)


def filed(number: int, days: int = 0, *, withdrawn_after: int | None = None, category: str = "nurse") -> History:
    case = some_case(number)
    case.is_filed(after(days), category=category)
    if withdrawn_after is not None:
        case.happens("ApplicationWithdrawn", after(days + withdrawn_after))
    return case


def asked_and_answered(case: History, days: int, *, for_days: int, items: list[str]) -> None:
    number = sum(event.name == "ClockPaused" for event in case.events) + 1
    request = {"requestId": f"r-{number}", "replyBy": str(after(days + 15))}
    case.happens("InformationRequested", after(days), items=items, **request)
    case.happens("ClockPaused", after(days), pause=number, ground="informationRequested")
    case.happens("InformationProvided", after(days + for_days), **request)
    case.happens("ClockResumed", after(days + for_days), pause=number)


def test_weeks_begin_on_monday_and_the_net_is_what_work_grew_by(tables: Cursor) -> None:
    # 5 January 2026 is a Monday
    BOARD.project(log_of([filed(0), filed(1, 6), filed(2, 7, withdrawn_after=1)]), tables)
    weeks = flow(tables, FIRST_DAY, after(14), by=Step.WEEK)
    assert weeks == [
        DayFlow(day=FIRST_DAY, inflow=2, outflow=0),
        DayFlow(day=after(7), inflow=1, outflow=1),
    ]
    assert [week.net for week in weeks] == [2, 0]


def test_ages_stand_in_bars_of_ten_days_empty_ones_included(tables: Cursor) -> None:
    BOARD.project(log_of([filed(0), filed(1, 1), filed(2, 25), filed(3, 0, withdrawn_after=5)]), tables)
    assert ages(tables, after(30)) == [
        AgeBin(from_days=0, cases=1),
        AgeBin(from_days=10, cases=0),
        AgeBin(from_days=20, cases=1),
        AgeBin(from_days=30, cases=1),
    ]
    assert age_of_open(tables, after(30)) == Percentiles(cases=3, p50=29, p80=30, p90=30, p95=30)
    assert ages(tables, after(-1)) == []


def test_percentiles_are_of_the_cases_that_closed_in_six_months(tables: Cursor) -> None:
    # given twenty cases that took 1 to 20 days, all closed in January, and one that took 300
    quick = [filed(number, 0, withdrawn_after=number + 1) for number in range(20)]
    BOARD.project(log_of([*quick, filed(20, 0, withdrawn_after=300)]), tables)

    told = {each.month: each.completed for each in percentiles(tables, date(2026, 11, 15), months=11)}

    assert told[date(2026, 1, 1)] == Percentiles(cases=20, p50=10, p80=16, p90=18, p95=19)
    assert told[date(2026, 6, 1)] == told[date(2026, 1, 1)]
    assert told[date(2026, 7, 1)] == Percentiles(cases=0, p50=None, p80=None, p90=None, p95=None)
    assert told[date(2026, 11, 1)] == Percentiles(cases=1, p50=300, p80=300, p90=300, p95=300)
    assert cycle_times(tables, after(1), after(2)) == [
        CyclePoint(closed_on=after(1), days=1, cases=1, paused=0),
        CyclePoint(closed_on=after(2), days=2, cases=1, paused=0),
    ]


def test_the_share_on_time_is_told_month_by_month(tables: Cursor) -> None:
    # given one closed on its last day, one a day late, and one a day late but for a pause of two days
    paused = filed(2)
    asked_and_answered(paused, 10, for_days=2, items=["diploma"])
    paused.happens("ApplicationWithdrawn", after(61))
    BOARD.project(log_of([filed(0, withdrawn_after=60), filed(1, withdrawn_after=61), paused]), tables)

    *_, february, march = on_time_by_month(tables, date(2026, 3, 31))

    assert february == MonthOnTime(month=date(2026, 2, 1), in_time=0, late=0, not_measured=0, paused=0)
    assert march == MonthOnTime(month=date(2026, 3, 1), in_time=2, late=1, not_measured=0, paused=1)


def test_the_front_of_each_queue_is_the_oldest_case_that_waits(tables: Cursor) -> None:
    admitted, asked = filed(0, 3), filed(1, 1)
    admitted.happens("ApplicationDeclaredAdmissible", after(5))
    asked.happens("InformationRequested", after(5), items=["diploma"], requestId="r-1", replyBy=str(after(20)))
    asked.happens("ClockPaused", after(5), pause=1, ground="informationRequested")
    BOARD.project(log_of([admitted, asked, filed(2, 4), filed(3, 0, withdrawn_after=1, category="teacher")]), tables)
    assert queue_fronts(tables, after(6)) == [QueueFront(category="nurse", admissibility=after(4), work_part=after(3))]
    assert queue_fronts(tables, after(4)) == [QueueFront(category="nurse", admissibility=after(1), work_part=None)]


def test_rework_counts_requests_their_days_and_what_they_asked_for(tables: Cursor) -> None:
    twice = filed(0)
    asked_and_answered(twice, 2, for_days=3, items=["diploma", "passport"])
    asked_and_answered(twice, 8, for_days=4, items=["diploma"])
    twice.happens("ApplicationWithdrawn", after(20))
    twice_open = filed(1)
    asked_and_answered(twice_open, 2, for_days=3, items=["mandate"])
    cases = [twice, twice_open, filed(2, withdrawn_after=9), filed(3, withdrawn_after=9)]
    BOARD.project(log_of(cases), tables)
    assert rework(tables, FIRST_DAY, after(30)) == Rework(
        cases=3, first_time_right=2, requests=2, days_with_applicant=7
    )
    assert requested_items(tables, FIRST_DAY, after(30)) == [
        RequestedItem(item="diploma", times=2),
        RequestedItem(item="passport", times=1),
    ]
    assert rework(tables, after(21), after(30)).cases == 0


def test_the_outcomes_of_checks_are_those_that_count_now(tables: Cursor) -> None:
    found, out = filed(0), filed(1)
    for case in (found, out):
        case.happens("CrossroadsCheckRequested", FIRST_DAY, check="employerRegister", revision=1)
    found.happens("CrossroadsCheckAnswered", FIRST_DAY, check="employerRegister", revision=1, outcome="found")
    BOARD.project(log_of([found, out]), tables)
    assert check_outcomes(tables, FIRST_DAY, FIRST_DAY) == [
        CheckOutcome(check="employerRegister", state="found", cases=1),
        CheckOutcome(check="employerRegister", state="requested", cases=1),
    ]


def test_a_cell_gives_the_cases_that_were_counted_in_it(tables: Cursor) -> None:
    late, nearing, closed = filed(0), filed(1, 5), filed(2, 0, withdrawn_after=61)
    BOARD.project(log_of([late, nearing, closed, filed(3, 40)]), tables)
    on = after(62)

    def ids(cell: Cell) -> list:
        return [each.case_id for each in cases_behind(tables, on, cell=cell).items]

    assert ids(Cell(standings=("late",))) == [late.case_id, closed.case_id]
    assert ids(Cell(standings=("late", "atRisk"), is_open=True)) == [late.case_id, nearing.case_id]
    assert ids(Cell(status="withdrawn")) == ids(Cell(closed=(after(61), after(62)))) == [closed.case_id]
    assert ids(Cell(filed=(after(5), after(6)))) == ids(Cell(age=(50, 60), stage="admissibility")) == [nearing.case_id]
    assert ids(Cell(with_tasks=True)) == ids(Cell(is_paused=True)) == []
    counted = urgency(tables, on)
    assert (counted.nearing, counted.breached) == (1, 1)


def test_a_place_that_no_page_gave_is_refused(tables: Cursor) -> None:
    for place in ("", "nonsense", "WyJib2FyZER1ZURheSIsImEiLCJiIl0"):
        with pytest.raises(PlaceUnusable, match="it is"):
            cases_behind(tables, FIRST_DAY, after=place)
    with pytest.raises(ValueError, match="choose 1 to 100"):
        cases_behind(tables, FIRST_DAY, limit=101)
