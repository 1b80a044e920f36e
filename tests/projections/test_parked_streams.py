"""No event stops a read model: the stream of one that cannot be applied is parked and named, and all others go on."""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Thread

import psycopg2
import pytest

from infra.event_codec import UnreadableEvent
from infra.postgres.journal.event_faults import EventAtFault, apply_around, faults_of_events
from infra.postgres.read_models.parked_streams import followers_behind
from infra.postgres.read_models.progress import list_projections
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.migrate import migrate_journal
from projections.case_file.table import CaseFileModel
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from projections.registered import registered_read_models
from tests.projections.log_of_cases import (
    FILED,
    FILES,
    ORIGIN,
    LogOfCases,
    run,
)
from tests.projections.parked_cases import MIRROR, MirrorOfTomorrow, NextMirror, parked, poisoned
from tests.projections.poison import insert
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


def test_a_case_with_a_name_that_no_table_can_hold_is_parked_and_all_others_go_on(log: LogOfCases) -> None:
    # given a log into which an old version let a NUL, with cases before and after it
    log.some_cases(6)
    case_id = poisoned(log)
    position = log.recorder.max_notification_id()
    later, sound = log.file(at=FILED + timedelta(days=1)), log.take_over()

    log.catch_up()

    # then every read model has read the whole log, and the ones that cannot apply it say so
    progress = {each.name: each for each in list_projections(log.readers, registered_read_models(), now=FILED)}
    assert {each.lag_events for each in progress.values()} == {0}
    assert {name for name, each in progress.items() if each.parked} >= {"legacy-mirror", "case-file"}
    (mirror,) = parked(log, "legacy-mirror")
    assert (mirror.stream, mirror.position, mirror.version) == (case_id, position, 1)
    assert (mirror.event, mirror.reason, mirror.skipped) == ("LegacyRecordRetold.v2", "UntranslatableCharacter", 0)
    assert set(followers_behind(log.readers, case_id)) == {name for name, each in progress.items() if each.parked}
    assert followers_behind(log.readers, later) == []
    # and what was filed after it is there
    assert run(log.url, "select count(*) from permit.case_file where case_id = %s", str(later)) == [(1,)]
    assert run(log.url, "select case_id from permit.legacy_mirror") == [(sound,)]


def test_what_was_applied_of_a_parked_case_stays_and_what_comes_after_is_counted(log: LogOfCases) -> None:
    case_id = log.take_over()
    log.catch_up()
    before = run(log.url, "select t::text from permit.legacy_mirror t")

    poisoned(log, case_id=case_id)
    log.catch_up()
    for _ in range(2):
        poisoned(log, case_id=case_id, reference="BXL/1")
    log.catch_up()

    assert run(log.url, "select t::text from permit.legacy_mirror t") == before
    assert [(each.version, each.skipped) for each in parked(log, "legacy-mirror")] == [(2, 2)]
    # and page after page, as they come in
    poisoned(log, case_id=case_id, reference="BXL/1")
    log.catch_up(page_size=1)
    assert [(each.version, each.skipped) for each in parked(log, "legacy-mirror")] == [(2, 3)]
    # but an event that means nothing to a read model does not wait behind anything
    insert(log.recorder, case_id, "CaseAssigned", b'{"clear":{}}')
    log.runner(MIRROR).catch_up()
    assert [each.skipped for each in parked(log, "legacy-mirror")] == [3]


def test_a_page_counts_up_to_the_event_itself(log: LogOfCases) -> None:
    # given one page that holds the case's beginning, the event and what comes after it
    case_id = log.take_over()
    poisoned(log, case_id=case_id, reference="BXL/1", change=lambda clear: clear.pop("recordId"))
    poisoned(log, case_id=case_id, reference="BXL/1")

    log.runner(FILES).catch_up()

    assert run(log.url, "select version from permit.case_file") == [(1,)]
    assert [(each.version, each.skipped) for each in parked(log)] == [(2, 1)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda clear: clear.pop("recordId"), "KeyError"),
        (lambda clear: clear.update(filedOn="0000-00-00"), "DatetimeFieldOverflow"),
        (lambda clear: clear.update(status=None), "NotNullViolation"),
        (lambda clear: clear.update(reference="".join(random.choices("abcdefgh", k=9_000))), "ProgramLimitExceeded"),
    ],
    ids=[
        "a field is missing",
        "a day that there is not",
        "nothing where something must be",
        "longer than an index takes",
    ],
)
def test_whatever_the_content_brings_about_parks_the_case(
    log: LogOfCases, change: Callable[[dict], object], reason: str
) -> None:
    poisoned(log, reference="BXL/1", change=change)
    sound = log.take_over()

    log.runner(MIRROR).catch_up()

    assert [each.reason for each in parked(log)] == [reason]
    assert run(log.url, "select case_id from permit.legacy_mirror") == [(sound,)]


def test_an_event_of_a_later_program_parks_its_case_in_every_read_model(log: LogOfCases) -> None:
    ahead, sound = log.file(), log.file()
    run(log.url, "update permit.journal set schema = 99 where position = 2")

    log.catch_up()

    assert {(each.stream, each.reason, each.event) for each in parked(log)} == {
        (ahead, "UnreadableEvent", "CrossroadsCheckRequested.v99")
    }
    assert {each.follower for each in parked(log)} == {each.name for each in registered_read_models()}
    assert run(log.url, "select version from permit.case_file where case_id = %s", str(sound)) == [(2,)]


