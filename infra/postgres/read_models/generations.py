"""A read model rebuilt beside the one in use, compared with it, and put in its place.

The new generation has a schema of its own, in which the read model's own statements find their tables first. Only
for the comparison and the swap does the runner wait; readers do not notice but for the moment of the swap.

It is filled stream by stream, in all cores, up to where the one that serves had come at the beginning, and from there
page by page (:mod:`infra.postgres.read_models.whole_streams`).

Streams with an event that cannot be applied are left behind as the runner does, and are parked with the swap. A
generation that serves has read the journal to its end, whatever else had stopped before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zlib import crc32

from psycopg2 import sql

from infra.postgres.journal.event_faults import LeftBehind, stream_of
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorded_events import concerns, notifications_of
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.read_models.parked_streams import keep_parked_only, park
from infra.postgres.read_models.projecting import project_around
from infra.postgres.read_models.row_scope import EVERYTHING, show_rows
from infra.postgres.read_models.row_security import owner_too, row_security
from infra.postgres.read_models.whole_streams import AT_ONCE, LIVE_SCHEMA, WholeStreams
from infra.postgres.server.connections import connect, transaction
from infra.postgres.server.owned_schemas import own_schema
from projections.read_model import ReadModel

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

_PAGE: Final = 5_000
_ROWS_NAMED: Final = 3
_REBUILD_LOCK: Final = 7_301_967

OnProgress = Callable[[int, int], None]
"""Called with the events projected and the position to reach."""


class RebuildUnderWay(Exception):
    """Another process is rebuilding this read model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableComparison:
    """A table as it served and as it was rebuilt; ``differing`` names some rows by their primary key."""

    table: str
    live_rows: int
    rebuilt_rows: int
    differing: tuple[str, ...]
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationReport:
    """The result of rebuilding ``name``; ``swapped`` says that it serves now, up to ``position``.

    The two were compared at ``compared_at``, where the one that served was. ``streams`` are those that begin in
    the part of the journal that was read, ``events`` those of its events that concern the read model and are in its
    ``rows``; ``parked`` are the streams that are not whole in it, with what cannot be applied.
    """

    name: str
    position: int
    compared_at: int
    seconds: float
    events: int
    streams: int
    rows: int
    tables: tuple[TableComparison, ...]
    parked: tuple[LeftBehind, ...]
    swapped: bool

    @property
    def same(self) -> bool:
        return all(each.same for each in self.tables)


def check_projection(
    url: str,
    recorder: JournalRecorder,
    read_model: ReadModel,
    *,
    on_progress: OnProgress,
    workers: int | None = None,
    at_once: int = AT_ONCE,
) -> GenerationReport:
    """Rebuild the read model, compare, and discard the new one. As :func:`rebuild_projection`."""
    return _build(url, recorder, read_model, on_progress, workers, at_once, swap=False)


def rebuild_projection(
    url: str,
    recorder: JournalRecorder,
    read_model: ReadModel,
    *,
    on_progress: OnProgress,
    workers: int | None = None,
    at_once: int = AT_ONCE,
) -> GenerationReport:
    """Rebuild the read model while the old one serves, compare at the same position, and swap.

    What serves then has read the journal to its end. ``workers`` is the number of processes (default: one for each core
    that has enough to do), ``at_once`` about how many events each takes at a time. Raises :class:`RebuildUnderWay` and
    what :meth:`WholeStreams.folded` raises: then nothing is swapped.
    """
    return _build(url, recorder, read_model, on_progress, workers, at_once, swap=True)


