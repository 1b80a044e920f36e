"""How long answers take and how often there is none: counted once, whatever comes twice, and within the scope."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from projections.check_times.model import CheckTime, CheckTimes, check_times
from projections.sla_board.scope import Scope
from tests.projections.log_of_cases import FILED, NO_DATA, LogOfCases, run

pytestmark = pytest.mark.server

EMPLOYER = "employerRegister"
FIRST, ON = FILED.date(), FILED.date() + timedelta(days=5)


def times(log: LogOfCases, scope: Scope | None = None) -> list[CheckTime]:
    log.catch_up()
    with rows_within(log.readers, EVERYTHING) as cursor:
        return check_times(cursor, FIRST, ON, scope or Scope())


@pytest.fixture
def asked(log: LogOfCases) -> list[UUID]:
    return [log.file() for _ in range(4)]


def test_an_answer_a_refusal_to_answer_and_silence_are_told_apart(log: LogOfCases, asked: list[UUID]) -> None:
    # given four cases: two answers, one question that was given up, and one that is out
    found, nothing, given_up, _ = asked
    log.answer(found, FILED)
    log.answer(nothing, FILED, NO_DATA)
    log.no_answer(given_up, FILED)
    # when asked
    (told,) = times(log)
    # then
    assert (told.check, told.asked, told.answered, told.fell_back) == (EMPLOYER, 4, 2, 1)
    assert told.fallback_permille == 333
    # "no data" and the failure are each a task for a person
    assert told.manual_tasks == 2
    assert told.median_milliseconds is not None
    assert told.p95_milliseconds is not None
    assert 0 <= told.median_milliseconds <= told.p95_milliseconds


def test_what_was_answered_after_a_while_shows_in_the_percentiles(log: LogOfCases, asked: list[UUID]) -> None:
    for case in asked:
        log.answer(case, FILED)
    log.catch_up()
    run(log.url, "update permit.check_time set ended_at = asked_at + interval '1 second'")
    run(
        log.url,
        "update permit.check_time set ended_at = asked_at + interval '9 seconds' where case_id = %s",
        asked[0],
    )
    (told,) = times(log)
    assert told.median_milliseconds == 1000
    assert told.p95_milliseconds == 7800


def test_a_question_that_was_never_answered_has_no_time(log: LogOfCases) -> None:
    log.file()
    (told,) = times(log)
    assert (told.answered, told.median_milliseconds, told.p95_milliseconds, told.fallback_permille) == (
        0,
        None,
        None,
        0,
    )


def test_events_that_come_again_change_nothing(log: LogOfCases, asked: list[UUID]) -> None:
    log.answer(asked[0], FILED)
    before = times(log)
    rows = run(log.url, "select * from permit.check_time order by case_id")
    run(log.url, "update permit.tracking set position = 0 where name = %s", CheckTimes.name)
    assert times(log) == before
    assert run(log.url, "select * from permit.check_time order by case_id") == rows


def test_another_authority_sees_none_of_it(log: LogOfCases, asked: list[UUID]) -> None:
    assert times(log, Scope(authority="brussels")) == []
