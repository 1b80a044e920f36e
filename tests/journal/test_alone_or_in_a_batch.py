"""A command comes to the same whether it is appended alone or beside others: one contract for both functions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from uuid import UUID

import pytest

from infra.postgres.journal.append_function import append, prepare_append
from infra.postgres.journal.append_requests import AppendRequest, Outcome, StreamHead
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.migrate import migrate_journal
from tests.journal.appends import ORIGIN, JournalAsStored, command, request
from tests.world.databases import journal_database

pytestmark = pytest.mark.server

CASE = UUID("0198a000-0000-7000-8000-000000000001")
FIRST = request(CASE, identity=command("first"), count=2)
HEAD = FIRST.result

ASKED = {
    "one event on a new stream": request(identity=command("new")),
    "three events on a stream that is there": request(CASE, HEAD, identity=command("more"), count=3),
    "nothing decided": replace(request(CASE, HEAD, identity=command("nothing")), events=()),
    "the same command again": FIRST,
    "the same id for another command": request(CASE, HEAD, identity=command("first", body="other")),
    "a stream that has moved on": request(CASE, StreamHead(1, b"\1" * 32), identity=command("late")),
    "a stream that is not there": request(UUID(int=7), StreamHead(3, b"\1" * 32), identity=command("lost")),
    "another leaf at that version": request(CASE, StreamHead(2, b"\1" * 32), identity=command("forged")),
}


def appended_after_first(admin_url: str, batch: Sequence[AppendRequest]) -> tuple[list[Outcome], JournalAsStored]:
    """What ``batch`` comes to in one transaction, in a journal that holds FIRST."""
    with journal_database(admin_url) as url:
        migrate_journal(url, origin=ORIGIN)
        with closing(connect(url, Role.WRITER)) as connection:
            prepare_append(connection)
            append(connection, [FIRST])
            outcomes = append(connection, batch)
        return outcomes, JournalAsStored.of(url)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
def test_alone_it_comes_to_what_it_comes_to_beside_a_neighbour(admin_url: str, asked: AppendRequest) -> None:
    # given a journal with a case; when a command is appended alone, and in another journal beside a neighbour
    neighbour = request(identity=command("neighbour"))
    (alone,), journal_alone = appended_after_first(admin_url, [asked])
    (beside, also), journal_beside = appended_after_first(admin_url, [asked, neighbour])
    # then its outcome and its rows are the same, and the neighbour is appended in any case
    assert alone == beside
    assert also.outcome == "appended"
    assert [*journal_alone.rows] == [row for row in journal_beside.rows if row.stream != neighbour.events[0].stream]
    journal_alone.require_sound()
    journal_beside.require_sound()


def test_the_outcomes_are_those_that_the_cases_are_named_for(admin_url: str) -> None:
    outcomes = {name: appended_after_first(admin_url, [asked])[0][0].outcome for name, asked in ASKED.items()}
    assert list(outcomes.values()) == [
        "appended",
        "appended",
        "appended",
        "repeated",
        "idempotencyKeyReused",
        "versionConflict",
        "versionConflict",
        "chainBroken",
    ]
