"""What a migration keeps of an authority's records is shown to who says so, and to nobody who says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg2
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

WITHOUT_POLICIES = {"legacy_record", "legacy_dossier"}
"""COPY takes none; a page asks them by way of the records in quarantine."""

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
        found = [name for (name,) in cursor.fetchall() if name not in {"legacy_mirror", *WITHOUT_POLICIES}]
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
        *("legacy_batch", "legacy_tally", "legacy_quarantine", "legacy_correction", "legacy_quarantine_step"),
        "legacy_cutover_step",
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
            assert _count(cursor, "legacy_batch") > 0
            cursor.execute(ending)
            assert _count(cursor, "legacy_batch") == 0


def test_whoever_writes_them_sees_all_of_them(move: Moving) -> None:
    with closing(connect(move.program.serving.writer, Role.WRITER)) as connection, connection.cursor() as cursor:
        assert {name: _count(cursor, name) for name in tables(move)} == tables(move)
