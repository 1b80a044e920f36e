"""The worker around the deadline watch: when it looks, when it does not, and what it outlives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from uuid import UUID

import pytest

from domain.case.commands import WithdrawApplication
from domain.deadlines.clocks import BREACHED, TARGET, WARNED
from infra.postgres.server.connections import DatabaseUnavailable
from infra.workers.deadline_watch import DeadlineWatcher
from infra.workers.projection_runner import ProjectionRunner
from projections.deadline_days.model import DeadlineDays
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from tests.case.vocabulary import on, pause, resume
from tests.consumers.watched_cases import RULES, WatchedCases, day
from tests.projections.poison import insert
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

BOTH = [(TARGET, WARNED, 1, day(50), day(60)), (TARGET, BREACHED, 1, day(61), day(60))]


@pytest.fixture
def cases(unnamed_journal: str) -> Iterator[WatchedCases]:
    cases = WatchedCases(unnamed_journal)
    yield cases
    cases.close()


@contextmanager
def running(*workers: DeadlineWatcher | ProjectionRunner) -> Iterator[list[Exception]]:
    """Run in threads until the end of the block; gives what ended a run."""
    ended: list[Exception] = []

    def run(worker: DeadlineWatcher | ProjectionRunner) -> None:
        try:
            worker.run()
        except Exception as why:
            ended.append(why)

    threads = [Thread(target=run, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield ended
    finally:
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in threads), "it did not end when it was told to"


def all_raised(cases: WatchedCases, filed: list[UUID]) -> bool:
    return all(len(cases.alarms(case)) == 2 for case in filed)


def test_it_raises_at_its_start_what_was_missed(cases: WatchedCases) -> None:
    filed = [cases.filed() for _ in range(3)]
    cases.runner().catch_up()
    cases.moment = on(day(90))

    with running(cases.watching()) as ended:
        wait_until(lambda: all_raised(cases, filed), because="what was missed is raised")

    assert ended == []
    assert [cases.alarms(case) for case in filed] == [BOTH] * 3


def test_it_looks_when_the_clock_has_jumped_over_days(cases: WatchedCases) -> None:
    case = cases.filed()
    with running(cases.runner(), cases.watching()) as ended:
        wait_until(lambda: cases.due(day(50)) == [case], because="the read model knows the case")
        cases.moment = on(day(50))
        wait_until(lambda: cases.alarms(case) == BOTH[:1], because="the warning")
        cases.moment = on(day(400))
        wait_until(lambda: cases.alarms(case) == BOTH, because="the breach")
    assert ended == []


def test_it_looks_when_an_event_brings_an_alarm_on_the_same_day(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.give(case, pause(day(20)), day(20))
    cases.moment = on(day(90))
    with running(cases.runner(), cases.watching()) as ended:
        wait_until(
            lambda: cases.runner().position() == cases.recorder.max_notification_id(), because="the pause is known"
        )
        cases.give(case, resume(day(25)), day(90))
        wait_until(
            lambda: len(cases.alarms(case)) == 2, because="both have been crossed while the clock was thought to stand"
        )
    assert ended == []


def test_on_a_quiet_day_no_case_is_read(cases: WatchedCases) -> None:
    cases.filed()
    cases.runner().catch_up()
    before = cases.looks_at_the_clock

    with running(cases.watching()) as ended:
        wait_until(lambda: cases.looks_at_the_clock > before + 10, because="it has asked for the day many times")
    assert ended == []
    assert cases.reads == 0


def test_a_row_that_names_a_day_too_early_is_read_once_and_not_again_and_again(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.runner().catch_up()
    cases.give(case, WithdrawApplication(), day(49))
    cases.moment = on(day(90))
    looks = 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        return looks > 20

    with running(cases.watching()) as ended:
        wait_until(lambda: cases.reads == 1, because="the first look")
        wait_until(look, because="time for many more")
    assert ended == []
    assert cases.reads == 1


def test_a_database_that_was_away_does_not_end_it_for_good(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.runner().catch_up()
    cases.moment = on(day(90))
    cases.trouble.extend([None, DatabaseUnavailable("it went away")])
    watching = cases.watching()

    with pytest.raises(DatabaseUnavailable):
        watching.run()
    assert cases.alarms(case) == BOTH[:1]

    with running(watching) as ended:
        wait_until(lambda: cases.alarms(case) == BOTH, because="the same worker runs again")
    assert ended == []


def test_two_workers_beside_each_other_raise_each_alarm_once(cases: WatchedCases) -> None:
    filed = [cases.filed() for _ in range(20)]
    cases.runner().catch_up()
    cases.moment = on(day(90))

    with running(cases.runner(), cases.watching(), cases.watching()) as ended:
        wait_until(lambda: all_raised(cases, filed), because="all is raised", within=30)
        wait_until(lambda: cases.due(day(90)) == [], because="the read model knows")

    assert ended == []
    assert [cases.alarms(case) for case in filed] == [BOTH] * 20


def test_told_to_stop_it_finishes_the_case_it_is_at_and_leaves_the_rest(cases: WatchedCases) -> None:
    filed = [cases.filed() for _ in range(5)]
    cases.runner().catch_up()
    cases.moment = on(day(90))
    watching = cases.watching()
    cases.meanwhile.append(watching.stop)

    watching.run()

    assert sorted(len(cases.alarms(case)) for case in filed) == [0, 0, 0, 0, 2]


def test_a_case_that_cannot_be_read_keeps_no_other_waiting(cases: WatchedCases) -> None:
    # given a case that is due before all others and of which an event is in no form that anybody knows
    ill, *sound = [cases.filed() for _ in range(3)]
    insert(cases.recorder, ill, "CaseAssigned", b"nothing")
    cases.runner().catch_up()
    cases.moment = on(day(90))

    with running(cases.watching()) as ended:
        wait_until(lambda: all_raised(cases, sound), because="the others' alarms are raised")

    assert ended == []
    # and the same when somebody looks by hand: it is told of
    cases.watch().watch()
    assert cases.unreadable == [ill]


def test_a_case_that_the_read_model_has_parked_is_looked_at_all_the_same(cases: WatchedCases) -> None:
    # given a case that the read model cannot apply, though the case itself is as good as any
    class CannotApply(DeadlineDays):
        def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
            if batch:
                raise ValueError("no such day")

    case = cases.filed()
    ProjectionRunner(cases.recorder, CannotApply(RULES), cases.pool).catch_up()
    assert cases.due(day(90)) == []
    cases.moment = on(day(90))

    with running(cases.watching()) as ended:
        wait_until(lambda: cases.alarms(case) == BOTH, because="its alarms are raised")
    assert ended == []
