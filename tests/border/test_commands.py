"""Commands, their ids and actors: of what could not be recorded no digest and no id is kept, whatever is decided."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import pytest

from domain.case.commands import CaseCommand, CommandContext, ForwardToImmigrationOffice, WithdrawApplication
from domain.case.events import ApplicationWithdrawn
from domain.case.refusals import NotRecordable
from domain.law.rulebook import Rulebook
from tests.audit.case_book import CaseBook
from tests.border.unreadable import SUBJECT, UNREADABLE, ordinary, placed

pytestmark = pytest.mark.server

CASE = UUID("11111111-1111-4111-8111-111111111111")
CONTEXT = ordinary(CommandContext)
COMMANDS: tuple[type[Any], ...] = get_args(CaseCommand)

every_text = pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())


@pytest.fixture
def book(unnamed_journal: str) -> Iterator[CaseBook]:
    with closing(CaseBook(unnamed_journal, Rulebook.load())) as opened:
        yield opened


def refusals(book: CaseBook, command: Any, context: CommandContext) -> Iterator[NotRecordable]:
    """What is said when the command is appended, though it decided to nothing, and when its receipt is asked for."""
    stream = book.journal.read(CASE)
    with pytest.raises(NotRecordable) as refused:
        book.journal.append(stream, (), command, context, book.law.sha256, None)
    yield refused.value
    with pytest.raises(NotRecordable) as refused:
        book.journal.receipt_of(CASE, command, context)
    yield refused.value


@every_text
def test_no_field_of_a_command_takes_an_unreadable_text(book: CaseBook, text: str) -> None:
    tried = 0
    for command_type in COMMANDS:
        for each in placed(command_type, str, text):
            for refused in refusals(book, each.value, CONTEXT):
                assert (refused.what, refused.issues[0].path) == (command_type.__name__, each.path)
                assert text not in str(refused)
            tried += 1
    assert tried > 60


@every_text
def test_neither_actor_nor_id_nor_cause_of_a_command_takes_it(book: CaseBook, text: str) -> None:
    paths = set()
    for each in placed(CommandContext, str, text):
        for refused in refusals(book, ForwardToImmigrationOffice(), each.value):
            paths |= {issue.path for issue in refused.issues}
    assert paths == {"actor", "commandId", "causationId", "keyHolder"}


def test_no_amount_of_a_command_is_no_number(book: CaseBook) -> None:
    for command_type in COMMANDS:
        for each in placed(command_type, Decimal, Decimal("NaN")):
            for refused in refusals(book, each.value, CONTEXT):
                assert [issue.path for issue in refused.issues] == [each.path]


def test_a_command_of_a_moment_that_brussels_cannot_date_is_refused_with_a_sentence(book: CaseBook) -> None:
    context = replace(CONTEXT, now=datetime(9999, 12, 31, 23, 30, tzinfo=UTC))
    for refused in refusals(book, ForwardToImmigrationOffice(), context):
        assert str(refused) == (
            "CommandContext cannot be recorded: now: it has no date in every time zone, look for a mistyped year"
        )


def test_an_event_that_its_command_does_not_betray_is_refused_too_and_the_id_stays_free(book: CaseBook) -> None:
    # given an event with a text that is in no field of its command
    stream = book.journal.read(CASE)
    book.keys._keys[SUBJECT] = b"k" * 32
    event = ApplicationWithdrawn(
        effective_at=datetime(2026, 1, 20, tzinfo=UTC), by="a\x00b", worker_subject=SUBJECT, reason=None
    )
    # when it is appended
    with pytest.raises(NotRecordable, match="ApplicationWithdrawn cannot be recorded: by: "):
        book.journal.append(stream, (event,), WithdrawApplication(), CONTEXT, book.law.sha256, None)
    # then nothing was written, and the command can be carried out without it
    assert book.recorder.max_notification_id() in (None, 0)
    good = replace(event, by="employer:e-1")
    receipt = book.journal.append(stream, (good,), WithdrawApplication(), CONTEXT, book.law.sha256, None)
    assert (receipt.position, receipt.repeated) == (1, False)
