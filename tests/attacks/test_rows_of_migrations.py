"""What a migration keeps of an authority's records is shown to who says so, and to nobody who says nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import psycopg2.errors
import pytest

from api.services.migrations import migrations_of, quarantine_of
from infra.migration.batch_ledgers import ledgers
from infra.migration.sources import MigratingAuthority
from infra.migration.waiting_records import listed, reasons
from infra.postgres.read_models.row_scope import EVERYTHING, NOTHING, PartyKind, RowScope, connection_within
from infra.postgres.server.connections import Role, connect
from tests.migration.cutting_over import go_live
from tests.migration.moving import Moving, moving, record

pytestmark = pytest.mark.server

BAD_NUMBER = "85.07.30-033.29"


@pytest.fixture(scope="module")
def move(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moving]:
    """Brussels has moved a record in, set one aside and corrected it, and gone live."""
    with moving(admin_url, tmp_path_factory.mktemp("moving")) as under_way:
        under_way.load_brussels(record(), record(niss=BAD_NUMBER, no_dossier="BXL/2025/00002"))
        with under_way.program.unhurried_readers.connection() as connection:
            (waiting,) = listed(connection, authority="brussels")
        with under_way.writer() as connection:
            quarantine = quarantine_of(under_way.program, MigratingAuthority.BRUSSELS)
            quarantine.correct(connection, waiting.record_id, "niss", "85.07.30-033.28", by="ann", motive="asked")
        go_live(under_way)
        yield under_way


def tables(move: Moving) -> dict[str, int]:
    """Every table of migrations with the number of its rows, as the owner of the server sees them."""
    with closing(psycopg2.connect(move.program.journal_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'permit' and tablename like 'legacy%'")
        found = [name for (name,) in cursor.fetchall() if name != "legacy_mirror"]
        return {name: _count(cursor, name) for name in found}


def _count(cursor: psycopg2.extensions.cursor, table: str) -> int:
    cursor.execute(f"select count(*) from permit.{table}")
    ((number,),) = cursor.fetchall()
    return int(number)


def shown(move: Moving, rows: RowScope) -> dict[str, int]:
    with connection_within(move.program.readers, rows) as connection, connection.cursor() as cursor:
        return {name: _count(cursor, name) for name in tables(move)}


def test_the_authority_and_the_program_see_all_of_it_and_others_nothing(move: Moving) -> None:
    there = tables(move)
    assert {name for name, number in there.items() if number} >= {
        *("legacy_batch", "legacy_tally", "legacy_record", "legacy_dossier", "legacy_quarantine", "legacy_correction"),
        *("legacy_quarantine_step", "legacy_cutover_step"),
    }
    assert shown(move, RowScope(PartyKind.AUTHORITY, "brussels")) == there
    assert shown(move, EVERYTHING) == there
    for rows in (RowScope(PartyKind.AUTHORITY, "wallonia"), RowScope(PartyKind.EMPLOYER, "brussels"), NOTHING):
        assert set(shown(move, rows).values()) == {0}, rows


def test_a_page_that_says_nothing_is_shown_nothing(move: Moving) -> None:
    with move.program.readers.connection() as connection, connection.cursor() as cursor:
        assert {_count(cursor, name) for name in tables(move)} == {0}


def test_what_a_page_asks_about_another_authority_it_does_not_get(move: Moving) -> None:
    wallonia = RowScope(PartyKind.AUTHORITY, "wallonia")
    with connection_within(move.program.readers, wallonia) as connection:
        assert list(listed(connection, authority="brussels", states=None)) == []
        assert reasons(connection, "brussels") == {}
        assert list(ledgers(connection, "brussels")) == []
    (brussels, *_) = [each for each in migrations_of(move.program, wallonia) if each.status.authority == "brussels"]
    assert (list(brussels.batches), brussels.reasons, brussels.samples) == ([], {}, {})


def test_what_one_request_said_the_next_on_the_same_session_does_not_hear(move: Moving) -> None:
    with closing(connect(move.program.serving.reader, Role.READER)) as connection, connection.cursor() as cursor:
        for ending in ("commit", "rollback"):
            cursor.execute("begin; set local permit.rows = 'everything:'")
            assert _count(cursor, "legacy_record") > 0
            cursor.execute(ending)
            assert _count(cursor, "legacy_record") == 0


def test_also_after_an_error(move: Moving) -> None:
    with closing(connect(move.program.serving.reader, Role.READER)) as connection, connection.cursor() as cursor:
        with pytest.raises(psycopg2.errors.DivisionByZero):
            cursor.execute("set local permit.rows = 'everything:'; select 1 / (count(*) - 2) from legacy_record")
        assert _count(cursor, "legacy_record") == 0


@pytest.mark.parametrize("kind", ["view", "materialized view"])
def test_a_view_of_the_records_shows_no_more_than_they_do(move: Moving, kind: str) -> None:
    # given a view that the owner of the tables made, and let readers read
    with closing(connect(move.program.journal_url, Role.OWNER)) as connection, connection.cursor() as cursor:
        cursor.execute(f"create {kind} permit.seen as select id, authority, sealed from permit.legacy_record")
        cursor.execute("grant select on permit.seen to permit_reader")
        try:
            # then it shows an authority its own, and others nothing; what is kept in it is nothing
            counts = {rows.value: _seen(move, rows) for rows in (of("brussels"), of("wallonia"), NOTHING)}
            assert counts == {"brussels": 0 if kind == "materialized view" else 2, "wallonia": 0, "": 0}
        finally:
            cursor.execute(f"drop {kind} permit.seen")


def of(authority: str) -> RowScope:
    return RowScope(PartyKind.AUTHORITY, authority)


def _seen(move: Moving, rows: RowScope) -> int:
    with connection_within(move.program.readers, rows) as connection, connection.cursor() as cursor:
        return _count(cursor, "seen")


def test_whoever_writes_them_sees_all_of_them(move: Moving) -> None:
    with closing(connect(move.program.serving.writer, Role.WRITER)) as connection, connection.cursor() as cursor:
        assert {name: _count(cursor, name) for name in tables(move)} == tables(move)


def test_nobody_is_let_round_the_policies_to_copy_faster(move: Moving) -> None:
    """A load copies into tables of its session; a table that COPY fills directly would have no policies."""
    with closing(connect(move.program.serving.writer, Role.WRITER)) as connection, connection.cursor() as cursor:
        for table in tables(move):
            with pytest.raises((psycopg2.errors.FeatureNotSupported, psycopg2.errors.InsufficientPrivilege)):
                cursor.copy_expert(f"copy permit.{table} from stdin", io.StringIO())


SHOWN_WHOLE = {
    # the log: who may see a case is judged by its stream, which a page reads to judge it
    *("journal", "journal_head", "command", "tracking", "parked_stream"),
    # messages, by coordinates of a topic
    *("consumer_offset", "consumer_stream", "parked_message", "dead_letter", "consumer_stop", "relay_lease"),
    # checks, by case
    *("check_work", "crossroads_registration", "crossroads_gate", "crossroads_consultation", "crossroads_reply"),
}
"""What a reader is shown whatever it says."""


def test_no_other_table_that_a_reader_reads_is_without_policies(move: Moving) -> None:
    """A new table is under policies, or is written down here."""
    with closing(psycopg2.connect(move.program.journal_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relnamespace = 'permit'::regnamespace and relkind in ('r', 'p')"
            " and has_table_privilege('permit_reader', oid, 'select') and not (relrowsecurity and relforcerowsecurity)"
        )
        assert {name for (name,) in cursor.fetchall()} == SHOWN_WHOLE
