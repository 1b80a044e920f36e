"""When to look for deadlines: at the start, when the civil day has changed, and when new events are in the read model.

Between looks there is one small question to the database and one to the clock, which in a demonstration jumps days at
a time. What was missed while nobody watched is found by the first look.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from threading import Event
from typing import Final
from uuid import UUID

from consumers.deadline_watch import Cases, DeadlineWatch
from domain.civil_time import civil_day
from domain.deadlines.clocks import ClockRules
from infra.clock import Clock
from infra.postgres.read_models.parked_streams import parked_by
from infra.postgres.read_models.row_scope import EVERYTHING, ScopedCursor
from infra.postgres.server.connection_pool import ConnectionPool
from infra.structured_logs import get_logger
from projections.deadline_days.model import DeadlineDays, cases_due

LOOK_AGAIN_SECONDS: Final = 0.5
"""How long between two looks at the clock and the read model; a look costs one query by primary key."""

_log = get_logger(__name__)


class DeadlineWatcher:
    """A worker that raises the warnings and breaches of all cases; ``readers`` reads the days on which they fall."""

    def __init__(
        self,
        readers: ConnectionPool,
        cases: Cases,
        rules: ClockRules,
        clock: Clock,
        *,
        look_again: float = LOOK_AGAIN_SECONDS,
    ) -> None:
        self._readers = readers
        self._clock = clock
        self._look_again = look_again
        self._watch = DeadlineWatch(cases, self._due, rules, clock.now, self._passed_over)
        self._unreadable: set[UUID] = set()
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the case it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Watch until stopped. Raises what a lost database raises, and what is a fault of the program.

        Nothing is remembered between runs: the next one begins with a look at everything that is due.
        """
        looked_at: tuple[date, int] | None = None
        while not self._stopping.is_set():
            # Taken before the look: what changes during it calls for another.
            moment = (self._today(), self._position())
            if moment != looked_at:
                raised = self._watch.watch()
                if raised:
                    _log.info("deadlines.raised", alarms=raised, day=moment[0].isoformat())
                looked_at = moment
            self._stopping.wait(self._look_again)

    def _due(self, on: date) -> Iterator[UUID]:
        """The cases that the read model names, and those of which it cannot say anything: it has parked them."""
        with self._readers.connection() as connection, connection.cursor() as cursor:
            found = cases_due(ScopedCursor(cursor, EVERYTHING), on)
            parked = [each.stream for each in parked_by(cursor, DeadlineDays.name)]
        for case_id in dict.fromkeys((*found, *parked)):
            if self._stopping.is_set():
                return
            yield case_id

    def _passed_over(self, case_id: UUID, why: Exception) -> None:
        if case_id not in self._unreadable:
            self._unreadable.add(case_id)
            _log.error("deadlines.case_unreadable", case=str(case_id), why=type(why).__name__)

    def _today(self) -> date:
        return civil_day(self._clock.now())

    def _position(self) -> int:
        """How far the read model has come: a look before it knows of an event would pass that event's case by."""
        with self._readers.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select position from tracking where name = %s", (DeadlineDays.name,))
            row = cursor.fetchone()
        return 0 if row is None else int(row[0])
