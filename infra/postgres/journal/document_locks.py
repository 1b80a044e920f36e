"""Who may place a document, or take it away, while the journal is asked whether a case names it: one at a time.

A lock is a transaction on a connection of its own, and the storage may take its time while it is held. So the
database is waited for as briefly as by everybody else, and in between, while it is not asked, nobody is in a hurry.

A lock can be lost while it is held: with its connection, with the server, or because its holder said nothing for too
long. Nothing tells the holder so but the next question. What was done under the lock is therefore certain only once
:meth:`HeldLock.require` has passed after it, or the block has ended without an error. Until then whoever places or
removes content keeps a copy of it, from which the worker of leftovers puts right what two did at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from uuid import UUID

from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable, Role, transaction

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

    from infra.postgres.server.deadlines import Deadlines, Watch

# Of two names one lock may come, by chance in 2^64: then one waits for the other.
_TAKE: Final = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"


class HeldLock:
    """A lock that was taken, and may be lost since."""

    def __init__(self, cursor: Cursor, watch: Watch) -> None:
        self._cursor = cursor
        self._watch = watch

    def require(self) -> None:
        """It has been held until now, without a break; where it has not, the block is to be left.

        Raises what the driver raises, which the block of :meth:`DocumentLocks.hold` makes a ``DatabaseUnavailable``.
        """
        self._watch.renew()
        # A lock of a transaction cannot be lost and taken again by the same one.
        self._cursor.execute("select 1")
        self._watch.rest()


class DocumentLocks:
    """The locks of one process, at most ``size`` at once, on connections for nothing else; to be closed.

    Whoever holds one may wait for any other pool: nobody who has a connection of another one waits for these.
    """

    def __init__(self, url: str, *, size: int, deadlines: Deadlines, held_seconds: float) -> None:
        """``held_seconds``: after so long without a word of its holder the server lets a lock go.

        That ends the lock of a process that hangs, or that the network has cut off. It must be longer than a holder
        waits for others at a stretch.
        """
        self._pool = ConnectionPool(url, Role.WRITER, size=size, deadlines=deadlines.idle_for(held_seconds))

    @contextmanager
    def hold(self, subject: UUID, sha256: str) -> Iterator[HeldLock]:
        """Hold the lock of this content of this person until the block ends, between threads, processes and machines.

        Raises ``DatabaseUnavailable`` where it is not to be had, and at the end of the block where it was lost.
        """
        with self._pool.lent() as (connection, watch), transaction(connection) as cursor:
            if watch is None:
                raise AssertionError("these connections have deadlines")
            cursor.execute(_TAKE, (f"document {subject} {sha256}",))
            watch.rest()
            try:
                yield HeldLock(cursor, watch)
            except (DatabaseUnavailable, OutcomeUnknown):
                # The database has just failed to answer: nobody waits for it once more only to let go of the lock.
                connection.close()
                raise
            finally:
                watch.renew()

    def close(self) -> None:
        self._pool.close()
