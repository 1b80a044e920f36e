"""The two questions that are asked all day are answered from an index, whatever the journal's size."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from psycopg2.extensions import cursor as Cursor

from infra.postgres.journal.bulk import bulk_append
from infra.postgres.journal.bulk_reading import copy_streams_after, copy_tail_of_streams
from infra.postgres.server.connections import Role, connect
from tests.journal.appends import JournalAsStored, request

pytestmark = pytest.mark.server

POLL = (
    "select stream, version, type, body, position, schema, leaf_hash, envelope from journal"
    " where position > 1900 and position <= 4611686018427387904 and (true or type = any(array['Noted']))"
    " order by position limit 50"
)
BULK_READ = (
    "select position, stream, version, type, schema, known_at, leaf_hash, envelope, body from journal"
    " where position > 1900 and position <= 1950 order by position"
)
STREAM_HEAD = "select version, leaf_hash from journal where stream = '{stream}' order by version desc limit 1"
ONE_CASE = (
    "select version, type, schema, leaf_hash, body from journal where stream = '{stream}'"
    " and version > -1 and version <= 4611686018427387904 order by version asc"
)

FIRST_EVENTS = (
    "select version, type, schema, leaf_hash, position, known_at, body from journal where stream = '{stream}'"
    " order by version limit 100"
)


@pytest.fixture
def long_journal(journal_url: str) -> str:
    for _ in bulk_append(lambda: connect(journal_url, Role.WRITER), (request(count=2) for _ in range(1_000))):
        pass
    with closing(connect(journal_url, None)) as connection, connection.cursor() as cursor:
        cursor.execute("analyze permit.journal")
    return journal_url


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (POLL, "journal_pkey"),
        (BULK_READ, "journal_pkey"),
        (STREAM_HEAD, "journal_stream_version_key"),
        (ONE_CASE, "journal_stream_version_key"),
        (FIRST_EVENTS, "journal_stream_version_key"),
    ],
)
def test_the_plan_reads_one_index_and_sorts_nothing_large(long_journal: str, question: str, index: str) -> None:
    stream = JournalAsStored.of(long_journal).rows[700].stream
    with closing(connect(long_journal, Role.READER)) as connection, connection.cursor() as cursor:
        cursor.execute("explain (format json, analyze) " + question.format(stream=stream))
        ((plans,),) = cursor.fetchall()
    used = list(nodes(plans[0]["Plan"]))

    assert {node.get("Index Name") for node in used} - {None} == {index}
    assert not any(node["Node Type"] == "Seq Scan" for node in used)
    assert all(node["Actual Rows"] <= 100 for node in used)


class Copying(Cursor):  # type: ignore[misc]
    """Remembers what was copied."""

    copied: ClassVar[list[str]] = []

    def copy_expert(self, sql: Any, file: Any, size: int = 8_192) -> None:
        self.copied.append(sql.removeprefix("copy (").partition(") to stdout")[0])
        super().copy_expert(sql, file, size)


@pytest.mark.parametrize("read", [copy_tail_of_streams, partial(copy_streams_after, limit=100)], ids=["whole", "some"])
def test_a_range_of_streams_is_expected_to_be_short(long_journal: str, read: Callable[..., Iterator[object]]) -> None:
    """Else the planner reads a journal of millions from end to end for each range."""
    streams = sorted({row.stream for row in JournalAsStored.of(long_journal).rows})
    with closing(connect(long_journal, Role.READER)) as connection:
        connection.cursor_factory = Copying
        rows = list(read(connection, (streams[500], 2), streams[510], 2_000))
        with connection.cursor() as cursor:
            cursor.execute("explain (format json) " + Copying.copied[-1].partition(" limit ")[0])
            ((plans,),) = cursor.fetchall()

    assert len(rows) == 20
    assert plans[0]["Plan"]["Plan Rows"] < 100


def test_an_append_does_not_grow_slower_with_the_journal(long_journal: str) -> None:
    """The append function's own look-ups: one append must not read the table from end to end."""
    with closing(connect(long_journal, None)) as connection, connection.cursor() as cursor:
        cursor.execute("select pg_stat_force_next_flush(), seq_scan from pg_stat_user_tables where relname = 'journal'")
        (_, before) = cursor.fetchone() or (None, 0)
        appended = bulk_append(lambda: connect(long_journal, Role.WRITER), [request(uuid4()) for _ in range(20)])
        assert len(list(appended)) == 20
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute("select seq_scan from pg_stat_user_tables where relname = 'journal'")
        assert cursor.fetchone() == (before,)
