"""Supervised workers: each runs in a thread of its own, is run again after what passes, and ends only by itself.

A worker that loses the database waits and continues from its recorded position; one that meets an event it can make
nothing of leaves that application behind, named and counted, where others can do without it. One that meets anything
else stops, says so in the log, and makes the service DEGRADED: it never skips in silence what it cannot do. One that
reads what others send is run again after a pause, until a person has done what its sentence says; it ends nobody
else.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final, Protocol

from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.server.connections import DatabaseUnavailable
from infra.structured_logs import get_logger

_log = get_logger(__name__)


class Worker(Protocol):
    """Something that runs until it is stopped, from a position of its own that outlives the process."""

    def run(self) -> None:
        """Work until stopped. After an exception it may be run again, and continues from its recorded position."""

    def stop(self) -> None:
        """Ask :meth:`run` to end once what is under way is finished; from any thread, and it does not wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Seconds before a worker is run again."""

    without_database: float = 0.5
    in_trouble: float = 5.0
    """After an error that a person has to look at."""


PAUSES: Final = Pauses()


class SupervisedWorker:
    """One worker in a thread. With ``run_again`` it is run again also when it ends for a reason of its own."""

    def __init__(self, name: str, worker: Worker, *, run_again: bool = False, pauses: Pauses = PAUSES) -> None:
        self.name = name
        self._worker = worker
        self._run_again = run_again
        self._pauses = pauses
        self._stopping = Event()
        self._ended = False
        self._last_trouble: float | None = None
        self._thread = Thread(target=self._run, name=name)

    @property
    def has_ended(self) -> bool:
        """Whether it stopped for a reason that it cannot remove itself, and does not begin again."""
        return self._ended

    @property
    def is_in_trouble(self) -> bool:
        """Whether it has ended, waits to be run again, or was run again a moment ago."""
        if self._ended:
            return True
        last = self._last_trouble
        return last is not None and last > time.monotonic() - 2 * self._pauses.in_trouble

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; :meth:`join` waits for that."""
        self._stopping.set()
        self._worker.stop()

    def join(self) -> None:
        """Returns when what was under way is finished."""
        self._thread.join()

    def _run(self) -> None:
        last_reason = ""
        while not self._stopping.is_set():
            try:
                self._worker.run()
            except (DatabaseUnavailable, OutcomeUnknown) as why:
                _log.warning("worker.waits_for_database", worker=self.name, why=str(why))
                self._stopping.wait(self._pauses.without_database)
            except Exception as why:
                if not self._run_again:
                    _log.exception("worker.stopped", worker=self.name)
                    self._ended = True
                    return
                if str(why) != last_reason:
                    last_reason = str(why)
                    _log.exception("worker.needs_a_person", worker=self.name)
                self._last_trouble = time.monotonic()
                self._stopping.wait(self._pauses.in_trouble)


class Supervision:
    """All workers of a process, by their names."""

    def __init__(self, workers: Iterable[SupervisedWorker]) -> None:
        self._workers = tuple(workers)

    @property
    def ended(self) -> Sequence[str]:
        """The workers that have ended, see :attr:`SupervisedWorker.has_ended`."""
        return tuple(each.name for each in self._workers if each.has_ended)

    @property
    def failed(self) -> Sequence[str]:
        """Those and the ones in trouble, see :attr:`SupervisedWorker.is_in_trouble`."""
        return tuple(each.name for each in self._workers if each.is_in_trouble)

    def start(self) -> None:
        for each in self._workers:
            each.start()

    def stop(self) -> None:
        """Stop all; returns when what was under way is finished."""
        for each in self._workers:
            each.stop()
        for each in self._workers:
            each.join()
