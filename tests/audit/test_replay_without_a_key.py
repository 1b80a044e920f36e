"""`audit replay` where facts are erased, or where a case cannot be read: never taken for one another."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.audit.replay import CaseReplay, ReplayOutcome
from domain.case.events import ApplicationSubmitted, WorkPartDecided
from domain.law.rule_sets import RuleSets
from infra.audit.replaying import UnreadableCase, replay_one
from infra.audit.verification import verify_journal
from infra.stored_form.stored_body import clear_fields
from tests.audit.case_book import CaseBook, superuser
from tests.audit.replays import fields_of, replayed, the_one_difference
from tests.world.stored_bodies import with_clear, without_parts

pytestmark = pytest.mark.server


# Erasure


def test_an_erased_worker_gives_withheld_and_never_different(book: CaseBook, cases: list[UUID]) -> None:
    _, submitted = book.event(cases[2], ApplicationSubmitted)
    book.keys.destroy(submitted.worker_subject)

    replay = replay_one(book.readers, book.codec, RuleSets(book.law), cases[2])
    report = replayed(book)

    assert isinstance(replay, CaseReplay)
    assert replay.outcome is ReplayOutcome.WITHHELD
    # the recruitment search says nothing of the worker and is still judged
    assert [v.outcome.value for v in replay.verdicts] == ["identical", "withheld", "withheld"]
    assert (report.withheld, report.identical, report.different_count) == (2, 8, 0)
    assert report.is_sound


def test_an_erasure_written_into_an_event_by_hand_is_not_taken_for_one(book: CaseBook, cases: list[UUID]) -> None:
    # given a decision whose facts were replaced by the mark of an erasure, the key being there
    version, _ = book.event(cases[1], WorkPartDecided)
    body = _body(book, cases[1], version)
    erased = {name: {"withheld": "erased"} for name in ("facts", "findings", "motivation")}
    book.rewrite_body(cases[1], version, with_clear(without_parts(body), clear_fields(body) | erased))

    assert verify_journal(book.url).is_sound
    report = replayed(book)
    assert (report.unreadable_count, report.withheld) == (1, 0)
    assert report.unreadable[0].case_id == cases[1]
    assert not report.is_sound


def test_facts_put_under_the_key_of_somebody_erased_are_different_and_not_withheld(
    book: CaseBook, cases: list[UUID]
) -> None:
    version, event = book.event(cases[1], WorkPartDecided)
    somebody = book.keys.mint()
    book.rewrite(cases[1], version, replace(event, worker_subject=somebody))
    book.keys.destroy(somebody)
    assert fields_of(the_one_difference(book)) == ["workerSubject"]


# Cases that cannot be read


def test_a_subject_that_the_key_store_never_held_makes_the_case_unreadable(book: CaseBook, cases: list[UUID]) -> None:
    version, _ = book.event(cases[0], ApplicationSubmitted)
    body = _body(book, cases[0], version)
    book.rewrite_body(cases[0], version, with_clear(body, clear_fields(body) | {"workerSubject": str(uuid4())}))
    replay = replay_one(book.readers, book.codec, RuleSets(book.law), cases[0])
    assert isinstance(replay, UnreadableCase)
    assert "key store" in replay.sentence


def test_a_case_without_its_filing_is_unreadable_and_the_others_are_replayed(book: CaseBook, cases: list[UUID]) -> None:
    book.tamper("delete from journal where stream = %s and version = 1", str(cases[0]))
    report = replayed(book)
    assert (report.cases, report.identical, report.unreadable_count) == (5, 8, 1)
    assert report.unreadable[0].case_id == cases[0]


def test_a_code_that_does_not_exist_makes_the_case_unreadable(book: CaseBook, cases: list[UUID]) -> None:
    body = _body(book, cases[0], 3)
    book.rewrite_body(cases[0], 3, with_clear(body, clear_fields(body) | {"outcome": "perhaps"}))
    replay = replay_one(book.readers, book.codec, RuleSets(book.law), cases[0])
    assert isinstance(replay, UnreadableCase)
    assert "version 3" in replay.sentence


def _body(book: CaseBook, case: UUID, version: int) -> bytes:
    with superuser(book.url) as connection, connection.cursor() as cursor:
        cursor.execute("select body from journal where stream = %s and version = %s", (str(case), version))
        return bytes(cursor.fetchone()[0])
