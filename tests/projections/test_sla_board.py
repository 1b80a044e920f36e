"""The SLA board: counted over rows, judged against the service target, free of personal data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from domain.case.events import InformationRequested
from domain.case.folding import StreamCorrupt, fold
from domain.case.lifecycle import Act, CaseStatus
from domain.civil_time import civil_day
from domain.deadlines.service_levels import ServiceStatus
from infra.postgres.journal.recorded_events import handled_events
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from projections.read_model import Cursor
from projections.sla_board.flow import DayFlow, flow
from projections.sla_board.model import BoardLine, CaseCounts, board, total
from projections.sla_board.scope import Scope
from tests.projections.eventful_cases import eventful_cases
from tests.projections.log_of_cases import (
    BOARD,
    CANARIES,
    FILED,
    NO_DATA,
    TARGET,
    LogOfCases,
    digests,
    forget_read_models,
    run,
)

pytestmark = pytest.mark.server

COLUMNS = (
    "case_id, version, reference, authority, category, kind, renewal, status, filed_on, handler, admissible_on,"
    " work_part, work_part_on, forwarded_on, closed_on, paused::text, requests, items, manual_tasks, checks"
)


def standing(**numbers: int) -> CaseCounts:
    names = ("cases", "open", "in_time", "at_risk", "late", "not_measured", "paused", "manual_tasks")
    return CaseCounts(**{name: numbers.get(name, 0) for name in names})


def on_board(log: LogOfCases, on: date) -> list[BoardLine]:
    with rows_within(log.readers, EVERYTHING) as cursor:
        return board(cursor, on)


def rows(log: LogOfCases) -> dict[UUID, tuple]:
    return {row[0]: row[1:] for row in run(log.url, f"select {COLUMNS} from permit.sla_board_case")}


def row_by_the_domain(log: LogOfCases, case_id: UUID) -> tuple:
    """What the row should be, told by the domain's own fold of decrypted events and not by the read model."""
    events = log.journal.read(case_id).events
    case = fold(events)
    assert case is not None
    seen = [n for n, e in enumerate(events, 1) if type(e).__name__ in BOARD.handles]
    pauses = [f"[{each.from_},{each.to or ''})" for each in case.pauses if each.from_ != each.to]
    return (
        seen[-1], case.reference, case.facts.authority, case.facts.category, case.kind, case.renewal,
        case.status.value, case.filed_on, case.handler, _day(case.admissible),
        None if case.work_part is None else case.work_part.outcome, _day(case.work_part), _day(case.forwarded),
        None if case.is_open else _day(case.ended), "{" + ",".join(pauses) + "}", len(case.requests),
        [item for e in events if isinstance(e, InformationRequested) for item in e.items], len(case.manual_tasks),
        sorted(f"{name}:{check.state.value}" for name, check in case.checks.items()),
    )  # fmt: skip


def _day(act: Act | None) -> date | None:
    return None if act is None else civil_day(act.at)


def test_three_cases_in_time_at_risk_and_late(log: LogOfCases) -> None:
    # given one case filed on 2 February, one granted on the day it was due, one granted the day after
    log.file()
    for days in (60, 61):
        case = log.file()
        log.answer(case, FILED + timedelta(minutes=5))
        log.grant(case, FILED + timedelta(days=days))
    # when the board has followed
    log.runner(BOARD).catch_up()
    # then 24 March finds all of them open and at risk
    assert on_board(log, date(2026, 3, 24)) == [
        BoardLine(
            authority="flanders",
            category="mediumSkilledOther",
            status="submitted",
            standing=standing(cases=3, open=3, at_risk=3),
        )
    ]
    # and 5 April one late and open, one closed in time, one closed late
    lines = on_board(log, date(2026, 4, 5))
    assert [(line.status, line.standing) for line in lines] == [
        ("decidedGranted", standing(cases=2, in_time=1, late=1)),
        ("submitted", standing(cases=1, open=1, late=1)),
    ]
    assert total(lines) == standing(cases=3, open=1, in_time=1, late=2)


def test_every_row_is_what_the_domain_says_of_the_case(log: LogOfCases) -> None:
    cases = [*log.some_cases(24), *eventful_cases(log)]

    log.runner(BOARD, page_size=7).catch_up()

    assert rows(log) == {case: row_by_the_domain(log, case) for case in cases}
    assert {row[6] for row in rows(log).values()} == {status.value for status in CaseStatus} - {
        CaseStatus.REVOKED,  # only records of other systems say these
        CaseStatus.LAPSED,
    }
    assert {row[14] == "{}" for row in rows(log).values()} == {True, False}


def test_an_open_case_changes_its_standing_on_the_days_of_the_service_target(log: LogOfCases) -> None:
    log.file()
    log.runner(BOARD).catch_up()
    filed_on = FILED.date()
    judged = {ServiceStatus.IN_TIME: "in_time", ServiceStatus.AT_RISK: "at_risk", ServiceStatus.LATE: "late"}
    for days in (0, 49, 50, 60, 61):
        on = filed_on + timedelta(days=days)
        expected = standing(cases=1, open=1, **{judged[TARGET.status(filed_on, on)]: 1})
        assert total(on_board(log, on)) == expected, on
    assert on_board(log, filed_on - timedelta(days=1)) == []


