"""Make room for a demonstration, and never at the cost of anything real.

The schemas of a demonstration bear a marker, as their comment, that says what was played in them.
"""

from __future__ import annotations

from contextlib import closing
from typing import Final

from domain.unusable import Unusable
from infra.postgres.server.connections import Role, act_as, connect
from infra.postgres.server.migrate import migrate_journal, migrate_keys

_KIND: Final = "demonstration: "

_MARKER: Final = "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'permit'"


_HAS_TABLE: Final = (
    "select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'permit' and c.relname = %s"
)


class NotADemonstration(Unusable):
    """The database holds something that is not a demonstration's; nothing was touched."""


def clear_for_demonstration(journal_url: str, keys_url: str, marker: str, origin: str) -> bool:
    """Leave a demonstration marked ``marker`` as it is, else make an empty one; give whether one was made.

    Raises :class:`NotADemonstration` when either database holds events or keys that no demonstration made.
    """
    wanted = _KIND + marker
    if _marker_of(journal_url) == wanted and _marker_of(keys_url) == wanted:
        return False
    for url, table in ((journal_url, "journal"), (keys_url, "data_key")):
        _require_expendable(url, table)
    for url in (journal_url, keys_url):
        if _has_schema(url):
            _run(url, "drop schema permit cascade")
    migrate_journal(journal_url, origin=origin)
    migrate_keys(keys_url)
    for url in (journal_url, keys_url):
        _run(url, "comment on schema permit is %s", wanted)
    return True


def _require_expendable(url: str, table: str) -> None:
    marker = _marker_of(url)
    if marker is not None and marker.startswith(_KIND):
        return
    with closing(connect(url, None)) as connection, connection.cursor() as cursor:
        cursor.execute(_HAS_TABLE, (table,))
        if cursor.rowcount:
            act_as(cursor, Role.OWNER)
            cursor.execute(f"select exists (select from permit.{table})")  # noqa: S608  # nosec B608 # one of two names above
            (used,) = cursor.fetchone() or (False,)
            if used:
                raise NotADemonstration(
                    f"the database {connection.info.dbname!r} holds what no demonstration made: "
                    "set PERMIT_HOME to another directory, or PERMIT_DATABASE_URL to another database"
                )


def _marker_of(url: str) -> str | None:
    with closing(connect(url, None)) as connection, connection.cursor() as cursor:
        cursor.execute(_MARKER)
        row = cursor.fetchone()
    return None if row is None else row[0]


def _has_schema(url: str) -> bool:
    with closing(connect(url, None)) as connection, connection.cursor() as cursor:
        cursor.execute("select from pg_namespace where nspname = 'permit'")
        return bool(cursor.rowcount)


def _run(url: str, statement: str, *parameters: str) -> None:
    """As the owner of the schema: the login may have no rights of its own on it."""
    with closing(connect(url, Role.OWNER)) as connection, connection.cursor() as cursor:
        cursor.execute(statement, parameters)
