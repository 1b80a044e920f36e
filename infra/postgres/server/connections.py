"""Connections: one driver, the role each connection may act as, and where its transactions begin and end.

Each connection takes one of three roles at its start (``permit_owner`` for migrations, ``permit_writer`` for commands
and projections, ``permit_reader`` for pages), none of which but the owner may touch the journal with anything but the
append function. What serves logs in as somebody who can be that one role and no other (:mod:`.logins`).

What a session needs is set by statements and not by libpq's ``options``, which a connection pooler does not pass on;
so a value that an administrator gave the role or the database does no harm either.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Final

import psycopg2
import psycopg2.errors
import psycopg2.extras

from domain.unusable import Unusable
from infra.postgres.server.deadlines import CuttableConnection
from infra.postgres.server.troubles import Trouble, trouble_of

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

    from infra.postgres.server.deadlines import Deadlines

psycopg2.extras.register_uuid()


class Role(StrEnum):
    OWNER = "permit_owner"
    WRITER = "permit_writer"
    READER = "permit_reader"


class DatabaseUnavailable(Unusable):
    """The database cannot be reached or refused the work; nothing is known to have been written.

    ``trouble`` is what is the matter, for those who are told no more than that.
    """

    def __init__(self, sentence: str, trouble: Trouble = Trouble.AWAY) -> None:
        super().__init__(sentence)
        self.trouble = trouble


class ServerUnsuitable(DatabaseUnavailable):
    """The server answers and this program cannot work on it; the text says what is missing and what to do."""


# `standard_conforming_strings` is not among them: the driver quotes by the value with which a session began, rightly
# for both, and no literal of ours has a backslash in it.
_SESSION: Final = """
set search_path = permit, public;
set timezone = 'UTC';
set datestyle = 'ISO';
set intervalstyle = 'postgres';
set bytea_output = 'hex';
set extra_float_digits = 1;
set array_nulls = on;
set transform_null_equals = off;
set default_transaction_isolation = 'read committed';
set default_transaction_read_only = off;
set default_transaction_deferrable = off;
set statement_timeout = 0;
set lock_timeout = 0;
set idle_in_transaction_session_timeout = 0;
set idle_session_timeout = 0;
-- Compiling a statement takes longer than any of ours runs.
set jit = off;
"""

_EVERY_ROW: Final = "set permit.rows = 'everything:';\n"
_SINCE_17: Final = "set transaction_timeout = 0;\n"


def connect(
    url: str, role: Role | None, deadlines: Deadlines | None = None, *, shows_every_row: bool = False
) -> Connection:
    """Open an autocommit connection that acts as ``role`` (None: as the login itself).

    With ``deadlines`` the server holds them for the session, and the caller may watch its waits on it. One that
    ``shows_every_row`` is for the program's own work, never for what is asked by somebody: row-level security hides
    nothing from it.
    Raises :class:`DatabaseUnavailable`; the text never holds the URL, which may hold a password.
    """
    connection = open_session(url, within=None if deadlines is None else deadlines.limits.connect_seconds)
    watch = None if deadlines is None else deadlines.watch(connection)
    try:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    _SESSION
                    + (_SINCE_17 if connection.server_version >= 170_000 else "")
                    + ("" if deadlines is None else deadlines.of_a_session)
                    + (_EVERY_ROW if shows_every_row else "")
                )
                if role is not None:
                    act_as(cursor, role)
        finally:
            if watch is not None:
                watch.end()
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as why:
        connection.close()
        trouble = trouble_of(why) if deadlines is None else deadlines.met_by(why, watch)
        raise DatabaseUnavailable(f"PostgreSQL cannot be reached: {without_secrets(why)}", trouble) from None
    except BaseException:
        connection.close()
        raise
    return connection


_CONNECT_SECONDS: Final = 5.0
"""For those without deadlines."""


def open_session(url: str, *, within: float | None = None) -> Connection:
    """Open an autocommit connection on which nothing has been set yet but the encoding of its texts.

    ``within``: seconds, rounded up. Raises as :func:`connect`.
    """
    seconds, began = ceil(_CONNECT_SECONDS if within is None else within), time.monotonic()
    try:
        connection = psycopg2.connect(
            url,
            connection_factory=CuttableConnection,
            application_name="permit",
            client_encoding="UTF8",
            connect_timeout=seconds,
            keepalives_idle=30,
            # A server that is gone without a word is noticed in seconds, not hours.
            tcp_user_timeout=15_000,
        )
    except psycopg2.OperationalError as why:
        # What the driver says of a time-out depends on its version and language; it counts in whole seconds.
        silent = time.monotonic() - began >= seconds - 1
        raise DatabaseUnavailable(
            f"PostgreSQL cannot be reached: {without_secrets(why)}", Trouble.SILENT if silent else trouble_of(why)
        ) from None
    connection.autocommit = True
    return connection


def act_as(cursor: Cursor, role: Role) -> None:
    """Take the role, for the rest of the session. Raises :class:`ServerUnsuitable` where the login may not."""
    try:
        cursor.execute(f"set role {role.value}")
    except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.InvalidParameterValue) as why:
        raise ServerUnsuitable(
            f"the user of the database may not act as {role.value} ({why.diag.message_primary}): "
            "`permit database sql` prints what an administrator has to run"
        ) from None


@contextmanager
def transaction(connection: Connection) -> Iterator[Cursor]:
    """A transaction of an autocommit connection that commits when the block ends without an error.

    It begins with the first statement of the block. An error in the block undoes it; an error of the commit leaves
    open whether it was written.
    """
    with Transaction(connection), connection.cursor() as cursor:
        yield cursor


class Transaction:
    """All transactions of the program begin and end here. Not a generator, which costs more than the rest of it."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Connection:
        self._connection.autocommit = False
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        connection = self._connection
        try:
            if kind is None:
                connection.commit()
            elif not connection.closed:
                connection.rollback()
        finally:
            if not connection.closed:
                connection.autocommit = True


_OF_THE_SERVER: Final = frozenset({"08", "40", "53", "55", "57", "58"})
"""Classes of SQLSTATE: connection, rollback for another's sake, resources, locks, an operator, the system below."""


def is_the_databases_own(why: BaseException, connection: Connection) -> bool:
    """Whether the same work may go well later: the database is away, full, or chose another transaction.

    A value that it can never take is not meant; the driver counts some of those (a key too long for its index) among
    its ``OperationalError`` too.
    """
    if connection.closed or isinstance(why, psycopg2.InterfaceError):
        return True
    if not isinstance(why, psycopg2.Error):
        return False
    return why.pgcode[:2] in _OF_THE_SERVER if why.pgcode else isinstance(why, psycopg2.OperationalError)


def without_secrets(why: psycopg2.Error) -> str:
    """What the driver says, on one line and without the lines that hold a password."""
    lines = [line.strip() for line in str(why).strip().splitlines() if "password=" not in line]
    return " ".join(lines).removesuffix(".") or type(why).__name__


@contextmanager
def losses_in_words(log: str) -> Iterator[None]:
    """What ends the work of a server at any moment (it is killed, its disk is full) as :class:`DatabaseUnavailable`.

    ``log`` says where the server's own account of it is.
    """
    try:
        yield
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as why:
        raise DatabaseUnavailable(f"the database could not do the work: {without_secrets(why)}. {log}.") from why
