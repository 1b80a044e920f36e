"""Schemas that belong to the owner of the program's tables, made with whichever right there is.

A database made by the program belongs to its login, one made by an administrator may belong to the owner's role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg2.errors
from psycopg2 import sql

from infra.postgres.server.connections import Role, ServerUnsuitable, act_as

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_FOUND: Final = """
select (select pg_get_userbyid(nspowner) from pg_namespace where nspname = %s),
       has_database_privilege(current_database(), 'CREATE'),
       current_database()
"""


def own_schema(cursor: Cursor, name: str, *, empty: bool = False) -> None:
    """Make the schema unless it exists, and act as its owner for the rest of the session.

    With ``empty`` nothing of an earlier one is left in it. ``cursor`` acts as the login.
    Raises :class:`ServerUnsuitable` where the schema is somebody else's or may not be made.
    """
    cursor.execute(_FOUND, (name,))
    ((found, login_may, database),) = cursor.fetchall()
    if found not in (None, Role.OWNER.value):
        raise ServerUnsuitable(
            f"the schema {name} of the database {database!r} belongs to {found!r}, not to {Role.OWNER.value!r}: "
            "name another database, or let an administrator give the schema to that role"
        )
    try:
        if found is not None and empty:
            act_as(cursor, Role.OWNER)
            cursor.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(name)))
            cursor.execute("reset role")
            found = None
        if found is None and login_may:
            statement = sql.SQL("create schema {} authorization {}")
            cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(Role.OWNER.value)))
        act_as(cursor, Role.OWNER)
        if found is None and not login_may:
            cursor.execute(sql.SQL("create schema {}").format(sql.Identifier(name)))
    except psycopg2.errors.InsufficientPrivilege as why:
        raise ServerUnsuitable(
            f"the schema {name} may not be made in the database {database!r} ({why.diag.message_primary}): "
            "`permit database sql` prints what an administrator has to run"
        ) from None
