"""A read model built anew beside the one that serves, compared with it, and put in its place.

The new generation has a schema of its own, in which the read model's own statements find their tables first. Only
for the comparison and the swap does the runner wait; readers do not notice but for the moment of the swap.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zlib import crc32

from psycopg2 import sql

from infra.postgres.connections import connect
from infra.postgres.owned_schemas import own_schema
from infra.postgres.recorded_events import handled_events
from infra.postgres.recorder import JournalRecorder
from projections.read_model import ReadModel

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

_PAGE: Final = 5_000
_ROWS_NAMED: Final = 3
_REBUILD_LOCK: Final = 7_301_967
_LIVE: Final = "permit"

OnProgress = Callable[[int, int], None]
"""Called with the events projected and the position to reach."""


class RebuildUnderWay(Exception):
    """Somebody else builds this read model anew at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableComparison:
    """A table as it served and as it was built anew; ``differing`` names some rows by their primary key."""

    table: str
    live_rows: int
    rebuilt_rows: int
    differing: tuple[str, ...]
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationReport:
    """What came of building ``name`` anew up to ``position``; ``swapped`` says that it serves now."""

    name: str
    position: int
    seconds: float
    tables: tuple[TableComparison, ...]
    swapped: bool

    @property
    def same(self) -> bool:
        return all(each.same for each in self.tables)


def check_projection(
    url: str, recorder: JournalRecorder, read_model: ReadModel, *, on_progress: OnProgress
) -> GenerationReport:
    """Build the read model anew, compare, and throw the new one away. Raises as :func:`rebuild_projection`."""
    return _build(url, recorder, read_model, on_progress, swap=False)


def rebuild_projection(
    url: str, recorder: JournalRecorder, read_model: ReadModel, *, on_progress: OnProgress
) -> GenerationReport:
    """Build the read model anew while the old one serves, compare at the same position, and swap.

    Raises :class:`RebuildUnderWay`, and what the read model or an unreadable event raises: then nothing is swapped.
    """
    return _build(url, recorder, read_model, on_progress, swap=True)


def _build(
    url: str, recorder: JournalRecorder, read_model: ReadModel, on_progress: OnProgress, *, swap: bool
) -> GenerationReport:
    began = time.monotonic()
    with closing(connect(url, None)) as connection, _generation(connection, read_model) as schema:
        goal = _position(connection, read_model.name)
        reached = _project(connection, recorder, read_model, schema, after=0, until=goal, on_progress=on_progress)
        with connection, connection.cursor() as cursor:
            # From here to the end of the transaction the runner waits.
            cursor.execute("select position from permit.tracking where name = %s for update", (read_model.name,))
            (position,) = cursor.fetchone() or (0,)
            _project_pages(cursor, recorder, read_model, schema, after=reached, until=position)
            tables = tuple(_compared(cursor, schema, table) for table in _tables(cursor, schema))
            if swap:
                for each in tables:
                    _swap(cursor, schema, each.table)
    return GenerationReport(
        name=read_model.name, position=position, seconds=time.monotonic() - began, tables=tables, swapped=swap
    )


@contextmanager
def _generation(connection: Connection, read_model: ReadModel) -> Iterator[str]:
    """A schema with the read model's tables, empty; it is gone at the end, with what is still in it."""
    schema = f"permit_next_{read_model.name.replace('-', '_')}"
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, %s)", (_REBUILD_LOCK, crc32(schema.encode()) >> 1))
        (locked,) = cursor.fetchone() or (False,)
        if not locked:
            raise RebuildUnderWay(f"{read_model.name} is being built anew by somebody else: wait for that to end")
    connection.autocommit = False
    drop = sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
    try:
        with connection, connection.cursor() as cursor:
            own_schema(cursor, schema, empty=True)
            cursor.execute(sql.SQL("set local search_path = {}").format(sql.Identifier(schema)))
            cursor.execute(read_model.ddl)
        yield schema
    finally:
        if not connection.closed:
            connection.rollback()
            with connection, connection.cursor() as cursor:
                cursor.execute(drop)


