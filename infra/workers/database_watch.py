"""A thread that knows whether the databases work, so that ``health`` can say it whatever all other threads wait for.

It looks each second. That an append succeeds is mostly known for nothing: the position of the journal has moved, in
whichever process. Only where nobody has appended for some seconds, or an append has just failed, it is tried
(:meth:`infra.postgres.signs_of_life.SignsOfLife.append`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from typing import Final, Protocol

from infra.limits import DatabaseLimits
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.troubles import Trouble
from infra.postgres.signs_of_life import Signs
from infra.structured_logs import get_logger

LOOK_AGAIN_SECONDS: Final = 1.0
KNOWN_FOR_SECONDS: Final = 5.0
"""How long an append that succeeded says that the next one will."""

_GRACE_SECONDS: Final = 1.0

_log = get_logger(__name__)


class OwnAppends(Protocol):
    """What became of the appends of this process, in ``time.monotonic``; 0 where there was none."""

    @property
    def stored_at(self) -> float: ...

    @property
    def failed_at(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseHealth:
    """``journal`` and ``keys``: they answer. ``appends``: an append succeeds. ``parked`` counts applications."""

    journal: bool
    keys: bool
    appends: bool
    parked: int = 0


_NOTHING_IS_KNOWN: Final = DatabaseHealth(journal=False, keys=False, appends=False)


class DatabaseWatch:
    """Looks from its :meth:`start` until it is closed."""

    def __init__(
        self,
        signs: Signs,
        own: OwnAppends,
        limits: DatabaseLimits,
        *,
        look_again: float = LOOK_AGAIN_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """``own`` and ``seconds`` are of one clock."""
        self._signs = signs
        self._own = own
        self._look_again = look_again
        self._seconds = seconds
        self._lock_seconds = limits.lock_seconds
        # A question may open a connection first.
        self._longest = look_again + limits.connect_seconds + limits.look_seconds + _GRACE_SECONDS
        self._health = _NOTHING_IS_KNOWN
        self._heard_at = 0.0
        self._position: int | None = None
        self._succeeded_at = 0.0
        self._waits_since: float | None = None
        self._said = ""
        self._starting = Lock()
        self._thread: Thread | None = None
        self._closed = Event()

    def start(self) -> None:
        """Begin, unless it has begun; the first look is over when this returns."""
        with self._starting:
            if self._thread is None:
                self.look()
                self._thread = Thread(target=self._run, name="database-watch", daemon=True)
                self._thread.start()

    def close(self) -> None:
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def health(self) -> DatabaseHealth:
        """What the last look found. One from which nothing was heard for too long is a bad sign itself."""
        return self._health if self._seconds() - self._heard_at <= self._longest else _NOTHING_IS_KNOWN

    def _run(self) -> None:
        while not self._closed.wait(self._look_again):
            self.look()

    def look(self) -> None:
        """One look, as the thread does it again and again."""
        try:
            sign = self._signs.journal()
        except DatabaseUnavailable as why:
            self._heard(_NOTHING_IS_KNOWN)
            self._say(str(why))
            return
        self._heard(replace(self._health, journal=True, parked=sign.parked))
        why_not = ""
        try:
            self._signs.keys()
        except DatabaseUnavailable as why:
            why_not = f"the key store: {why}"
        self._heard(replace(self._health, keys=not why_not))
        try:
            appends = self._succeeds(sign.position)
        except DatabaseUnavailable as why:
            appends, why_not = False, str(why)
        self._heard(replace(self._health, appends=appends))
        self._say(why_not)

    def _succeeds(self, position: int) -> bool:
        """Whether an append does; raises ``DatabaseUnavailable`` where it does not, with the reason."""
        now = self._seconds()
        has_failed = self._own.failed_at > max(self._own.stored_at, self._succeeded_at)
        moved = self._position is not None and position != self._position
        self._position = position
        if moved and not has_failed:
            return self._it_succeeded(now)
        if self._health.appends and not has_failed and now - self._succeeded_at < KNOWN_FOR_SECONDS:
            return True
        try:
            self._signs.append()
        except DatabaseUnavailable as why:
            if self._waits_since is None:
                self._waits_since = now
            # A load or a switch holds the head of the journal for a moment: that is nobody's trouble.
            is_trouble = why.trouble is not Trouble.BUSY or has_failed or now - self._waits_since > self._lock_seconds
            if is_trouble:
                raise
            return self._health.appends
        return self._it_succeeded(now)

    def _it_succeeded(self, now: float) -> bool:
        self._succeeded_at, self._waits_since = now, None
        return True

    def _heard(self, health: DatabaseHealth) -> None:
        self._health, self._heard_at = health, self._seconds()

    def _say(self, why: str) -> None:
        """Log what has changed."""
        if why != self._said:
            self._said = why
            if why:
                _log.warning("database.trouble", why=why)
            else:
                _log.warning("database.works_again")
