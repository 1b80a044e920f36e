"""One worker, two or four: `audit verify` and `audit replay` report the same, in the same order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from uuid import UUID, uuid4

import orjson
import pytest

from domain.audit.event_seals import Fault
from domain.audit.journal_chain import Checkpoint
from domain.audit.replay import replay_case
from domain.case.events import ApplicationSubmitted, SalaryVerified
from domain.law.rule_sets import RuleSets
from infra.audit.replaying import ReplayReport, replay_all
from infra.audit.verification import VerificationReport, verify_journal
from infra.stored_form.stored_body import clear_fields
from tests.audit.case_book import CaseBook
from tests.audit.forgeries import cut_off, edit_leaf_and_hash, noted, stored_row, swap_positions, versions, with_actor
from tests.world.stored_bodies import with_clear

pytestmark = pytest.mark.server

WORKERS = (1, 2, 4)
Forge = Callable[[CaseBook, list[UUID]], None]


def verifications(book: CaseBook, checkpoint: Checkpoint | None = None) -> list[VerificationReport]:
    return [verify_journal(book.url, checkpoint=checkpoint, workers=workers, at_once=4) for workers in WORKERS]


def replays(book: CaseBook) -> list[ReplayReport]:
    return [replay_all(book.log, RuleSets(book.law), workers=workers, at_once=4) for workers in WORKERS]


def forge_everything(book: CaseBook, cases: list[UUID]) -> None:
    """Each kind of forgery somewhere, in one journal."""
    edit_leaf_and_hash(book, cases[0], 2, partial(with_actor, actor="somebody else"))
    edit_leaf_and_hash(book, cases[0], 4, lambda envelope: envelope._replace(recorded_at=0), place=bytes(32))
    book.tamper("update journal set envelope = '{' where stream = %s and version = 5", str(cases[0]))
    swap_positions(book, book.position(cases[0], 7), book.position(cases[1], 1))
    book.tamper("update journal set body = body || '\\x20'::bytea where stream = %s and version = 3", str(cases[1]))
    book.tamper("update journal set leaf_hash = '' where stream = %s and version = 4", str(cases[1]))
    book.tamper("delete from journal where stream = %s and version between 3 and 4", str(cases[2]))
    book.tamper("update journal set known_at = 'infinity' where stream = %s and version = 6", str(cases[2]))
    book.tamper("update journal set known_at = '-infinity' where stream = %s and version = 1", str(cases[3]))
    edit_leaf_and_hash(book, cases[4], 1, lambda envelope: envelope._replace(prev=bytes(32)))
    for position in (-(2**62), 0, 2**62):
        book.tamper(
            "insert into journal select %s, %s, 1, type, schema, known_at, leaf_hash, envelope, body from journal"
            " where position = 2",
            position, str(UUID(int=position % 2**64)),
        )  # fmt: skip


def forge_nothing(book: CaseBook, cases: list[UUID]) -> None:
    pass


def cut_the_end(book: CaseBook, cases: list[UUID]) -> None:
    cut_off(book, after=noted(book).size - 3)


def exchange_two(book: CaseBook, cases: list[UUID]) -> None:
    swap_positions(book, book.position(cases[0], versions(book, cases[0])), book.position(cases[1], 1))


@pytest.mark.parametrize("forge", [forge_nothing, forge_everything, cut_the_end, exchange_two])
def test_a_journal_is_verified_to_the_same_report(book: CaseBook, cases: list[UUID], forge: Forge) -> None:
    before = noted(book)
    forge(book, cases)

    by_one, *by_more = verifications(book, before)

    assert by_more == [by_one, by_one]
    assert by_one.is_sound == (forge is forge_nothing)


def test_forgeries_of_every_kind_are_named_in_the_order_of_positions(book: CaseBook, cases: list[UUID]) -> None:
    before = noted(book)
    forge_everything(book, cases)

    (*_, report) = verifications(book, before)

    assert {each.fault for each in report.findings} == {*Fault} - {Fault.SHORTER_THAN_CHECKPOINT}
    assert [each.position for each in report.findings] == sorted(each.position for each in report.findings)


def test_a_journal_of_which_everything_is_wrong_names_the_same_hundred(book: CaseBook) -> None:
    book.tamper("update journal set body = body || '\\x20'::bytea, leaf_hash = %s, type = 'Other'", b"\0" * 32)

    by_one, *by_more = verifications(book)

    assert by_more == [by_one, by_one]
    assert by_one.finding_count > len(by_one.findings) == 100


def test_verdicts_are_replayed_to_the_same_report(book: CaseBook, cases: list[UUID]) -> None:
    # given a forged verdict, an erased worker, a case without its filing, and one of a subject that nobody knows
    version, checked = book.event(cases[1], SalaryVerified)
    book.rewrite(cases[1], version, replace(checked, result=replace(checked.result, threshold="1.00")))
    _, erased = book.event(cases[2], ApplicationSubmitted)
    book.keys.destroy(erased.worker_subject)
    book.tamper("delete from journal where stream = %s and version = 1", str(cases[3]))
    body = stored_row(book, cases[4], 1).body
    book.rewrite_body(cases[4], 1, with_clear(body, clear_fields(body) | {"workerSubject": str(uuid4())}))

    by_one, *by_more = replays(book)

    assert by_more == [by_one, by_one]
    assert (by_one.cases, by_one.different_count, by_one.withheld, by_one.unreadable_count) == (5, 1, 2, 2)
    assert [each.case_id for each in by_one.unreadable] == sorted(each.case_id for each in by_one.unreadable)


def test_the_digest_is_that_of_all_cases_in_the_order_of_their_ids(book: CaseBook, cases: list[UUID]) -> None:
    digests = [[str(case), replay_case(case, book.events(case), RuleSets(book.law)).digest] for case in sorted(cases)]
    expected = sha256(orjson.dumps(digests)).hexdigest()

    assert [each.digest for each in replays(book)] == [expected] * len(WORKERS)


def test_a_journal_whose_head_was_set_far_ahead_is_replayed_as_what_it_holds(book: CaseBook) -> None:
    before = replay_all(book.log, RuleSets(book.law), workers=1)
    book.tamper("update journal_head set position = %s", 2**62)

    by_one, *by_more = replays(book)

    assert by_more == [by_one, by_one]
    assert by_one == replace(before, up_to=2**62)
