"""The workers of one process: projections, deadlines, Crossroads checks and the relay, each in a thread, watched over.

A worker that loses the database waits and goes on from its recorded position; one that meets an event it can make
nothing of leaves that application behind, named and counted, where others can do without it. One that meets anything
else stops, says so in the log, and makes the service DEGRADED: it never skips in silence what it cannot do. One that
reads what others send is run again after a pause, until a person has done what its sentence asks for; it ends nobody
else.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from typing import Final, Protocol

import structlog

from api.composition import DEMONSTRATION_ORIGIN, Program, WorkerCases
from api.crossroads_workers import check_intake, check_working
from api.services.migrations import legacy_consumer
from infra.migration.sources import MigratingAuthority
from infra.postgres.journal.command_retention import CommandRetention
from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.server.connections import DatabaseUnavailable
from infra.workers.deadline_watch import LOOK_AGAIN_SECONDS, DeadlineWatching
from infra.workers.projection_runner import GATHER_SECONDS, ProjectionRunner
from infra.workers.relay import Relay
from projections.deadline_days.model import DeadlineDays

log = structlog.get_logger()

_PAUSE_WITHOUT_DATABASE: Final = 0.5
_GATHER_IN_A_DEMONSTRATION: Final = 0.1
_PAUSE_IN_TROUBLE: Final = 5.0


def _look_again(program: Program) -> float:
    """How often the watch over deadlines looks: days of a demonstration pass in less than a second."""
    return 0.05 if program.recorder.origin == DEMONSTRATION_ORIGIN else LOOK_AGAIN_SECONDS


def _projection_runners(program: Program) -> dict[str, Worker]:
    """As the program has them; in a demonstration, where months pass in seconds, with longer breaths.

    What its deadlines are read from is not among those: nobody goes on with a case before a day's are recorded.
    """
    if program.recorder.origin != DEMONSTRATION_ORIGIN:
        return dict(program.projection_runners())
    return {
        each.name: ProjectionRunner(
            program.recorder,
            each,
            program.writers,
            gather=GATHER_SECONDS if each.name == DeadlineDays.name else _GATHER_IN_A_DEMONSTRATION,
        )
        for each in program.read_models
    }


class Worker(Protocol):
    """Something that runs until it is stopped, from a position of its own that outlives the process."""

    def run(self) -> None: ...

    def stop(self) -> None: ...


class WatchedWorkers:
    """Threads over workers. Those named in ``run_again`` are run again when they end for a reason of their own."""

    def __init__(
        self, workers: dict[str, Worker], run_again: Collection[str] = (), *, pause: float = _PAUSE_IN_TROUBLE
    ) -> None:
        self._workers = workers
        self._run_again = run_again
        self._pause = pause
        self._stopping = Event()
        self._ended: list[str] = []
        self._last_trouble: dict[str, float] = {}
        self._threads = [Thread(target=self._watch, args=(name, worker), name=name) for name, worker in workers.items()]

    @property
    def ended(self) -> Sequence[str]:
        """The workers that stopped for a reason they cannot mend themselves, and do not begin again."""
        return tuple(self._ended)

    @property
    def failed(self) -> Sequence[str]:
        """Those, and the ones that wait to be run again or were run again a moment ago."""
        since = time.monotonic() - 2 * self._pause
        return (*self._ended, *(name for name, at in self._last_trouble.copy().items() if at > since))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop all; returns when what was under way is finished."""
        self._stopping.set()
        for worker in self._workers.values():
            worker.stop()
        for thread in self._threads:
            thread.join()

    def _watch(self, name: str, worker: Worker) -> None:
        told = ""
        while not self._stopping.is_set():
            try:
                worker.run()
            except (DatabaseUnavailable, OutcomeUnknown) as why:
                log.warning("worker.waits_for_database", worker=name, why=str(why))
                self._stopping.wait(_PAUSE_WITHOUT_DATABASE)
            except Exception as why:
                if name not in self._run_again:
                    log.exception("worker.stopped", worker=name)
                    self._ended.append(name)
                    return
                if str(why) != told:
                    told = str(why)
                    log.exception("worker.needs_a_person", worker=name)
                self._last_trouble[name] = time.monotonic()
                self._stopping.wait(self._pause)


@contextmanager
def running_workers(
    program: Program,
    *,
    crossroads_url: str | None,
    projections: bool = True,
    deadlines: bool = True,
    relay: bool = True,
    migration: bool = True,
) -> Iterator[WatchedWorkers]:
    """Run the projections, the watch over deadlines, the Crossroads checks where the bank's address is given, and
    the relay and the consumers of legacy records where Kafka's is, until the block ends.

    What the journal keeps of old commands is forgotten beside the projections.
    """
    with ExitStack() as opened:
        consumers: set[str] = set()
        workers: dict[str, Worker] = _projection_runners(program) if projections else {}
        if projections and program.recorder.origin != DEMONSTRATION_ORIGIN:
            # Not in a demonstration: months pass in it, and one that goes on repeats commands of its first day.
            workers["command-retention"] = CommandRetention(program.writers, program.clock)
        if deadlines:
            workers["deadline-watch"] = DeadlineWatching(
                program.readers,
                WorkerCases(program),
                program.clock_rules,
                program.clock,
                look_again=_look_again(program),
            )
        if crossroads_url is not None:
            workers["crossroads-intake"] = check_intake(program)
            consumers.add("crossroads-intake")
            workers["crossroads-checks"] = opened.enter_context(check_working(program, crossroads_url))
        if relay and program.settings.kafka is not None:
            workers["relay"] = Relay(
                program.recorder,
                program.journal_url,
                program.writers,
                program.settings.kafka,
                prefix=program.settings.kafka_topic_prefix,
            )
        if migration and program.settings.kafka is not None:
            for authority in MigratingAuthority:
                consumer = opened.enter_context(legacy_consumer(program, authority, program.settings.kafka))
                workers[f"legacy-{authority}"] = consumer
                consumers.add(f"legacy-{authority}")
        watched = WatchedWorkers(workers, consumers)
        watched.start()
        try:
            yield watched
        finally:
            watched.stop()
