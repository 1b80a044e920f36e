"""Rows for ``COPY ... FROM STDIN (FORMAT binary)``, column by column: the server parses no text, and none is escaped.

Each function gives a column of one type, with its length before it; None is NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from struct import Struct
from typing import Final
from uuid import UUID

ABSENT: Final = b"\xff\xff\xff\xff"

SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0"
"""The first bytes of every binary copy, in either direction."""

SERVER_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""From which the server counts microseconds."""

_HEADER: Final = SIGNATURE + bytes(8)
_TRAILER: Final = b"\xff\xff"

_FIRST_DAY: Final = date(2000, 1, 1).toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
_TYPE_OF_TEXT: Final = 25

_count: Final = Struct(">h").pack
_length: Final = Struct(">i").pack
_int: Final = Struct(">ii").pack
_big: Final = Struct(">iq").pack
_empty_array: Final = Struct(">iiii").pack(12, 0, 0, _TYPE_OF_TEXT)
_array_head: Final = Struct(">iiiiii").pack


def binary_copy(rows: Iterable[bytes]) -> bytes:
    """All that a COPY is sent for these rows, or parts of rows."""
    return b"".join((_HEADER, *rows, _TRAILER))


def row_of(*columns: bytes) -> bytes:
    return _count(len(columns)) + b"".join(columns)


def int_column(value: int) -> bytes:
    return _int(4, value)


def bigint_column(value: int | None) -> bytes:
    return ABSENT if value is None else _big(8, value)


def text_column(value: str | None) -> bytes:
    return ABSENT if value is None else bytes_column(value.encode())


def bytes_column(value: bytes | None) -> bytes:
    return ABSENT if value is None else _length(len(value)) + value


def uuid_column(value: UUID) -> bytes:
    return b"\0\0\0\x10" + value.bytes


def moment_column(value: datetime | None) -> bytes:
    """A ``timestamptz``; ``value`` is aware."""
    return ABSENT if value is None else _big(8, (value - SERVER_EPOCH) // _MICROSECOND)


def day_column(value: date | None) -> bytes:
    return ABSENT if value is None else _int(4, value.toordinal() - _FIRST_DAY)


def texts_column(values: Sequence[str]) -> bytes:
    """A ``text[]``."""
    if not values:
        return _empty_array
    content = b"".join(map(text_column, values))
    return _array_head(20 + len(content), 1, 0, _TYPE_OF_TEXT, len(values), 1) + content
