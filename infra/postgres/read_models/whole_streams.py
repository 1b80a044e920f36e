"""A read model filled from nothing, stream by stream: each stream is folded once, in memory, and each row written once.

Ranges of streams are read and folded in as many processes as there are cores; what they make comes back, and is written
in the transactions of the one who asked, who alone writes: whatever ends a process leaves nothing half done.

A stream that cannot be folded whole, and a range that cannot be copied, are projected as a page is, around the
event at fault: what is parked and what is not does not depend on the way.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from psycopg2 import sql

from infra.event_formats import is_readable
from infra.postgres.journal.bulk_reading import TailRow, copy_tail_of_streams
from infra.postgres.journal.event_faults import EventAtFault, LeftBehind, faults_of_events
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorded_events import recorded_event, require_readable
from infra.postgres.journal.stream_ranges import StreamRange, stream_ranges
from infra.postgres.read_models.copied_rows import Columns, columns_of, copied
from infra.postgres.read_models.projecting import project_around
from infra.postgres.server.connections import Role, connect
from infra.shared_work.sharing import available_cores, shared_out
from infra.upcasters import lifted
from projections.read_model import ReadModel
from projections.recorded_event import RecordedEvent

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

LIVE_SCHEMA: Final = "permit"
"""Where the tables are that serve."""

AT_ONCE: Final = 4_096
"""Events, more or less, in one range: some hundreds of rows, written by one COPY."""

_EVENTS_A_PROCESS: Final = 20_000
"""A process takes about half a second to start. In that time one that runs has folded as many events."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the read model's own, as it gave it."""

    text: str
    values: Sequence[object] | Mapping[str, object]

    def write(self, cursor: Cursor, _schema: str) -> None:
        cursor.execute(self.text, self.values)


@dataclass(frozen=True, slots=True)
class CopiedRows:
    """Rows of a table, ready for its COPY."""

    table: str
    columns: tuple[str, ...]
    content: bytes

    def write(self, cursor: Cursor, schema: str) -> None:
        """Into a table that serves by way of one of this session: nothing can be copied into one with policies."""
        table, columns = sql.Identifier(schema, self.table), sql.SQL(", ").join(map(sql.Identifier, self.columns))
        if schema != LIVE_SCHEMA:
            self._copy(cursor, table, columns)
            return
        staged = sql.Identifier("pg_temp", f"staged_{self.table}")
        cursor.execute(sql.SQL("create temporary table {} (like {}) on commit drop").format(staged, table))
        self._copy(cursor, staged, columns)
        cursor.execute(
            sql.SQL("insert into {table} ({columns}) select {columns} from {staged}; drop table {staged}").format(
                table=table, columns=columns, staged=staged
            )
        )

    def _copy(self, cursor: Cursor, table: sql.Identifier, columns: sql.Composed) -> None:
        copy = sql.SQL("copy {} ({}) from stdin").format(table, columns)
        cursor.copy_expert(copy, io.BytesIO(self.content))


