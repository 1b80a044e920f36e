"""What a command did is remembered for 90 days; what it appended, for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Thread

import psycopg2
import pytest

from infra.postgres.journal.command_retention import KEPT_FOR, forget_old_commands
from infra.postgres.journal.conflicts import CommandRepeated, StreamMoved
from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role
from infra.workers.command_retention import CommandRetention
from tests.journal.appends import NOON, JournalAsStored, request

pytestmark = pytest.mark.server

LONG_AGO = NOON.replace(year=2020)
"""The database forgets by its own clock, so what is to be forgotten is old by any clock."""


@pytest.fixture
def pool(journal_url: str) -> Iterator[ConnectionPool]:
    with closing(ConnectionPool(journal_url, Role.WRITER, size=2)) as pool:
        yield pool


def test_a_command_is_forgotten_after_ninety_days_and_its_events_are_not(
    journal_url: str, committer: GroupCommitter, pool: ConnectionPool
) -> None:
    # given two commands a day apart
    old, young = request(at=LONG_AGO), request(at=LONG_AGO + timedelta(days=1))
    committer.submit(old)
    committer.submit(young)
    before = JournalAsStored.of(journal_url).rows
    # when ninety days and a minute have passed since the first
    assert forget_old_commands(pool, now=LONG_AGO + KEPT_FOR + timedelta(minutes=1)) == 1
    # then the second is still known, the first is a stranger whose stream has moved on, and no event is gone
    with pytest.raises(CommandRepeated):
        committer.submit(young)
    with pytest.raises(StreamMoved):
        committer.submit(old)
    assert list(JournalAsStored.of(journal_url).rows) == list(before)


def test_nothing_is_forgotten_on_the_ninetieth_day(committer: GroupCommitter, pool: ConnectionPool) -> None:
    committer.submit(request(at=LONG_AGO))
    assert forget_old_commands(pool, now=LONG_AGO + KEPT_FOR) == 0


def test_a_clock_that_runs_ahead_of_the_server_forgets_later(committer: GroupCommitter, pool: ConnectionPool) -> None:
    # given a demonstration, or a machine with a wrong clock: a year ahead of the server
    ahead = datetime.now(UTC) + timedelta(days=365)
    committer.submit(request(at=ahead - timedelta(days=100)))
    # when its ninety days have passed by that clock, then they have not by the server's
    assert forget_old_commands(pool, now=ahead) == 0


def test_the_worker_forgets_at_its_start_and_stops_at_once(
    journal_url: str, committer: GroupCommitter, pool: ConnectionPool
) -> None:
    class Later:
        def now(self) -> datetime:
            return LONG_AGO + timedelta(days=400)

    committer.submit(request(at=LONG_AGO))
    worker = CommandRetention(pool, Later())
    thread = Thread(target=worker.run)
    thread.start()
    with closing(psycopg2.connect(journal_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for _ in range(200):
            cursor.execute("select count(*), pg_sleep(0.02)::text from permit.command")
            if cursor.fetchall()[0][0] == 0:
                break
        else:
            pytest.fail("the worker forgot nothing in four seconds")
    worker.stop()
    thread.join(timeout=5)
    assert not thread.is_alive()