def test_a_body_that_is_none_parks_its_case(log: LogOfCases) -> None:
    case_id, sound = log.file(), log.file()
    insert(log.recorder, case_id, "CaseAssigned", b"not JSON")

    log.catch_up()

    assert [(each.stream, each.reason) for each in parked(log, "case-file")] == [(case_id, "UnreadableEvent")]
    assert run(log.url, "select version from permit.case_file where case_id = %s", str(sound)) == [(2,)]


def test_the_next_program_takes_the_case_up_at_its_start(log: LogOfCases) -> None:
    case_id = log.take_over()
    poisoned(log, case_id=case_id)
    log.runner(MIRROR).catch_up()

    # when the program of today starts again, then nothing changes
    assert log.runner(MIRROR).take_up_parked() == 0
    (still,) = parked(log)
    assert (still.version, still.skipped) == (2, 0)
    assert still.tried_at > still.since
    # when one starts that can apply it
    runner = log.runner(MirrorOfTomorrow())
    following = Thread(target=runner.run)
    following.start()
    try:
        wait_until(lambda: parked(log) == [], because="no stream is parked any more")
    finally:
        runner.stop()
        following.join(10)
    assert run(log.url, "select version from permit.legacy_mirror") == [(2,)]
    # and the case goes on like any other
    poisoned(log, case_id=case_id, reference="BXL/2")
    runner.catch_up()
    assert run(log.url, "select version from permit.legacy_mirror") == [(3,)]


def test_a_case_may_be_taken_up_as_far_as_the_next_event_at_fault(log: LogOfCases) -> None:
    case_id = poisoned(log)
    poisoned(log, case_id=case_id, reference="BXL/1", change=lambda clear: clear.pop("recordId"))
    log.runner(MIRROR).catch_up()

    assert log.runner(MirrorOfTomorrow()).take_up_parked() == 0

    assert [(each.version, each.reason) for each in parked(log)] == [(2, "KeyError")]
    assert run(log.url, "select version from permit.legacy_mirror") == [(1,)]


def test_a_new_schema_version_begins_with_nothing_parked(log: LogOfCases) -> None:
    poisoned(log)
    log.catch_up()
    assert parked(log, "legacy-mirror") != []

    migrate_journal(log.url, origin=ORIGIN, read_models=read_model_migrations([FILES, NextMirror()]))

    assert parked(log, "legacy-mirror") == []
    assert parked(log, "case-file") != []
    log.runner(NextMirror()).catch_up()
    assert parked(log, "legacy-mirror") == []
    assert run(log.url, "select reference from permit.legacy_mirror") == [("BXL/1",)]


@pytest.mark.parametrize(
    "why",
    [psycopg2.errors.DiskFull, psycopg2.errors.LockNotAvailable, psycopg2.errors.SerializationFailure],
    ids=lambda each: each.__name__,
)
def test_what_is_no_events_fault_parks_nobody(log: LogOfCases, why: type[psycopg2.Error]) -> None:
    class Troubled(CaseFileModel):
        def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
            super().project(batch, cursor)
            cursor.execute(
                "do $$ begin raise exception 'no' using errcode = '%s'; end $$" % _SQLSTATE[why.__name__]  # noqa: UP031
            )

    log.some_cases(6)
    with pytest.raises(DatabaseUnavailable):
        log.runner(Troubled()).catch_up()
    assert parked(log) == []
    assert log.runner(FILES).position() == 0
    assert run(log.url, "select count(*) from permit.case_file") == [(0,)]


_SQLSTATE = {"DiskFull": "53100", "LockNotAvailable": "55P03", "SerializationFailure": "40001"}


def test_a_fault_of_the_program_stops_the_runner_and_parks_nobody(log: LogOfCases) -> None:
    class TableAway(CaseFileModel):
        def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
            cursor.execute("select from a_table_that_is_not_there")

    log.some_cases(6)
    with pytest.raises(psycopg2.errors.UndefinedTable):
        log.runner(TableAway()).run()
    assert parked(log) == []
    assert log.runner(FILES).position() == 0


@pytest.mark.parametrize("why", [KeyError("Quillfeather"), ValueError("Quillfeather"), UnreadableEvent("Quillfeather")])
def test_the_reason_is_the_kind_of_error_and_never_its_text(why: Exception) -> None:
    with pytest.raises(EventAtFault) as caught, faults_of_events():
        raise why
    assert "Quillfeather" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.reason == type(why).__name__


def test_a_page_is_parted_by_halves(log: LogOfCases) -> None:
    cases = [log.file() for _ in range(64)]
    page = log.recorder.select_notifications(1, 1_000)
    attempts: list[int] = []

    def attempt(events) -> None:
        attempts.append(len(events))
        if any(each.originator_id == cases[40] and each.originator_version == 2 for each in events):
            raise EventAtFault("no")

    (left,) = apply_around(page, attempt)

    assert (left.stream, left.version, left.skipped) == (cases[40], 2, 0)
    # two a level, and one by one at the end, instead of one a case
    assert len(attempts) <= 2 * 6 + 3
