"""Numbers for application references: unique, taken from the database in blocks."""

from __future__ import annotations

from threading import Lock
from typing import Final

from infra.postgres.server.connection_pool import ConnectionPool

_BLOCK: Final = 50
"""The increment of the sequence ``reference_number``: how many numbers one call gives a process."""


class ReferenceNumbers:
    """Gives each number once over all processes; a process that ends leaves a gap, which means nothing."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._mutex = Lock()
        self._next = 0
        self._left = 0

    def take(self) -> int:
        with self._pool.in_turn(self._mutex):
            if self._left == 0:
                with self._pool.connection() as connection, connection.cursor() as cursor:
                    cursor.execute("select nextval('reference_number')")
                    row = cursor.fetchone()
                    if row is None:
                        raise AssertionError("nextval always gives a row")
                    self._next, self._left = row[0], _BLOCK
            number = self._next
            self._next += 1
            self._left -= 1
            return number
