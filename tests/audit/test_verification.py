"""`audit verify` over a real journal: a sound one, and one forged in each way a superuser can think of."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.audit.event_seals import Fault
from domain.audit.journal_chain import Checkpoint
from infra.audit.verification import verify_journal
from infra.stored_form.leaf import Envelope, place_of
from tests.audit.case_book import ORIGIN, CaseBook, superuser
from tests.audit.forgeries import (
    assert_first,
    cut_off,
    edit_leaf_and_hash,
    noted,
    shift,
    stored_row,
    swap_positions,
    verified,
    versions,
    with_actor,
)
from tests.audit.test_merkle_tree import tree_of
from tests.journal.appends import JournalAsStored

pytestmark = pytest.mark.server


def test_the_journal_of_some_cases_is_sound_and_its_root_is_that_of_the_definition(book: CaseBook) -> None:
    report = verified(book)

    with superuser(book.url) as connection, connection.cursor() as cursor:
        cursor.execute("select leaf_hash from journal order by position")
        hashes = [bytes(each) for (each,) in cursor.fetchall()]
    assert report.is_sound
    assert report.first_finding is None
    assert (report.size, report.case_count) == (len(hashes), 5)
    assert report.root == tree_of(hashes).hex()


def test_an_empty_journal_is_sound(unnamed_journal: str, law) -> None:
    book = CaseBook(unnamed_journal, law)
    try:
        report = verified(book)
    finally:
        book.close()
    assert (report.is_sound, report.size, report.root) == (True, 0, tree_of([]).hex())


def test_a_journal_that_grew_since_the_checkpoint_is_sound_against_it(book: CaseBook) -> None:
    # given a checkpoint noted when the journal held ten events
    with superuser(book.url) as connection, connection.cursor() as cursor:
        cursor.execute("select leaf_hash from journal where position <= 10 order by position")
        earlier = Checkpoint(size=10, root=tree_of([bytes(each) for (each,) in cursor.fetchall()]).hex())
    # when it holds more, then it still begins with the same ten
    assert verified(book, earlier).is_sound


def test_progress_ends_with_all_there_is(book: CaseBook) -> None:
    calls: list[tuple[int, int]] = []
    report = verify_journal(book.url, on_progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (report.size, report.size)


def test_an_edited_body_is_named(book: CaseBook, cases: list[UUID]) -> None:
    book.tamper("update journal set body = body || '\\x20'::bytea where stream = %s and version = 3", str(cases[1]))
    report = verified(book)
    assert_first(report, book.position(cases[1], 3), cases[1], 3, Fault.BODY_DIFFERS)
    assert report.finding_count == 1


def test_a_number_that_no_row_of_ours_has_is_named_and_stops_nothing(book: CaseBook, cases: list[UUID]) -> None:
    book.tamper("update journal set schema = -1 where stream = %s and version = 3", str(cases[1]))
    report = verified(book)
    assert_first(report, book.position(cases[1], 3), cases[1], 3, Fault.LEAF_DESCRIBES_ANOTHER_EVENT)
    assert report.size == len(JournalAsStored.of(book.url).rows)


def test_a_name_too_long_for_any_leaf_is_named_and_stops_nothing(book: CaseBook, cases: list[UUID]) -> None:
    book.tamper("update journal set type = repeat('x', 70000) where stream = %s and version = 3", str(cases[1]))
    assert_first(verified(book), book.position(cases[1], 3), cases[1], 3, Fault.LEAF_UNREADABLE)


def test_two_bodies_swapped_are_both_named(book: CaseBook, cases: list[UUID]) -> None:
    one, other = book.position(cases[0], 5), book.position(cases[1], 5)
    book.tamper(
        "update journal j set body = k.body from journal k"
        " where (j.position, k.position) in ((%s, %s), (%s, %s))",
        one, other, other, one,
    )  # fmt: skip
    report = verified(book)
    assert [(f.position, f.fault) for f in report.findings] == [(one, Fault.BODY_DIFFERS), (other, Fault.BODY_DIFFERS)]


def test_an_edited_leaf_is_named(book: CaseBook, cases: list[UUID]) -> None:
    edited = with_actor(Envelope.read(stored_row(book, cases[2], 2).envelope), "somebody else").to_bytes()
    book.tamper("update journal set envelope = %s where stream = %s and version = 2", edited, str(cases[2]))
    report = verified(book)
    assert_first(report, book.position(cases[2], 2), cases[2], 2, Fault.LEAF_HASH_DIFFERS)
    assert report.finding_count == 1  # the event after it was built on the hash that is still stored


def test_a_leaf_edited_together_with_its_hash_is_named_by_the_event_built_on_it(
    book: CaseBook, cases: list[UUID]
) -> None:
    edit_leaf_and_hash(book, cases[2], 2, partial(with_actor, actor="somebody else"))
    report = verified(book)
    assert_first(report, book.position(cases[2], 3), cases[2], 3, Fault.CHAIN_BROKEN)
    assert "version 2" in report.first_finding.sentence


def test_a_last_leaf_edited_together_with_its_hash_shows_against_an_earlier_root_only(
    book: CaseBook, cases: list[UUID]
) -> None:
    before = noted(book)
    edit_leaf_and_hash(book, cases[2], versions(book, cases[2]), partial(with_actor, actor="somebody else"))
    assert verified(book).is_sound
    assert_first(verified(book, before), before.size, None, None, Fault.ROOT_DIFFERS)


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "another log"},
        {"version": 9},
        {"type_": "ApplicationLapsed"},
        {"schema": 9},
        {"stream": UUID(int=7)},
    ],
)
def test_a_leaf_of_another_event_is_named(book: CaseBook, cases: list[UUID], changed: dict[str, Any]) -> None:
    at = versions(book, cases[0])
    row = stored_row(book, cases[0], at)
    own = {"origin": ORIGIN, "stream": cases[0], "version": at, "type_": row.type, "schema": row.schema}
    edit_leaf_and_hash(book, cases[0], at, lambda same: same, place_of(**own | changed))
    report = verified(book)
    assert_first(
        report,
        book.position(cases[0], versions(book, cases[0])),
        cases[0],
        versions(book, cases[0]),
        Fault.LEAF_DESCRIBES_ANOTHER_EVENT,
    )


@pytest.mark.parametrize("envelope", [b"", b"{}", b"\x02", b"\x02\x01" + bytes(25), b"\x02" + bytes(26) + b"\x09short"])
def test_an_envelope_that_is_none_is_named(book: CaseBook, cases: list[UUID], envelope: bytes) -> None:
    book.tamper("update journal set envelope = %s where stream = %s and version = 1", envelope, str(cases[0]))
    assert_first(verified(book), 1, cases[0], 1, Fault.LEAF_UNREADABLE)


def test_no_byte_of_a_row_can_be_changed_without_being_named(book: CaseBook, cases: list[UUID]) -> None:
    # given the last event of a case: nothing is built on it
    row = stored_row(book, cases[0], versions(book, cases[0]))
    for column, stored in (("envelope", row.envelope), ("body", row.body), ("leaf_hash", row.leaf_hash)):
        for at in range(0, len(stored), 7):
            changed = bytearray(stored)
            changed[at] ^= 0x10
            # when one bit of it is changed
            book.tamper(f"update journal set {column} = %s where position = %s", bytes(changed), row.position)
            # then it is found, and found there
            found = verified(book).first_finding
            assert found is not None, f"{column}, byte {at}"
            assert (found.position, found.case_id) == (row.position, cases[0])
        book.tamper(f"update journal set {column} = %s where position = %s", stored, row.position)
    assert verified(book).is_sound


def test_a_column_that_no_longer_fits_the_leaf_is_named(book: CaseBook, cases: list[UUID]) -> None:
    book.tamper("update journal set type = 'ApplicationWithdrawn' where stream = %s and version = 4", str(cases[0]))
    assert_first(verified(book), book.position(cases[0], 4), cases[0], 4, Fault.LEAF_DESCRIBES_ANOTHER_EVENT)


def test_an_event_deleted_in_the_middle_is_missed_at_its_position(book: CaseBook, cases: list[UUID]) -> None:
    gone = book.position(cases[1], 3)
    book.tamper("delete from journal where position = %s", gone)
    report = verified(book)
    assert_first(report, gone, None, None, Fault.MISSING_EVENT)
    # and the case it was of is named by what came after it
    assert (cases[1], 4, Fault.VERSION_NOT_NEXT) in [(f.case_id, f.version, f.fault) for f in report.findings]


def test_a_deletion_that_closes_the_gap_in_positions_is_named_by_the_next_event_of_the_case(
    book: CaseBook, cases: list[UUID]
) -> None:
    gone = book.position(cases[1], 3)
    book.tamper("delete from journal where position = %s", gone)
    shift(book, gone + 1, -1)
    book.tamper("update journal_head set position = position - 1")
    assert_first(verified(book), book.position(cases[1], 4), cases[1], 4, Fault.VERSION_NOT_NEXT)


def test_the_first_event_of_a_case_deleted_is_named(book: CaseBook, cases: list[UUID]) -> None:
    book.tamper("delete from journal where position = 1")
    report = verified(book)
    assert_first(report, 1, None, None, Fault.MISSING_EVENT)
    assert [(f.case_id, f.version, f.fault) for f in report.findings[1:]] == [(cases[0], 2, Fault.VERSION_NOT_NEXT)]


def test_the_last_event_of_a_case_deleted_is_missed_at_its_position(book: CaseBook, cases: list[UUID]) -> None:
    gone = book.position(cases[0], versions(book, cases[0]))
    book.tamper("delete from journal where position = %s", gone)
    report = verified(book)
    assert_first(report, gone, None, None, Fault.MISSING_EVENT)
    assert report.finding_count == 1


def test_the_end_of_the_log_deleted_is_missed_by_the_head(book: CaseBook) -> None:
    size = noted(book).size
    book.tamper("delete from journal where position > %s", size - 2)
    report = verified(book)
    assert_first(report, size - 1, None, None, Fault.MISSING_EVENT)
    assert report.finding_count == 2


def test_the_end_of_the_log_deleted_with_the_head_set_back_shows_against_an_earlier_root_only(
    book: CaseBook,
) -> None:
    before = noted(book)
    cut_off(book, after=before.size - 2)
    assert verified(book).is_sound
    assert_first(verified(book, before), before.size - 1, None, None, Fault.SHORTER_THAN_CHECKPOINT)


def test_a_case_rolled_back_is_named_where_its_events_are_missing(book: CaseBook, cases: list[UUID]) -> None:
    gone = book.position(cases[3], 4)
    book.tamper("delete from journal where stream = %s and version >= 4", str(cases[3]))
    assert_first(verified(book), gone, None, None, Fault.MISSING_EVENT)


def test_a_case_rolled_back_with_everything_closed_up_shows_against_an_earlier_root_only(
    book: CaseBook, cases: list[UUID]
) -> None:
    before = noted(book)
    book.tamper("delete from journal where stream = %s and version >= 4", str(cases[1]))
    book.tamper(
        "update journal j set position = -n.n from (select position, row_number() over (order by position) n"
        " from journal) n where n.position = j.position"
    )
    book.tamper("update journal set position = -position")
    book.tamper("update journal_head set position = (select max(position) from journal)")
    assert verified(book).is_sound
    assert not verified(book, before).is_sound


def test_a_whole_log_deleted_with_the_head_set_back_shows_against_an_earlier_root(book: CaseBook) -> None:
    before = noted(book)
    book.tamper("truncate journal")
    book.tamper("update journal_head set position = 0, known_at = '-infinity'")
    assert verified(book).is_sound
    assert_first(verified(book, before), 1, None, None, Fault.SHORTER_THAN_CHECKPOINT)


def test_events_of_one_case_that_change_places_are_named(book: CaseBook, cases: list[UUID]) -> None:
    # given the events of one command, which share all their times
    one, other = book.position(cases[1], 3), book.position(cases[1], 4)
    swap_positions(book, one, other)
    assert_first(verified(book), one, cases[1], 4, Fault.VERSION_NOT_NEXT)


def test_events_of_two_cases_that_change_places_are_named_by_their_times(book: CaseBook, cases: list[UUID]) -> None:
    one, other = book.position(cases[0], versions(book, cases[0])), book.position(cases[1], 1)
    swap_positions(book, one, other)
    # then the event that now comes after one that was recorded later is named
    assert_first(verified(book), other, cases[0], versions(book, cases[0]), Fault.KNOWN_AT_WRONG)


def test_events_that_change_places_with_their_times_made_to_fit_show_against_an_earlier_root_only(
    book: CaseBook, cases: list[UUID]
) -> None:
    before = noted(book)
    one, other = book.position(cases[0], versions(book, cases[0])), book.position(cases[1], 1)
    swap_positions(book, one, other)
    book.tamper(
        "update journal set known_at = (select known_at from journal where position = %s) where position = %s",
        one, other,
    )  # fmt: skip
    assert verified(book).is_sound
    assert_first(verified(book, before), before.size, None, None, Fault.ROOT_DIFFERS)


def test_a_forged_event_in_the_middle_is_named(book: CaseBook) -> None:
    # given room made at position 5
    shift(book, 5, +1)
    forged = uuid4()
    book.tamper(
        "insert into journal select 5, %s, 1, type, schema, known_at, leaf_hash, envelope, body from journal"
        " where position = 6",
        str(forged),
    )
    book.tamper("update journal_head set position = position + 1")
    assert_first(verified(book), 5, forged, 1, Fault.LEAF_DESCRIBES_ANOTHER_EVENT)


def test_a_forged_event_at_the_end_without_the_head_is_named(book: CaseBook, cases: list[UUID]) -> None:
    size = noted(book).size
    book.tamper(
        "insert into journal select position + 1, stream, version + 1, type, schema, known_at, leaf_hash, envelope,"
        " body from journal where position = %s",
        size,
    )
    report = verified(book)
    assert report.first_finding is not None
    assert report.first_finding.position == size + 1
    assert {f.fault for f in report.findings} >= {Fault.HEAD_DIFFERS, Fault.LEAF_DESCRIBES_ANOTHER_EVENT}


@pytest.mark.parametrize("position", [0, -(2**62)])
def test_an_event_before_the_first_position_is_named(book: CaseBook, position: int) -> None:
    forged = uuid4()
    book.tamper(
        "insert into journal select %s, %s, 1, type, schema, known_at, leaf_hash, envelope, body from journal"
        " where position = 1",
        position, str(forged),
    )  # fmt: skip
    assert_first(verified(book), position, None, None, Fault.UNEXPECTED_POSITION)


def test_an_event_far_beyond_the_others_is_found_without_walking_the_gap(book: CaseBook) -> None:
    size = noted(book).size
    book.tamper("update journal set position = %s where position = %s", 2**62, size)
    assert_first(verified(book), size, None, None, Fault.MISSING_EVENT)


def test_a_first_event_that_claims_one_before_it_is_named(book: CaseBook, cases: list[UUID]) -> None:
    edit_leaf_and_hash(book, cases[4], 1, lambda first: first._replace(prev=bytes(32)))
    assert_first(verified(book), book.position(cases[4], 1), cases[4], 1, Fault.CHAIN_BROKEN)


def test_the_rest_is_counted_when_everything_is_wrong(book: CaseBook, cases: list[UUID]) -> None:
    book.tamper("update journal set body = body || '\\x20'::bytea, leaf_hash = %s", b"\0" * 32)
    report = verified(book)
    assert report.finding_count > report.size
    assert len(report.findings) <= 100
    assert_first(report, 1, cases[0], 1, Fault.BODY_DIFFERS)


def test_no_sentence_holds_what_is_stored(book: CaseBook, cases: list[UUID]) -> None:
    book.tamper('update journal set body = \'{"name": "Asha Rao"}\'')
    assert all("Asha" not in finding.sentence for finding in verified(book).findings)