@dataclass(slots=True, kw_only=True)
class _NextGeneration:
    """The tables in ``schema``, filled up to the position ``reached``, and the streams left behind so far."""

    recorder: JournalRecorder
    read_model: ReadModel
    schema: str
    reached: int = 0
    events: int = 0
    streams: int = 0
    left: dict[UUID, LeftBehind] = field(default_factory=dict)

    def fill(self, connection: Connection, whole: WholeStreams, workers: int | None, on_progress: OnProgress) -> None:
        """Take the streams whole, as far as ``whole`` goes, each range in a transaction of its own."""
        read = 0
        with whole.folded(workers=workers) as ranges:
            for each in ranges:
                with transaction(connection) as cursor:
                    self._find_tables(cursor)
                    left = whole.write(cursor, each)
                self.left |= {behind.stream: behind for behind in left}
                self.events += each.events
                self.streams += each.streams
                read += each.read
                on_progress(read, whole.up_to)
        self.reached = whole.up_to

    def finish(self, cursor: Cursor, until: int) -> None:
        """Project what is left up to ``until``, in the transaction of ``cursor``.

        Streams that were left behind are tried once more, each as a whole: what could not be applied when a page
        ended with it may have been overtaken by what came after, as when a record was retold again.
        """
        while self.reached < until:
            self.project_page(cursor, until)
        self._find_tables(cursor)
        for each in list(self.left.values()):
            missed = notifications_of(cursor, each.stream, first=each.position, last=self.reached)
            del self.left[each.stream]
            self._project(cursor, missed)

    def project_page(self, cursor: Cursor, until: int) -> None:
        page = self.recorder.select_notifications(self.reached, _PAGE, stop=until, inclusive_of_start=False)
        concerning = [each for each in page if concerns(each, self.read_model.handles)]
        going_on = []
        for each in concerning:
            behind = self.left.get(stream_of(each))
            if behind is None:
                going_on.append(each)
            else:
                self.left[behind.stream] = replace(behind, skipped=behind.skipped + 1)
        self._find_tables(cursor)
        self._project(cursor, going_on)
        self.reached = page[-1].id
        self.events += len(concerning)
        self.streams += sum(each.originator_version == 1 for each in page)

    def _find_tables(self, cursor: Cursor) -> None:
        cursor.execute(sql.SQL("set local search_path = {}, permit").format(sql.Identifier(self.schema)))

    def _project(self, cursor: Cursor, events: Sequence[JournalNotification]) -> None:
        for behind in project_around(self.read_model, events, cursor):
            self.left[behind.stream] = behind

    def report(
        self, tables: tuple[TableComparison, ...], *, compared_at: int, rows: int, seconds: float, swapped: bool
    ) -> GenerationReport:
        parked = sorted(self.left.values(), key=lambda each: each.position)
        return GenerationReport(
            name=self.read_model.name,
            position=self.reached,
            compared_at=compared_at,
            seconds=seconds,
            events=self.events - sum(1 + each.skipped for each in parked),
            streams=self.streams,
            rows=rows,
            tables=tables,
            parked=tuple(parked),
            swapped=swapped,
        )


def _build(
    url: str,
    recorder: JournalRecorder,
    read_model: ReadModel,
    on_progress: OnProgress,
    workers: int | None,
    at_once: int,
    *,
    swap: bool,
) -> GenerationReport:
    began = time.monotonic()
    with closing(connect(url, None)) as connection, _generation(connection, read_model) as schema:
        _let_commits_wait(connection)
        generation = _NextGeneration(recorder=recorder, read_model=read_model, schema=schema)
        if (goal := _position(connection, read_model.name)) > 0:
            whole = WholeStreams(url=url, read_model=read_model, schema=schema, up_to=goal, at_once=at_once)
            generation.fill(connection, whole, workers, on_progress)
        with transaction(connection) as cursor:
            cursor.execute("set local synchronous_commit to default")
            show_rows(cursor, EVERYTHING)
            # From here to the end of the transaction the runner waits.
            cursor.execute("select position from permit.tracking where name = %s for update", (read_model.name,))
            (position,) = cursor.fetchone() or (0,)
            generation.finish(cursor, position)
            tables = tuple(_compared(cursor, schema, table) for table in _tables(cursor, schema))
            rows = sum(each.rebuilt_rows for each in tables)
            if swap:
                rows = _put_in_place(cursor, generation, [each.table for each in tables])
    return generation.report(tables, compared_at=position, rows=rows, seconds=time.monotonic() - began, swapped=swap)


