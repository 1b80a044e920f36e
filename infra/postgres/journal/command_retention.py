"""How long the journal remembers what a command did, so that a repetition gets its first answer: 90 days."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event
from typing import Final

from infra.clock import Clock
from infra.postgres.server.connections import ConnectionPool

KEPT_FOR: Final = timedelta(days=90)

_LOOK_AGAIN_SECONDS: Final = 3_600.0


def forget_old_commands(pool: ConnectionPool, *, now: datetime) -> int:
    """Forget commands recorded more than :data:`KEPT_FOR` before ``now``; give how many. Events are never touched."""
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select journal_forget_commands(%s)", (now - KEPT_FOR,))
        (count,) = cursor.fetchone() or (0,)
    return int(count)


class CommandRetention:
    """A worker that forgets old commands, at its start and every hour."""

    def __init__(self, pool: ConnectionPool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._stopping = Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            forget_old_commands(self._pool, now=self._clock.now())
            self._stopping.wait(_LOOK_AGAIN_SECONDS)
