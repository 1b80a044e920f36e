"""`audit verify` where the known times of events, or the head of the log, were forged."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.audit.event_seals import Fault
from tests.audit.case_book import CaseBook
from tests.audit.forgeries import assert_first, noted, verified, versions

pytestmark = pytest.mark.server


@pytest.mark.parametrize("known_at", ["2000-01-01Z", "-infinity"])
def test_a_known_time_set_back_is_named(book: CaseBook, cases: list[UUID], known_at: str) -> None:
    book.tamper("update journal set known_at = %s where stream = %s and version = 3", known_at, str(cases[1]))
    report = verified(book)
    assert_first(report, book.position(cases[1], 3), cases[1], 3, Fault.KNOWN_AT_WRONG)
    assert report.finding_count == 1


@pytest.mark.parametrize("known_at", ["2026-06-01Z", "infinity"])
def test_a_known_time_set_forward_is_named_where_it_was_set(book: CaseBook, cases: list[UUID], known_at: str) -> None:
    book.tamper("update journal set known_at = %s where stream = %s and version = 3", known_at, str(cases[1]))
    report = verified(book)
    assert_first(report, book.position(cases[1], 3), cases[1], 3, Fault.KNOWN_AT_WRONG)
    assert report.finding_count == 1


def test_the_last_known_time_set_forward_is_named_even_with_the_head(book: CaseBook) -> None:
    size = noted(book).size
    book.tamper("update journal set known_at = '2027-01-01Z' where position = %s", size)
    book.tamper("update journal_head set known_at = '2027-01-01Z'")
    report = verified(book)
    assert (report.first_finding.position, report.first_finding.fault) == (size, Fault.KNOWN_AT_WRONG)


def test_events_of_one_append_may_share_the_known_time_of_its_last(book: CaseBook, cases: list[UUID]) -> None:
    # given the last event of a case and the filing of the next, stored as one group
    last = book.position(cases[0], versions(book, cases[0]))
    book.tamper(
        "update journal set known_at = (select known_at from journal where position = %s) where position = %s",
        last + 1, last,
    )  # fmt: skip
    assert verified(book).is_sound


def test_a_known_time_of_the_head_that_is_not_that_of_the_last_event_is_named(book: CaseBook) -> None:
    book.tamper("update journal_head set known_at = '2027-01-01Z'")
    report = verified(book)
    assert_first(report, report.size, None, None, Fault.HEAD_DIFFERS)


def test_the_head_of_another_log_is_named(book: CaseBook, cases: list[UUID]) -> None:
    book.tamper("update journal_head set origin = 'another log'")
    try:
        report = verified(book)
    finally:
        book.tamper("update journal_head set origin = 'tests/audit'")
    assert_first(report, 1, cases[0], 1, Fault.LEAF_DESCRIBES_ANOTHER_EVENT)
    assert report.finding_count == report.size
