"""Cases in a real journal whose clocks are watched on any day a test likes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from consumers.deadline_watch import CaseUnreadable, DeadlineWatch
from domain.case.commands import CaseCommand, CommandContext
from domain.case.events import CaseEvent, ClockResumed, DeadlineBreached, DeadlineWarned
from domain.case.folding import fold
from domain.case.handling import Receipt, handle
from domain.case.lifecycle import Case
from domain.civil_time import civil_day
from domain.deadlines.clocks import ClockRules
from infra.event_codec import EventCodec, UnreadableEvent
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.mapper import EventMapper
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role
from infra.postgres.server.migrate import migrate_journal
from infra.workers.deadline_watch import DeadlineWatcher
from infra.workers.projection_runner import ProjectionRunner
from projections.deadline_days.model import DeadlineDays, cases_due
from tests.case.vocabulary import WORKER, law, on, submit
from tests.keys.keys_in_memory import KeysInMemory
from tests.world.limits import USUAL_CASE_LIMITS

ORIGIN = "tests/deadlines"
RULES = ClockRules.load()
FILED_ON = date(2026, 2, 2)


def day(number: int) -> date:
    """The civil day that many days after filing."""
    return FILED_ON + timedelta(days=number)


@dataclass
class WatchedCases:
    """``meanwhile`` happens, one a time, after a case was read; ``trouble`` is raised, one a time, before a change."""

    url: str
    meanwhile: deque[Callable[[], object]] = field(default_factory=deque)
    trouble: deque[Exception | None] = field(default_factory=deque)
    unreadable: list[UUID] = field(default_factory=list)
    reads: int = 0
    looks_at_the_clock: int = 0

    def __post_init__(self) -> None:
        self.model = DeadlineDays(RULES)
        migrate_journal(self.url, origin=ORIGIN, read_models=read_model_migrations([self.model]))
        codec = EventCodec(ORIGIN, KeysInMemory({WORKER: b"w" * 32}))
        self.recorder = JournalRecorder(self.url, pool_size=4)
        self.journal = PostgresJournal(self.recorder, EventMapper(codec), digest_key=b"d" * 32)
        self.pool = ConnectionPool(self.url, Role.WRITER, size=4)
        self.readers = ConnectionPool(self.url, Role.READER, size=4)
        self.moment = on(FILED_ON)

    def close(self) -> None:
        with closing(self.readers), closing(self.pool), closing(self.recorder):
            pass

    def now(self) -> datetime:
        self.looks_at_the_clock += 1
        return self.moment

    def filed(self) -> UUID:
        case_id = uuid4()
        self.give(case_id, submit(), FILED_ON)
        return case_id

    def give(self, case_id: UUID, command: CaseCommand, day_: date) -> None:
        context = CommandContext(actor="tests", command_id=str(uuid4()), now=on(day_))
        handle(self.journal, law(), case_id, command, context, limits=USUAL_CASE_LIMITS)

    def events_of(self, case_id: UUID) -> Sequence[CaseEvent]:
        self.reads += 1
        try:
            events = self.journal.read(case_id).events
        except UnreadableEvent as why:
            raise CaseUnreadable(str(why)) from None
        if self.meanwhile:
            self.meanwhile.popleft()()
        return events

    def handle(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt:
        trouble = self.trouble.popleft() if self.trouble else None
        if trouble is not None:
            raise trouble
        return handle(self.journal, law(), case_id, command, context, limits=USUAL_CASE_LIMITS).receipt

    def case(self, case_id: UUID) -> Case:
        case = fold(self.journal.read(case_id).events)
        assert case is not None
        return case

    def runner(self) -> ProjectionRunner:
        return ProjectionRunner(self.recorder, self.model, self.pool)

    def due(self, day_: date) -> list[UUID]:
        with rows_within(self.readers, EVERYTHING) as cursor:
            return cases_due(cursor, day_)

    def watch(self) -> DeadlineWatch:
        return DeadlineWatch(self, self.due, RULES, self.now, lambda case_id, _: self.unreadable.append(case_id))

    def watching(self) -> DeadlineWatcher:
        return DeadlineWatcher(self.readers, self, RULES, self, look_again=0.02)

    def watched_on(self, number: int) -> int:
        """Bring the read model up to date and watch on that day after filing."""
        self.runner().catch_up()
        self.moment = on(day(number))
        return self.watch().watch()

    def alarms(self, case_id: UUID) -> list[tuple[str, str, int, date, date]]:
        """What was raised, in the order of the stream: clock, kind, run, the day it was crossed, the last in time."""
        return [
            (
                event.clock,
                "warned" if isinstance(event, DeadlineWarned) else "breached",
                event.run,
                civil_day(event.effective_at),
                event.due_on,
            )
            for event in self.journal.read(case_id).events
            if isinstance(event, DeadlineWarned | DeadlineBreached)
        ]

    def resumed_on(self, case_id: UUID) -> list[date]:
        """The days from which the clock ran again."""
        return [
            civil_day(event.effective_at)
            for event in self.journal.read(case_id).events
            if isinstance(event, ClockResumed)
        ]
