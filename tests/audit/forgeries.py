"""How a superuser forges a journal, and what an auditor finds of it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from domain.audit.event_seals import Fault
from domain.audit.journal_chain import Checkpoint
from domain.audit.merkle import leaf_hash
from infra.audit.verification import VerificationReport, verify_journal
from infra.postgres.journal.bulk_reading import JournalRow
from infra.stored_form.leaf import Envelope, place_of
from tests.audit.case_book import ORIGIN, CaseBook
from tests.journal.appends import JournalAsStored


def verified(book: CaseBook, checkpoint: Checkpoint | None = None) -> VerificationReport:
    """The report of a verification in one page, which in pages of four events is the same."""
    report = verify_journal(book.url, checkpoint=checkpoint, workers=1)
    assert verify_journal(book.url, checkpoint=checkpoint, workers=1, at_once=4) == report
    return report


def noted(book: CaseBook) -> Checkpoint:
    """Size and root as an auditor wrote them down before anything was forged."""
    report = verified(book)
    return Checkpoint(size=report.size, root=report.root)


def assert_first(report: VerificationReport, position: int, case: UUID | None, version: int | None, fault: Fault):
    assert report.first_finding is not None
    found = report.first_finding
    assert (found.position, found.case_id, found.version, found.fault) == (position, case, version, fault)


def stored_row(book: CaseBook, case: UUID, version: int) -> JournalRow:
    (row,) = [each for each in JournalAsStored.of(book.url).of_stream(case) if each.version == version]
    return row


def with_actor(envelope: Envelope, actor: str) -> Envelope:
    return envelope._replace(context=envelope.said()._replace(actor=actor).to_bytes())


def edit_leaf_and_hash(
    book: CaseBook, case: UUID, at: int, change: Callable[[Envelope], Envelope], place: bytes | None = None
) -> None:
    """Another envelope, that of an event in another ``place`` if one is given, and the leaf hash that goes with it."""
    row = stored_row(book, case, at)
    place = place or place_of(ORIGIN, case, at, row.type, row.schema)
    envelope = change(Envelope.read(row.envelope))._replace(place=place[:8])
    leaf = envelope.leaf(place, sha256(row.body).digest())
    book.tamper(
        "update journal set envelope = %s, leaf_hash = %s where stream = %s and version = %s",
        envelope.to_bytes(), leaf_hash(leaf), str(case), at,
    )  # fmt: skip


def versions(book: CaseBook, case: UUID) -> int:
    return book.journal.read(case).version


def shift(book: CaseBook, first: int, by: int) -> None:
    """Move the events from ``first`` on; in two steps, because positions are unique."""
    book.tamper("update journal set position = -position - %s where position >= %s", by, first)
    book.tamper("update journal set position = -position where position < 0")


def swap_positions(book: CaseBook, one: int, other: int) -> None:
    book.tamper("update journal set position = -1 where position = %s", one)
    book.tamper("update journal set position = %s where position = %s", one, other)
    book.tamper("update journal set position = %s where position = -1", other)


def cut_off(book: CaseBook, after: int) -> None:
    book.tamper("delete from journal where position > %s", after)
    book.tamper(
        "update journal_head set position = %s, known_at = (select known_at from journal where position = %s)",
        after, after,
    )  # fmt: skip
