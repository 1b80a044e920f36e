"""The pool: who needs a connection waits a turn for it, and for nothing longer than its limits say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Final

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from infra.limit_counts import Limit
from infra.postgres.server.connections import DatabaseUnavailable, Role, Transaction, connect, without_secrets
from infra.postgres.server.troubles import Trouble, trouble_of

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from infra.postgres.server.deadlines import Deadlines, Watch

_BELIEVED_SILENT_SECONDS: Final = 1.0


class ConnectionPool:
    """At most ``size`` connections of one role, lent out last-in first-out and checked when they come back.

    psycopg2's own pool raises when it is exhausted; request threads should wait their turn instead. With ``deadlines``
    they do not wait for ever: each turn, connection, lock, statement and loan has its limit.
    """

    def __init__(
        self,
        url: str,
        role: Role,
        *,
        size: int,
        deadlines: Deadlines | None = None,
        shows_every_row: bool = False,
    ) -> None:
        """``shows_every_row`` as for :func:`connect`."""
        self.url: Final = url
        self._role = role
        self._shows_every_row = shows_every_row
        self._deadlines = deadlines
        self._idle: list[Connection] = []
        self._mutex = Lock()
        self._permits = BoundedSemaphore(size)
        self._closed = False
        self._is_silent = False
        self._silent_until = 0.0

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection; one that comes back broken or inside a transaction is thrown away.

        Raises :class:`DatabaseUnavailable` in place of the driver's own errors of that meaning.
        """
        with self.lent() as (connection, _):
            yield connection

    @contextmanager
    def lent(self) -> Iterator[tuple[Connection, Watch | None]]:
        """As :meth:`connection`, with what watches the loan: for who does not wait for the database all the while."""
        deadlines = self._deadlines
        if not self._permits.acquire(timeout=None if deadlines is None else deadlines.limits.pool_seconds):
            raise self._nobodys_turn("no connection to the database became free")
        try:
            connection = self._take()
            watch = None if deadlines is None else deadlines.watch(connection)
            try:
                yield connection, watch
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as why:
                trouble = trouble_of(why) if deadlines is None else deadlines.met_by(why, watch)
                if connection.closed:
                    # The server went away under this one, so under the idle ones too.
                    self._forget_idle()
                    self._note(trouble)
                raise DatabaseUnavailable(
                    f"the database could not do the work: {without_secrets(why)}", trouble
                ) from why
            finally:
                was_cut = watch is not None and watch.end()
                self._give_back(connection, usable=not was_cut)
        finally:
            self._permits.release()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend a connection inside a transaction that commits when the block ends without an error."""
        with self.connection() as connection, Transaction(connection):
            yield connection

    @contextmanager
    def in_turn(self, lock: Lock) -> Iterator[None]:
        """Hold ``lock``, behind which threads come to this pool one by one.

        Raises :class:`DatabaseUnavailable` where that is not given within the time for a free connection.
        """
        if not lock.acquire(timeout=-1 if self._deadlines is None else self._deadlines.limits.pool_seconds):
            raise self._nobodys_turn("others waited for the database before it was this one's turn")
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        self._closed = True
        self._forget_idle()

    def _nobodys_turn(self, why: str) -> DatabaseUnavailable:
        if self._deadlines is not None:
            self._deadlines.reached(Limit.DATABASE_POOL)
        return DatabaseUnavailable(why, Trouble.SILENT if self._is_silent else Trouble.BUSY)

    def _forget_idle(self) -> None:
        with self._mutex:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> Connection:
        with self._mutex:
            while self._idle:
                connection = self._idle.pop()
                if not connection.closed:
                    return connection
        if time.monotonic() < self._silent_until:
            raise DatabaseUnavailable("the database does not answer", Trouble.SILENT)
        try:
            connection = connect(self.url, self._role, self._deadlines, shows_every_row=self._shows_every_row)
        except DatabaseUnavailable as why:
            if self._deadlines is not None and why.trouble is Trouble.SILENT:
                self._deadlines.reached(Limit.DATABASE_CONNECT)
            self._note(why.trouble)
            raise
        self._is_silent = False
        return connection

    def _note(self, trouble: Trouble) -> None:
        """For a moment after the database was found silent, nobody finds that out by waiting as long again."""
        self._is_silent = trouble is Trouble.SILENT
        if self._is_silent and self._deadlines is not None:
            self._silent_until = time.monotonic() + _BELIEVED_SILENT_SECONDS

    def _give_back(self, connection: Connection, *, usable: bool) -> None:
        reusable = usable and not connection.closed and connection.info.transaction_status == TRANSACTION_STATUS_IDLE
        with self._mutex:
            if reusable and not self._closed:
                self._idle.append(connection)
                return
        connection.close()
