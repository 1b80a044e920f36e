"""The ledgers of batches and topics: whether every line, and every message, has one fate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from domain.migration.batch_ending import (
    BatchRefused,
    require_motive,
    require_named,
    require_open_file,
    require_open_file_of,
    require_successor,
    require_unfinished,
)
from domain.migration.batch_ledger import BatchLedger, BatchState, run_summary, sums_of, totals_of
from domain.migration.topic_ledger import Arrival, arrival

BEGUN = datetime(2026, 11, 29, 9, tzinfo=UTC)
UNDER_WAY = BatchLedger(
    id=UUID(int=1), authority="brussels", door="file", source="brussels.csv", mapping_version=1,
    extracted_on=date(2026, 11, 29), source_digest="ab", source_lines=12, source_bytes=900, columns_waived=[],
    sheets_waived=[], started_at=BEGUN, heard_at=BEGUN + timedelta(seconds=2), finished_at=None, seconds=0.0,
    headers=1, blanks=1, waived=0, records=4, retold=2, unchanged=1, stale=0, quarantined=1, ended_as=None,
    ended_at=None, ended_by=None, ended_why=None, superseded_by=None,
)  # fmt: skip
COMPLETE = replace(
    UNDER_WAY, id=UUID(int=2), records=10, retold=8, finished_at=BEGUN + timedelta(seconds=5), seconds=4.0
)
SHORT = replace(COMPLETE, id=UUID(int=3), records=9, retold=7)


def test_a_batch_agrees_when_each_line_of_its_source_has_a_fate() -> None:
    assert (UNDER_WAY.agrees, UNDER_WAY.state) == (None, BatchState.UNDER_WAY)
    assert (COMPLETE.agrees, COMPLETE.state) == (True, BatchState.AGREES)
    assert (SHORT.agrees, SHORT.state) == (False, BatchState.DISAGREES)
    # a record with two fates, or with none, shows too
    assert replace(COMPLETE, retold=9).agrees is False
    assert replace(SHORT, ended_as="abandoned").state is BatchState.ABANDONED


def test_how_long_a_batch_takes_is_told_by_how_far_it_has_come() -> None:
    assert (UNDER_WAY.rate, UNDER_WAY.remaining_seconds) == (2.0, 3.0)
    assert (COMPLETE.rate, COMPLETE.remaining_seconds) == (2.5, None)
    assert replace(UNDER_WAY, records=0).remaining_seconds is None


def test_batches_are_summed_up_beside_their_sources() -> None:
    totals = totals_of([UNDER_WAY, COMPLETE])
    assert (totals["batches"], totals["records"], totals["retold"]) == (2, 14, 10)
    assert (totals["sourceLines"], totals["lines"], totals["balanced"]) == (24, 18, True)
    # only what came to its end can agree
    assert (totals["agrees"], totals_of([UNDER_WAY])["agrees"]) == (True, None)
    assert totals_of([COMPLETE, SHORT])["agrees"] is False
    assert not sums_of([replace(SHORT, retold=8)]).balanced


def test_a_run_names_only_reasons_that_are_there() -> None:
    told = run_summary([COMPLETE], {"quarantined": {"malformed": 1, "fieldMissing": 0}})
    assert (told["records"], told["quarantined"], told["byStatus"]) == (10, {"malformed": 1}, {})
    assert told["lines"] == {"source": 12, "header": 1, "blank": 1, "waived": 0, "agrees": True}


def test_what_is_delivered_again_is_counted_once() -> None:
    # given three offsets, of which the second was set aside
    first = arrival([(5, False), (6, True), (7, False)], None)
    assert first == Arrival(first_offset=5, next_offset=8, messages=3, letters=1, repeated=0)
    # when the last two come again with one more
    again = arrival([(6, True), (7, False), (8, False)], first.next_offset)
    assert again == Arrival(first_offset=6, next_offset=9, messages=1, letters=0, repeated=1)


def test_only_an_open_file_is_abandoned_or_superseded() -> None:
    require_open_file_of("brussels", UNDER_WAY)
    require_unfinished(UNDER_WAY)
    require_successor(UNDER_WAY, COMPLETE)
    for refused, why in (
        (lambda: require_open_file(replace(UNDER_WAY, door="kafka")), "came over a topic"),
        (lambda: require_open_file(replace(SHORT, ended_as="abandoned", ended_by="ann")), "abandoned by ann before"),
        (lambda: require_open_file_of("wallonia", UNDER_WAY), "is of brussels, not of wallonia"),
        (lambda: require_unfinished(COMPLETE), "taken to its end"),
        (lambda: require_successor(COMPLETE, COMPLETE), "cannot supersede itself"),
        (lambda: require_successor(SHORT, replace(COMPLETE, authority="wallonia")), "is of wallonia"),
        (lambda: require_successor(SHORT, UNDER_WAY), "load it first"),
        (lambda: require_motive(" "), "give it with --motive"),
        (lambda: require_named("\u200b", None), "no name is given"),
        (lambda: require_named("ann", "m\x00"), "without control characters"),
    ):
        with pytest.raises(BatchRefused, match=why):
            refused()
