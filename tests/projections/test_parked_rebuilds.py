"""A rebuild goes around what it cannot apply, parks it again, and takes up what can be applied by now."""

from __future__ import annotations

from threading import Thread

import pytest

from infra.postgres.read_models.generations import check_projection, rebuild_projection
from projections.registered import registered_read_models
from tests.projections.log_of_cases import FILES, LogOfCases, digests, forget_read_models, run
from tests.projections.parked_cases import MIRROR, MirrorOfTomorrow, parked, poisoned
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


def silent(_done: int, _there_are: int) -> None:
    """Nobody watches."""


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

    report = rebuild_projection(log.url, log.recorder, MirrorOfTomorrow(), on_progress=silent)

    assert (report.swapped, report.same, report.parked) == (True, False, ())
    assert (report.events, report.rows) == (1, 1)
    assert parked(log, "legacy-mirror") == []


def test_a_check_of_a_read_model_with_a_parked_case_finds_what_it_serves(log: LogOfCases) -> None:
    log.some_cases(6)
    case_id = log.take_over()
    poisoned(log, case_id=case_id, change=lambda clear: clear.pop("category"))
    poisoned(log, case_id=case_id, reference="BXL/1", change=lambda clear: clear.pop("recordId"))
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


def test_a_record_that_was_told_again_is_taken_up_from_what_it_says_now(log: LogOfCases) -> None:
    case_id = log.take_over()
    poisoned(log, case_id=case_id)
    log.runner(MIRROR).catch_up()
    poisoned(log, case_id=case_id, reference="BXL/1")
    log.runner(MIRROR).catch_up()
    assert [(each.version, each.skipped) for each in parked(log)] == [(2, 1)]

    assert rebuild_projection(log.url, log.recorder, MIRROR, on_progress=silent).parked == ()

    assert parked(log) == []
    assert run(log.url, "select version from permit.legacy_mirror") == [(3,)]


def test_two_runners_and_a_rebuild_at_once_agree_on_what_is_parked(log: LogOfCases) -> None:
    case_id = log.take_over()
    poisoned(log, case_id=case_id, change=lambda clear: clear.pop("recordId"))
    runners = [log.runner(FILES, page_size=2) for _ in range(2)]
    threads = [Thread(target=each.run) for each in runners]
    for each in threads:
        each.start()
    try:
        for _ in range(8):
            poisoned(log, case_id=case_id, reference="BXL/1")
            log.take_over()
            rebuild_projection(log.url, log.recorder, FILES, on_progress=silent)
        wait_until(
            lambda: runners[0].position() == log.recorder.max_notification_id(), because="the read model is up to date"
        )
    finally:
        for each in runners:
            each.stop()
        for each in threads:
            each.join(10)
    assert [(each.stream, each.version, each.skipped) for each in parked(log)] == [(case_id, 2, 8)]
    assert run(log.url, "select version from permit.case_file where case_id = %s", str(case_id)) == [(1,)]
    assert run(log.url, "select count(*) from permit.case_file") == [(9,)]
