"""Call ``journal_append``: one prepared statement, one round trip, one transaction for a batch of commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from infra.postgres.append_requests import AppendRequest

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_ARGUMENTS: Final = (
    "text[]", "text[]", "bytea[]", "timestamptz[]", "int[]", "uuid[]", "bigint[]", "bytea[]", "text[]", "bigint[]",
    "int[]", "uuid[]", "bigint[]", "bytea[]",
    "int[]", "bigint[]", "text[]", "smallint[]", "int[]", "int[]", "int[]", "bytea[]",
    "text", "boolean",
)  # fmt: skip

_PREPARE: Final = "prepare journal_append ({}) as select * from journal_append({})".format(
    ", ".join(_ARGUMENTS), ", ".join(f"${n}" for n in range(1, len(_ARGUMENTS) + 1))
)

_EXECUTE: Final = "execute journal_append ({})".format(", ".join(["%s"] * len(_ARGUMENTS)))


class Outcome(NamedTuple):
    """A row of ``journal_append``; the function's comment gives the meaning of ``outcome``."""

    command_no: int
    outcome: str
    first_position: int | None
    stream: UUID | None
    version: int | None
    last_position: int | None
    leaf_hash: bytes | None
    actual_version: int | None


def prepare_append(connection: Connection) -> None:
    """Prepare the call once a connection; planning it anew would cost more than running it."""
    with connection.cursor() as cursor:
        cursor.execute(_PREPARE)


def append(connection: Connection, batch: Sequence[AppendRequest]) -> list[Outcome]:
    """Append ``batch`` in one transaction and return an outcome for each request, in order.

    Array literals are built as text: psycopg2 adapts element by element, which costs more than the append.
    """
    touches = [(n, touch) for n, request in enumerate(batch, 1) for touch in request.touches]
    touch_no = {(n, touch.stream): at for at, (n, touch) in enumerate(touches, 1)}
    events = [event for request in batch for event in request.events]
    results = [request.result for request in batch]
    sizes = [len(e.leaf) + len(e.body) for e in events]
    offsets = list(accumulate(sizes, initial=0))[:-1]
    event_bytes, are_hex = _as_text(b"".join([piece for e in events for piece in (e.leaf, e.body)]))
    with connection.cursor() as cursor:
        cursor.execute(
            _EXECUTE,
            (
                _texts(r.command.actor for r in batch),
                _texts(r.command.id for r in batch),
                _bytes(r.command.digest for r in batch),
                _plain(r.recorded_at for r in batch),
                _plain(len(r.events) for r in batch),
                _plain(r.touches[0].stream if r.touches else None for r in batch),
                _plain(result.version for result in results),
                _bytes(result.leaf_hash for result in results),
                _texts(None if r.tracking is None else r.tracking.application_name for r in batch),
                _plain(None if r.tracking is None else r.tracking.notification_id for r in batch),
                _plain(n for n, _ in touches),
                _plain(t.stream for _, t in touches),
                _plain(t.head.version for _, t in touches),
                _bytes(t.head.leaf_hash for _, t in touches),
                _plain(touch_no[n, e.stream] for n, request in enumerate(batch, 1) for e in request.events),
                _plain(e.version for e in events),
                _texts(e.type for e in events),
                _plain(e.schema for e in events),
                _plain(offsets),
                _plain(len(e.leaf) for e in events),
                _plain(len(e.body) for e in events),
                _bytes(e.leaf_hash for e in events),
                event_bytes,
                are_hex,
            ),
        )
        return [Outcome._make(row)._replace(leaf_hash=row[6] and bytes(row[6])) for row in cursor.fetchall()]


def _plain(values: Iterable[object]) -> str:
    return "{" + ",".join(["null" if value is None else str(value) for value in values]) + "}"


def _texts(values: Iterable[str | None]) -> str:
    return "{" + ",".join(["null" if value is None else _quoted(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _bytes(values: Iterable[bytes | None]) -> str:
    return "{" + ",".join(["null" if value is None else f'"\\\\x{value.hex()}"' for value in values]) + "}"


def _as_text(data: bytes) -> tuple[str, bool]:
    """Our own bodies are JSON and travel as text; whatever is not text travels as hexadecimal."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data.hex(), True
    return (text, False) if "\0" not in text else (data.hex(), True)
