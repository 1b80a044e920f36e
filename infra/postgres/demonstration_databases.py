"""The databases of a demonstration, marked with what was played in them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from psycopg2 import sql

from infra.postgres.connections import connect
from infra.postgres.server_access import create_database


def begin_anew_unless(admin_url: str, names: Sequence[str], marker: str) -> bool:
    """Drop and make the databases again unless all of them bear ``marker``; tell whether they were made.

    The marker is the comment of the database, so it goes with it wherever it is copied to.
    """
    with closing(connect(admin_url, None)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_database where datname = any(%s) and shobj_description(oid, 'pg_database') = %s",
            (list(names), marker),
        )
        row = cursor.fetchone()
        if row is not None and row[0] == len(names):
            return False
        for name in names:
            cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            create_database(admin_url, name)
            cursor.execute(sql.SQL("comment on database {} is %s").format(sql.Identifier(name)), (marker,))
        return True
