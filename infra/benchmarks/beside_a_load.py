"""How those fare who use the program while a file is loaded: an append now and then, and the SLA board.

Both come at a steady pace, whether the one before has been answered or not, and are timed from the moment at which
they were due: who has to wait for the one before waits as well.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Final

from eventsourcing.persistence import EventStore

from domain.civil_time import civil_day
from infra.benchmarks.appending import OurJournal, new_command
from infra.benchmarks.loading_apart import Places
from infra.benchmarks.runs import BenchmarkImpossible
from infra.benchmarks.sample_journal import ORIGIN
from infra.event_codec import EventCodec
from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.journal.mapper import EventMapper
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.read_models.row_scope import EVERYTHING, ScopedCursor
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role, connect, transaction
from infra.workers.projection_runner import ProjectionRunner
from projections.sla_board.model import SlaBoard, board

APPENDS_A_SECOND: Final = 20
BOARDS_A_SECOND: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveUse:
    """Milliseconds; ``appends`` and ``boards`` are how many were timed."""

    append_p99: float
    board_p95: float
    appends: int
    boards: int


def fill_board(places: Places) -> None:
    """Project what is in the journal onto the board."""
    with (
        closing(JournalRecorder(places.journal_url, pool_size=2)) as recorder,
        closing(ConnectionPool(places.journal_url, Role.WRITER, size=1)) as writers,
    ):
        ProjectionRunner(recorder, SlaBoard({}), writers).catch_up()


def live_use(places: Places, until: Callable[[], object]) -> LiveUse:
    """What a live append and a look at the board take while ``until`` runs.

    Raises :class:`BenchmarkImpossible` if that was too short for a figure, and what an append or a look raised.
    """
    with ExitStack() as opened:
        keys = opened.enter_context(closing(PostgresKeyStore(places.keys_url, places.master)))
        recorder = opened.enter_context(closing(JournalRecorder(places.journal_url, pool_size=2)))
        journal = OurJournal(EventStore(EventMapper(EventCodec(ORIGIN, keys)), recorder), (keys.mint(),))
        reader = opened.enter_context(closing(connect(places.journal_url, Role.READER)))

        def look() -> None:
            with transaction(reader) as cursor:
                board(ScopedCursor(cursor, EVERYTHING), civil_day(datetime.now(UTC)))

        appending = _AtAPace(lambda: journal.append(*new_command(), journal.subjects[0]), 1 / APPENDS_A_SECOND)
        looking = _AtAPace(look, 1 / BOARDS_A_SECOND)
        for each in (appending, looking):
            each.start()
        try:
            until()
        finally:
            for each in (appending, looking):
                each.stop()
    return LiveUse(
        append_p99=_percentile(appending.milliseconds(), 99),
        board_p95=_percentile(looking.milliseconds(), 95),
        appends=len(appending.milliseconds()),
        boards=len(looking.milliseconds()),
    )


class _AtAPace:
    """Does something every ``interval`` seconds in a thread of its own, late ones one after the other."""

    def __init__(self, do: Callable[[], object], interval: float) -> None:
        self._do = do
        self._interval = interval
        self._ended = Event()
        self._took: list[float] = []
        self._failed: Exception | None = None
        self._thread = Thread(target=self._run)

    def start(self) -> None:
        self._do()  # what is done once, such as opening a connection, is done before
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def milliseconds(self) -> list[float]:
        if self._failed is not None:
            raise self._failed
        return self._took

    def _run(self) -> None:
        due = time.perf_counter()
        try:
            while not self._ended.wait(max(0.0, due - time.perf_counter())):
                self._do()
                self._took.append(1_000 * (time.perf_counter() - due))
                due += self._interval
        except Exception as why:
            self._failed = why


def _percentile(milliseconds: list[float], percent: int) -> float:
    if len(milliseconds) < 2:
        raise BenchmarkImpossible(
            "the load was over before live use of the program could be measured: take more records"
        )
    return statistics.quantiles(milliseconds, n=100, method="inclusive")[percent - 1]
