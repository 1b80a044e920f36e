"""How long those who serve a request wait for the database, and the watchdog that ends what goes on for longer.

A server that is stopped keeps its connections open, and its own time-outs stand still with it. So each time limit
is held twice: by the server, which then keeps the connection usable (``statement_timeout``, ``lock_timeout``), and a
little later from this side, by shutting down the socket on which the driver waits: the driver then reports a lost
connection to the thread that it kept waiting.

Work that may take as long as it takes (a rebuild, an audit, a load) borrows from pools without deadlines.
"""

from __future__ import annotations

import math
import os
import socket
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Final, Self

import psycopg2
import psycopg2.errors
from psycopg2.extensions import connection as Connection

from infra.limit_counts import Limit, LimitCounts
from infra.limits import DatabaseLimits
from infra.postgres.server.troubles import Trouble, trouble_of

_LOOK_AGAIN: Final = 0.1
"""Seconds between two looks of the watchdog: how much later than its deadline a connection may be cut."""

_SHORTEST_LOCK_SECONDS: Final = 0.25


class CuttableConnection(Connection):  # type: ignore[misc]  # the driver has no types
    """A connection that one thread can cut off while another waits in it.

    It keeps a descriptor of its own for the driver's socket: the driver closes its descriptor when it pleases, and the
    number may be another socket's by the time somebody wants to cut.
    """

    def __init__(self, dsn: str, **others: object) -> None:
        super().__init__(dsn, **others)
        self._line: Final = os.dup(self.fileno())
        self._let_go = weakref.finalize(self, os.close, self._line)

    def cut(self) -> None:
        """End what is waited for, from any thread; the connection is broken from then on."""
        with suppress(OSError), socket.socket(fileno=os.dup(self._line)) as line:
            line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        self._let_go()


class Watch:
    """One wait for the database, by one thread, on one connection."""

    __slots__ = ("_connection", "_seconds", "_watchdog", "until", "was_cut")

    def __init__(self, watchdog: Watchdog, connection: CuttableConnection, seconds: float) -> None:
        self._watchdog = watchdog
        self._connection = connection
        self._seconds = seconds
        self.until = time.monotonic() + seconds
        self.was_cut = False

    def rest(self) -> None:
        """Nothing is asked on the connection from now on, so no answer is overdue."""
        self.until = math.inf

    def renew(self) -> None:
        """An answer is waited for again, from now on and for as long as at first."""
        self.until = time.monotonic() + self._seconds

    def cut(self) -> None:
        self.was_cut = True
        self._connection.cut()

    def end(self) -> bool:
        """Whether the connection was cut: then nobody can use it any more.

        Once this returned it is not cut any more; it may be lent to others, or closed, from then on only.
        """
        return self._watchdog.forget(self)


class Watchdog:
    """One thread that cuts the connections on which an answer is overdue; to be closed."""

    def __init__(self, *, look_again: float = _LOOK_AGAIN) -> None:
        self._look_again = look_again
        # Each step on it is one of the interpreter's, so an ordinary wait takes no lock of ours.
        self._watches: dict[Watch, None] = {}
        self._cutting = Lock()
        self._closed = Event()
        self._thread = Thread(target=self._run, name="database-watchdog", daemon=True)
        self._thread.start()

    def watch(self, connection: Connection, seconds: float) -> Watch:
        """Cut the connection after ``seconds``, unless :meth:`Watch.end` comes first."""
        if not isinstance(connection, CuttableConnection):
            raise TypeError("a connection with deadlines is opened with them")
        watch = Watch(self, connection, seconds)
        self._watches[watch] = None
        return watch

    def forget(self, watch: Watch) -> bool:
        if self._watches.pop(watch, watch) is None:
            return False
        with self._cutting:  # until the cut is over
            return True

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        while not self._closed.wait(self._look_again):
            now = time.monotonic()
            for overdue in [each for each in list(self._watches) if each.until <= now]:
                with self._cutting:
                    if self._watches.pop(overdue, overdue) is None:
                        overdue.cut()


class Deadlines:
    """The limits of one kind of work, with the watchdog that holds them and the count of those that were met."""

    def __init__(
        self, limits: DatabaseLimits, watchdog: Watchdog, counts: LimitCounts, *, idle_seconds: float | None = None
    ) -> None:
        """``idle_seconds``: how long nothing may be asked within a transaction; ``answer_seconds`` unless given."""
        self.limits: Final = limits
        self._watchdog = watchdog
        self._counts = counts
        self._idle_seconds: Final = limits.answer_seconds if idle_seconds is None else idle_seconds

    def for_a_look(self) -> Deadlines:
        """Those of somebody who only looks whether the database works, and looks again soon."""
        seconds = self.limits.look_seconds
        limits = self.limits.model_copy(
            update={
                "connect_seconds": min(self.limits.connect_seconds, seconds),
                "pool_seconds": min(self.limits.pool_seconds, seconds),
                "lock_seconds": min(self.limits.lock_seconds, _SHORTEST_LOCK_SECONDS),
                "statement_seconds": min(self.limits.statement_seconds, 0.8 * seconds),
                "answer_seconds": min(self.limits.answer_seconds, seconds),
            }
        )
        return Deadlines(limits, self._watchdog, self._counts)

    def idle_for(self, seconds: float) -> Deadlines:
        """Those of somebody who waits for others, and not for the database, within a transaction."""
        return Deadlines(self.limits, self._watchdog, self._counts, idle_seconds=seconds)

    def watch(self, connection: Connection, seconds: float | None = None) -> Watch:
        """From now on an answer is waited for, for ``answer_seconds`` unless told otherwise."""
        return self._watchdog.watch(connection, self.limits.answer_seconds if seconds is None else seconds)

    @contextmanager
    def watching(self, connection: Connection, seconds: float | None = None) -> Iterator[Watch]:
        """The same for a block."""
        watch = self.watch(connection, seconds)
        try:
            yield watch
        finally:
            watch.end()

    def reached(self, limit: Limit) -> None:
        self._counts.reached(limit)

    def met_by(self, why: psycopg2.Error, watch: Watch | None) -> Trouble:
        """What is the matter with the database after this error; counts the limit that was met, if one was."""
        if watch is not None and watch.was_cut:
            self.reached(Limit.DATABASE_ANSWER)
            return Trouble.SILENT
        if isinstance(why, psycopg2.errors.LockNotAvailable):
            self.reached(Limit.DATABASE_LOCK)
        elif isinstance(why, psycopg2.errors.QueryCanceled):
            self.reached(Limit.DATABASE_STATEMENT)
        return trouble_of(why)

    @property
    def of_a_session(self) -> str:
        """The statements by which a session takes over the limits that the server itself holds."""
        return (
            f"set statement_timeout = {_milliseconds(self.limits.statement_seconds)};\n"
            f"set lock_timeout = {_milliseconds(self.limits.lock_seconds)};\n"
            # A process of ours that is stopped within a transaction keeps nobody waiting.
            f"set idle_in_transaction_session_timeout = {_milliseconds(self._idle_seconds)};\n"
        )


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
