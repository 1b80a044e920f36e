"""The three roles in which the program acts: whether they are there, and how they are made.

PostgreSQL 16 changed what a user with CREATEROLE may do: on 15 it may grant every role that is no superuser's, since
then only those over which it has the admin option, which it gets on the roles it makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg2
import psycopg2.errors
from psycopg2 import sql

from infra.postgres.server.connections import Role, ServerUnsuitable

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_ATTEMPTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleState:
    """One of the three roles, as the current user finds it. Of a role that does not exist nothing is missing yet."""

    name: str
    exists: bool
    usable: bool
    """Whether the current user may act as it."""
    grantable: bool
    """Whether the current user may grant it to itself."""
    makes_schemas: bool
    makes_temporary_tables: bool


def role_states(cursor: Cursor) -> tuple[RoleState, ...]:
    """The roles, in the order of :class:`Role`; their rights are those in the current database."""
    cursor.execute(_STATES, ([role.value for role in Role],))
    return tuple(
        RoleState(
            name=name, exists=exists, usable=usable, grantable=grantable, makes_schemas=schemas,
            makes_temporary_tables=temporary,
        )
        for name, exists, usable, grantable, schemas, temporary in cursor.fetchall()
    )  # fmt: skip


def ensure_roles(cursor: Cursor) -> None:
    """Make the roles that are missing and let the current user act as each; on an autocommit connection.

    Roles belong to the whole server: another database of it may be set up at the same moment.
    Raises :class:`ServerUnsuitable` where the user may not do it.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            for role in role_states(cursor):
                name = sql.Identifier(role.name)
                if not role.exists:
                    cursor.execute(sql.SQL("create role {} nologin").format(name))
                if not role.exists or not role.usable:
                    _take(cursor, name)
            return
        except (psycopg2.errors.DuplicateObject, psycopg2.errors.UniqueViolation, psycopg2.errors.InternalError_):
            # Made, or granted ("tuple concurrently updated"), by another process since it was looked at.
            if attempt == _ATTEMPTS:
                raise
        except psycopg2.errors.InsufficientPrivilege as why:
            raise ServerUnsuitable(
                f"the roles of the program could not be made ({why.diag.message_primary}): "
                "`permit database sql` prints what an administrator has to run"
            ) from None


def _take(cursor: Cursor, name: sql.Identifier) -> None:
    """A superuser may act as every role without being a member of it."""
    cursor.execute("select rolsuper from pg_roles where rolname = current_user")
    ((superuser,),) = cursor.fetchall()
    if not superuser:
        cursor.execute(sql.SQL("grant {} to current_user").format(name))


MAY_ACT_AS: Final = "case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end"
"""The right to ``set role``, for ``pg_has_role``: before PostgreSQL 16 every member had it."""

_STATES: Final = f"""
select wanted.name, r.oid is not null,
       coalesce(pg_has_role(current_user, r.oid, {MAY_ACT_AS}), false),
       coalesce(pg_has_role(current_user, r.oid, 'MEMBER WITH ADMIN OPTION')
                or current_setting('server_version_num')::int < 160000 and me.rolcreaterole and not r.rolsuper, false),
       coalesce(has_database_privilege(r.oid, d.oid, 'CREATE'), false),
       coalesce(has_database_privilege(r.oid, d.oid, 'TEMPORARY'), has_database_privilege('public', d.oid, 'TEMPORARY'))
  from unnest(%s) with ordinality wanted(name, n)
  join pg_roles me on me.rolname = current_user
  join pg_database d on d.datname = current_database()
  left join pg_roles r on r.rolname = wanted.name
 order by wanted.n
"""  # noqa: S608  # nosec B608 # constants of this module
