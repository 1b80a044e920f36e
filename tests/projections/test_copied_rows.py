"""Rows written by COPY are those that the same rows as JSON make, or are left to the statement that takes JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import connection as Connection

from infra.postgres.read_models.copied_rows import columns_of, copied
from infra.postgres.read_models.whole_streams import CopiedRows
from projections.registered import registered_read_models
from tests.world.examples import examples

pytestmark = pytest.mark.server

ID = UUID("3f2a4c1e-0000-4000-8000-00000000c0de")
ROW: dict[str, Any] = {
    "id": ID,
    "few": 3,
    "many": 2**40,
    "truth": True,
    "words": "plain",
    "on_day": date(2026, 2, 28),
    "at": datetime(2026, 2, 28, 12, 30, 1, 250, tzinfo=UTC),
    "nested": {"a": [1, "two", None]},
    "several": ("one", "two"),
    "days": "{[2026-01-01,2026-02-01),[2026-03-01,)}",
}

TABLE = """
create temporary table sample (
    id uuid, few int, many bigint, truth boolean, words text, on_day date, at timestamptz, nested json, several text[],
    days datemultirange
)
"""


@pytest.fixture(scope="module")
def connection(admin_url: str) -> Iterator[Connection]:
    with closing(psycopg2.connect(admin_url)) as opened:
        opened.autocommit = True
        with opened.cursor() as cursor:
            cursor.execute(TABLE)
        yield opened


def columns(connection: Connection) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("select nspname from pg_namespace where oid = pg_my_temp_schema()")
        ((schema,),) = cursor.fetchall()
    return columns_of(connection, schema, "sample"), schema


def both_ways(connection: Connection, row: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The row as a COPY leaves it, and as JSON does."""
    made, schema = columns(connection)
    with connection.cursor() as cursor:
        cursor.execute("truncate sample")
        CopiedRows("sample", tuple(made), copied(made, [row])).write(cursor, schema)
        cursor.execute("select t::text from sample t")
        by_copy = cursor.fetchall()
        cursor.execute("truncate sample")
        rows = orjson.dumps([row]).decode()
        cursor.execute("insert into sample select * from json_populate_recordset(null::sample, %s::json)", (rows,))
        cursor.execute("select t::text from sample t")
        return by_copy, cursor.fetchall()


def test_a_value_of_each_type(connection: Connection) -> None:
    by_copy, by_json = both_ways(connection, ROW)

    assert by_copy == by_json


@pytest.mark.parametrize("absent", [dict.fromkeys(ROW), {}], ids=["null", "not there"])
def test_a_row_of_nothing(connection: Connection, absent: dict[str, Any]) -> None:
    by_copy, by_json = both_ways(connection, absent)

    assert by_copy == by_json


awkward = st.text(
    st.one_of(st.sampled_from("\\\t\n\r\"',{}N \x0b\x7f\u2028é😀"), st.characters(exclude_categories=("Cs",))),
).filter(lambda text: "\0" not in text)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=awkward, several=st.lists(awkward, max_size=4), nested=st.dictionaries(awkward, awkward, max_size=3))
def test_any_text(connection: Connection, words: str, several: list[str], nested: dict[str, str]) -> None:
    by_copy, by_json = both_ways(connection, {**ROW, "words": words, "several": several, "nested": nested})

    assert by_copy == by_json


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": 5},
        {"words": {"not": "a text"}},
        {"few": "3"},
        {"many": 1.5},
        {"truth": 1},
        {"on_day": 20260228},
        {"id": 7},
        {"several": "one"},
        {"several": [1]},
        {"nested": {"nul": "\0"}},
        {"nested": {"half": "\ud800"}},
        {"words": "\ud800"},
    ],
    ids=str,
)
def test_what_a_column_is_not_made_for_is_left_to_the_other_way(connection: Connection, wrong: dict[str, Any]) -> None:
    made, _ = columns(connection)

    with pytest.raises((TypeError, ValueError, AttributeError)):
        copied(made, [{**ROW, **wrong}])


def test_every_column_of_every_read_model_can_be_copied(empty_database: str) -> None:
    with closing(psycopg2.connect(empty_database)) as connection, connection.cursor() as cursor:
        cursor.execute("create schema looked_at; set local search_path = looked_at")
        for role in ("permit_writer", "permit_reader"):
            cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
            if not cursor.fetchall():
                cursor.execute(f"create role {role}")
        for each in registered_read_models():
            cursor.execute(each.ddl)
        cursor.execute("select tablename::text from pg_tables where schemaname = 'looked_at'")
        tables = [table for (table,) in cursor.fetchall()]
        # The targets of the board are no rows of streams.
        for table in sorted(set(tables) - {"sla_board_target"}):
            assert columns_of(connection, "looked_at", table), table
        connection.rollback()
