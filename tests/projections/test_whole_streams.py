"""A read model filled from whole streams, in however many processes, is the one that was built event by event."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Final

import pytest

from infra.postgres.read_models import generations
from infra.shared_work.sharing import WorkerLost
from infra.workers.projection_runner import ProjectionRunner
from projections.read_model import ReadModel
from projections.recorded_event import RecordedEvent
from projections.registered import registered_read_models
from projections.sla_board.model import SlaBoard
from tests.projections.eventful_cases import eventful_cases
from tests.projections.log_of_cases import (
    BOARD,
    FILED,
    FILES,
    TARGETS,
    LogOfCases,
    digests,
    forget_read_models,
    run,
)
from tests.projections.parked_cases import parked, poisoned
from tests.projections.troubled_boards import BEGUN, BoardOfKilledProcesses
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

CHECKOUT = Path(__file__).parents[2]


FEW: Final = 16
"""Events in a range, so that a small log has many."""

rebuild_projection = partial(generations.rebuild_projection, at_once=FEW)
check_projection = partial(generations.check_projection, at_once=FEW)


def silent(_done: int, _there_are: int) -> None:
    """Nobody watches."""


def every_course(log: LogOfCases) -> None:
    log.some_cases(12)
    log.take_over()
    eventful_cases(log, FILED + timedelta(days=100))


def whole(log: LogOfCases, model: ReadModel, *, workers: int) -> ProjectionRunner:
    """A runner that takes streams whole however short the journal is."""
    return ProjectionRunner(log.recorder, model, log.writers, whole_from=1, workers=workers, at_once=FEW)


def parked_as_is(log: LogOfCases) -> list[tuple[object, ...]]:
    return sorted(
        (each.follower, str(each.stream), each.position, each.version, each.event, each.reason, each.skipped)
        for each in parked(log)
    )


@pytest.mark.parametrize("workers", [1, 2, pytest.param(4, marks=pytest.mark.nightly)])
def test_every_read_model_is_rebuilt_row_for_row_as_event_by_event(log: LogOfCases, workers: int) -> None:
    every_course(log)
    log.catch_up(page_size=1)
    event_by_event = digests(log.url)

    reports = [
        rebuild_projection(log.url, log.recorder, model, on_progress=silent, workers=workers)
        for model in registered_read_models()
    ]

    assert [report.name for report in reports if not report.same] == []
    assert digests(log.url) == event_by_event


def test_every_new_read_model_is_filled_row_for_row_as_event_by_event(log: LogOfCases) -> None:
    every_course(log)
    log.catch_up(page_size=1)
    event_by_event = digests(log.url)

    forget_read_models(log.url)
    for model in registered_read_models():
        assert whole(log, model, workers=1).catch_up() == log.recorder.max_notification_id()

    assert digests(log.url) == event_by_event


@pytest.mark.parametrize("workers", [1, 2])
def test_what_cannot_be_applied_is_parked_as_it_is_event_by_event(log: LogOfCases, workers: int) -> None:
    log.some_cases(12)
    told = log.take_over()
    poisoned(log, case_id=told, change=lambda clear: clear.pop("category"))
    poisoned(log, case_id=told, reference="BXL/1", change=lambda clear: clear.pop("recordId"))
    poisoned(log)
    later = log.file()
    log.admit(later, FILED + timedelta(days=1))
    run(log.url, "update permit.journal set schema = 99 where stream = %s and version = 2", str(later))
    cut = log.file()
    log.assign(cut, FILED + timedelta(days=1))
    run(log.url, "update permit.journal set body = 'nothing' where stream = %s and version = 1", str(cut))
    log.catch_up(page_size=1)
    event_by_event, left = digests(log.url), parked_as_is(log)

    forget_read_models(log.url)
    for model in registered_read_models():
        whole(log, model, workers=workers).catch_up()
        report = check_projection(log.url, log.recorder, model, on_progress=silent)
        assert report.same, model.name

    assert digests(log.url) == event_by_event
    assert parked_as_is(log) == left
    assert {stream for _, stream, *_ in left} >= {str(told), str(later), str(cut)}


def test_events_that_are_appended_meanwhile_are_in_it(log: LogOfCases) -> None:
    every_course(log)
    log.catch_up()

    def file_and_follow(_done: int, _there_are: int) -> None:
        log.withdraw(log.file(at=FILED + timedelta(days=300)), FILED + timedelta(days=301))
        log.runner(BOARD).catch_up()

    report = rebuild_projection(log.url, log.recorder, BOARD, on_progress=file_and_follow, workers=2)

    assert (report.same, report.swapped) == (True, True)
    assert report.position == log.recorder.max_notification_id()
    assert check_projection(log.url, log.recorder, BOARD, on_progress=silent).same


def test_a_runner_goes_on_page_by_page_from_where_whole_streams_ended(log: LogOfCases) -> None:
    every_course(log)
    runner = whole(log, FILES, workers=2)
    first = runner.catch_up()

    eventful_cases(log, FILED + timedelta(days=200))

    assert runner.catch_up() > first
    assert check_projection(log.url, log.recorder, FILES, on_progress=silent).same


def test_two_runners_of_a_new_read_model_fill_it_once(log: LogOfCases) -> None:
    every_course(log)
    runners = [whole(log, BOARD, workers=2) for _ in range(2)]
    threads = [Thread(target=each.run) for each in runners]
    for each in threads:
        each.start()
    try:
        log.file()
        end = log.recorder.max_notification_id()
        wait_until(lambda: runners[0].position() == end, because="the board has read the log to its end")
    finally:
        for runner in runners:
            runner.stop()
        for each in threads:
            each.join(10)
    assert check_projection(log.url, log.recorder, BOARD, on_progress=silent).same


def test_a_runner_that_is_stopped_on_the_way_leaves_nothing_half_done(log: LogOfCases) -> None:
    every_course(log)

    class Stopping(SlaBoard):
        def project(self, batch: list[RecordedEvent], cursor: object) -> None:
            runner.stop()
            super().project(batch, cursor)

    runner = whole(log, Stopping(TARGETS), workers=1)

    runner.run()

    assert runner.position() == 0
    assert run(log.url, "select count(*) from permit.sla_board_case") == [(0,)]


def test_a_killed_process_ends_a_rebuild_and_the_old_board_serves(log: LogOfCases) -> None:
    every_course(log)
    log.catch_up()
    before = digests(log.url)

    with pytest.raises(WorkerLost):
        rebuild_projection(log.url, log.recorder, BoardOfKilledProcesses(TARGETS), on_progress=silent, workers=2)

    assert digests(log.url) == before
    assert run(log.url, "select nspname from pg_namespace where nspname like 'permit_next%'") == []
    assert rebuild_projection(log.url, log.recorder, BOARD, on_progress=silent, workers=2).same


def test_a_runner_whose_process_is_killed_goes_page_by_page(log: LogOfCases) -> None:
    every_course(log)
    runner = whole(log, BoardOfKilledProcesses(TARGETS), workers=2)

    assert runner.catch_up() == log.recorder.max_notification_id()

    assert check_projection(log.url, log.recorder, BOARD, on_progress=silent).same


def test_a_runner_whose_processes_do_not_start_goes_page_by_page(
    log: LogOfCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_course(log)
    with monkeypatch.context() as patched:
        # given a Python that cannot start
        patched.setenv("PYTHONHOME", "/nowhere")

        assert whole(log, BOARD, workers=2).catch_up() == log.recorder.max_notification_id()

    assert check_projection(log.url, log.recorder, BOARD, on_progress=silent).same


def test_a_rebuild_that_is_killed_leaves_what_serves_and_the_next_one_begins_anew(log: LogOfCases) -> None:
    every_course(log)
    log.catch_up()
    before = digests(log.url)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.projections.troubled_boards", log.url],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        # given some rows of the next generation, committed
        assert process.stdout.readline().startswith(BEGUN)
        assert run(log.url, "select count(*) > 0 from permit_next_sla_board.sla_board_case") == [(True,)]
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

    # then the old one serves, and another rebuild takes no notice of what was begun
    assert digests(log.url) == before
    wait_until(lambda: not _is_locked(log), because="the server has noticed that the process is gone")
    report = rebuild_projection(log.url, log.recorder, BOARD, on_progress=silent, workers=2)
    assert (report.same, report.swapped) == (True, True)
    assert digests(log.url) == before


def _is_locked(log: LogOfCases) -> bool:
    ((locks,),) = run(
        log.url,
        "select count(*) from pg_locks where locktype = 'advisory'"
        " and database = (select oid from pg_database where datname = current_database())",
    )
    return bool(locks)


def test_a_short_journal_starts_no_process(log: LogOfCases) -> None:
    class OfThisProcess(SlaBoard):
        """Nothing can send it to another process."""

    every_course(log)
    log.catch_up()

    assert rebuild_projection(log.url, log.recorder, OfThisProcess(TARGETS), on_progress=silent).same
