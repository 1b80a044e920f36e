"""As whom the program serves: two logins a database, one that can be the writer and one that can be the reader.

Neither can become anything else: they are members of that one role, own nothing and are no superusers. The user of the
database URL, who owns the tables or may become who does, only sets up, looks whether all is set up, and rebuilds.

Their passwords are derived from the key-encryption key, so there is no secret more to be kept. Roles belong to a whole
server, so their names carry that of their database: programs with other keys do not fight over a password.
"""

from __future__ import annotations

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

from infra.postgres.server.access import database_name, names_several_servers, server_name, url_as
from infra.postgres.server.connections import DatabaseUnavailable, Role, ServerUnsuitable, connect

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

SERVING: Final = (Role.WRITER, Role.READER)
"""The roles in which the program serves."""

_LONGEST_NAME: Final = 63
"""Bytes that PostgreSQL keeps of a name."""

_ATTEMPTS: Final = 20

_SECONDS_BEHIND: Final = 5.0
"""For which a standby may be behind."""

_LOOK_AGAIN: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingUrls:
    """The libpq URLs of one database under which the program serves; both hold a password."""

    writer: str
    reader: str


def login_name(role: Role, database: str) -> str:
    """The login of a database for a role: the names of both, a long one cut and told apart by its digest."""
    name = f"{role.value}_{database}"
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    kept = name.encode()[: _LONGEST_NAME - 9].decode(errors="ignore")
    return f"{kept}_{sha256(name.encode()).hexdigest()[:8]}"


def serving_urls(url: str, key: bytes, *, set_up: bool) -> ServingUrls:
    """Both of the database of ``url``. As :func:`serving_url`."""
    writer, reader = (serving_url(url, role, key, set_up=set_up) for role in SERVING)
    return ServingUrls(writer=writer, reader=reader)


def serving_url(url: str, role: Role, key: bytes, *, set_up: bool) -> str:
    """The URL under which the program serves the database of ``url`` in a role, tried once.

    With ``set_up`` a login that is missing, or does not get in, is made or given its password by the user of ``url``.
    ``key`` is what passwords are derived from. Raises :class:`ServerUnsuitable` where it does not get in.
    """
    name = login_name(role, database_name(url))
    password = urlsafe_b64encode(hmac.digest(key, name.encode(), "sha256")).rstrip(b"=").decode()
    serving = url_as(url, name, password)
    try:
        connect(serving, role).close()
        return serving
    except DatabaseUnavailable:
        if not set_up:
            # Of a server that is away its own sentence tells more.
            with closing(connect(url, None)), _in_words(url, name):
                connect(serving, role).close()
            return serving
    with closing(connect(url, None)) as connection, connection.cursor() as cursor, _rights():
        _make(cursor, name, role, password)
    with _in_words(url, name):
        _get_in(serving, role)
    return serving


def _get_in(serving: str, role: Role) -> None:
    """Connect as a login that was made just now. Raises ``DatabaseUnavailable``.

    Of several servers in the URL a standby may be asked first. Until it has heard of the login it refuses it, and no
    other server is asked then.
    """
    give_up = time.monotonic() + (_SECONDS_BEHIND if names_several_servers(serving) else 0)
    while True:
        try:
            connect(serving, role).close()
            return
        except DatabaseUnavailable:
            if time.monotonic() >= give_up:
                raise
        time.sleep(_LOOK_AGAIN)


def drop_logins(cursor: Cursor, database: str) -> None:
    """For a database that is gone, or goes with the statement after this."""
    for role in SERVING:
        cursor.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(login_name(role, database))))


def _make(cursor: Cursor, name: str, role: Role, password: str) -> None:
    """Make the login, or give it its password and its role; on an autocommit connection.

    The server is given what it keeps of a password, so that none is in its log.
    """
    kept = encrypt_password(password, name, scope=cursor.connection, algorithm="scram-sha-256")
    login, member_of = sql.Identifier(name), sql.Identifier(role.value)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            cursor.execute(_STATE, (role.value, name))
            states: Sequence[tuple[bool]] = cursor.fetchall()
            if states:
                _set_password(cursor, login, kept)
            else:
                cursor.execute(sql.SQL("create role {} login password {}").format(login, sql.Literal(kept)))
            if states != [(True,)]:
                cursor.execute(sql.SQL("grant {} to {}").format(member_of, login))
            return
        except (psycopg2.errors.DuplicateObject, psycopg2.errors.UniqueViolation, psycopg2.errors.InternalError_):
            # Made, or changed ("tuple concurrently updated"), by another process since it was looked at.
            if attempt == _ATTEMPTS:
                raise


def _set_password(cursor: Cursor, login: sql.Identifier, kept: str) -> None:
    """Whoever may act as a role may set its password as that role, also without the right to make roles."""
    statement = sql.SQL("alter role {} password {}").format(login, sql.Literal(kept))
    try:
        cursor.execute(statement)
    except psycopg2.errors.InsufficientPrivilege:
        cursor.execute(sql.SQL("set role {}").format(login))
        cursor.execute(statement)
        cursor.execute("reset role")


@contextmanager
def _rights() -> Iterator[None]:
    try:
        yield
    except psycopg2.errors.InsufficientPrivilege as why:
        raise ServerUnsuitable(
            f"the logins under which the program serves could not be made ({why.diag.message_primary}): "
            "`permit database sql` prints what an administrator has to run"
        ) from None


@contextmanager
def _in_words(url: str, name: str) -> Iterator[None]:
    """That a login is refused, and what to do."""
    try:
        yield
    except DatabaseUnavailable as why:
        raise ServerUnsuitable(
            f"{server_name(url)} does not let the program in as {name!r}, under which it serves ({why}). The program "
            "sets its password by itself where it is set up; let pg_hba.conf admit that user to the database "
            f"{database_name(url)!r} by scram-sha-256, and a connection pooler know it. Where the user itself is "
            "missing and cannot be made, `permit database sql` prints what an administrator has to run"
        ) from None


_STATE: Final = """
select pg_has_role(r.oid, %s, 'MEMBER') from pg_roles r where r.rolname = %s
"""
