"""What goes over in binary is what a reader finds: values of every type, none of them escaped."""

from __future__ import annotations

import io
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from infra.postgres.journal.binary_rows import (
    ABSENT,
    bigint_column,
    binary_copy,
    bytes_column,
    day_column,
    int_column,
    moment_column,
    row_of,
    text_column,
    texts_column,
    uuid_column,
)
from infra.postgres.server.connections import connect

pytestmark = pytest.mark.server

_TABLE = "create temporary table kept (i int, l bigint, t text, b bytea, u uuid, m timestamptz, d date, a text[])"

ORDINARY = (
    7,
    2**40,
    "Élise",
    b"\x00\xff",
    UUID(int=7),
    datetime(2025, 4, 20, 7, 0, tzinfo=UTC),
    date(2025, 4, 20),
    ["a"],
)
NASTY = (
    -1,
    -(2**63),
    'tab\t, back\\slash, line\nbreak, \\N, "{}',
    b"",
    UUID(int=2**128 - 1),
    datetime(1960, 1, 1, 0, 0, 0, 1, tzinfo=timezone(timedelta(hours=1))),
    date(1900, 1, 2),
    ["", 'a,"b"}', "NULL"],
)


@pytest.mark.parametrize("values", [ORDINARY, NASTY], ids=["ordinary", "nasty"])
def test_a_row_is_read_back_as_it_was_given(empty_database: str, values: tuple) -> None:  # type: ignore[type-arg]
    number, big, text, content, identity, moment, day, texts = values
    row = row_of(
        int_column(number), bigint_column(big), text_column(text), bytes_column(content), uuid_column(identity),
        moment_column(moment), day_column(day), texts_column(texts),
    )  # fmt: skip
    assert _read_back(empty_database, row) == values


def test_what_is_absent_is_null_and_an_empty_array_is_none_of_it(empty_database: str) -> None:
    row = row_of(
        ABSENT, bigint_column(None), text_column(None), bytes_column(None), ABSENT, moment_column(None),
        day_column(None), texts_column([]),
    )  # fmt: skip
    assert _read_back(empty_database, row) == (None,) * 7 + ([],)


def _read_back(url: str, row: bytes) -> tuple[object, ...]:
    with closing(connect(url, None)) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLE)
        cursor.copy_expert("copy kept from stdin (format binary)", io.BytesIO(binary_copy([row])))
        cursor.execute("select i, l, t, b, u, m, d, a from kept")
        ((number, big, text, content, *rest),) = cursor.fetchall()
        return (number, big, text, None if content is None else bytes(content), *rest)
