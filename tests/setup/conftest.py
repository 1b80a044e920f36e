"""A PostgreSQL that is not the embedded one, as an administrator would hand it over: without anything of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2 import sql

from tests.world.debian_postgres import MAKER, OwnServer, own_server
from tests.world.servers import NoServer, NotHere, give_up


@pytest.fixture(scope="session")
def debian_server() -> Iterator[OwnServer]:
    """Debian's own, started once a session; skipped, or a failure, where it is not installed."""
    try:
        with own_server() as server:
            yield server
    except NotHere as why:
        give_up(NoServer(str(why)), "Debian's PostgreSQL")


@pytest.fixture
def server(debian_server: OwnServer) -> Iterator[OwnServer]:
    """It, with no database and no role on it but those it came with."""
    yield debian_server
    with closing(psycopg2.connect(debian_server.url())) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("select datname from pg_database where datname <> 'postgres' and not datistemplate")
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        cursor.execute("select rolname from pg_roles where rolname not in ('postgres', %s) and oid > 16383", (MAKER,))
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
