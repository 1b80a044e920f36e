"""A transaction begins and ends in one function: undone by an error, and never left open."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role, connect, transaction
from tests.journal.product_code import product_modules

CONNECTIONS = "infra/postgres/server/connections.py"
IN_SQL = ("begin", "start transaction", "commit", "rollback", "abort")


def transactions_by_hand(module: ast.AST) -> Iterator[int]:
    """The lines that begin or end a transaction of PostgreSQL.

    Savepoints lie within one, and SQLite, in which some modules keep notes, has its own.
    """
    in_sqlite = any(isinstance(node, ast.Import) and node.names[0].name == "sqlite3" for node in ast.walk(module))
    for node in ast.walk(module):
        match node:
            case ast.Assign(targets=[ast.Attribute(attr="autocommit")]):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="set_session" | "set_isolation_level")):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="commit" | "rollback"), args=[], keywords=[]):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="execute"), args=[ast.Constant(value=str(statement)), *_]):
                words = statement.strip().lower()
                if words.startswith(IN_SQL) and not words.startswith("rollback to") and not in_sqlite:
                    yield node.lineno
            case ast.With(items=items):
                for item in items:
                    match item.context_expr:
                        case ast.Name(id=named) | ast.Attribute(attr=named) if named.endswith("connection"):
                            yield node.lineno


@pytest.mark.parametrize(
    "source",
    [
        "connection.autocommit = False",
        "self._connection.commit()",
        "connection.rollback()",
        "connection.set_session(readonly=True)",
        "with connection: pass",
        "with connection, connection.cursor() as cursor: pass",
        "with self._connection as live: pass",
        "cursor.execute('begin')",
        "cursor.execute('ROLLBACK')",
    ],
)
def test_a_transaction_by_hand_is_noticed(source: str) -> None:
    assert len(list(transactions_by_hand(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "with pool.transaction() as connection, connection.cursor() as cursor: pass",
        "with transaction(connection) as cursor: pass",
        "cursor.execute('rollback to savepoint before_message')",
        "client.commit(offsets, timeout_ms=100)",
        "import sqlite3\nnotes.execute('begin')",
    ],
)
def test_other_work_is_not_taken_for_one(source: str) -> None:
    assert list(transactions_by_hand(ast.parse(source))) == []


def test_no_other_module_begins_or_ends_one() -> None:
    found = {place: list(lines) for place, module in product_modules() if (lines := list(transactions_by_hand(module)))}
    assert found.keys() == {CONNECTIONS}, found


@pytest.mark.server
class TestTransaction:
    def test_it_is_written_when_the_block_ends(self, empty_database: str) -> None:
        with closing(connect(empty_database, None)) as connection:
            with transaction(connection) as cursor:
                cursor.execute(NOTED)
                assert not _is_there(empty_database)
            assert _is_there(empty_database)
            assert _is_idle(connection)

    def test_an_error_in_the_block_undoes_it_and_the_connection_is_as_before(self, empty_database: str) -> None:
        with closing(connect(empty_database, None)) as connection:
            with pytest.raises(psycopg2.errors.UndefinedTable):
                _run(connection, NOTED, "select from nowhere")
            assert not _is_there(empty_database)
            assert _is_idle(connection)

    def test_an_error_of_the_commit_reaches_the_caller(self, empty_database: str) -> None:
        with closing(connect(empty_database, None)) as connection:
            _run(connection, "create table once (n int, unique (n) deferrable initially deferred)")
            with pytest.raises(psycopg2.errors.UniqueViolation):
                _run(connection, "insert into once values (1), (1)")
            assert _is_idle(connection)

    def test_a_connection_that_broke_raises_what_broke_it(self, empty_database: str) -> None:
        with closing(connect(empty_database, None)) as connection:
            with pytest.raises(psycopg2.OperationalError):
                _run(connection, NOTED, "select pg_terminate_backend(pg_backend_pid())")
            assert connection.closed
            assert not _is_there(empty_database)

    def test_none_begins_within_another(self, empty_database: str) -> None:
        with closing(connect(empty_database, None)) as connection, transaction(connection) as cursor:
            cursor.execute(NOTED)
            with pytest.raises(psycopg2.ProgrammingError):
                _run(connection, "select 1")

    def test_that_of_a_pool_is_the_same(self, journal_url: str) -> None:
        with closing(ConnectionPool(journal_url, Role.WRITER, size=1)) as pool:
            with pytest.raises(StopIteration):
                _read_up_to(pool, 1, of=iter(()))
            _read_up_to(pool, 2, of=iter([2]))
            with pool.connection() as connection, connection.cursor() as cursor:
                cursor.execute("select name, position from tracking")
                assert cursor.fetchall() == [("reader 2", 2)]


NOTED = "create table noted (n int)"


def _run(connection: psycopg2.extensions.connection, *statements: str) -> None:
    with transaction(connection) as cursor:
        for statement in statements:
            cursor.execute(statement)


def _read_up_to(pool: ConnectionPool, position: int, *, of: Iterator[int]) -> None:
    with pool.transaction() as connection, connection.cursor() as cursor:
        cursor.execute("insert into tracking values (%s, %s)", (f"reader {position}", position))
        next(of)


def _is_there(url: str) -> bool:
    with closing(connect(url, None)) as connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('noted') is not null")
        ((found,),) = cursor.fetchall()
        return bool(found)


def _is_idle(connection: psycopg2.extensions.connection) -> bool:
    return bool(connection.autocommit) and connection.info.transaction_status == TRANSACTION_STATUS_IDLE
