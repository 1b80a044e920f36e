"""Databases that live as long as a benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

from psycopg2 import sql

from infra.postgres.server.access import create_database, url_for_database
from infra.postgres.server.connections import connect
from infra.postgres.server.logins import drop_logins


@contextmanager
def scratch_database(admin_url: str) -> Iterator[str]:
    """The URL of a new empty database on the server, dropped afterwards."""
    name = f"permit_bench_{uuid4().hex[:12]}"
    create_database(admin_url, name)
    try:
        yield url_for_database(admin_url, name)
    finally:
        with closing(connect(admin_url, None)) as connection, connection.cursor() as cursor:
            drop_logins(cursor, name)
            cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
