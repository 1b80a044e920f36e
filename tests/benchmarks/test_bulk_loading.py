"""``permit bench bulk`` compares a load with copies of the same events: as plain JSON, and of the very same rows."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from domain.law.rulebook import Rulebook
from infra.benchmarks.bulk_loading import BulkLoad, bench_bulk, bulk_load
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkImpossible
from infra.benchmarks.sample_journal import KeysInMemory, prepared_commands
from tests.benchmarks.report_form import require_form

pytestmark = pytest.mark.server


@pytest.fixture
def small(admin_url: str) -> Iterator[BulkLoad]:
    """Ten cases: sixty events."""
    keys, law = KeysInMemory(b"test"), Rulebook.load()
    with bulk_load(admin_url, prepared_commands(10, keys, law), keys, law) as bulk:
        yield bulk


def rows_of(bulk: BulkLoad, table: str) -> tuple[int, str]:
    with closing(psycopg2.connect(bulk.url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"select count(*), md5(string_agg(t::text, '|' order by position)) from permit.{table} t")
        return cursor.fetchone()


def places_of(bulk: BulkLoad, table: str) -> set[tuple]:
    with closing(psycopg2.connect(bulk.url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"select stream, version, type, schema from permit.{table}")
        return set(cursor.fetchall())


def test_the_report_has_a_row_for_each_source(admin_url: str, no_peer: Peer) -> None:
    report = bench_bulk(admin_url, no_peer, cases=10, runs=1)

    cases = ("whole cases", "whole cases, same rows", "single commands", "single commands, same rows")
    require_form(report, "bulk", cases)
    assert report.machine["events"] == 86
    assert report.machine["commands"] == {"whole cases": 10, "single commands": 48}


def test_ours_and_the_copy_of_its_rows_leave_the_same_rows(small: BulkLoad) -> None:
    small.ours()
    loaded = rows_of(small, "journal")
    small.same_rows()
    copied = rows_of(small, "copied_journal")

    assert loaded == copied
    assert loaded[0] == 86


def test_the_plain_copy_has_the_same_events_in_the_same_places(small: BulkLoad) -> None:
    small.ours()
    loaded = places_of(small, "journal")
    small.plain_copy()

    assert places_of(small, "plain_journal") == loaded
    assert len(loaded) == 86


@pytest.mark.parametrize("table", ["copied_journal", "plain_journal"])
def test_the_peer_has_the_same_indexes_to_keep(small: BulkLoad, table: str) -> None:
    with closing(psycopg2.connect(small.url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select tablename, split_part(indexdef, 'USING', 2) from pg_indexes"
            " where tablename in ('journal', %s) order by 1, 2",
            (table,),
        )
        kept = cursor.fetchall()

    assert [each for of, each in kept if of == "journal"] == [each for of, each in kept if of != "journal"]
    assert len(kept) == 4


def test_every_run_begins_with_an_empty_journal(small: BulkLoad) -> None:
    small.ours()
    small.ours()

    assert rows_of(small, "journal")[0] == 86


def test_a_load_that_is_not_complete_gives_no_figure(small: BulkLoad) -> None:
    small.source.pop()

    with pytest.raises(BenchmarkImpossible, match="journal holds"):
        small.ours()