@dataclass(slots=True, kw_only=True)
class FoldedRange:
    """What is to be written for a range of streams, in that order, and the streams that could not be folded.

    ``read`` counts its events, ``events`` those that concern the read model; ``streams`` are those that begin here.
    """

    range: StreamRange
    read: int = 0
    events: int = 0
    streams: int = 0
    written: list[Statement | CopiedRows] = field(default_factory=list)
    not_folded: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeStreams:
    """The streams of the journal at ``url`` up to a position, for a read model whose tables are in ``schema``.

    It is sent to each process, which opens what it needs by itself.
    """

    url: str
    read_model: ReadModel
    schema: str
    up_to: int
    at_once: int = AT_ONCE

    @contextmanager
    def folded(self, *, workers: int | None = None) -> Iterator[Iterator[FoldedRange]]:
        """All ranges, folded in ``workers`` processes, which end with the block.

        Without a number there is one for each core that has enough to do. Raises what the read model raises for a
        reason that lies in no event, ``DatabaseUnavailable``, ``WorkerLost`` and ``ChildDidNotStart``.
        """
        with closing(connect(self.url, Role.WRITER)) as connection:
            ranges = stream_ranges(connection, self.up_to, self.at_once)
        number = workers or min(available_cores(), max(1, self.up_to // _EVENTS_A_PROCESS))
        with shared_out(self, ranges, workers=number) as folded:
            yield folded

    def write(self, cursor: Cursor, folded: FoldedRange) -> Sequence[LeftBehind]:
        """Write a range in the transaction of ``cursor``, which finds the tables; give what had to be left behind."""
        cursor.execute("savepoint whole_range")
        try:
            with faults_of_events():
                for each in folded.written:
                    each.write(cursor, self.schema)
        except EventAtFault:
            cursor.execute("rollback to savepoint whole_range")
            return project_around(self.read_model, self._page(cursor, folded.range), cursor)
        cursor.execute("release savepoint whole_range")
        if not folded.not_folded:
            return ()
        page = [each for each in self._page(cursor, folded.range) if each.originator_id in folded.not_folded]
        return project_around(self.read_model, page, cursor)

    @contextmanager
    def open(self) -> Iterator[Callable[[StreamRange], FoldedRange]]:
        """What one process does: read and fold ranges of streams."""
        with closing(connect(self.url, Role.WRITER)) as connection:
            tables = _Tables(connection, self.schema)
            yield lambda streams: self._folded(connection, tables, streams)

    def _folded(self, connection: Connection, tables: _Tables, streams: StreamRange) -> FoldedRange:
        rows = list(copy_tail_of_streams(connection, streams.after, streams.last, self.up_to))
        folded = FoldedRange(range=streams, read=len(rows), streams=sum(row.version == 1 for row in rows))
        concerning = [row for row in rows if self._concerns(row)]
        folded.events = len(concerning)
        try:
            folded.written = self._projected(concerning, tables)
        except EventAtFault:
            self._stream_by_stream(concerning, tables, folded)
        return folded

    def _stream_by_stream(self, rows: Sequence[TailRow], tables: _Tables, folded: FoldedRange) -> None:
        at_fault = set()
        for stream, of_stream in groupby(rows, key=lambda row: row.stream):
            try:
                folded.written += self._projected(list(of_stream), tables)
            except EventAtFault:
                at_fault.add(stream)
        folded.not_folded = frozenset(at_fault)

    def _projected(self, rows: Sequence[TailRow], tables: _Tables) -> list[Statement | CopiedRows]:
        """What the read model writes for whole streams. Raises :class:`EventAtFault`."""
        noted = _Notes(tables)
        with faults_of_events():
            self.read_model.project([_recorded(row) for row in rows], noted)
        return noted.written

    def _concerns(self, row: TailRow) -> bool:
        return row.type in self.read_model.handles or not is_readable(row.type, row.schema)

    def _page(self, cursor: Cursor, streams: StreamRange) -> list[JournalNotification]:
        """The events of a range as a page of the journal."""
        rows = sorted(copy_tail_of_streams(cursor.connection, streams.after, streams.last, self.up_to))
        return [
            JournalNotification(row.stream, row.version, row.type, row.body, row.position, row.schema, row.known_at)
            for row in rows
        ]


def _recorded(row: TailRow) -> RecordedEvent:
    require_readable(row.position, row.type, row.schema)
    return recorded_event(row.position, row.stream, row.version, row.type, row.schema, row.known_at, row.body, lifted)


class _Tables(dict[str, Columns]):
    """The columns of the tables of a schema; each is looked up when it is first written to."""

    def __init__(self, connection: Connection, schema: str) -> None:
        super().__init__()
        self._connection = connection
        self._schema = schema

    def __missing__(self, table: str) -> Columns:
        found = self[table] = columns_of(self._connection, self._schema, table)
        return found


class _Notes:
    """Implements :class:`projections.read_model.TakesRows`: what a read model does, to be done elsewhere.

    It finds nothing, because of a stream that is taken whole nothing is there yet.
    """

    def __init__(self, tables: _Tables) -> None:
        self.written: list[Statement | CopiedRows] = []
        self._tables = tables

    def execute(self, statement: str, parameters: Sequence[object] | Mapping[str, object] = (), /) -> None:
        self.written.append(Statement(statement, parameters))

    def fetchall(self) -> Sequence[tuple[Any, ...]]:
        return ()

    def take_rows(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        columns = self._tables[table]
        self.written.append(CopiedRows(table, tuple(columns), copied(columns, rows)))
