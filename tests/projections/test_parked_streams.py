"""No event stops a read model: the stream of one that cannot be applied is parked and named, and all others go on."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Thread
from uuid import UUID

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.event_codec import UnreadableEvent
from infra.postgres.connections import DatabaseUnavailable
from infra.postgres.event_faults import EventAtFault, apply_around, faults_of_events
from infra.postgres.migrate import migrate_journal
from infra.postgres.parked_streams import ParkedStream, followers_behind, list_parked
from infra.postgres.projection_generations import check_projection, rebuild_projection
from infra.postgres.projection_progress import list_projections
from infra.postgres.read_model_schema import read_model_migrations
from projections.case_file_table import CaseFileModel
from projections.legacy_mirror import LegacyMirror
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from projections.registered import registered_read_models
from tests.projections.log_of_cases import (
    FILED,
    FILES,
    ORIGIN,
    LogOfCases,
    digests,
    forget_read_models,
    read_model_tables,
    run,
)
from tests.projections.poison import insert, retell

pytestmark = pytest.mark.server

MIRROR = LegacyMirror()


class MirrorOfToday(LegacyMirror):
    """The next version of the program, which knows what to make of a NUL."""

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        super().project([_without_nul(each) for each in batch], cursor)


class NextMirror(MirrorOfToday):
    schema_version = LegacyMirror.schema_version + 1


def _without_nul(event: RecordedEvent) -> RecordedEvent:
    name = (event.clear["employer"]["name"] or "").replace("\0", "")
    clear = {**event.clear, "employer": {**event.clear["employer"], "name": name}}
    return RecordedEvent(**{each: getattr(event, each) for each in RecordedEvent.__slots__} | {"clear": clear})


def silent(_done: int, _there_are: int) -> None:
    """Nobody watches."""


def poisoned(log: LogOfCases, **more) -> UUID:
    return retell(log.recorder, log.keys, log.keys.mint(), **more)


def parked(log: LogOfCases, follower: str | None = None) -> list[ParkedStream]:
    return [each for each in list_parked(log.readers, limit=1_000) if follower in (None, each.follower)]


def rows_of_others(log: LogOfCases, *cases: UUID) -> dict[str, list[tuple]]:
    """All rows of the read models but those of these cases."""
    with_cases = run(
        log.url,
        "select table_name::text from information_schema.columns"
        " where table_schema = 'permit' and column_name = 'case_id' and table_name = any(%s) order by 1",
        read_model_tables(log.url),
    )
    return {
        table: run(
            log.url,
            f"select t::text from permit.{table} t where case_id <> all(%s::uuid[]) order by 1",
            [str(each) for each in cases],
        )
        for (table,) in with_cases
    }


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
    assert (mirror.event, mirror.reason, mirror.skipped) == ("LegacyRecordRetold.v1", "UntranslatableCharacter", 0)
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
        poisoned(log, case_id=case_id, employer="Acme")
    log.catch_up()

    assert run(log.url, "select t::text from permit.legacy_mirror t") == before
    assert [(each.version, each.skipped) for each in parked(log, "legacy-mirror")] == [(2, 2)]
    # and page after page, as they come in
    poisoned(log, case_id=case_id, employer="Acme")
    log.catch_up(page_size=1)
    assert [(each.version, each.skipped) for each in parked(log, "legacy-mirror")] == [(2, 3)]
    # but an event that means nothing to a read model does not wait behind anything
    insert(log.recorder, case_id, "CaseAssigned", b'{"clear":{}}')
    log.runner(MIRROR).catch_up()
    assert [each.skipped for each in parked(log, "legacy-mirror")] == [3]


def test_a_page_counts_up_to_the_event_itself(log: LogOfCases) -> None:
    # given one page that holds the case's beginning, the event and what comes after it
    case_id = log.take_over()
    poisoned(log, case_id=case_id, employer="Acme", change=lambda clear: clear.pop("recordId"))
    poisoned(log, case_id=case_id, employer="Acme")

    log.runner(FILES).catch_up()

    assert run(log.url, "select version from permit.case_file") == [(1,)]
    assert [(each.version, each.skipped) for each in parked(log)] == [(2, 1)]


def test_a_record_that_was_told_again_is_taken_up_from_what_it_says_now(log: LogOfCases) -> None:
    case_id = log.take_over()
    poisoned(log, case_id=case_id)
    log.runner(MIRROR).catch_up()
    poisoned(log, case_id=case_id, employer="Acme")
    log.runner(MIRROR).catch_up()
    assert [(each.version, each.skipped) for each in parked(log)] == [(2, 1)]

    assert rebuild_projection(log.url, log.recorder, MIRROR, on_progress=silent).parked == ()

    assert parked(log) == []
    assert run(log.url, "select version, employer_name from permit.legacy_mirror") == [(3, "Acme")]


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
    poisoned(log, employer="Acme", change=change)
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
    runner = log.runner(MirrorOfToday())
    following = Thread(target=runner.run)
    following.start()
    try:
        _until(lambda: parked(log) == [])
    finally:
        runner.stop()
        following.join(10)
    assert run(log.url, "select version, employer_name from permit.legacy_mirror") == [(2, "Acme")]
    # and the case goes on like any other
    poisoned(log, case_id=case_id, employer="Acme NV")
    runner.catch_up()
    assert run(log.url, "select version, employer_name from permit.legacy_mirror") == [(3, "Acme NV")]


def test_a_case_may_be_taken_up_as_far_as_the_next_event_at_fault(log: LogOfCases) -> None:
    case_id = poisoned(log)
    poisoned(log, case_id=case_id, employer="Acme", change=lambda clear: clear.pop("recordId"))
    log.runner(MIRROR).catch_up()

    assert log.runner(MirrorOfToday()).take_up_parked() == 0

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
    assert run(log.url, "select employer_name from permit.legacy_mirror") == [("Acme",)]


def test_a_rebuild_parks_the_case_again_and_one_that_can_apply_it_does_not(log: LogOfCases) -> None:
    log.some_cases(6)
    case_id = poisoned(log)
    log.catch_up()
    (since,) = {each.since for each in parked(log, "legacy-mirror")}
    before = digests(log.url)

    report = rebuild_projection(log.url, log.recorder, MIRROR, on_progress=silent)

    assert (report.swapped, report.same) == (True, True)
    assert [(each.stream, each.reason) for each in report.parked] == [(case_id, "UntranslatableCharacter")]
    assert (report.events, report.rows, report.streams) == (0, 0, 7)
    assert digests(log.url) == before
    assert [(each.stream, each.since) for each in parked(log, "legacy-mirror")] == [(case_id, since)]

    report = rebuild_projection(log.url, log.recorder, MirrorOfToday(), on_progress=silent)

    assert (report.swapped, report.same, report.parked) == (True, False, ())
    assert (report.events, report.rows) == (1, 1)
    assert parked(log, "legacy-mirror") == []


def test_a_check_of_a_read_model_with_a_parked_case_finds_what_it_serves(log: LogOfCases) -> None:
    log.some_cases(6)
    case_id = log.take_over()
    poisoned(log, case_id=case_id, change=lambda clear: clear.pop("category"))
    poisoned(log, case_id=case_id, employer="Acme", change=lambda clear: clear.pop("recordId"))
    for model in registered_read_models():
        log.runner(model, page_size=5).catch_up()

        report = check_projection(log.url, log.recorder, model, on_progress=silent)

        assert report.same, model.name
        assert [(each.position, each.skipped) for each in report.parked] == [
            (each.position, each.skipped) for each in parked(log, model.name)
        ]


def test_a_rebuild_brings_a_read_model_that_had_stopped_to_the_end_of_the_journal(log: LogOfCases) -> None:
    log.some_cases(6)
    runner = log.runner(FILES, page_size=5)
    runner.project_page(log.recorder.select_notifications(1, 5), after=0)
    end = log.recorder.max_notification_id()

    report = rebuild_projection(log.url, log.recorder, FILES, on_progress=silent)

    assert (report.compared_at, report.position, report.same) == (5, end, True)
    assert runner.position() == end
    rebuilt = digests(log.url)
    forget_read_models(log.url)
    log.catch_up()
    assert rebuilt["case_file"] == digests(log.url)["case_file"]


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


def test_two_runners_and_a_rebuild_at_once_agree_on_what_is_parked(log: LogOfCases) -> None:
    case_id = log.take_over()
    poisoned(log, case_id=case_id, change=lambda clear: clear.pop("recordId"))
    runners = [log.runner(FILES, page_size=2) for _ in range(2)]
    threads = [Thread(target=each.run) for each in runners]
    for each in threads:
        each.start()
    try:
        for _ in range(8):
            poisoned(log, case_id=case_id, employer="Acme")
            log.take_over()
            rebuild_projection(log.url, log.recorder, FILES, on_progress=silent)
        _until(lambda: runners[0].position() == log.recorder.max_notification_id())
    finally:
        for each in runners:
            each.stop()
        for each in threads:
            each.join(10)
    assert [(each.stream, each.version, each.skipped) for each in parked(log)] == [(case_id, 2, 8)]
    assert run(log.url, "select version from permit.case_file where case_id = %s", str(case_id)) == [(1,)]
    assert run(log.url, "select count(*) from permit.case_file") == [(9,)]


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


KINDS = ("no body", "no fields", "later schema", "NUL everywhere")


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_whichever_events_are_at_fault_the_rows_of_all_other_cases_are_those_of_an_undisturbed_run(
    log: LogOfCases, data: st.DataObject
) -> None:
    if log.recorder.max_notification_id() is None:
        log.some_cases(8)
        log.take_over()
        run(log.url, "create table sound as select position, schema, body from permit.journal")
    end = log.recorder.max_notification_id()
    assert end is not None
    positions = data.draw(st.sets(st.integers(1, end), min_size=1, max_size=5), label="positions")
    kinds = {each: data.draw(st.sampled_from(KINDS), label=f"kind at {each}") for each in sorted(positions)}
    forget_read_models(log.url)
    log.catch_up()
    ill = {row[0] for row in run(log.url, _STREAMS, list(positions))}
    undisturbed = rows_of_others(log, *ill)
    page_size = data.draw(st.sampled_from((1, 7, 50, 2_000)), label="page")
    try:
        for position, kind in kinds.items():
            run(log.url, _SPOIL[kind], position)
        forget_read_models(log.url)

        log.catch_up(page_size=page_size)

        assert rows_of_others(log, *ill) == undisturbed
        named = parked(log)
        assert {each.stream for each in named} <= ill
        assert all(each.position in positions for each in named)
        assert {each.lag_events for each in list_projections(log.readers, registered_read_models(), now=FILED)} == {0}
        for model in registered_read_models():
            assert check_projection(log.url, log.recorder, model, on_progress=silent).same, model.name
    finally:
        run(
            log.url,
            "update permit.journal j set schema = s.schema, body = s.body from sound s where s.position = j.position",
        )


_STREAMS = "select distinct stream from permit.journal where position = any(%s)"
_SPOIL = {
    "no body": "update permit.journal set body = 'nothing' where position = %s",
    "no fields": """update permit.journal set body = '{"clear":{}}' where position = %s""",
    "later schema": "update permit.journal set schema = 99 where position = %s",
    "NUL everywhere": r"""
        update permit.journal set body = convert_to(
            regexp_replace(convert_from(body, 'UTF8'), ':"', ':"\\u0000', 'g'), 'UTF8') where position = %s
    """,
}


def _until(holds: Callable[[], bool], seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.01)
