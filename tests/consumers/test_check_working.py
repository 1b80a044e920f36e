"""Checks from the journal to their outcome, over a real journal and work table: nothing passed by, nothing twice."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from threading import Thread
from typing import Any
from uuid import UUID

import pytest

from domain.crossroads.answers import CheckUnanswered, UnansweredReason, ticket_of
from domain.crossroads.service_calendar import ServiceCalendar, WeeklyWindow
from infra.postgres.checks.crossroads_gate import GateSettings
from infra.postgres.server.connections import DatabaseUnavailable
from infra.stored_form.leaf import cause_of
from infra.workers.check_workers import CheckWorkerPool
from tests.consumers.bank import Gate
from tests.consumers.check_counter import CheckCounter
from tests.journal.appends import JournalAsStored
from tests.transport.consumed_journal import running
from tests.world.applications import OF_THE_WORKER
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


def outcomes(counter: CheckCounter) -> Counter[UUID]:
    types = ("CrossroadsCheckAnswered", "CrossroadsCheckFailed")
    return Counter(row.stream for row in JournalAsStored.of(counter.book.url).rows if row.type in types)


def test_every_check_has_its_outcome(counter: CheckCounter) -> None:
    # given applications filed before the workers start and while they run
    filed = [counter.first() for _ in range(3)]
    with running(counter.intake(), counter.working()) as ended:
        filed += [counter.first() for _ in range(3)]
        wait_until(lambda: outcomes(counter) == Counter(filed), because="every check has its outcome")
    # then each was asked once, and the answers name the question as their cause
    assert ended == []
    assert len(counter.bank.asked) == len(filed)
    rows = JournalAsStored.of(counter.book.url).rows
    causes = {cause_of(row.envelope) for row in rows if row.type == "SalaryVerified"}
    assert causes == {f"{case}/2" for case in filed}


def test_messages_that_come_again_ask_nothing_again(counter: CheckCounter) -> None:
    filed = [counter.first() for _ in range(3)]
    with running(counter.intake(), counter.working()):
        wait_until(lambda: outcomes(counter) == Counter(filed), because="every check has its outcome")
    # given a position that was lost, as after another way of delivery was chosen
    with counter.pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("update tracking set position = 0 where name = 'crossroads-intake'")
    # when everything is delivered once more
    with running(counter.intake(), counter.working()):
        wait_until(lambda: counter.ask("select position from tracking")[0][0] > 0, because="it is delivered")
        time.sleep(0.2)
    # then
    assert len(counter.bank.asked) == len(filed)
    assert outcomes(counter) == Counter(filed)


def test_four_workers_share_the_work_and_do_nothing_twice(counter: CheckCounter) -> None:
    with running(counter.intake(), *(counter.working(at_once=4) for _ in range(4))) as ended:
        filed = [counter.first() for _ in range(40)]
        wait_until(lambda: outcomes(counter) == Counter(filed), because="every check has its outcome")
    assert ended == []
    assert len(counter.bank.asked) == len(filed)


def test_a_slow_answer_holds_up_nobody_else(counter: CheckCounter) -> None:
    slow, *quick = [counter.first() for _ in range(4)]
    ticket = ticket_of(str(slow), "employerRegister", 1)
    gate = counter.bank.before_answering = Gate(only=lambda asked: asked.consultation.ticket == ticket)
    with running(counter.intake(), counter.working()):
        wait_until(lambda: outcomes(counter) == Counter(quick), because="the quick ones are recorded")
        gate.open()
        wait_until(lambda: outcomes(counter) == Counter([slow, *quick]), because="the slow one too")


def test_a_worker_that_dies_at_it_leaves_work_that_falls_due_again(counter: CheckCounter) -> None:
    # given work that somebody claimed and never came back with
    case = counter.first()
    counter.add_work(case, "employerRegister")
    assert len(counter.table.claim(5, counter.now())) == 1
    # when others look at once, then it is not theirs
    assert counter.table.claim(5, counter.now()) == []
    # but when the claim has run out, it is
    counter.ahead = timedelta(seconds=61)
    with running(counter.working()):
        wait_until(lambda: outcomes(counter) == Counter([case]), because="somebody else does it")


def test_a_worker_that_wakes_too_late_changes_nothing(counter: CheckCounter) -> None:
    # given a worker whose claim ran out while it was frozen, and another that took over and is at it
    case = counter.first()
    counter.add_work(case, "employerRegister")
    (frozen,) = counter.table.claim(1, counter.now())
    counter.ahead = timedelta(seconds=61)
    (taken,) = counter.table.claim(1, counter.now())
    # when the first wakes up
    counter.worker.carry_out(frozen)
    # then the bank is not asked a second time by it, and the other's work goes on
    assert counter.bank.asked == []
    counter.worker.carry_out(taken)
    assert outcomes(counter) == Counter([case])


def test_trouble_with_the_database_or_of_our_own_loses_no_work(counter: CheckCounter) -> None:
    away, fault = counter.first(), counter.first()
    counter.trouble = {away: DatabaseUnavailable("it went away"), fault: ValueError("nobody foresaw this")}
    with running(counter.intake(), counter.working()) as ended:
        wait_until(lambda: not counter.trouble, because="both met their trouble")

        def both_have_their_outcome() -> bool:
            # Put off by a minute, from a moment that comes a little after they met it: the clock goes on until then.
            counter.ahead += timedelta(seconds=5)
            return outcomes(counter) == Counter([away, fault])

        wait_until(both_have_their_outcome, because="both have their outcome")
    assert ended == []


def test_stopped_with_work_under_way_it_finishes_that_and_leaves_the_rest(counter: CheckCounter) -> None:
    filed = [counter.first() for _ in range(20)]
    for case in filed:
        counter.add_work(case, "employerRegister")
    gate = counter.bank.before_answering = Gate()
    working = counter.working(at_once=4)
    thread = Thread(target=working.run)
    thread.start()
    wait_until(lambda: len(counter.bank.asked) == 4, because="as many are under way as can be")
    working.stop()
    time.sleep(0.2)
    assert thread.is_alive(), "what is under way is not thrown away"
    gate.open()
    thread.join(10)
    assert not thread.is_alive()
    assert sum(outcomes(counter).values()) == len(counter.bank.asked) == 4


def test_a_breaker_that_opened_lets_nobody_claim_and_then_one_try(counter: CheckCounter) -> None:
    # given a bank that fails three in a row, which opens the breaker
    filed = [counter.first() for _ in range(6)]
    for case in filed:
        counter.add_work(case, "employerRegister")
    now = counter.now()
    for _ in range(3):
        counter.gate.failed(now)
    # then nobody may ask, until one may try after the time has passed
    assert counter.gate.admit(10, now + timedelta(seconds=4)) == 0
    later = now + timedelta(seconds=6)
    assert counter.gate.admit(10, later) == 1
    assert counter.gate.admit(10, later) == 0, "one trial at a time"
    # when the trial fails, the time begins anew; when it goes well, the way is free
    counter.gate.failed(later)
    assert counter.gate.admit(10, later + timedelta(seconds=4)) == 0
    assert counter.gate.admit(10, later + timedelta(seconds=6)) == 1
    counter.gate.went_well()
    assert counter.gate.admit(10, later + timedelta(seconds=6)) == 10


def test_an_open_breaker_costs_no_work_its_outcome(counter: CheckCounter) -> None:
    filed = [counter.first() for _ in range(10)]
    counter.settings = GateSettings(per_second=1_000, burst=1_000, failures=3, open_for=timedelta(seconds=0.2))
    counter.bank.replies = deque([CheckUnanswered(UnansweredReason.TIMEOUT)] * 12)
    with running(counter.intake(), counter.working()) as ended:
        wait_until(lambda: outcomes(counter) == Counter(filed), because="every check has its outcome", within=60)
    assert ended == []
    failed = [row for row in JournalAsStored.of(counter.book.url).rows if row.type == "CrossroadsCheckFailed"]
    assert failed == []


def test_all_workers_together_ask_no_faster_than_allowed(counter: CheckCounter) -> None:
    gate = replace(counter, settings=GateSettings(per_second=10, burst=5)).gate
    now = counter.now()
    assert [gate.admit(4, now), gate.admit(4, now), gate.admit(4, now)] == [4, 1, 0]
    assert gate.admit(4, now + timedelta(seconds=0.25)) == 2
    assert gate.admit(100, now + timedelta(hours=1)) == 5, "no more than the burst is saved up"


def test_while_the_bank_is_closed_nothing_is_asked(counter: CheckCounter) -> None:
    counter.add_work(counter.first(), "employerRegister")
    # given windows that leave no minute of the week
    counter.calendar = ServiceCalendar(
        tuple(WeeklyWindow(weekday=day, from_=clock(0), to=clock(0)) for day in range(1, 8))
    )
    working: CheckWorkerPool = counter.working()
    with running(working):
        time.sleep(0.3)
    assert counter.bank.asked == []


def test_the_log_of_a_run_names_nobody(counter: CheckCounter, caplog: pytest.LogCaptureFixture) -> None:
    counter.bank.replies = deque(
        [CheckUnanswered(UnansweredReason.TIMEOUT), CheckUnanswered(UnansweredReason.NO_ACCESS)]
    )
    counter.renewal()
    with running(counter.intake(), counter.working()):
        wait_until(lambda: len(counter.bank.asked) >= 3, because="some were asked")
    said: list[Any] = [record.__dict__ for record in caplog.records]
    assert not any(name in str(said) for name in (*OF_THE_WORKER, "52000.00", "85073003328"))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 1, 25, 0, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 25, 1, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 25, 4, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 25, 5, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 26, 0, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 26, 2, 0, tzinfo=UTC), True),
    ],
)
def test_a_window_is_of_the_clock_in_brussels(moment: datetime, is_open: bool) -> None:
    # given maintenance on Sundays from two to six
    calendar = ServiceCalendar((WeeklyWindow(weekday=7, from_=clock(2), to=clock(6)),))
    assert calendar.is_open(moment) is is_open


def test_a_window_may_last_into_the_next_day() -> None:
    calendar = ServiceCalendar((WeeklyWindow(weekday=6, from_=clock(22), to=clock(2)),))
    assert not calendar.is_open(datetime(2026, 1, 24, 22, 30, tzinfo=UTC))
    assert not calendar.is_open(datetime(2026, 1, 25, 0, 30, tzinfo=UTC))
    assert calendar.is_open(datetime(2026, 1, 25, 1, 30, tzinfo=UTC))
