"""What a PostgreSQL server must be and allow, looked at before anything is made on it.

Everything that is wrong is reported at once, in sentences for an operator; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg2

from infra.postgres.server.access import database_name, server_name, session_beside, url_for_database
from infra.postgres.server.connections import DatabaseUnavailable, Role, ServerUnsuitable, open_session
from infra.postgres.server.logins import SERVING, login_name
from infra.postgres.server.program_roles import RoleState, role_states

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

OLDEST: Final = 15
NEWEST: Final = 18
"""The major versions on which the whole journal is tested."""

CONNECTIONS_AT_FULL_LOAD: Final = 90
"""What the pools of one process may open together."""

_PRINTED: Final = "`permit database sql` prints what an administrator has to run"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """A server, a database that is there or is still to be made, and the rights of the login."""

    server: str
    database: str
    exists: bool
    login: str
    version: str
    version_number: int
    standby: bool
    encoding: str
    makes_databases: bool
    makes_roles: bool
    makes_schemas: bool
    """Whether the login or the owner of our schemas may make one in this database."""
    writer_makes_temporary_tables: bool
    schema_owner: str | None
    connections: tuple[tuple[int, str], ...]
    """Each limit on the connections of this login, with the statement that raises it."""
    roles: tuple[RoleState, ...]
    absent_logins: tuple[str, ...]
    """Those under which the program serves this database."""

    @property
    def major(self) -> int:
        return self.version_number // 10_000


def require_suitable(
    url: str,
    *,
    set_up: bool,
    connections: int = CONNECTIONS_AT_FULL_LOAD,
    versions: tuple[int, int] = (OLDEST, NEWEST),
) -> None:
    """Check the server and the database of ``url``; with ``set_up`` also what it takes to make them.

    Raises :class:`ServerUnsuitable` with all that is missing, and :class:`DatabaseUnavailable`.
    """
    connection, exists = session_beside(url)
    with closing(connection):
        try:
            _require_sessions(url if exists else url_for_database(url, connection.info.dbname), connection)
            state = _state_of(url, connection, exists=exists)
        except psycopg2.Error as why:
            raise DatabaseUnavailable(
                f"the server {server_name(url)} does not report its own state: "
                f"{why.diag.message_primary or type(why).__name__}"
            ) from why
    wrong = list(_wrong_server(state, connections, *versions)) or list(_missing_rights(state, set_up=set_up))
    if wrong:
        raise ServerUnsuitable("\n".join(wrong))


def _wrong_server(state: ServerState, connections: int, oldest: int, newest: int) -> Iterator[str]:
    """What no right can solve."""
    if not oldest <= state.major <= newest:
        yield (
            f"The server {state.server} is PostgreSQL {state.version}; this program works with PostgreSQL {oldest} "
            f"to {newest}. Name such a server in the database URL."
        )
        return
    if state.standby:
        yield (
            f"The server {state.server} is a standby and can only be read. Name the primary server; where a URL names "
            "several hosts, add target_session_attrs=read-write to it."
        )
        return
    if state.exists and state.encoding != "UTF8":
        yield (
            f"The database {state.database!r} on {state.server} keeps its text in {state.encoding}; this program needs "
            "UTF8. Name another database, which is then created correctly, or make this one again: "
            "CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0."
        )
    limit, remedy = min(state.connections)
    if limit < connections:
        yield (
            f"The server {state.server} lets the user {state.login!r} open {limit} connections at once; one process of "
            f"this program opens up to {connections}. Run as an administrator: {remedy}"
        )


def _missing_rights(state: ServerState, *, set_up: bool) -> Iterator[str]:
    on = f"on {state.server}"
    if set_up and not state.exists and not state.makes_databases:
        yield (
            f"The database {state.database!r} does not exist {on}, and the user {state.login!r} may not make databases "
            f"(CREATEDB): {_PRINTED}."
        )
    absent = [role.name for role in state.roles if not role.exists] or list(state.absent_logins)
    if set_up and absent and not state.makes_roles:
        yield (
            f"{_named('The role', absent)} {_do('does', absent)} not exist {on}, and the user {state.login!r} may not "
            f"make roles (CREATEROLE): {_PRINTED}."
        )
    closed = [role.name for role in state.roles if role.exists and not role.usable and not (set_up and role.grantable)]
    if closed:
        yield f"The user {state.login!r} may not act as {_named('the role', closed)} {on}: {_PRINTED}."
    if state.schema_owner not in (None, Role.OWNER.value):
        yield (
            f"The schema permit of the database {state.database!r} {on} belongs to {state.schema_owner!r} and not to "
            f"{Role.OWNER.value!r}. If it is this program's, run as an administrator: ALTER SCHEMA permit OWNER TO "
            f"{Role.OWNER.value}; else name another database."
        )
    if set_up and state.exists and not state.makes_schemas:
        yield (
            f"Neither the user {state.login!r} nor the role {Role.OWNER.value!r} may make a schema in the database "
            f"{state.database!r} {on} (CREATE): {_PRINTED}."
        )
    if state.exists and not state.writer_makes_temporary_tables:
        yield (
            f"The role {Role.WRITER.value!r} may not make temporary tables in the database {state.database!r} {on} "
            f"(TEMPORARY): {_PRINTED}."
        )


def _require_sessions(url: str, connection: Connection) -> None:
    """Raise where a session of ours is not one session of the server.

    A pooler that lends a session for one transaction lends the same one to two connections in turn, or changes that
    of one connection. Nothing has been set on these, so nothing of ours is left behind on somebody else's.
    """
    first: set[int] = set()
    second: set[int] = set()
    with closing(open_session(url)) as other:
        for _ in range(3):
            first.add(_backend(connection))
            second.add(_backend(other))
    if len(first) > 1 or len(second) > 1 or first & second:
        raise ServerUnsuitable(
            f"Behind {server_name(url)} is a connection pooler that gives each transaction another session (PgBouncer: "
            "pool_mode = transaction). This program acts in roles, prepares statements and holds advisory locks, which "
            "belong to a session. Name the server itself in the database URL, or a pool with pool_mode = session and "
            f"a size of {CONNECTIONS_AT_FULL_LOAD} or more."
        )


def _backend(connection: Connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        ((number,),) = cursor.fetchall()
        return int(number)


def _state_of(url: str, connection: Connection, *, exists: bool) -> ServerState:
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        ((login, version, number, standby, encoding, databases, roles, creates, schema_owner, *limits),) = (
            cursor.fetchall()
        )
        states = role_states(cursor)
        logins = [login_name(role, database_name(url)) for role in SERVING]
        cursor.execute("select name from unnest(%s) name where to_regrole(quote_ident(name)) is null", (logins,))
        absent_logins = tuple(name for (name,) in cursor.fetchall())
        rights = {role.name: role for role in states}
    server_limit, role_limit, database_limit, database = limits
    raised = [(server_limit, "ALTER SYSTEM SET max_connections = 200; and start the server again.")]
    if role_limit >= 0:
        raised.append((role_limit, f'ALTER ROLE "{login}" CONNECTION LIMIT -1;'))
    if database_limit >= 0 and exists:
        raised.append((database_limit, f'ALTER DATABASE "{database}" CONNECTION LIMIT -1;'))
    return ServerState(
        server=server_name(url),
        database=database_name(url),
        exists=exists,
        login=login,
        version=version,
        version_number=number,
        standby=standby,
        encoding=encoding,
        makes_databases=databases,
        makes_roles=roles,
        makes_schemas=creates or rights[Role.OWNER.value].makes_schemas,
        writer_makes_temporary_tables=rights[Role.WRITER.value].makes_temporary_tables,
        schema_owner=schema_owner if exists else None,
        connections=tuple(raised),
        roles=states,
        absent_logins=absent_logins,
    )


def _named(noun: str, names: list[str]) -> str:
    return f"{noun}{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _do(verb: str, names: list[str]) -> str:
    return "do" if len(names) > 1 else verb


_STATE: Final = """
select current_user, current_setting('server_version'), current_setting('server_version_num')::int,
       pg_is_in_recovery(), current_setting('server_encoding'),
       r.rolsuper or r.rolcreatedb, r.rolsuper or r.rolcreaterole,
       has_database_privilege(d.oid, 'CREATE'),
       (select pg_get_userbyid(n.nspowner) from pg_namespace n where n.nspname = 'permit'),
       current_setting('max_connections')::int
       - case when r.rolsuper then 0
              else current_setting('superuser_reserved_connections')::int
                   + coalesce(current_setting('reserved_connections', true)::int, 0) end,
       case when r.rolsuper then -1 else r.rolconnlimit end,
       case when r.rolsuper then -1 else d.datconnlimit end,
       d.datname
  from pg_roles r, pg_database d
 where r.rolname = current_user and d.datname = current_database()
"""
