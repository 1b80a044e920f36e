"""The work queue: open cases with what a handler needs to choose, filtered, ordered and paged."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest

from domain.case.folding import fold
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from projections.lists.keyset_pages import PlaceUnusable
from projections.lists.work_queue import (
    NOBODY,
    HandlerLoad,
    QueuedCase,
    QueueFilter,
    QueueOrder,
    WorkQueue,
    count_queued,
    handler_loads,
    queued,
)
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from tests.projections.eventful_cases import eventful_cases
from tests.projections.log_of_cases import CANARIES, FILED, TARGET, LogDatabases, LogOfCases, run
from tests.projections.recorded_histories import FIRST_DAY, HANDLERS, History, log_of, random_history, some_case
from tests.projections.scratch_tables import scratch_tables

pytestmark = pytest.mark.server

QUEUE = WorkQueue()
EVERY = QueueFilter(authority="flanders")
TODAY = FIRST_DAY + timedelta(days=75)


@pytest.fixture
def tables(databases_of_logs: LogDatabases) -> Iterator[Cursor]:
    with scratch_tables(databases_of_logs.url, QUEUE) as cursor:
        yield cursor


def with_tables(log: LogOfCases) -> None:
    """The table made anew beside the log, as a migration would."""
    run(log.url, "set role permit_owner; set search_path to permit, public;" + QUEUE.ddl)


def whole(
    cursor: Cursor, wanted: QueueFilter = EVERY, order: QueueOrder = QueueOrder.DUE_DAY, *, limit: int = 100
) -> list[QueuedCase]:
    found, after = [], None
    while True:
        page = queued(cursor, TODAY, TARGET, wanted, order=order, limit=limit, after=after)
        found += page.items
        if page.next is None:
            return found
        after = page.next


def many(number: int = 150) -> list[RecordedEvent]:
    rng = random.Random(5)
    return log_of(random_history(rng, n) for n in range(number))


def dump(cursor: Cursor) -> Sequence:
    cursor.execute("select t::text from work_queue_case t order by case_id")
    return cursor.fetchall()


def test_two_open_cases_the_most_urgent_first(tables: Cursor) -> None:
    # given a case filed on 5 January that was paused for ten days, one filed the day after, one that is closed
    paused, later, closed = some_case(0), some_case(1), some_case(2)
    for days, case in enumerate((paused, later, closed)):
        case.is_filed(FIRST_DAY + timedelta(days=days))
    paused.happens("ClockPaused", date(2026, 1, 10), pause=1, ground="forceMajeure")
    paused.happens("ClockResumed", date(2026, 1, 20), pause=1)
    closed.happens("ApplicationWithdrawn", date(2026, 1, 9))
    QUEUE.project(log_of([paused, later, closed]), tables)

    shown = whole(tables)

    assert [(each.case_id, each.filed_on, each.due_on, each.standing) for each in shown] == [
        (later.case_id, date(2026, 1, 6), date(2026, 3, 7), "late"),
        (paused.case_id, date(2026, 1, 5), date(2026, 3, 16), "late"),
    ]
    # and it is said by how many days each is late
    assert [each.days_late for each in shown] == [(TODAY - each.due_on).days for each in shown]
    assert [each.case_id for each in whole(tables, order=QueueOrder.FILING_DAY)] == [paused.case_id, later.case_id]
    assert count_queued(tables, TODAY, TARGET, EVERY) == 2


def works_from(number: int, start: str | None) -> History:
    case = some_case(number)
    case.is_filed(FIRST_DAY, employment=None if start is None else {"start": start})
    return case


def test_whose_work_starts_first_comes_first(tables: Cursor) -> None:
    # given cases whose work starts in March, in April and on the last of March, and one that does not say
    march, april, end_of_march, unknown = (
        works_from(n, start) for n, start in enumerate(("2026-03-01", "2026-04-01", "2026-03-31", None))
    )
    QUEUE.project(log_of([unknown, april, march, end_of_march]), tables)

    for limit in (100, 1):
        shown = whole(tables, order=QueueOrder.START_DAY, limit=limit)
        assert [each.starts_on for each in shown] == [date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1), None]

    in_march = replace(EVERY, starts_from=date(2026, 3, 1), starts_before=date(2026, 4, 1))
    assert {each.case_id for each in whole(tables, in_march)} == {march.case_id, end_of_march.case_id}
    assert count_queued(tables, TODAY, TARGET, in_march) == 2


def test_a_corrected_start_counts_and_a_correction_of_something_else_changes_none(tables: Cursor) -> None:
    case = works_from(0, "2026-03-01")
    case.is_corrected(FIRST_DAY, employer=None)
    case.happens("CaseCorrected", FIRST_DAY, employer=None, employment={"start": "2026-05-01"}, leftOpen=[])
    case.is_corrected(FIRST_DAY, employer=None)
    for batch in (log_of([case]), *([each] for each in log_of([case]))):
        QUEUE.project(batch, tables)
    assert [each.starts_on for each in whole(tables)] == [date(2026, 5, 1)]


def test_handlers_are_known_by_their_cases_with_how_many_are_open(tables: Cursor) -> None:
    # given a handler with an open case and one that has ended, another with none open, and a case passed on
    open_case, ended, passed_on, others, elsewhere = (some_case(n) for n in range(5))
    for case, handlers in ((open_case, "a"), (ended, "a"), (passed_on, "ca"), (others, "b")):
        case.is_filed(FIRST_DAY)
        for handler in handlers:
            case.happens("CaseAssigned", FIRST_DAY, handler=f"caseHandler:{handler}")
    elsewhere.is_filed(FIRST_DAY, authority="brussels")
    elsewhere.happens("CaseAssigned", FIRST_DAY, handler="caseHandler:d")
    for case in (ended, others):
        case.happens("ApplicationWithdrawn", FIRST_DAY)
    QUEUE.project(log_of([open_case, ended, passed_on, others, elsewhere]), tables)

    assert handler_loads(tables, "flanders") == [
        HandlerLoad(handler="caseHandler:a", open_cases=2),
        HandlerLoad(handler="caseHandler:b", open_cases=0),
    ]


def test_a_row_is_what_the_domain_says_of_the_case(log: LogOfCases) -> None:
    cases = [*log.some_cases(12), *eventful_cases(log)]
    with_tables(log)
    log.runner(QUEUE, page_size=7).catch_up()
    on = (FILED + timedelta(days=40)).date()

    with rows_within(log.readers, EVERYTHING) as cursor:
        shown = {each.case_id: each for each in queued(cursor, on, TARGET, EVERY, limit=100).items}

    folded = {case_id: fold(log.journal.read(case_id).events) for case_id in cases}
    still_open = {case_id: case for case_id, case in folded.items() if case.is_open}
    assert shown.keys() == still_open.keys()
    for case_id, case in still_open.items():
        told = shown[case_id]
        assert (told.reference, told.stage, told.status, told.handler, told.filed_on, told.employer_number) == (
            case.reference,
            case.stage.value,
            case.status.value,
            case.handler,
            case.filed_on,
            case.employer_number,
        )
        assert (told.manual_tasks, told.pending_checks) == (len(case.manual_tasks), case.pending_checks)
        assert (told.due_on, told.standing) == (
            TARGET.due_on(case.filed_on, case.pauses, on),
            TARGET.status(case.filed_on, on, case.pauses).value,
        )
    assert {each.holder for each in shown.values()} == {"applicant", "region", "crossroadsBank", "immigrationOffice"}


def test_a_due_day_moves_with_each_day_of_an_open_pause(tables: Cursor) -> None:
    case = some_case(0)
    case.is_filed(FIRST_DAY)
    case.happens("ClockPaused", date(2026, 1, 10), pause=1, ground="forceMajeure")
    QUEUE.project(log_of([case]), tables)
    shown = [queued(tables, date(2026, 1, day), TARGET, EVERY).items[0] for day in (10, 11, 20)]
    assert [each.due_on for each in shown] == [date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 16)]


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": "informationRequested"},
        {"stage": "workPart"},
        {"category": "teacher"},
        {"handler": HANDLERS[0]},
        {"handler": NOBODY},
        {"holder": "applicant"},
        {"holder": "region"},
        {"standing": "late"},
        {"standing": "inTime"},
        {"with_tasks": True},
        {"with_tasks": False},
        {"stage": "admissibility", "category": "nurse", "standing": "inTime", "with_tasks": False},
    ],
    ids=str,
)
def test_each_filter_gives_its_cases_and_their_number(tables: Cursor, wanted: dict) -> None:
    QUEUE.project(many(), tables)
    every = whole(tables)

    def is_meant(case: QueuedCase) -> bool:
        told = asdict(case) | {"with_tasks": case.manual_tasks > 0, "handler": case.handler or NOBODY}
        return all(told[name] == value for name, value in wanted.items())

    shown = whole(tables, QueueFilter(authority="flanders", **wanted), limit=4)

    assert shown == [case for case in every if is_meant(case)]
    assert 0 < len(shown) < len(every)
    assert count_queued(tables, TODAY, TARGET, QueueFilter(authority="flanders", **wanted)) == len(shown)
    assert whole(tables, QueueFilter(authority="brussels", **wanted)) == []


@pytest.mark.parametrize("order", QueueOrder)
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_of_any_length_make_the_whole_list(tables: Cursor, order: QueueOrder, limit: int) -> None:
    events = many(90)
    starts = random.Random(9)
    for each in events:
        if each.name == "ApplicationSubmitted":
            # A third do not say when their work starts.
            start = date(2026, 3, starts.randint(1, 28)).isoformat()
            each.clear["employment"] = None if starts.random() < 1 / 3 else {"start": start}
    QUEUE.project(events, tables)

    shown = whole(tables, order=order, limit=limit)

    assert len({each.case_id for each in shown}) == len(shown) == count_queued(tables, TODAY, TARGET, EVERY)
    key = {QueueOrder.DUE_DAY: "due_on", QueueOrder.FILING_DAY: "filed_on", QueueOrder.START_DAY: "starts_on"}[order]
    assert shown == sorted(shown, key=lambda each: (getattr(each, key) or date.max, each.case_id))


@pytest.mark.parametrize("order", QueueOrder)
def test_cases_that_keep_their_place_are_given_once_while_others_come_and_go(tables: Cursor, order: QueueOrder) -> None:
    rng = random.Random(8)
    histories = [some_case(number) for number in range(40)]
    for case in histories:
        case.is_filed(FIRST_DAY + timedelta(days=rng.randrange(30)))
    QUEUE.project(log_of(histories), tables)
    keep, leave, handed_out = histories[:20], histories[20:30], histories[30:]
    came = 0

    def something_happens() -> None:
        nonlocal came
        came += 1
        new = some_case(1_000 + came)
        new.is_filed(FIRST_DAY + timedelta(days=rng.randrange(30)))
        changed: list[History] = [new]
        for group, name, clear in ((leave, "ApplicationWithdrawn", {}), (handed_out, "CaseAssigned", {"handler": "h"})):
            if group:
                group[0].happens(name, TODAY, **clear)
                changed.append(group.pop(0))
        QUEUE.project([event for case in changed for event in case.events], tables)

    shown, after = [], None
    while True:
        page = queued(tables, TODAY, TARGET, EVERY, order=order, limit=3, after=after)
        shown += [each.case_id for each in page.items]
        something_happens()
        if page.next is None:
            break
        after = page.next

    assert len(set(shown)) == len(shown)
    assert {case.case_id for case in (*keep, *handed_out)} <= set(shown)


def test_the_pages_after_the_first_are_of_its_day(tables: Cursor) -> None:
    QUEUE.project(many(90), tables)
    at_once = whole(tables)
    first = queued(tables, TODAY, TARGET, EVERY, limit=10)
    # when midnight passes, which moves the due days of paused cases
    rest = queued(tables, TODAY + timedelta(days=1), TARGET, EVERY, limit=100, after=first.next)
    assert [*first.items, *rest.items] == at_once


def test_events_in_pages_of_any_length_and_twice_give_the_same_rows(tables: Cursor) -> None:
    rng = random.Random(3)
    log = many(60)
    QUEUE.project(log, tables)
    at_once = dump(tables)
    tables.execute("delete from work_queue_case")
    at = 0
    while at < len(log):
        length = rng.randint(1, 30)
        for _ in range(2):
            QUEUE.project(log[at : at + length], tables)
        at += length
    assert dump(tables) == at_once
    QUEUE.project(log[: len(log) // 2], tables)
    assert dump(tables) == at_once


def test_a_corrected_employer_is_shown(tables: Cursor) -> None:
    case = some_case(0)
    case.is_filed(FIRST_DAY)
    case.is_corrected(FIRST_DAY, None)
    case.is_corrected(FIRST_DAY, {"enterpriseNumber": "0206731645", "name": "Beta"})
    QUEUE.project(log_of([case]), tables)
    assert [each.employer_number for each in whole(tables)] == ["0206731645"]


def test_a_place_that_no_page_gave_is_refused(tables: Cursor) -> None:
    QUEUE.project(many(30), tables)
    by_filing = queued(tables, TODAY, TARGET, EVERY, order=QueueOrder.FILING_DAY, limit=2).next
    for after in ("", "nonsense", "é", by_filing, "WyJkdWVEYXkiLCJhIiwiYiIsImMiXQ"):
        with pytest.raises(PlaceUnusable, match="it is"):
            queued(tables, TODAY, TARGET, EVERY, after=after)
    for limit in (0, 101):
        with pytest.raises(ValueError, match="choose 1 to 100"):
            queued(tables, TODAY, TARGET, EVERY, limit=limit)


def test_no_personal_data_in_the_queue(log: LogOfCases) -> None:
    cases = [*log.some_cases(6), *eventful_cases(log)]
    with_tables(log)
    log.runner(QUEUE).catch_up()
    everything = run(log.url, "select string_agg(t::text, ' ') from permit.work_queue_case t")[0][0]
    subjects = [str(log.journal.read(case).events[0].worker_subject) for case in cases]
    assert [found for found in (*CANARIES, *subjects) if found in everything] == []
    assert str(cases[0]) in everything
