"""Read the journal in bulk: ``COPY ... (FORMAT binary)`` parsed with ``struct``.

psycopg2 receives ``bytea`` as hexadecimal text; over more than a page of events the binary copy is several
times faster (docs/adr/0002-journal.md has the figures).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from infra.postgres.connections import DatabaseUnavailable

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_COLUMNS: Final = "position, stream, version, type, schema, known_at, leaf_hash, leaf, body"
_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00"
_POSTGRES_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)

_FIELDS: Final = Struct(">h").unpack_from
_HEAD: Final = Struct(">iqi16siqi").unpack_from
_HEAD_SIZE: Final = Struct(">iqi16siqi").size
_MIDDLE: Final = Struct(">ihiqi").unpack_from
_MIDDLE_SIZE: Final = Struct(">ihiqi").size
_LENGTH: Final = Struct(">i").unpack_from


class JournalRow(NamedTuple):
    """A row of the journal. ``known_at`` counts microseconds since 2000-01-01 UTC, as the server does."""

    position: int
    stream: UUID
    version: int
    type: str
    schema: int
    known_at: int
    leaf_hash: bytes
    leaf: bytes
    body: bytes


def known_at_of(row: JournalRow) -> datetime:
    """When the system knew of this event, aware, UTC."""
    return _POSTGRES_EPOCH + timedelta(microseconds=row.known_at)


def copy_rows(connection: Connection, after: int, up_to: int, *, types: tuple[str, ...] = ()) -> Iterator[JournalRow]:
    """The rows with ``after < position <= up_to`` in order; only the event ``types`` named, if any are.

    The range is held in memory: ask for pages of some thousands. Raises :class:`DatabaseUnavailable` when the
    stream of bytes ends early.
    """
    condition, values = "position > %s and position <= %s", (after, up_to)
    if types:
        return _copied(connection, f"{condition} and type = any(%s)", "position", [*values, list(types)])
    return _copied(connection, condition, "position", values)


def copy_streams(connection: Connection, streams: Sequence[UUID], up_to: int) -> Iterator[JournalRow]:
    """All rows of ``streams`` with ``position <= up_to``, stream by stream in the order of their ids and versions.

    Held in memory, as with :func:`copy_rows`.
    """
    return _copied(connection, "stream = any(%s::uuid[]) and position <= %s", "stream, version", [list(streams), up_to])


def _copied(connection: Connection, condition: str, order: str, values: Sequence[object]) -> Iterator[JournalRow]:
    with connection.cursor() as cursor:
        statement = cursor.mogrify(
            f"copy (select {_COLUMNS} from journal where {condition} order by {order}) to stdout (format binary)",  # noqa: S608
            values,
        )
        buffer = io.BytesIO()
        cursor.copy_expert(statement.decode(), buffer)
    return parse_rows(buffer.getbuffer())


def parse_rows(data: memoryview | bytes) -> Iterator[JournalRow]:
    """Parse one whole binary copy of the journal's columns."""
    if bytes(data[:11]) != _SIGNATURE:
        raise DatabaseUnavailable("the database broke off a bulk read before its first byte")
    at = 19
    names: dict[bytes, str] = {}
    while True:
        (fields,) = _FIELDS(data, at)
        if fields == -1:
            return
        at += 2
        _, position, _, stream, _, version, type_length = _HEAD(data, at)
        at += _HEAD_SIZE
        raw_type = bytes(data[at : at + type_length])
        at += type_length
        _, schema, _, known_at, hash_length = _MIDDLE(data, at)
        at += _MIDDLE_SIZE
        leaf_hash = bytes(data[at : at + hash_length])
        at += hash_length
        (leaf_length,) = _LENGTH(data, at)
        leaf = bytes(data[at + 4 : at + 4 + leaf_length])
        at += 4 + leaf_length
        (body_length,) = _LENGTH(data, at)
        body = bytes(data[at + 4 : at + 4 + body_length])
        at += 4 + body_length
        name = names.get(raw_type) or names.setdefault(raw_type, raw_type.decode())
        yield JournalRow(position, UUID(bytes=stream), version, name, schema, known_at, leaf_hash, leaf, body)
