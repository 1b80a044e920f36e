"""The worker that lets the journal forget what old commands did, at its start and every hour."""

from __future__ import annotations

from threading import Event
from typing import Final

from infra.clock import Clock
from infra.postgres.journal.command_retention import forget_old_commands
from infra.postgres.server.connection_pool import ConnectionPool

_LOOK_AGAIN_SECONDS: Final = 3_600.0


class CommandRetention:
    """Forgets by the time of ``clock``; ``pool`` writes."""

    def __init__(self, pool: ConnectionPool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the look it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Forget until stopped. Raises what a lost database raises."""
        while not self._stopping.is_set():
            forget_old_commands(self._pool, now=self._clock.now())
            self._stopping.wait(_LOOK_AGAIN_SECONDS)
