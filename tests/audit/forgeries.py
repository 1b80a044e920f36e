"""How a superuser forges a journal, and what an auditor finds of it."""

from __future__ import annotations

from uuid import UUID

import orjson

from domain.audit.event_seals import Fault
from domain.audit.journal_chain import Checkpoint
from domain.audit.merkle import leaf_hash
from infra.audit.verification import VerificationReport, verify_journal
from infra.wire_format import canonical_json
from tests.audit.case_book import CaseBook, superuser


def verified(book: CaseBook, checkpoint: Checkpoint | None = None) -> VerificationReport:
    """What an auditor is told, read in one page; in pages of four events it is the same."""
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


def stored_leaf(book: CaseBook, case: UUID, version: int) -> dict[str, object]:
    with superuser(book.url) as connection, connection.cursor() as cursor:
        cursor.execute("select leaf from journal where stream = %s and version = %s", (str(case), version))
        return orjson.loads(bytes(cursor.fetchone()[0]))


def edit_leaf_and_hash(book: CaseBook, case: UUID, at: int, /, **changed: object) -> None:
    leaf = canonical_json(stored_leaf(book, case, at) | changed)
    book.tamper(
        "update journal set leaf = %s, leaf_hash = %s where stream = %s and version = %s",
        leaf, leaf_hash(leaf), str(case), at,
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