def _put_in_place(cursor: Cursor, generation: _NextGeneration, tables: list[str]) -> int:
    """Read on to the end of the journal, and let the new generation serve from there; the number of its rows."""
    name = generation.read_model.name
    generation.finish(cursor, generation.recorder.max_notification_id() or 0)
    cursor.execute(_STANDS_AT, {"name": name, "position": generation.reached})
    keep_parked_only(cursor, name, generation.left)
    park(cursor, name, generation.left.values(), schema_version=generation.read_model.schema_version)
    rows = sum(_count(cursor, generation.schema, each) for each in tables)
    for each in tables:
        _swap(cursor, generation.schema, each)
    cursor.execute(sql.SQL("set local search_path = {}").format(sql.Identifier(LIVE_SCHEMA)))
    cursor.execute(owner_too(generation.read_model))
    return rows


@contextmanager
def _generation(connection: Connection, read_model: ReadModel) -> Iterator[str]:
    """A schema with the read model's tables, empty; it is gone at the end, with what is still in it."""
    schema = f"permit_next_{read_model.name.replace('-', '_')}"
    lock = (_REBUILD_LOCK, crc32(schema.encode()) >> 1)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, %s)", lock)
        (locked,) = cursor.fetchone() or (False,)
        if not locked:
            raise RebuildUnderWay(f"{read_model.name} is being rebuilt by another process: wait until it has ended")
    drop = sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
    try:
        with transaction(connection) as cursor:
            own_schema(cursor, schema, empty=True)
            cursor.execute(sql.SQL("set local search_path = {}").format(sql.Identifier(schema)))
            cursor.execute(read_model.ddl + row_security(read_model))
        yield schema
    finally:
        if not connection.closed:
            with connection.cursor() as cursor:
                cursor.execute(drop)
                # The server takes a moment to notice that a connection was closed: the next rebuild need not meet that.
                cursor.execute("select pg_advisory_unlock(%s, %s)", lock)


def _let_commits_wait(connection: Connection) -> None:
    """What a crash takes from tables that do not serve is made again. The swap is the last commit, and not let wait."""
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")


def _position(connection: Connection, name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select position from permit.tracking where name = %s", (name,))
        (position,) = cursor.fetchone() or (0,)
    reached: int = position
    return reached


def _tables(cursor: Cursor, schema: str) -> list[str]:
    cursor.execute("select tablename from pg_tables where schemaname = %s order by tablename", (schema,))
    return [table for (table,) in cursor.fetchall()]


def _compared(cursor: Cursor, schema: str, table: str) -> TableComparison:
    live_rows, live_digest = _digest(cursor, LIVE_SCHEMA, table)
    rebuilt_rows, rebuilt_digest = _digest(cursor, schema, table)
    same = (live_rows, live_digest) == (rebuilt_rows, rebuilt_digest)
    return TableComparison(
        table=table,
        live_rows=live_rows,
        rebuilt_rows=rebuilt_rows,
        differing=() if same else _differing(cursor, schema, table),
        same=same,
    )


def _count(cursor: Cursor, schema: str, table: str) -> int:
    cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table)))
    (rows,) = cursor.fetchone() or (0,)
    return int(rows)


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
        ).format(key=key, live=sql.Identifier(LIVE_SCHEMA, table), rebuilt=sql.Identifier(schema, table)),
        (_ROWS_NAMED,),
    )
    return tuple(named for (named,) in cursor.fetchall())


def _swap(cursor: Cursor, schema: str, table: str) -> None:
    cursor.execute(sql.SQL("drop table {}").format(sql.Identifier(LIVE_SCHEMA, table)))
    cursor.execute(
        sql.SQL("alter table {} set schema {}").format(sql.Identifier(schema, table), sql.Identifier(LIVE_SCHEMA))
    )


_STANDS_AT: Final = """
insert into permit.tracking (name, position) values (%(name)s, %(position)s)
    on conflict (name) do update set position = excluded.position
"""

_PRIMARY_KEY: Final = """
select a.attname
  from pg_index i
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
 where i.indrelid = %s::regclass and i.indisprimary
 order by array_position(i.indkey, a.attnum)
"""
