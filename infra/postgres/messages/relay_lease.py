"""Which relay is the active one, and how far it has come.

The lease is an advisory lock that ends with its connection; its epoch goes up each time it is taken. A relay that was
frozen and wakes up after another took over still may send (duplicates are legal), but it moves the watermark no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final

import psycopg2

from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable, Role, connect

_LOCK: Final = 7_301_967


class LeaseTaken(Exception):
    """Another relay is the active one."""


@dataclass(frozen=True, slots=True)
class RelayLease:
    """The right to move the watermark, while ``epoch`` is the highest."""

    epoch: int
    pool: ConnectionPool

    def watermark(self, name: str) -> int:
        """The position up to which every event is acknowledged, 0 at the beginning."""
        with self.pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select position from tracking where name = %s", (name,))
            row = cursor.fetchone()
        return 0 if row is None else int(row[0])

    def advance(self, name: str, position: int) -> None:
        """Move the watermark on. Raises :class:`LeaseTaken` when another relay has taken over meanwhile."""
        with self.pool.transaction() as connection, connection.cursor() as cursor:
            cursor.execute("select from relay_lease where epoch = %s for share", (self.epoch,))
            if cursor.rowcount == 0:
                raise LeaseTaken(f"another relay took over after epoch {self.epoch}")
            cursor.execute(_ADVANCE, (name, position))


@contextmanager
def relay_lease(journal_url: str, pool: ConnectionPool) -> Iterator[RelayLease]:
    """Be the active relay until the block ends. Raises :class:`LeaseTaken` and ``DatabaseUnavailable``."""
    with closing(connect(journal_url, Role.WRITER)) as holding:
        try:
            with holding.cursor() as cursor:
                cursor.execute("select pg_try_advisory_lock(%s)", (_LOCK,))
                ((taken,),) = cursor.fetchall()
                if not taken:
                    raise LeaseTaken("another relay is active")
                cursor.execute("update relay_lease set epoch = epoch + 1, taken_at = now() returning epoch")
                ((epoch,),) = cursor.fetchall()
        except psycopg2.Error as why:
            raise DatabaseUnavailable(f"the lease of the relay could not be taken: {type(why).__name__}") from why
        yield RelayLease(epoch, pool)


_ADVANCE: Final = """
insert into tracking as t (name, position) values (%s, %s)
    on conflict (name) do update set position = excluded.position where t.position < excluded.position
"""
