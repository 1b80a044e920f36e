"""What the pages of a migration ask is answered from an index, however many records wait in quarantine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, ClassVar, Final
from uuid import UUID

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from infra.migration.dossiers import taken_dossiers
from infra.migration.waiting_records import listed, reasons, samples
from infra.postgres.read_models.row_scope import EVERYTHING, PartyKind, RowScope, show_rows
from infra.postgres.server.connections import Role, connect, transaction
from infra.postgres.server.migrate import migrate_journal
from tests.world.databases import journal_database

pytestmark = pytest.mark.server

WAIT: Final = 20_000
PAGE: Final = 50

_FILL: Final = """
insert into permit.legacy_batch (id, authority, door, source, mapping_version, extracted_on, records, quarantined)
values (md5('batch')::uuid, 'brussels', 'file', 'permits.csv', 1, '2026-01-01', %(wait)s, %(wait)s);
insert into permit.legacy_record (id, authority, key, batch, source, line, sequence, digest, subject, sealed, fate,
                                  mapping_version, extracted_on)
select md5('record' || n)::uuid, 'brussels', 'BXL/' || n, md5('batch')::uuid, 'permits.csv', n, now(), '\\x00',
       md5('subject' || n)::uuid, convert_to(repeat(md5(n::text), 20), 'UTF8'), 'quarantined', 1, '2026-01-01'
  from generate_series(1, %(wait)s) n;
insert into permit.legacy_dossier (authority, key, case_id, subject, sequence, digest, record_id, fate)
select authority, key, md5('case' || key)::uuid, subject, sequence, digest, id, fate from permit.legacy_record;
insert into permit.legacy_quarantine (record_id, authority, reason, findings, mapping_version, opened_at)
select id, authority, (array['amountInvalid', 'dateInvalid', 'ssinInvalid'])[1 + line %% 3], '[]', 1,
       now() + line * interval '1 ms'
  from permit.legacy_record;
"""


class Asking(Cursor):  # type: ignore[misc]
    """Remembers the last statement."""

    asked: ClassVar[str] = ""

    def execute(self, query: Any, vars: Any = None) -> None:
        super().execute(query, vars)
        Asking.asked = self.query.decode()


@pytest.fixture(scope="module", params=["analyzed", "just loaded"])
def quarantine(request: pytest.FixtureRequest, admin_url: str) -> Iterator[str]:
    """Many records of Brussels wait; what the server knows of its tables after a load comes a minute later."""
    with journal_database(admin_url) as url:
        migrate_journal(url, origin="tests")
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute(
                "alter table permit.legacy_quarantine set (autovacuum_enabled = false);"
                "alter table permit.legacy_record set (autovacuum_enabled = false)"
            )
            cursor.execute(_FILL, {"wait": WAIT})
            if request.param == "analyzed":
                cursor.execute("vacuum analyze permit.legacy_quarantine, permit.legacy_record, permit.legacy_dossier")
        yield url


def rows_read(url: str, rows: RowScope, ask: Callable[[Connection], object]) -> dict[str, int]:
    """How many rows each table gave for what a reader asks, and, as ``answer``, how many came out."""
    with closing(connect(url, Role.READER)) as connection, transaction(connection) as cursor:
        show_rows(cursor, rows)
        connection.cursor_factory = Asking
        assert ask(connection)
        cursor.execute("explain (format json, analyze) " + Asking.asked)
        ((plans,),) = cursor.fetchall()
    read: dict[str, int] = {}
    for node in nodes(plans[0]["Plan"]):
        if "Relation Name" in node:
            table = node["Relation Name"]
            read[table] = read.get(table, 0) + round(node["Actual Rows"] * node["Actual Loops"])
    return read


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def record_at(url: str, place: int) -> UUID:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("select md5('record' || %s)", (place,))
        ((found,),) = cursor.fetchall()
    return UUID(found)


BRUSSELS: Final = RowScope(PartyKind.AUTHORITY, "brussels")


@pytest.mark.parametrize("rows", [BRUSSELS, EVERYTHING], ids=str)
def test_places_of_a_few_records_are_found_without_reading_the_rest(quarantine: str, rows: RowScope) -> None:
    with closing(connect(quarantine, Role.READER, shows_every_row=True)) as connection:
        waiting = reasons(connection, "brussels")
    assert sum(waiting.values()) == WAIT
    read = rows_read(quarantine, rows, lambda connection: samples(connection, "brussels", waiting))
    assert read == {"legacy_quarantine": 9, "legacy_record": 9}


@pytest.mark.parametrize("quarantine", ["analyzed"], indirect=True)
@pytest.mark.parametrize("reason", [None, "dateInvalid"])
@pytest.mark.parametrize("after", [None, WAIT // 2])
def test_a_page_of_those_that_wait_is_found_without_reading_the_rest(
    quarantine: str, reason: str | None, after: int | None
) -> None:
    begin = None if after is None else record_at(quarantine, after)
    read = rows_read(
        quarantine,
        BRUSSELS,
        lambda connection: listed(connection, authority="brussels", reason=reason, after=begin, limit=PAGE),
    )
    # the record after which the page begins is looked up
    assert read["legacy_quarantine"] == PAGE + (after is not None)
    assert (read["legacy_record"], read["legacy_dossier"]) == (PAGE, 0)


def test_the_policies_do_not_keep_a_load_from_its_index(quarantine: str) -> None:
    with closing(connect(quarantine, Role.WRITER)) as connection:
        connection.cursor_factory = Asking
        assert len(taken_dossiers(connection, "brussels", [f"BXL/{n}" for n in range(1, 11)])) == 10
        with connection.cursor(cursor_factory=Cursor) as cursor:
            cursor.execute("explain (format json) " + Asking.asked)
            ((plans,),) = cursor.fetchall()
    (scan,) = [node for node in nodes(plans[0]["Plan"]) if "Index Cond" in node]
    assert scan["Index Name"] == "legacy_dossier_pkey"
