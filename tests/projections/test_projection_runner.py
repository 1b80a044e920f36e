"""The runner: rows and position together, exact after any kill, one of several, and honest about its lag."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from psycopg2.errors import InsufficientPrivilege

from infra.postgres.read_models.progress import list_projections
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.migrate import migrate_journal
from infra.workers.projection_runner import ProjectionRunner
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from projections.registered import registered_read_models
from projections.sla_board.model import SlaBoard
from tests.projections.log_of_cases import (
    BOARD,
    FILED,
    FILES,
    ORIGIN,
    TARGETS,
    LogOfCases,
    digests,
    forget_read_models,
    run,
)
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

CHECKOUT = Path(__file__).parents[2]


@contextmanager
def running(runner: ProjectionRunner) -> Iterator[None]:
    thread = Thread(target=runner.run)
    thread.start()
    try:
        yield
    finally:
        runner.stop()
        thread.join(10)
        assert not thread.is_alive()


def board_is_up_to_date(log: LogOfCases) -> bool:
    return log.runner(BOARD).position() == log.recorder.max_notification_id()


def rows_of_the_board(log: LogOfCases) -> int:
    ((count,),) = run(log.url, "select count(*) from permit.sla_board_case")
    return int(count)


def undisturbed(log: LogOfCases) -> dict[str, str]:
    """The tables as one runner fills them in one go, from nothing."""
    forget_read_models(log.url)
    log.catch_up()
    return digests(log.url)


def test_a_case_shows_on_the_board_soon_after_it_was_filed(log: LogOfCases) -> None:
    with running(log.runner(BOARD)):
        log.file()
        wait_until(lambda: board_is_up_to_date(log), because="the board has read the log to its end")
    assert run(log.url, "select status from permit.sla_board_case") == [("submitted",)]


def test_a_page_may_end_in_the_middle_of_a_case(log: LogOfCases) -> None:
    log.some_cases(12)
    whole = undisturbed(log)
    for page_size in (1, 3, 5, 101):
        forget_read_models(log.url)
        log.catch_up(page_size=page_size)
        assert digests(log.url) == whole, page_size


def test_a_runner_goes_on_where_the_one_before_stopped(log: LogOfCases) -> None:
    log.some_cases(6)
    runner = log.runner(BOARD)
    first = runner.catch_up()
    log.some_cases(6)
    later = log.runner(BOARD)
    assert later.position() == first
    assert later.catch_up() == log.recorder.max_notification_id()
    reached = digests(log.url)["sla_board_case"]
    assert reached == undisturbed(log)["sla_board_case"]


def test_killed_again_and_again_the_rows_are_those_of_an_undisturbed_run(log: LogOfCases) -> None:
    log.some_cases(60)
    last = log.recorder.max_notification_id()
    names = [FILES.name, BOARD.name]
    expected = undisturbed(log)
    forget_read_models(log.url)

    def reached() -> int:
        rows = run(log.url, "select position from permit.tracking where name = any(%s)", names)
        return sum(row[0] for row in rows)

    cut_short = 0
    for _ in range(4):
        before = reached()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.projections.run_projections", log.url, "3"], cwd=CHECKOUT
        )
        try:
            wait_until(lambda: reached() > before + 20, because="twenty events more have been read")  # noqa: B023
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        cut_short += reached() < 2 * (last or 0)
        # then what is there at any moment is exactly what belongs to the position
        assert_rows_belong_to_position(log)
    assert cut_short == 4
    log.catch_up()
    assert digests(log.url) == expected


def assert_rows_belong_to_position(log: LogOfCases) -> None:
    """Counted from the journal itself: a case is there iff its filing was projected, at its last version then."""
    for model, table in ((BOARD, "sla_board_case"), (FILES, "case_file")):
        differing = run(
            log.url,
            "select count(*) from (select j.stream, max(j.version) from permit.journal j"
            "  where j.position <= (select position from permit.tracking where name = %s) and j.type = any(%s)"
            "  group by j.stream) expected(case_id, version)"
            f" full join permit.{table} t using (case_id) where t.version is distinct from expected.version",
            model.name,
            list(model.handles),
        )
        assert differing == [(0,)], table


def test_two_runners_at_once_count_everything_once(log: LogOfCases) -> None:
    runners = [log.runner(BOARD, page_size=5) for _ in range(3)]
    with running(runners[0]), running(runners[1]), running(runners[2]):
        log.some_cases(18)
        wait_until(lambda: board_is_up_to_date(log), because="the board has read the log to its end")
    together = digests(log.url)["sla_board_case"]
    assert together == undisturbed(log)["sla_board_case"]


def test_a_page_that_another_runner_wrote_is_not_written_again(log: LogOfCases) -> None:
    log.some_cases(6)
    first, second = log.runner(BOARD), log.runner(BOARD)
    page = log.recorder.select_notifications(1, 10)
    assert first.project_page(page, after=0)
    assert not second.project_page(page, after=0)
    # nor one that would leave a gap
    assert not second.project_page(log.recorder.select_notifications(15, 5), after=14)
    assert second.position() == 10


def test_a_page_that_fails_leaves_rows_and_position_as_they_were(log: LogOfCases) -> None:
    class FailsAfterWriting(SlaBoard):
        def project(self, batch: list[RecordedEvent], cursor: Cursor) -> None:
            super().project(batch, cursor)
            raise RuntimeError("after the rows, before the commit")

    log.some_cases(6)
    runner = log.runner(FailsAfterWriting(TARGETS))
    with pytest.raises(RuntimeError, match="before the commit"):
        runner.run()
    assert run(log.url, "select count(*) from permit.sla_board_case") == [(0,)]
    assert runner.position() == 0


def test_a_runner_whose_connections_are_cut_goes_on_by_itself(log: LogOfCases) -> None:
    with running(log.runner(BOARD)):
        log.file()
        wait_until(lambda: rows_of_the_board(log) == 1, because="the board has the case")
        run(
            log.url,
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()",
        )
        wait_until(lambda: _filed_again(log), because="a second case can be filed")
        wait_until(lambda: rows_of_the_board(log) == 2, because="the board has the second case")


def _filed_again(log: LogOfCases) -> bool:
    """The writer's connections were cut as well; it learns of it when it next uses each of them."""
    try:
        log.file()
    except DatabaseUnavailable:
        return False
    return True