def _project(
    connection: Connection,
    recorder: JournalRecorder,
    read_model: ReadModel,
    schema: str,
    *,
    after: int,
    until: int,
    on_progress: OnProgress,
) -> int:
    """Project the events of ``(after, until]``, a transaction a page."""
    while after < until:
        with connection, connection.cursor() as cursor:
            after = _project_page(cursor, recorder, read_model, schema, after=after, until=until)
        on_progress(after, until)
    return after


def _project_pages(
    cursor: Cursor, recorder: JournalRecorder, read_model: ReadModel, schema: str, *, after: int, until: int
) -> None:
    while after < until:
        after = _project_page(cursor, recorder, read_model, schema, after=after, until=until)


def _project_page(
    cursor: Cursor, recorder: JournalRecorder, read_model: ReadModel, schema: str, *, after: int, until: int
) -> int:
    page = recorder.select_notifications(after, _PAGE, stop=until, inclusive_of_start=False)
    cursor.execute(sql.SQL("set local search_path = {}, permit").format(sql.Identifier(schema)))
    read_model.project(handled_events(page, read_model.handles), cursor)
    return page[-1].id


def _position(connection: Connection, name: str) -> int:
    with connection, connection.cursor() as cursor:
        cursor.execute("select position from permit.tracking where name = %s", (name,))
        (position,) = cursor.fetchone() or (0,)
    reached: int = position
    return reached


def _tables(cursor: Cursor, schema: str) -> list[str]:
    cursor.execute("select tablename from pg_tables where schemaname = %s order by tablename", (schema,))
    return [table for (table,) in cursor.fetchall()]


def _compared(cursor: Cursor, schema: str, table: str) -> TableComparison:
    live_rows, live_digest = _digest(cursor, _LIVE, table)
    rebuilt_rows, rebuilt_digest = _digest(cursor, schema, table)
    same = (live_rows, live_digest) == (rebuilt_rows, rebuilt_digest)
    return TableComparison(
        table=table,
        live_rows=live_rows,
        rebuilt_rows=rebuilt_rows,
        differing=() if same else _differing(cursor, schema, table),
        same=same,
    )


def _digest(cursor: Cursor, schema: str, table: str) -> tuple[int, str]:
    """The number of rows, and a sum over their hashes: the same rows in any order give the same sum."""
    cursor.execute(
        sql.SQL("select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text from {} t").format(
            sql.Identifier(schema, table)
        )
    )
    rows, digest = cursor.fetchone() or (0, "0")
    return rows, digest


def _differing(cursor: Cursor, schema: str, table: str) -> tuple[str, ...]:
    """Some primary keys of rows that are in one generation only, or not the same in both."""
    cursor.execute(_PRIMARY_KEY, (f"{schema}.{table}",))
    key = sql.SQL(", ").join(sql.Identifier(column) for (column,) in cursor.fetchall())
    cursor.execute(
        sql.SQL(
            "select row({key})::text from {live} l full join {rebuilt} r using ({key})"
            " where l::text is distinct from r::text limit %s"
        ).format(key=key, live=sql.Identifier(_LIVE, table), rebuilt=sql.Identifier(schema, table)),
        (_ROWS_NAMED,),
    )
    return tuple(named for (named,) in cursor.fetchall())


def _swap(cursor: Cursor, schema: str, table: str) -> None:
    cursor.execute(sql.SQL("drop table {}").format(sql.Identifier(_LIVE, table)))
    cursor.execute(sql.SQL("alter table {} set schema {}").format(sql.Identifier(schema, table), sql.Identifier(_LIVE)))


_PRIMARY_KEY: Final = """
select a.attname
  from pg_index i
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
 where i.indrelid = %s::regclass and i.indisprimary
 order by array_position(i.indkey, a.attnum)
"""
