"""The board of a past day: due days as the domain has them, and history that later events do not rewrite."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.deadlines.pauses import Pause
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from projections.sla_board.drilldown import cases_behind, oldest, urgency
from projections.sla_board.flow import Step, flow, stages_by_day
from projections.sla_board.model import SlaBoard, board
from projections.sla_board.rework import requested_items, rework
from projections.sla_board.scope import EVERYTHING, Scope
from projections.sla_board.times import age_of_open, ages, cycle_times, on_time_by_month, percentiles, queue_fronts
from tests.projections.log_of_cases import TARGET, TARGETS, LogDatabases
from tests.projections.recorded_histories import CATEGORIES, FIRST_DAY, HANDLERS, log_of, random_history, some_case
from tests.projections.scratch_tables import scratch_tables

pytestmark = pytest.mark.server

BOARD = SlaBoard(TARGETS)


@pytest.fixture
def tables(databases_of_logs: LogDatabases) -> Iterator[Cursor]:
    with scratch_tables(databases_of_logs.url, BOARD) as cursor:
        yield cursor


def cases_on(cursor: Cursor, on: date, scope: Scope = EVERYTHING) -> dict:
    """Every case of the scope, through pages of three."""
    found, after = [], None
    while True:
        page = cases_behind(cursor, on, scope, limit=3, after=after)
        found += page.items
        if page.next is None:
            assert len({each.case_id for each in found}) == len(found)
            return {each.case_id: each for each in found}
        after = page.next


def test_a_case_that_waited_ten_days_for_its_applicant_has_ten_days_more(tables: Cursor) -> None:
    # given a case filed on 5 January, asked on the 10th, answered on the 20th
    case = some_case(0)
    case.is_filed(FIRST_DAY)
    request = {"requestId": "r-1", "replyBy": "2026-01-25"}
    case.happens("InformationRequested", date(2026, 1, 10), items=["diploma"], **request)
    case.happens("ClockPaused", date(2026, 1, 10), pause=1, ground="informationRequested")
    case.happens("InformationProvided", date(2026, 1, 20), **request)
    case.happens("ClockResumed", date(2026, 1, 20), pause=1)
    BOARD.project(log_of([case]), tables)

    stood = [cases_on(tables, date(2026, 1, day))[case.case_id] for day in (5, 10, 15, 19, 20)]

    # then the due day moves while the file is away, and stands still when it is back
    assert [(each.due_on, each.stage, each.is_paused) for each in stood] == [
        (date(2026, 3, 6), "admissibility", False),
        (date(2026, 3, 6), "additionalInformation", True),
        (date(2026, 3, 11), "additionalInformation", True),
        (date(2026, 3, 15), "additionalInformation", True),
        (date(2026, 3, 16), "admissibility", False),
    ]


def test_the_due_day_is_the_one_of_the_domain_for_any_pauses(tables: Cursor) -> None:
    rng = random.Random(60)
    expected: dict = {}
    cases = []
    for number in range(150):
        case = some_case(number)
        filed_on = FIRST_DAY + timedelta(days=rng.randrange(5))
        case.is_filed(filed_on)
        pauses = _random_pauses(rng, filed_on)
        for pause in pauses:
            # as first recorded, and then put right
            case.happens(
                "ClockPaused", pause.from_ + timedelta(days=rng.randrange(3)), pause=pause.number, ground="other"
            )
            corrected_to = None if pause.to is None else str(pause.to)
            case.happens(
                "ClockCorrected", pause.from_, pause=pause.number, pausedFrom=str(pause.from_), pausedTo=corrected_to
            )
        closed_on = filed_on + timedelta(days=rng.randrange(40, 120)) if rng.random() < 0.5 else None
        if closed_on is not None:
            case.happens("ApplicationWithdrawn", closed_on)
        cases.append(case)
        expected[case.case_id] = (filed_on, pauses, closed_on)
    for number, case in enumerate(cases):
        # backdated facts come in stream order, not in the order of their days
        BOARD.project([event._replace(position=number * 50 + event.version) for event in case.events], tables)

    for days in (0, 7, 49, 50, 55, 60, 61, 75, 90, 130):
        on = FIRST_DAY + timedelta(days=5 + days)
        for case_id, shown in cases_on(tables, on).items():
            filed_on, pauses, closed_on = expected[case_id]
            measured_on = on if closed_on is None else min(on, closed_on)
            assert shown.due_on == TARGET.due_on(filed_on, pauses, measured_on), (on, pauses)
            status = TARGET.status(filed_on, measured_on, pauses).value
            is_closed = closed_on is not None and closed_on <= on
            assert shown.standing == ("inTime" if is_closed and status == "atRisk" else status), (on, pauses)


def _random_pauses(rng: random.Random, filed_on: date) -> tuple[Pause, ...]:
    pauses, day = [], filed_on
    for number in range(1, rng.randrange(5)):
        from_ = day + timedelta(days=rng.randrange(30))
        is_open = rng.random() < 0.15
        to = None if is_open else from_ + timedelta(days=rng.randrange(20))
        pauses.append(Pause(number=number, from_=from_, to=to, ground="other"))
        if to is None:
            break
        day = to
    return tuple(pauses)


def test_history_as_of_a_past_day_is_what_the_board_said_on_that_day(tables: Cursor) -> None:
    # given a hundred random cases, followed day after day
    rng = random.Random(2026)
    log = log_of(random_history(rng, number) for number in range(100))
    days = sorted(rng.sample(range(200), 6))
    said = {}
    done = 0
    for on in (FIRST_DAY + timedelta(days=day) for day in days):
        until = sum(event.known_at.date() <= on for event in log)
        _project_in_random_pages(rng, log[done:until], tables)
        done = until
        said[on] = _everything_said(tables, on)
    assert any(each["late"] for each in said.values())
    # when all of it has happened
    _project_in_random_pages(rng, log[done:], tables)
    # then each of those days is told as it was told then
    for on, then in said.items():
        assert _everything_said(tables, on) == then, on


def _project_in_random_pages(rng: random.Random, log: Sequence[RecordedEvent], cursor: Cursor) -> None:
    """In pages of any length, some of them twice."""
    at = 0
    while at < len(log):
        length = rng.randint(1, 80)
        for _ in range(rng.randint(1, 2)):
            BOARD.project(log[at : at + length], cursor)
        at += length


def _everything_said(cursor: Cursor, on: date) -> dict:
    """All measures of a day but for what is of today: the handler and the tasks."""
    first = FIRST_DAY + timedelta(days=10)
    every = cases_on(cursor, on)
    return {
        "board": [replace(line.standing, manual_tasks=0) for line in board(cursor, on)],
        "without paused": [
            replace(line.standing, manual_tasks=0) for line in board(cursor, on, Scope(without_paused=True))
        ],
        "cases": {each.case_id: replace(each, handler=None, manual_tasks=0) for each in every.values()},
        "late": sum(each.standing == "late" for each in every.values()),
        "urgency": urgency(cursor, on),
        "oldest": [each.case_id for each in oldest(cursor, on)],
        "flow": flow(cursor, first, on + timedelta(days=1)),
        "stages": stages_by_day(cursor, first, on + timedelta(days=1)),
        "ages": (ages(cursor, on), age_of_open(cursor, on)),
        "fronts": queue_fronts(cursor, on),
        "times": (percentiles(cursor, on), cycle_times(cursor, first, on), on_time_by_month(cursor, on)),
        "rework": (rework(cursor, first, on), requested_items(cursor, first, on)),
    }


@pytest.mark.parametrize(
    "scope",
    [
        Scope(authority="flanders"),
        Scope(authority="brussels"),
        Scope(category=CATEGORIES[1]),
        Scope(handler=HANDLERS[0]),
        Scope(without_paused=True),
        Scope(authority="flanders", category=CATEGORIES[0], handler=HANDLERS[1], without_paused=True),
    ],
    ids=str,
)
def test_every_measure_counts_the_cases_of_its_scope(tables: Cursor, scope: Scope) -> None:
    rng = random.Random(7)
    BOARD.project(log_of(random_history(rng, number) for number in range(120)), tables)
    on = FIRST_DAY + timedelta(days=70)
    first = FIRST_DAY + timedelta(days=20)

    shown = list(cases_on(tables, on, scope).values())

    # the cells and the scope agree
    everything = cases_on(tables, on).values()
    assert shown == [each for each in everything if _is_meant(each, scope, tables, on)]
    is_open = [each for each in shown if each.closed_on is None]
    lines = board(tables, on, scope)
    assert sum(line.standing.cases for line in lines) == len(shown)
    assert sum(line.standing.open for line in lines) == len(is_open)
    assert sum(line.standing.paused for line in lines) == sum(each.is_paused for each in shown)
    assert sum(line.standing.manual_tasks for line in lines) == sum(each.manual_tasks for each in shown)
    # and so does every other measure
    assert sum(each.cases for each in ages(tables, on, scope)) == len(is_open) == age_of_open(tables, on, scope).cases
    last_stages = stages_by_day(tables, first, on + timedelta(days=1), scope)[-1]
    assert (
        last_stages.admissibility,
        last_stages.additional_information,
        last_stages.work_part,
        last_stages.residence_part,
        last_stages.closed,
    ) == tuple(
        sum(each.stage == stage for each in shown)
        for stage in ("admissibility", "additionalInformation", "workPart", "residencePart", "closed")
    )
    for by in Step:
        days = flow(tables, FIRST_DAY, on + timedelta(days=1), scope, by=by)
        assert sum(each.inflow for each in days) == len(shown)
        assert sum(each.net for each in days) == len(is_open)
    nearing = urgency(tables, on, scope)
    assert (nearing.nearing, nearing.breached) == tuple(
        sum(each.standing == standing for each in is_open) for standing in ("atRisk", "late")
    )
    assert [each.case_id for each in oldest(tables, on, scope)] == [
        each.case_id for each in sorted(is_open, key=lambda each: (each.filed_on, each.case_id))
    ][:10]
    closed = [each for each in shown if each.closed_on is not None]
    assert percentiles(tables, on, scope)[-1].completed.cases == len(closed)
    assert sum(each.cases for each in cycle_times(tables, FIRST_DAY, on, scope)) == len(closed)
    by_month = on_time_by_month(tables, on, scope)
    assert sum(each.late for each in by_month) == sum(each.standing == "late" for each in closed)
    assert sum(each.in_time for each in by_month) == sum(each.standing == "inTime" for each in closed)
    assert rework(tables, FIRST_DAY, on, scope).cases == len(closed)
    for front in queue_fronts(tables, on, scope):
        for stage, day in (("admissibility", front.admissibility), ("workPart", front.work_part)):
            waiting = [each.filed_on for each in shown if (each.category, each.stage) == (front.category, stage)]
            assert day == min(waiting, default=None)


def _is_meant(case, scope: Scope, cursor: Cursor, on: date) -> bool:
    had_pause = case.is_paused
    if case.closed_on is not None:
        cursor.execute("select lower(paused) < closed_on from sla_board_case where case_id = %s", (str(case.case_id),))
        had_pause = cursor.fetchall()[0][0] is True
    return (
        scope.authority in (None, case.authority)
        and scope.category in (None, case.category)
        and scope.handler in (None, case.handler)
        and not (scope.without_paused and had_pause)
    )


def test_the_stages_of_a_quarter_are_those_of_each_of_its_days(tables: Cursor) -> None:
    rng = random.Random(11)
    BOARD.project(log_of(random_history(rng, number) for number in range(80)), tables)

    quarter = stages_by_day(tables, FIRST_DAY, FIRST_DAY + timedelta(days=90))

    assert [each.day for each in quarter] == [FIRST_DAY + timedelta(days=n) for n in range(90)]
    for told in quarter[::9]:
        stages = [each.stage for each in cases_on(tables, told.day).values()]
        assert (told.admissibility, told.additional_information, told.work_part, told.residence_part, told.closed) == (
            stages.count("admissibility"),
            stages.count("additionalInformation"),
            stages.count("workPart"),
            stages.count("residencePart"),
            stages.count("closed"),
        ), told.day


def test_a_changed_target_needs_no_rebuild(tables: Cursor) -> None:
    first, second = some_case(0), some_case(1)
    first.is_filed(FIRST_DAY)
    BOARD.project(log_of([first]), tables)
    shorter = replace(TARGET, term=type(TARGET.term).parse("P1M"))
    # when a program with another target projects whatever comes next
    second.is_filed(FIRST_DAY)
    SlaBoard({"flanders": shorter}).project(log_of([second]), tables)
    # then all cases are judged by it
    assert {each.due_on for each in cases_on(tables, FIRST_DAY).values()} == {date(2026, 2, 5)}


def test_an_authority_without_a_target_is_not_measured(tables: Cursor) -> None:
    case = some_case(0)
    case.is_filed(FIRST_DAY, authority="elsewhere")
    BOARD.project(log_of([case]), tables)
    shown = cases_on(tables, FIRST_DAY)[case.case_id]
    assert (shown.due_on, shown.standing) == (None, "notMeasured")
