"""Read the journal in bulk: ``COPY ... (FORMAT binary)`` parsed with ``struct``.

psycopg2 receives ``bytea`` as hexadecimal text; over more than a page of events the binary copy is several
times faster (docs/adr/0002-journal.md has the figures).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from infra.postgres.journal.binary_rows import SERVER_EPOCH, SIGNATURE
from infra.postgres.server.connections import DatabaseUnavailable

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_COLUMNS: Final = "position, stream, version, type, schema, known_at, leaf_hash, envelope, body"
_TAIL: Final = "position, stream, version, type, schema, known_at, body"
_FIRST_ROW: Final = 19
_TRAILER_SIZE: Final = 2
_HEAD: Final = Struct(">hiqi16siqi").unpack_from
_HEAD_SIZE: Final = Struct(">hiqi16siqi").size
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
    envelope: bytes
    body: bytes


class TailRow(NamedTuple):
    """What a reader of the tail needs of a row: not its envelope, which is for those who verify."""

    position: int
    stream: UUID
    version: int
    type: str
    schema: int
    known_at: datetime
    body: bytes


def moment_of(known_at: int) -> datetime:
    """The server's count of microseconds since 2000-01-01 as a moment, aware, UTC."""
    return SERVER_EPOCH + timedelta(microseconds=known_at)


def copy_rows(connection: Connection, after: int, up_to: int, *, types: tuple[str, ...] = ()) -> Iterator[JournalRow]:
    """The rows with ``after < position <= up_to`` in order; only the event ``types`` named, if any are.

    The range is held in memory: ask for pages of some thousands. Raises :class:`DatabaseUnavailable` when the
    stream of bytes ends early.
    """
    condition = "position > %s and position <= %s"
    values: tuple[object, ...] = (after, up_to)
    if types:
        condition, values = f"{condition} and type = any(%s)", (*values, list(types))
    return parse_rows(_copied(connection, _COLUMNS, condition, "position", values))


def copy_tail(connection: Connection, after: int, up_to: int) -> Iterator[TailRow]:
    """The rows with ``after < position <= up_to`` in order, without their envelopes; as :func:`copy_rows`."""
    return _tail_rows(_copied(connection, _TAIL, "position > %s and position <= %s", "position", (after, up_to)))


def copy_streams(connection: Connection, streams: Sequence[UUID], up_to: int) -> Iterator[JournalRow]:
    """All rows of ``streams`` with ``position <= up_to``, stream by stream in the order of their ids and versions.

    Held in memory, as with :func:`copy_rows`.
    """
    condition = "stream = any(%s::uuid[]) and position <= %s"
    return parse_rows(_copied(connection, _COLUMNS, condition, "stream, version", (list(streams), up_to)))


def copy_streams_after(
    connection: Connection, after: tuple[UUID, int], last: UUID, up_to: int, *, limit: int
) -> Iterator[JournalRow]:
    """The next ``limit`` rows after that stream and version, in the order of :func:`copy_streams`.

    Only of streams up to ``last``, and only rows with ``position <= up_to``. Held in memory, as with :func:`copy_rows`.
    """
    order = f"stream, version limit {int(limit)}"
    return parse_rows(_copied(connection, _COLUMNS, _OF_STREAMS, order, _of_streams(after, last, up_to)))


def copy_tail_of_streams(connection: Connection, after: tuple[UUID, int], last: UUID, up_to: int) -> Iterator[TailRow]:
    """All rows of the streams after that stream and version and up to ``last``, with ``position <= up_to``.

    Stream by stream in the order of their versions, without envelopes. Held in memory, as with :func:`copy_rows`.
    """
    return _tail_rows(_copied(connection, _TAIL, _OF_STREAMS, "stream, version", _of_streams(after, last, up_to)))


# What the pair says of the stream is said again for itself: of a pair the planner estimates a third of all rows, and of
# a journal of millions it would read every row for each range.
_OF_STREAMS: Final = "stream >= %s and (stream, version) > (%s, %s) and stream <= %s and position <= %s"


def _of_streams(after: tuple[UUID, int], last: UUID, up_to: int) -> tuple[object, ...]:
    return (after[0], *after, last, up_to)


def _copied(connection: Connection, columns: str, condition: str, order: str, values: Sequence[object]) -> bytes:
    with connection.cursor() as cursor:
        statement = cursor.mogrify(
            f"copy (select {columns} from journal where {condition} order by {order}) to stdout (format binary)",  # noqa: S608  # nosec B608 # constants of this module; values are bound
            values,
        )
        buffer = io.BytesIO()
        cursor.copy_expert(statement.decode(), buffer)
    data = buffer.getvalue()
    if not data.startswith(SIGNATURE):
        raise DatabaseUnavailable("the database broke off a bulk read before its first byte")
    return data


def _tail_rows(data: bytes) -> Iterator[TailRow]:
    at = _FIRST_ROW
    names: dict[bytes, str] = {}
    raw_before, stream = b"", UUID(int=0)
    end = len(data) - _TRAILER_SIZE
    while at < end:
        _, _, position, _, raw_stream, _, version, type_length = _HEAD(data, at)
        at += _HEAD_SIZE
        raw_type = data[at : at + type_length]
        at += type_length
        _, schema, _, known_at, body_length = _MIDDLE(data, at)
        at += _MIDDLE_SIZE
        body = data[at : at + body_length]
        at += body_length
        name = names.get(raw_type) or names.setdefault(raw_type, raw_type.decode())
        if raw_stream != raw_before:
            # A UUID takes as long to make as all the rest of a row; the rows of a stream often lie together.
            raw_before, stream = raw_stream, UUID(bytes=raw_stream)
        yield TailRow(position, stream, version, name, schema, moment_of(known_at), body)


def parse_rows(data: bytes) -> Iterator[JournalRow]:
    """Parse one whole binary copy of the journal's columns."""
    at = _FIRST_ROW
    names: dict[bytes, str] = {}
    end = len(data) - _TRAILER_SIZE
    while at < end:
        _, _, position, _, stream, _, version, type_length = _HEAD(data, at)
        at += _HEAD_SIZE
        raw_type = data[at : at + type_length]
        at += type_length
        _, schema, _, known_at, hash_length = _MIDDLE(data, at)
        at += _MIDDLE_SIZE
        leaf_hash = data[at : at + hash_length]
        at += hash_length
        (envelope_length,) = _LENGTH(data, at)
        envelope = data[at + 4 : at + 4 + envelope_length]
        at += 4 + envelope_length
        (body_length,) = _LENGTH(data, at)
        body = data[at + 4 : at + 4 + body_length]
        at += 4 + body_length
        name = names.get(raw_type) or names.setdefault(raw_type, raw_type.decode())
        yield JournalRow(position, UUID(bytes=stream), version, name, schema, known_at, leaf_hash, envelope, body)
