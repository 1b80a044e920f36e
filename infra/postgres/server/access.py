"""The PostgreSQL server the program works on: the one it is given, else its own."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from getpass import getuser
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import parse_dsn

from infra.postgres.server.connections import DatabaseUnavailable, ServerUnsuitable, open_session
from infra.postgres.server.embedded import EmbeddedPostgres
from infra.postgres.server.embedded_watch import kept_running
from infra.settings import Settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_PROMPTLY: Final = 5.0
"""Seconds within which a server that is there refuses a connection."""

_SECONDS_UNTIL_KNOWN: Final = 20.0
_PAUSE: Final = 0.1

_PLAIN_HOST: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@contextmanager
def database_server(settings: Settings) -> Iterator[str]:
    """The libpq URL of a user who may make databases and roles, valid inside the `with`.

    A server of our own that dies meanwhile is brought back.
    Raises EmbeddedPostgresUnusable where no server is given and none can be run. A given server is not
    touched here: whether it answers shows at the first connection.
    """
    if settings.database_url is not None:
        yield settings.database_url
    else:
        with EmbeddedPostgres(settings.home) as embedded, kept_running(embedded):
            yield embedded.url


def make_database(url: str) -> None:
    """Make the database that ``url`` names unless it exists, and wait until it is reached by that URL.

    Where the URL names several hosts, a standby among them learns of the database a moment later; a pooler that had a
    request for it before may remember for some seconds that there was none. Raises as :func:`create_database`.
    """
    # Not looked up by its own name first: a pooler would remember for a while that it was not there.
    beside = _maintenance_session(url)
    if beside is None:
        open_session(url).close()
        return
    with closing(beside):
        if not _create(beside, database_name(url)):
            return
    deadline = time.monotonic() + _SECONDS_UNTIL_KNOWN
    while True:
        try:
            open_session(url).close()
            return
        except DatabaseUnavailable:
            if time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)


def create_database(admin_url: str, name: str) -> None:
    """Make the database `name`, empty and in UTF-8, unless it exists; safe to call from several processes.

    Raises :class:`ServerUnsuitable` where the user may not make it, and :class:`DatabaseUnavailable`.
    """
    with closing(open_session(admin_url)) as connection:
        _create(connection, name)


def _create(connection: Connection, name: str) -> bool:
    """Make it, and return whether it had to be made.

    Its texts are ordered by their code points on every server: an order that no upgrade of a library changes.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
        if cursor.rowcount:
            return False
        statement = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
        try:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(statement.format(sql.Identifier(name)))
        except (psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation):
            pass  # another process made it between the two statements
        except psycopg2.errors.InsufficientPrivilege as why:
            raise ServerUnsuitable(
                f"the database {name!r} does not exist and this user may not make it ({why.diag.message_primary}): "
                "`permit database sql` prints what an administrator has to run"
            ) from None
        return True


def session_beside(url: str) -> tuple[Connection, bool]:
    """A session on which nothing is set, and whether the database of ``url`` exists.

    It is in that database where there is one, else in one that every server has: a server says in its own language
    that a database does not exist, so its list is read. Raises :class:`DatabaseUnavailable`.
    """
    began = time.monotonic()
    try:
        return open_session(url), True
    except DatabaseUnavailable:
        # A host that does not answer at all will not answer about its other databases either.
        beside = None if time.monotonic() - began > _PROMPTLY else _maintenance_session(url)
        if beside is None:
            raise
        with beside.cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", (database_name(url),))
            if cursor.rowcount:  # it is there, and was refused for another reason
                beside.close()
                raise
        return beside, False


def _maintenance_session(url: str) -> Connection | None:
    for name in ("postgres", "template1"):
        if name != database_name(url):
            try:
                return open_session(url_for_database(url, name))
            except DatabaseUnavailable:
                continue
    return None


def url_for_database(url: str, name: str) -> str:
    """The same server, user and options, another database."""
    return _url(parse_dsn(url) | {"dbname": name})


def url_as(url: str, user: str, password: str) -> str:
    """The same server, database and options, another user. A file of passwords is not looked at for it."""
    given = parse_dsn(url) | {"user": user, "password": password, "dbname": database_name(url)}
    given.pop("passfile", None)
    return _url(given)


def _url(given: dict[str, str]) -> str:
    """Made of what libpq read, which takes characters in a password that no other reader of URLs would."""
    name = given.pop("dbname")
    user, password, host, port = (given.pop(each, None) for each in ("user", "password", "host", "port"))
    netloc = "" if user is None else _quoted(user) + ("" if password is None else f":{_quoted(password)}") + "@"
    if user is None and password is not None:
        given["password"] = password
    if host is not None and _PLAIN_HOST.fullmatch(host) and (port is None or port.isdecimal()):
        netloc += host + ("" if port is None else f":{port}")
    else:  # a socket, several hosts, an address with colons
        given |= {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    options = urlencode(given, quote_via=quote, safe="/")
    return f"postgresql://{netloc}/{_quoted(name)}" + (f"?{options}" if options else "")


def database_name(url: str) -> str:
    """The database a libpq URL names; where it names none, as libpq has it."""
    given = parse_dsn(url)
    return (
        given.get("dbname")
        or os.environ.get("PGDATABASE")
        or given.get("user")
        or os.environ.get("PGUSER")
        or getuser()
    )


def server_name(url: str) -> str:
    """The host and port of a libpq URL, to be shown: nothing in it is secret."""
    port = parse_dsn(url).get("port") or os.environ.get("PGPORT")
    host = _hosts(url) or "this machine"
    return f"{host} (port {port})" if port else host


def names_several_servers(url: str) -> bool:
    """Whether libpq looks for a server among several, in their order."""
    return "," in _hosts(url)


def _hosts(url: str) -> str:
    given = parse_dsn(url)
    return given.get("host") or given.get("hostaddr") or os.environ.get("PGHOST") or ""


def _quoted(text: str) -> str:
    return quote(text, safe="")
