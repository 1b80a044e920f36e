"""Append in bulk: rows are copied in without the lock, then the lock is taken for a few thousand events at a time.

The rows wait in temporary tables of the connection (not logged, seen by nobody else, gone with it), so a load
that is killed leaves nothing behind. From there they go through ``journal_append`` like every other append, with
an outcome for each command: a load that is run again appends only what is missing.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Final
from uuid import UUID

from infra.postgres.journal.append_function import LEAF_HASH_BYTES, MAX_EVENTS_PER_TRANSACTION, outcome_of
from infra.postgres.journal.append_requests import Appended, AppendRequest, Outcome
from infra.postgres.journal.binary_rows import (
    ABSENT,
    bigint_column,
    binary_copy,
    bytes_column,
    int_column,
    row_of,
    text_column,
    uuid_column,
)
from infra.postgres.journal.certain_outcome import CertainConnection, append_surely
from infra.postgres.journal.conflicts import AppendConflict, conflict_of
from infra.postgres.server.connections import transaction

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

_STAGING: Final = """
set temp_buffers = '32MB';
-- A process that is stopped before its commit must not hold the head of the journal.
set idle_in_transaction_session_timeout = '2s';
create temporary table if not exists staged_command (
    no int, actor text, id text, digest bytea, recorded_at text, events int,
    stream uuid, version bigint, leaf_hash bytea, reader text, position bigint,
    authority text, epoch int
) on commit delete rows;
create temporary table if not exists staged_touch (
    no int, command int, stream uuid, expected bigint, prev bytea
) on commit delete rows;
create temporary table if not exists staged_event (
    no int, touch int, version bigint, type text, schema smallint,
    at int, envelope_size int, body_size int, bytes bytea
) with (toast_tuple_target = 8160) on commit delete rows;
alter table staged_event alter column bytes set storage external;
"""

_APPEND_STAGED: Final = """
select appended.*
  from (select array_agg(actor order by no) actors, array_agg(id order by no) ids,
               array_agg(digest order by no) digests, array_agg(recorded_at::timestamptz order by no) recorded_at,
               array_agg(events order by no) events, array_agg(stream order by no) streams,
               array_agg(version order by no) versions, array_agg(leaf_hash order by no) leaf_hashes,
               array_agg(reader order by no) readers, array_agg(position order by no) positions,
               array_agg(authority order by no) authorities, array_agg(epoch order by no) epochs
          from staged_command) c,
       (select array_agg(command order by no) commands, array_agg(stream order by no) streams,
               array_agg(expected order by no) expected, array_agg(prev order by no) prev
          from staged_touch) t,
       (select array_agg(touch order by no) touches, array_agg(version order by no) versions,
               array_agg(type order by no) types, array_agg(schema order by no) schemas,
               array_agg(at order by no) at, array_agg(envelope_size order by no) envelope_sizes,
               array_agg(body_size order by no) body_sizes,
               string_agg(bytes, '' order by no) bytes
          from staged_event) e,
       journal_append(
           c.actors, c.ids, c.digests, c.recorded_at, c.events, c.streams, c.versions, c.leaf_hashes, c.readers,
           c.positions, c.authorities, c.epochs, t.commands, t.streams, t.expected, t.prev,
           e.touches, e.versions, e.types, e.schemas, e.at, e.envelope_sizes, e.body_sizes, e.bytes
       ) appended
"""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one request: what it left in the journal, or why it left nothing."""

    request: AppendRequest
    result: Appended | AppendConflict


def bulk_append(
    connect: Callable[[], Connection],
    requests: Iterable[AppendRequest],
    *,
    events_per_transaction: int = MAX_EVENTS_PER_TRANSACTION,
    patience: float = 10.0,
) -> Iterator[BulkResult]:
    """Append ``requests`` as the results are taken; each is durable when its result comes out.

    Results come in the order of commit: that of the requests, but a request that meets an earlier one of the
    same transaction on a stream, a reader or a command id waits for the next transaction. While one transaction
    is under way the next is drawn from ``requests``, which may therefore build events as it goes.
    A request appended in an earlier run gives ``CommandRepeated``. Raises what
    :meth:`CertainConnection.run` raises; the load can be run again then.
    """
    connection = CertainConnection(connect, prepare_staging, patience=patience)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="bulk-append") as under_way:
        try:
            before: tuple[list[AppendRequest], Future[list[Appended | AppendConflict]]] | None = None
            for batch in _batches(requests, events_per_transaction):
                answers = under_way.submit(append_surely, connection, batch, laid_out(batch).append)
                if before is not None:
                    yield from _results(*before)
                before = (batch, answers)
            if before is not None:
                yield from _results(*before)
        finally:
            under_way.submit(connection.close).result()


def _results(batch: Sequence[AppendRequest], answers: Future[list[Appended | AppendConflict]]) -> Iterator[BulkResult]:
    for request, answer in zip(batch, answers.result(), strict=True):
        yield BulkResult(request, answer)