def test_a_case_that_closed_before_the_target_came_into_force_is_not_measured(log: LogOfCases) -> None:
    # given two cases filed in October and withdrawn late: on the eve of the target, and on its first day
    october = datetime(2025, 10, 15, 9, tzinfo=UTC)
    for closed in (datetime(2026, 1, 3, 9, tzinfo=UTC), datetime(2026, 1, 4, 9, tzinfo=UTC)):
        log.withdraw(log.file(at=october), closed)
    log.runner(BOARD).catch_up()

    assert total(on_board(log, date(2026, 1, 5))) == standing(cases=2, late=1, not_measured=1)


def test_days_are_civil_days_in_brussels(log: LogOfCases) -> None:
    # given a case filed at 00:30 in Brussels, which is still the day before in UTC
    log.file(at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    log.runner(BOARD).catch_up()

    assert [row[7] for row in rows(log).values()] == [date(2026, 7, 2)]


def test_inflow_and_outflow_of_each_day_quiet_days_included(log: LogOfCases) -> None:
    first, second = log.file(), log.file()
    log.withdraw(first, FILED + timedelta(days=2))
    log.withdraw(second, FILED + timedelta(days=2, hours=3))
    log.file(at=FILED + timedelta(days=2))
    log.runner(BOARD).catch_up()

    with rows_within(log.readers, EVERYTHING) as cursor:
        days = flow(cursor, date(2026, 2, 1), date(2026, 2, 5))

    assert days == [
        DayFlow(day=date(2026, 2, 1), inflow=0, outflow=0),
        DayFlow(day=date(2026, 2, 2), inflow=2, outflow=0),
        DayFlow(day=date(2026, 2, 3), inflow=0, outflow=0),
        DayFlow(day=date(2026, 2, 4), inflow=1, outflow=2),
    ]


def test_another_authority_has_a_board_of_its_own(log: LogOfCases) -> None:
    log.file()
    log.runner(BOARD).catch_up()
    with rows_within(log.readers, EVERYTHING) as cursor:
        assert len(board(cursor, FILED.date(), Scope(authority="flanders"))) == 1
        assert board(cursor, FILED.date(), Scope(authority="brussels")) == []
        assert flow(cursor, FILED.date(), date(2026, 2, 3), Scope(authority="brussels"))[0].inflow == 0


def test_events_projected_twice_give_the_same_rows(log: LogOfCases) -> None:
    # given cases with manual tasks, which a careless projection would count twice
    case = log.file()
    log.answer(case, FILED, NO_DATA)
    log.some_cases(6)
    events = handled_events(log.recorder.select_notifications(1, 1_000), BOARD.handles)

    def project(*batches: list) -> dict[str, str]:
        with log.writers.transaction() as connection, connection.cursor() as cursor:
            for batch in batches:
                BOARD.project(batch, cursor)
        return digests(log.url)

    once = project(events)
    assert rows(log)[case][-2] == 1
    # when they come again: all, one by one, an old part of them, and each of them doubled in one batch
    assert project(events) == once
    assert project(*[[event] for event in events]) == once
    assert project(events[: len(events) // 2]) == once
    assert project([event for event in events for _ in range(2)]) == once
    # then also a first time in doubles gives the same
    forget_read_models(log.url)
    assert project([event for event in events for _ in range(2)]) == once


def test_a_batch_is_a_few_statements_however_long_it_is(log: LogOfCases) -> None:
    log.some_cases(12)
    events = handled_events(log.recorder.select_notifications(1, 1_000), BOARD.handles)

    class Counting:
        def __init__(self, cursor: Cursor) -> None:
            self.cursor, self.statements = cursor, 0

        def execute(self, statement: str, parameters: object = ()) -> None:
            self.statements += 1
            self.cursor.execute(statement, parameters)

        def fetchall(self) -> object:
            return self.cursor.fetchall()

    with log.writers.transaction() as connection, connection.cursor() as cursor:
        counting = Counting(cursor)
        BOARD.project(events[:15], counting)
        BOARD.project(events[15:], counting)
    assert counting.statements == 5  # to read once, and to write rows and targets twice


def test_an_event_of_a_case_that_never_began_is_refused(log: LogOfCases) -> None:
    log.withdraw(log.file(), FILED)
    events = handled_events(log.recorder.select_notifications(1, 100), BOARD.handles)

    with (
        pytest.raises(StreamCorrupt, match="comes before the first event of the case"),
        log.writers.transaction() as connection,
        connection.cursor() as cursor,
    ):
        BOARD.project(events[-1:], cursor)


def test_no_personal_data_on_the_board(log: LogOfCases) -> None:
    cases = log.some_cases(6)
    log.runner(BOARD).catch_up()

    everything = run(log.url, "select string_agg(t::text, ' ') from permit.sla_board_case t")[0][0]

    subjects = [str(log.journal.read(case).events[0].worker_subject) for case in cases]
    assert [found for found in (*CANARIES, *subjects) if found in everything] == []
    assert str(cases[0]) in everything
