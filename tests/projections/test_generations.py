"""A read model is built anew beside the one that serves, compared, and swapped in; nobody sees half of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from threading import Event, Thread

import pytest
from psycopg2.errors import UndefinedTable

from infra.postgres.read_models.generations import RebuildUnderWay, check_projection, rebuild_projection
from projections.case_file.table import CaseFileModel
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from projections.registered import registered_read_models
from tests.projections.log_of_cases import FILED, FILES, LogOfCases, digests, run

pytestmark = pytest.mark.server

EVERY_MODEL = pytest.mark.parametrize("model", registered_read_models(), ids=lambda model: model.name)


def silent(_done: int, _there_are: int) -> None:
    """Nobody watches."""


@EVERY_MODEL
def test_what_serves_is_what_the_journal_gives(log: LogOfCases, model) -> None:
    log.some_cases(12)
    log.take_over()
    log.catch_up()

    report = check_projection(log.url, log.recorder, model, on_progress=silent)

    assert report.same
    assert not report.swapped
    assert report.position == log.recorder.max_notification_id()
    assert sum(each.live_rows for each in report.tables) > 0


@EVERY_MODEL
def test_a_rebuilt_model_takes_the_place_of_a_spoilt_one(log: LogOfCases, model) -> None:
    log.some_cases(12)
    log.take_over()
    log.catch_up()
    sound = digests(log.url)
    table = check_projection(log.url, log.recorder, model, on_progress=silent).tables[0].table
    run(log.url, f"delete from permit.{table} where ctid = (select min(ctid) from permit.{table})")

    report = rebuild_projection(log.url, log.recorder, model, on_progress=silent)

    assert not report.same
    (spoilt,) = (each for each in report.tables if not each.same)
    assert (spoilt.table, spoilt.live_rows + 1, len(spoilt.differing)) == (table, spoilt.rebuilt_rows, 1)
    assert digests(log.url) == sound
    assert check_projection(log.url, log.recorder, model, on_progress=silent).same


def test_one_changed_field_is_found_and_its_row_named(log: LogOfCases) -> None:
    case_id = log.file()
    log.catch_up()
    run(log.url, "update permit.case_file set version = version + 1")

    report = check_projection(log.url, log.recorder, FILES, on_progress=silent)

    assert [each.differing for each in report.tables if not each.same] == [(f"({case_id})",)]


def test_the_runner_goes_on_where_it_was_after_a_swap(log: LogOfCases) -> None:
    log.some_cases(6)
    log.catch_up()

    rebuild_projection(log.url, log.recorder, FILES, on_progress=silent)
    later = log.file(at=FILED + timedelta(days=1))
    log.catch_up()

    assert run(log.url, f"select version from permit.case_file where case_id = '{later}'") != []
    assert check_projection(log.url, log.recorder, FILES, on_progress=silent).same


def test_cases_that_come_in_during_a_rebuild_are_in_it(log: LogOfCases) -> None:
    log.some_cases(6)
    log.catch_up()
    runner = log.runner(FILES)
    stop = Event()

    def file_on() -> None:
        while not stop.is_set():
            log.file()
            runner.catch_up()

    filing = Thread(target=file_on)
    filing.start()
    try:
        reports = [rebuild_projection(log.url, log.recorder, FILES, on_progress=silent) for _ in range(3)]
    finally:
        stop.set()
        filing.join()
    log.catch_up()

    assert all(report.same for report in reports)
    assert reports[0].position < reports[-1].position
    assert check_projection(log.url, log.recorder, FILES, on_progress=silent).same


def test_a_rebuild_that_fails_leaves_what_serves(log: LogOfCases) -> None:
    class TableAway(CaseFileModel):
        def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
            cursor.execute("select from a_table_that_is_not_there")

    log.some_cases(6)
    log.catch_up()
    before = digests(log.url)

    with pytest.raises(UndefinedTable):
        rebuild_projection(log.url, log.recorder, TableAway(), on_progress=silent)

    assert digests(log.url) == before
    assert run(log.url, "select nspname from pg_namespace where nspname like 'permit_next%'") == []


def test_two_rebuilds_of_one_model_do_not_meet(log: LogOfCases) -> None:
    log.some_cases(6)
    log.catch_up()
    refused: list[RebuildUnderWay] = []

    def once_more(_done: int, _there_are: int) -> None:
        with pytest.raises(RebuildUnderWay) as caught:
            rebuild_projection(log.url, log.recorder, FILES, on_progress=silent)
        refused.append(caught.value)

    report = rebuild_projection(log.url, log.recorder, FILES, on_progress=once_more)

    assert report.swapped
    assert len(refused) == 1


def test_a_model_that_has_seen_nothing_is_built_to_nothing(log: LogOfCases) -> None:
    log.file()

    report = check_projection(log.url, log.recorder, FILES, on_progress=silent)

    assert (report.position, report.same) == (0, True)
