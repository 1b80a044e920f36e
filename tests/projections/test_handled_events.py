"""Which events a read model is given follows from what it shows and takes; none that changes a row is missed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from infra.event_formats import FORMATS
from infra.postgres.journal.recorded_events import handled_events
from projections.case_fold import CaseFold
from projections.course import Course
from projections.course_changes import BEGINNINGS, CHANGES, course_after, events_that_change
from projections.deadline_days.model import DeadlineDays
from projections.lists.own_applications import OwnApplications
from projections.lists.work_queue import WorkQueue
from projections.read_model import ReadModel
from projections.recorded_event import RecordedEvent
from projections.registered import registered_read_models
from projections.sla_board.model import SlaBoard
from tests.projections.eventful_cases import eventful_cases
from tests.projections.log_of_cases import FILED, RULES, TARGETS, LogOfCases
from tests.projections.recorded_histories import log_of, random_history
from tests.projections.scratch_tables import scratch_tables

EVERY_EVENT = frozenset(form.name for form in FORMATS)
WORDS = tuple(each.name for each in fields(Course))


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    version: int
    course: Course
    fees: int = 0


def note(event: RecordedEvent, course: Course) -> Note:
    return Note(version=event.version, course=course)


def one_more_fee(row: Note, _event: RecordedEvent) -> dict[str, Any]:
    return {"fees": row.fees + 1}


def test_a_read_model_that_takes_one_more_event_is_given_it() -> None:
    before = CaseFold(note, shows=("handler",), takes={})
    after = CaseFold(note, shows=("handler",), takes={"FeePaid": one_more_fee})

    assert before.handles == BEGINNINGS | {"CaseAssigned", "AssignmentWithdrawn"}
    assert after.handles == before.handles | {"FeePaid"}


def test_a_read_model_that_shows_one_more_word_is_given_what_changes_it() -> None:
    before = CaseFold(note, shows=("handler",), takes={})
    after = CaseFold(note, shows=("handler", "alarms"), takes={})

    assert after.handles == before.handles | {"DeadlineWarned", "DeadlineBreached"}


def test_every_read_model_handles_events_that_are_stored() -> None:
    for model in registered_read_models():
        assert model.handles <= EVERY_EVENT, model.name
    assert CHANGES.keys() <= EVERY_EVENT


def test_a_word_of_the_course_depends_on_no_event_but_those_that_are_said_to_change_it() -> None:
    # given any courses, of which it is noted what is looked at
    looked_at: set[str] = set()

    class Watched(Course):
        def __getattribute__(self, name: str) -> Any:
            looked_at.add(name)
            return super().__getattribute__(name)

    rng = random.Random(16)
    courses: dict[UUID, Course] = {}
    dependent = set()
    for event in log_of(random_history(rng, number) for number in range(200)):
        course = courses.get(event.case_id)
        if course is not None:
            watched = Watched(**{word: getattr(course, word) for word in WORDS})
            # when a word of it is told after an event
            for word, tell in CHANGES.get(event.name, {}).items():
                looked_at.clear()
                tell(watched, event.clear, event.effective_at)
                # then whatever changes what was looked at is among what changes the word
                read = looked_at.intersection(WORDS)
                assert events_that_change(*read) <= events_that_change(word), (event.name, word, read)
                dependent |= {(word, each) for each in read - {word}}
        courses[event.case_id] = course_after(course, event)
    assert {("status", "requests"), ("status", "admissible_at"), ("requests", "pauses")} <= dependent


ON_THE_COURSE: Sequence[tuple[ReadModel, str]] = [
    (SlaBoard(TARGETS), "sla_board_case"),
    (WorkQueue(), "work_queue_case"),
    (OwnApplications(), "own_application"),
    (DeadlineDays(RULES), "deadline_day"),
]
OF_THE_FOLD = {"version", "course"}
"""Columns that are kept for the next event, and shown to nobody."""


@pytest.mark.server
@pytest.mark.parametrize(("model", "table"), ON_THE_COURSE, ids=lambda value: getattr(value, "name", ""))
def test_no_event_that_a_read_model_is_not_given_would_change_what_it_shows(
    log: LogOfCases, model: ReadModel, table: str
) -> None:
    # given cases of every course, as they happen to be recorded and as the product records them
    log.some_cases(12)
    cases = eventful_cases(log)
    log.withdraw(cases[2], FILED + timedelta(days=33))
    recorded = handled_events(log.recorder.select_notifications(1, 1_000), EVERY_EVENT)
    rng = random.Random(4)
    made = log_of(random_history(rng, number) for number in range(120))
    every = [*recorded, *(event._replace(position=event.position + len(recorded)) for event in made)]
    given = [event for event in every if event.name in model.handles]
    assert len(given) < len(every)

    # when one of them is given all events, and one those that it handles
    assert shown(log, model, table, every) == shown(log, model, table, given)


def shown(log: LogOfCases, model: ReadModel, table: str, events: Sequence[RecordedEvent]) -> list[dict[str, Any]]:
    with scratch_tables(log.url, model) as cursor:
        model.project(events, cursor)
        cursor.execute(f"select to_jsonb(t) from {table} t order by case_id")
        return [{word: value for word, value in row.items() if word not in OF_THE_FOLD} for (row,) in cursor.fetchall()]
