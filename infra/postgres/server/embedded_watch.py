"""The process that runs an embedded server keeps it up: its postmaster is watched and restarted.

Every process that holds the server watches; the first to notice brings it back, the others find it running.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final, Protocol

from infra.postgres.server.account import EmbeddedPostgresUnusable
from infra.structured_logs import get_logger

_LOOK_AGAIN: Final = 0.2
AFTER_A_FAILURE: Final = 5.0
"""Seconds before the next attempt when the server could not be started, on a full disk for instance."""

_log = get_logger(__name__)


class Watched(Protocol):
    """A server that was started; :class:`infra.postgres.server.embedded.EmbeddedPostgres` is one."""

    def has_postmaster(self) -> bool: ...

    def bring_back(self) -> None: ...


@contextmanager
def kept_running(embedded: Watched, *, after_a_failure: float = AFTER_A_FAILURE) -> Iterator[None]:
    """Bring the started server back whenever its first process is gone, until the block ends.

    A start that fails is logged and tried again: what was acknowledged is on the disk and waits there.
    """
    ended = Event()
    watch = Thread(target=_watch, args=(embedded, ended, after_a_failure), name="embedded-postgres-watch")
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()


def _watch(embedded: Watched, ended: Event, after_a_failure: float) -> None:
    pause = _LOOK_AGAIN
    while not ended.wait(pause):
        pause = _LOOK_AGAIN
        if embedded.has_postmaster():
            continue
        try:
            embedded.bring_back()
        except (EmbeddedPostgresUnusable, OSError) as why:
            _log.error("postgres.not_brought_back", why=str(why))
            pause = after_a_failure
        else:
            _log.warning("postgres.brought_back")
