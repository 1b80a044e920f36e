"""The watchdog cuts what is overdue and nothing else: not the next borrower of a connection, not another's socket."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from infra.limit_counts import Limit, LimitCounts
from infra.limits import DatabaseLimits, Limits, LimitsUnusable
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable, Role, connect, transaction
from infra.postgres.server.deadlines import Deadlines, Watchdog
from infra.postgres.server.troubles import Trouble

pytestmark = pytest.mark.server

SHORT = DatabaseLimits(
    pool_seconds=1, lock_seconds=0.2, statement_seconds=0.5, answer_seconds=0.6, outcome_seconds=1, connect_seconds=2
)


@pytest.fixture
def counts() -> LimitCounts:
    return LimitCounts()


@pytest.fixture
def deadlines(counts: LimitCounts) -> Iterator[Deadlines]:
    with Watchdog(look_again=0.02) as watchdog:
        yield Deadlines(SHORT, watchdog, counts)


@pytest.fixture
def pool(journal_url: str, deadlines: Deadlines) -> Iterator[ConnectionPool]:
    with closing(ConnectionPool(journal_url, Role.WRITER, size=4, deadlines=deadlines)) as pool:
        yield pool


def backend(pool: ConnectionPool) -> int:
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        ((number,),) = cursor.fetchall()
    return int(number)


def test_the_server_ends_a_long_statement_and_the_connection_is_lent_again(
    pool: ConnectionPool, counts: LimitCounts
) -> None:
    first = backend(pool)
    with pytest.raises(DatabaseUnavailable) as refused, pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select pg_sleep(5)")

    assert refused.value.trouble is Trouble.BUSY
    assert backend(pool) == first
    assert counts.totals()[Limit.DATABASE_STATEMENT] == 1
    assert counts.totals()[Limit.DATABASE_ANSWER] == 0


def test_a_server_that_keeps_no_limit_is_cut_off(pool: ConnectionPool, counts: LimitCounts) -> None:
    first, began = backend(pool), time.monotonic()
    with pytest.raises(DatabaseUnavailable) as refused, pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0; select pg_sleep(5)")

    assert time.monotonic() - began < 2
    assert refused.value.trouble is Trouble.SILENT
    assert counts.totals()[Limit.DATABASE_ANSWER] == 1
    # for a second nobody else finds the same out anew, and then work goes on, on another connection
    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        backend(pool)
    time.sleep(1.1)
    assert backend(pool) != first


def test_a_copy_is_cut_off_too(pool: ConnectionPool, tmp_path: Path) -> None:
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")

    def copy() -> None:
        with (
            (tmp_path / "copied").open("wb") as file,
            pool.connection() as connection,
            connection.cursor() as cursor,
        ):
            cursor.copy_expert("copy (select pg_sleep(5)) to stdout", file)

    with pytest.raises(DatabaseUnavailable) as refused:
        copy()
    assert refused.value.trouble is Trouble.SILENT


def test_who_is_slow_without_the_database_loses_the_connection_and_nobody_else_does(pool: ConnectionPool) -> None:
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        ((first,),) = cursor.fetchall()
        time.sleep(SHORT.answer_seconds + 0.3)
    # then the next ones work at once, on another connection
    began = time.monotonic()
    assert backend(pool) != first
    assert time.monotonic() - began < 1


def test_who_waits_for_others_in_a_transaction_is_cut_only_in_asking_again(
    journal_url: str, deadlines: Deadlines
) -> None:
    # given a transaction in which nothing is asked for longer than an answer may take
    answered: list[str] = []

    def work(pool: ConnectionPool) -> None:
        with pool.lent() as (connection, watch), transaction(connection) as cursor:
            assert watch is not None
            cursor.execute("select 1")
            watch.rest()
            time.sleep(SHORT.answer_seconds + 0.3)
            # then neither side has ended it
            watch.renew()
            cursor.execute("select 2")
            answered.append("after the rest")
            # and the next answer is waited for as long as any
            cursor.execute("set statement_timeout = 0; select pg_sleep(5)")

    patient = ConnectionPool(journal_url, Role.WRITER, size=1, deadlines=deadlines.idle_for(30))
    with closing(patient), pytest.raises(DatabaseUnavailable) as refused:
        work(patient)
    assert (answered, refused.value.trouble) == (["after the rest"], Trouble.SILENT)


def test_a_thousand_short_loans_in_threads_are_never_cut(journal_url: str, counts: LimitCounts) -> None:
    # given patience for one's turn: what is tried here is whether a loan is cut by another's deadline
    patient = SHORT.model_copy(update={"pool_seconds": 60.0})
    with (
        Watchdog(look_again=0.02) as watchdog,
        closing(
            ConnectionPool(journal_url, Role.WRITER, size=4, deadlines=Deadlines(patient, watchdog, counts))
        ) as pool,
        ThreadPoolExecutor(8) as threads,
    ):
        numbers = list(threads.map(lambda _: backend(pool), range(1_000)))
    assert len(set(numbers)) <= 4
    assert counts.totals()[Limit.DATABASE_ANSWER] == 0


def test_a_closed_connection_leaves_no_descriptor_open(journal_url: str, deadlines: Deadlines) -> None:
    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))

    connect(journal_url, Role.READER, deadlines).close()
    before = opened()
    for _ in range(5):
        connect(journal_url, Role.READER, deadlines).close()
    assert opened() == before


def test_only_a_connection_that_can_be_cut_is_watched(journal_url: str, deadlines: Deadlines) -> None:
    with closing(psycopg2.connect(journal_url)) as connection, pytest.raises(TypeError):
        deadlines.watch(connection)


def test_a_look_has_shorter_limits_in_the_same_order(deadlines: Deadlines) -> None:
    limits = deadlines.for_a_look().limits
    assert limits.lock_seconds <= limits.statement_seconds <= limits.answer_seconds <= SHORT.look_seconds


def test_limits_in_the_wrong_order_are_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "limits.toml"
    file.write_text("[database]\nstatement_seconds = 20\n")
    with pytest.raises(LimitsUnusable, match="statement_seconds may not be longer than answer_seconds"):
        Limits.load(file)
