"""The timeline: an entry for every event, in order, page by page, with free text for those who may read it."""

from __future__ import annotations

from typing import get_args
from uuid import UUID, uuid4

import pytest

from domain.case.events import CaseEvent
from infra.event_formats import FORMATS
from infra.postgres.journal.recorded_events import handled_events
from projections.timeline.model import TEXTS, VALUES, TimelineModel
from tests.projections.eventful_cases import eventful_cases
from tests.projections.log_of_cases import (
    FILED,
    TIMELINE,
    LogOfCases,
    digests,
    forget_read_models,
)
from tests.projections.test_case_file import in_pages

pytestmark = pytest.mark.server


def entries(log: LogOfCases, case_id: UUID) -> list[dict]:
    page = log.timelines().read(case_id)
    assert page is not None
    assert page.next_after is None
    return list(page.entries)


def test_a_case_that_was_asked_a_question(log: LogOfCases) -> None:
    case = log.file()
    log.provide(case, log.ask(case, FILED), FILED)
    log.runner(TIMELINE).catch_up()

    told = entries(log, case)

    assert [each["event"] for each in told] == [
        "applicationSubmitted",
        "crossroadsCheckRequested",
        "informationRequested",
        "clockPaused",
        "informationProvided",
        "clockResumed",
    ]
    asked = told[2]
    assert asked["values"].pop("legalReference")
    assert asked == {
        "version": 3,
        "position": 3,
        "at": "2026-02-02T09:00:00Z",
        "recordedAt": "2026-02-02T09:00:00Z",
        "event": "informationRequested",
        "values": {"items": ["diploma"], "replyBy": "2026-02-17", "by": "tests"},
        "text": "which diploma is it",
    }
    assert "text" not in told[3]
    assert (told[4]["values"], told[4]["text"]) == ({"documents": 0, "by": "tests"}, "the diploma of Ghent")


def test_a_reader_sees_what_was_written_just_now_on_whatever_page(log: LogOfCases) -> None:
    case, *_ = eventful_cases(log)
    whole = entries(log, case)
    assert [each["version"] for each in whole] == list(range(1, len(whole) + 1))
    # given no projection, one that has fallen behind, and one that is up to date
    for positions in (0, 20, 1_000):
        page = log.recorder.select_notifications(1, positions) if positions else []
        with log.writers.transaction() as connection, connection.cursor() as cursor:
            TIMELINE.project(handled_events(page, TIMELINE.handles), cursor)
        for size in (1, 5, 100):
            assert paged(log, case, size) == whole, (positions, size)


def paged(log: LogOfCases, case_id: UUID, size: int) -> list[dict]:
    found: list[dict] = []
    after: int | None = 0
    while after is not None:
        page = log.timelines().read(case_id, after=after, limit=size)
        assert page is not None
        assert len(page.entries) <= size
        found += page.entries
        after = page.next_after
    return found


def test_free_text_of_an_erased_person_is_withheld_and_the_facts_stay(log: LogOfCases) -> None:
    case, *_ = eventful_cases(log)
    log.runner(TIMELINE).catch_up()
    before = entries(log, case)
    log.erase(case)

    after = entries(log, case)

    assert [each["values"] for each in after] == [each["values"] for each in before]
    assert {str(each["text"]) for each in after if "text" in each} == {"{'withheld': 'erased'}"}


def test_no_timeline_of_a_case_that_was_never_filed(log: LogOfCases) -> None:
    log.file()
    assert log.timelines().read(uuid4()) is None
    with pytest.raises(ValueError, match="1 to 100"):
        log.timelines().read(uuid4(), limit=101)


def test_every_event_has_an_entry_and_every_free_text_is_told(log: LogOfCases) -> None:
    assert TimelineModel.handles == {each.name for each in FORMATS}
    fields = {(each.name, word) for each in FORMATS for word in each.personal}
    assert set(TEXTS.items()) == {
        (name, word) for name, word in fields if word in ("motivation", "reason", "question", "answer")
    }
    assert {each.__name__ for each in get_args(CaseEvent)} - {"ApplicationDecidedAtOnce"} == set(VALUES)


def test_every_value_that_is_promised_is_there(log: LogOfCases) -> None:
    eventful_cases(log)
    log.some_cases(6)
    log.runner(TIMELINE).catch_up()
    optional = {"refusedPart", "legalReference", "pausedTo"}
    for case in {each.case_id for each in handled_events(log.recorder.select_notifications(1, 1_000), VALUES.keys())}:
        for entry in entries(log, case):
            name = entry["event"][0].upper() + entry["event"][1:]
            assert set(VALUES[name]) - optional <= set(entry["values"]) <= set(VALUES[name]), name


def test_events_projected_twice_or_cut_anywhere_give_the_same_rows(log: LogOfCases) -> None:
    eventful_cases(log)
    events = handled_events(log.recorder.select_notifications(1, 1_000), TIMELINE.handles)

    def project(*batches: list) -> str:
        with log.writers.transaction() as connection, connection.cursor() as cursor:
            for batch in batches:
                TIMELINE.project(batch, cursor)
        return digests(log.url)["timeline_entry"]

    whole = project(events)
    assert project(events, events[3:9]) == whole
    for seed in range(4):
        forget_read_models(log.url)
        assert project(*[page * 2 for page in in_pages(events, seed)]) == whole, seed
