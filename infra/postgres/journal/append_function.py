"""Call ``journal_append``: one prepared statement, one round trip, one transaction for a batch of commands.

Its SQL, with the locks and the checks, is in ``infra/postgres/server/migrations/journal/0007_walls.sql``; the
parameters and outcomes are explained in ``0002_append.sql``.

A command that waits alone takes ``journal_append_one``, which does the same with plain statements. Loads of thousands
of events reach the same function over tables of their connection (``bulk``): for those, that is a third faster.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from infra.postgres.journal.append_requests import AppendRequest, Outcome, SealedEvent

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

MAX_EVENTS_PER_TRANSACTION: Final = 5_000
"""The head of the journal is never locked for more than this at a time."""

LEAF_HASH_BYTES: Final = 32
"""The bytes of an event begin with its leaf hash."""

# The columns of the events end both calls; their bytes come in base64, which needs no quoting and is shorter than
# the hexadecimal in which psycopg2 would send them.
_EVENT_ARGUMENTS: Final = ("bigint[]", "text[]", "smallint[]", "int[]", "int[]", "int[]", "text")
_BATCH_ARGUMENTS: Final = (
    "text[]", "text[]", "bytea[]", "timestamptz[]", "int[]", "uuid[]", "bigint[]", "bytea[]", "text[]", "bigint[]",
    "text[]", "int[]", "int[]", "uuid[]", "bigint[]", "bytea[]",
    "int[]", *_EVENT_ARGUMENTS,
)  # fmt: skip
_ONE_ARGUMENTS: Final = (
    "text", "text", "bytea", "timestamptz", "uuid", "bigint", "bytea", "bigint", "bytea", "text", "int",
    *_EVENT_ARGUMENTS,
)  # fmt: skip


def _prepared(function: str, arguments: Sequence[str]) -> str:
    """A statement that calls ``function``; planning the call each time would cost more than running it."""
    count = len(arguments)
    given = ", ".join(f"${n}" for n in range(1, count))
    return (
        f"prepare {function} ({', '.join(arguments)}) as"  # noqa: S608  # nosec B608 # constants of this module
        f" select * from {function}({given}, decode(${count}, 'base64'))"
    )


def _execute(function: str, arguments: Sequence[str]) -> str:
    return f"execute {function} ({', '.join(['%s'] * len(arguments))})"


_EXECUTE_BATCH: Final = _execute("journal_append", _BATCH_ARGUMENTS)
_EXECUTE_ONE: Final = _execute("journal_append_one", _ONE_ARGUMENTS)


def prepare_append(connection: Connection) -> None:
    """Prepare both calls, once a connection."""
    with connection.cursor() as cursor:
        cursor.execute(_prepared("journal_append", _BATCH_ARGUMENTS))
        cursor.execute(_prepared("journal_append_one", _ONE_ARGUMENTS))


def append(connection: Connection, batch: Sequence[AppendRequest]) -> list[Outcome]:
    """Append ``batch`` in one transaction and return an outcome for each request, in order."""
    if len(batch) == 1 and len(batch[0].touches) == 1 and batch[0].tracking is None:
        return [_append_one(connection, batch[0])]
    return _append_batch(connection, batch)


def _append_one(connection: Connection, request: AppendRequest) -> Outcome:
    (touch,) = request.touches
    with connection.cursor() as cursor:
        cursor.execute(
            _EXECUTE_ONE,
            (
                request.command.holder,
                request.command.id,
                _one_bytes(request.command.digest),
                request.recorded_at,
                str(touch.stream),
                touch.head.version,
                _one_bytes(touch.head.leaf_hash),
                request.result.version,
                _one_bytes(request.result.leaf_hash),
                None if request.rests_on is None else request.rests_on.authority,
                None if request.rests_on is None else request.rests_on.epoch,
                *_event_columns(request.events),
            ),
        )
        return outcome_of(cursor.fetchall()[0])


def _append_batch(connection: Connection, batch: Sequence[AppendRequest]) -> list[Outcome]:
    """Array literals are built as text: psycopg2 adapts element by element, which costs more than the append."""
    touches = [(n, touch) for n, request in enumerate(batch, 1) for touch in request.touches]
    touch_no = {(n, touch.stream): at for at, (n, touch) in enumerate(touches, 1)}
    events = [event for request in batch for event in request.events]
    results = [request.result for request in batch]
    with connection.cursor() as cursor:
        cursor.execute(
            _EXECUTE_BATCH,
            (
                _texts(r.command.holder for r in batch),
                _texts(r.command.id for r in batch),
                _bytes(r.command.digest for r in batch),
                _plain(r.recorded_at for r in batch),
                _plain(len(r.events) for r in batch),
                _plain(r.touches[0].stream if r.touches else None for r in batch),
                _plain(result.version for result in results),
                _bytes(result.leaf_hash for result in results),
                _texts(None if r.tracking is None else r.tracking.application_name for r in batch),
                _plain(None if r.tracking is None else r.tracking.notification_id for r in batch),
                _texts(None if r.rests_on is None else r.rests_on.authority for r in batch),
                _plain(None if r.rests_on is None else r.rests_on.epoch for r in batch),
                _plain(n for n, _ in touches),
                _plain(t.stream for _, t in touches),
                _plain(t.head.version for _, t in touches),
                _bytes(t.head.leaf_hash for _, t in touches),
                _plain(touch_no[n, e.stream] for n, request in enumerate(batch, 1) for e in request.events),
                *_event_columns(events),
            ),
        )
        return [outcome_of(row[1:]) for row in cursor.fetchall()]


def _event_columns(events: Sequence[SealedEvent]) -> tuple[object, ...]:
    sizes = [LEAF_HASH_BYTES + len(e.envelope) + len(e.body) for e in events]
    content = b"".join([piece for e in events for piece in (e.leaf_hash, e.envelope, e.body)])
    return (
        _plain(e.version for e in events),
        _texts(e.type for e in events),
        _plain(e.schema for e in events),
        _plain(list(accumulate(sizes, initial=0))[:-1]),
        _plain(len(e.envelope) for e in events),
        _plain(len(e.body) for e in events),
        b2a_base64(content, newline=False).decode(),
    )


def outcome_of(row: Sequence[Any]) -> Outcome:
    """A row of ``journal_append_one``, or of ``journal_append`` without its number."""
    return Outcome._make(row)._replace(leaf_hash=None if row[5] is None else bytes(row[5]))


def _one_bytes(value: bytes | None) -> str | None:
    return None if value is None else f"\\x{value.hex()}"


def _plain(values: Iterable[object]) -> str:
    return "{" + ",".join(["null" if value is None else str(value) for value in values]) + "}"


def _texts(values: Iterable[str | None]) -> str:
    return "{" + ",".join(["null" if value is None else _quoted(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _bytes(values: Iterable[bytes | None]) -> str:
    return "{" + ",".join(["null" if value is None else f'"\\\\x{value.hex()}"' for value in values]) + "}"