def test_the_list_of_projections_tells_how_far_behind_each_is(log: LogOfCases) -> None:
    log.file()
    log.runner(FILES).catch_up()
    log.no_answer(log.file(at=FILED + timedelta(hours=1)), FILED + timedelta(hours=1))

    now = FILED + timedelta(hours=1, seconds=90)
    progress = {each.name: each for each in list_projections(log.readers, registered_read_models(), now=now)}

    files, sla_board = progress["case-file"], progress["sla-board"]
    assert (files.schema_version, files.position, files.lag_events, files.lag_seconds) == (7, 2, 4, 90.0)
    assert (sla_board.position, sla_board.lag_events, sla_board.lag_seconds) == (0, 6, 3690.0)
    log.catch_up()
    assert {(each.lag_events, each.lag_seconds) for each in list_projections(log.readers, [BOARD, FILES], now=now)} == {
        (0, 0.0)
    }


def test_another_schema_version_makes_the_tables_anew_from_the_log(log: LogOfCases) -> None:
    class NextBoard(SlaBoard):
        schema_version = SlaBoard.schema_version + 1

    log.some_cases(6)
    log.catch_up()
    before = digests(log.url)
    # when the program comes with a new version of one read model
    models = [FILES, NextBoard(TARGETS)]
    applied = migrate_journal(log.url, origin=ORIGIN, read_models=read_model_migrations(models))
    # then only that one is empty and at its beginning
    assert applied == [f"read_model_sla-board_{NextBoard.schema_version}"]
    assert run(log.url, "select count(*) from permit.sla_board_case") == [(0,)]
    assert log.runner(FILES).position() == log.recorder.max_notification_id()
    # and the next run fills it
    log.catch_up()
    assert digests(log.url) == before


def test_pages_may_read_and_only_writers_write(log: LogOfCases) -> None:
    log.file()
    log.catch_up()
    with rows_within(log.readers, EVERYTHING) as cursor:
        for table in ("sla_board_case", "case_file", "case_file_group"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchall() == [(1,)]
            with pytest.raises(InsufficientPrivilege):
                cursor.execute(f"delete from {table}")