def _batches(requests: Iterable[AppendRequest], most_events: int) -> Iterator[list[AppendRequest]]:
    """Cut the requests into transactions in which no two meet; the order on each stream is kept."""
    source = iter(requests)
    waiting: deque[AppendRequest] = deque()
    while True:
        batch: list[AppendRequest] = []
        taken: set[object] = set()
        events = 0
        held_back: deque[AppendRequest] = deque()
        # As many may be held back as go into a transaction: a source of one long stream is not read to its end.
        while len(held_back) < most_events:
            request = waiting.popleft() if waiting else next(source, None)
            if request is None:
                break
            size = max(len(request.events), 1)
            if batch and events + size > most_events:
                held_back.append(request)
                break
            claims = request.claims
            if taken.isdisjoint(claims):
                batch.append(request)
                events += size
            else:
                held_back.append(request)
            taken |= claims
        held_back.extend(waiting)
        waiting = held_back
        if not batch:
            return
        yield batch


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """A batch as three binary copies: in this form it can be sent from one process to another."""

    commands: bytes
    touches: bytes
    events: bytes

    def append(self, connection: Connection, _batch: Sequence[AppendRequest]) -> list[Outcome]:
        """Copy the rows in, then append them: the head of the journal is locked by the last statement only."""
        with connection.cursor() as cursor:
            with transaction(connection):
                self.run(cursor)
            # The outcomes are looked at after the commit: until then the head of the journal is locked.
            return [outcome_of(row[1:]) for row in cursor.fetchall()]

    def run(self, cursor: Cursor) -> None:
        """In a transaction of the caller; the outcomes are the rows that it leaves to be fetched."""
        for table, rows in (
            ("staged_command", self.commands),
            ("staged_touch", self.touches),
            ("staged_event", self.events),
        ):
            cursor.copy_expert(f"copy {table} from stdin (format binary)", io.BytesIO(rows), len(rows))
        cursor.execute(_APPEND_STAGED)


def append_staged(cursor: Cursor, batch: StagedBatch) -> None:
    """Append in the caller's transaction, last before its commit: from here to there the head is locked.

    No two of the batch may meet on a stream or a command id. :func:`prepare_staging` was done on the connection.
    Raises the first ``AppendConflict`` of the batch: the caller's transaction is not to be committed then.
    """
    batch.run(cursor)
    outcomes = [outcome_of(row[1:]) for row in cursor.fetchall()]
    for outcome in outcomes:
        if outcome.outcome != "appended":
            raise conflict_of(outcome)
    # The caller may append once more before the commit, which is what empties the tables otherwise.
    cursor.execute("truncate staged_command, staged_touch, staged_event")


def prepare_staging(connection: Connection) -> None:
    """Make the temporary tables of the connection, once; it must not idle in a transaction from then on."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGING)


# The columns of an event that are next to each other, each after its length: no..version with the length of the
# type, schema..body_size with that of the bytes.
_event_place: Final = Struct(">hiiiiiqi").pack
_event_sizes: Final = Struct(">ihiiiiiii").pack


def laid_out(batch: Sequence[AppendRequest]) -> StagedBatch:
    """Lay the batch out in the columns of the staging tables; numbers count from 1, ``at`` from 0."""
    commands: list[bytes] = []
    touches: list[bytes] = []
    events: list[bytes] = []
    touch_no = event_no = at = 0
    for command_no, request in enumerate(batch, 1):
        identity, result, tracking = request.command, request.result, request.tracking
        commands.append(
            row_of(
                int_column(command_no), text_column(identity.holder), text_column(identity.id),
                bytes_column(identity.digest), text_column(request.recorded_at), int_column(len(request.events)),
                uuid_column(request.touches[0].stream) if request.touches else ABSENT,
                bigint_column(result.version), bytes_column(result.leaf_hash),
                ABSENT if tracking is None else text_column(tracking.application_name),
                ABSENT if tracking is None else bigint_column(tracking.notification_id),
                ABSENT if request.rests_on is None else text_column(request.rests_on.authority),
                ABSENT if request.rests_on is None else int_column(request.rests_on.epoch),
            )
        )  # fmt: skip
        touch_of: dict[UUID, int] = {}
        for touch in request.touches:
            touch_no += 1
            touch_of[touch.stream] = touch_no
            touches.append(
                row_of(
                    int_column(touch_no), int_column(command_no), uuid_column(touch.stream),
                    bigint_column(touch.head.version), bytes_column(touch.head.leaf_hash),
                )
            )  # fmt: skip
        for event in request.events:
            event_no += 1
            envelope, body = event.envelope, event.body
            envelope_size, body_size = len(envelope), len(body)
            size, name = LEAF_HASH_BYTES + envelope_size + body_size, event.type.encode()
            events += (
                _event_place(9, 4, event_no, 4, touch_of[event.stream], 8, event.version, len(name)), name,
                _event_sizes(2, event.schema, 4, at, 4, envelope_size, 4, body_size, size),
                event.leaf_hash, envelope, body,
            )  # fmt: skip
            at += size
    return StagedBatch(*map(binary_copy, (commands, touches, events)))
