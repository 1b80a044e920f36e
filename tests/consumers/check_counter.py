"""Where checks are carried out in tests: a real journal and work table, a scripted bank, a clock set by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from consumers.check_intake import CheckIntake
from consumers.crossroads import CheckWorker
from domain.case.commands import CaseCommand, CommandContext, Minted, SubmitApplication, WithdrawApplication
from domain.case.events import CaseEvent
from domain.case.folding import fold
from domain.case.handling import Receipt, handle
from domain.case.lifecycle import Case
from domain.crossroads.check_process import Patience
from domain.crossroads.service_calendar import ServiceCalendar
from domain.law.rulebook import Rulebook
from infra.postgres.checks.check_queue import CheckQueue
from infra.postgres.checks.consultation_log import ConsultationLog
from infra.postgres.checks.crossroads_gate import CrossroadsGate, GateSettings
from infra.postgres.messages.dead_letters import DeadLetters
from infra.postgres.messages.inbox import Inbox
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role
from infra.workers.check_workers import CheckWorkerPool, LoggedCheckAlarms
from infra.workers.in_process_delivery import InProcessDelivery
from tests.audit.case_book import CaseBook
from tests.consumers.bank import ScriptedBank
from tests.world.applications import application
from tests.world.limits import USUAL_CASE_LIMITS

SSIN = "85073003328"
PATIENCE = Patience(
    first_pause=timedelta(seconds=1),
    longest_pause=timedelta(minutes=1),
    incomplete_pause=timedelta(minutes=30),
    late_after=timedelta(minutes=15),
    give_up_after=timedelta(hours=2),
)


@dataclass
class CheckCounter:
    """``chance`` 1.0 makes every pause as long as it can be."""

    book: CaseBook
    pool: ConnectionPool
    bank: ScriptedBank = field(default_factory=ScriptedBank)
    settings: GateSettings = field(default_factory=lambda: GateSettings(per_second=1_000, burst=1_000, failures=3))
    calendar: ServiceCalendar = field(default_factory=ServiceCalendar)
    trouble: dict[UUID, Exception] = field(default_factory=dict)
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def events_of(self, case_id: UUID) -> Sequence[CaseEvent]:
        return self.book.journal.read(case_id).events

    def handle(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt:
        """Raises the trouble laid out for the case, once, instead of recording an outcome."""
        if case_id in self.trouble:
            raise self.trouble.pop(case_id)
        return handle(self.book.journal, self.book.law, case_id, command, context, limits=USUAL_CASE_LIMITS).receipt

    @property
    def table(self) -> CheckQueue:
        return CheckQueue(self.pool)

    @property
    def gate(self) -> CrossroadsGate:
        return CrossroadsGate(self.pool, self.settings)

    @property
    def worker(self) -> CheckWorker:
        return CheckWorker(
            cases=self,
            bank=self.bank,
            work=self.table,
            gate=self.gate,
            consultations=ConsultationLog(self.pool),
            persons=self.book.index,
            alarms=LoggedCheckAlarms(),
            now=self.now,
            case_now=self.now,
            chance=lambda: 1.0,
            patience=PATIENCE,
        )

    def working(self, **more: Any) -> CheckWorkerPool:
        return CheckWorkerPool(self.table, self.gate, self.worker, self.calendar, self.now, **more)

    def intake(self) -> InProcessDelivery:
        inbox = Inbox(self.pool, CheckIntake(), DeadLetters(self.pool, self.book.keys))
        return InProcessDelivery(self.book.recorder, self.pool, CheckIntake(), inbox)

    def first(self) -> UUID:
        """A first application: only the employer is looked up."""
        return self.book.filed("highlySkilled", "52000.00")

    def renewal(self, ssin: str | None = SSIN) -> UUID:
        worker = {"birth_date": date(1985, 7, 30), "ssin": ssin}
        filing = application(pay="52000.00", renewal=True, worker=worker)
        minted = Minted(reference="FL-2026-0000001-23", worker_subject=self.book.keys.mint())
        submit = SubmitApplication(application=filing, minted=minted)
        return self.book.carry_out(uuid4(), submit).case_id

    def withdrawn(self, case: UUID) -> None:
        self.book.carry_out(case, WithdrawApplication())

    def add_work(self, case: UUID, what: str, revision: int = 1) -> None:
        """As the intake does, without it."""
        self.execute(
            "insert into check_work (case_id, what, revision, event_id) values (%s, %s, %s, %s) on conflict do nothing",
            case,
            what,
            revision,
            f"{case}/2",
        )

    def work_off(self, *, most: int = 20) -> None:
        """Carry out what is due now, one after the other."""
        for _ in range(most):
            claimed = self.table.claim(1, self.now())
            if not claimed:
                return
            self.worker.carry_out(claimed[0])
        raise AssertionError("it never comes to an end")

    def case(self, case_id: UUID) -> Case:
        case = fold(self.events_of(case_id))
        assert case is not None
        return case

    def names(self, case_id: UUID) -> list[str]:
        return [type(event).__name__ for event in self.events_of(case_id)]

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with self.pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(question, values)
            return cursor.fetchall()

    def execute(self, statement: str, *values: object) -> None:
        with self.pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)


@contextmanager
def check_counter(url: str) -> Iterator[CheckCounter]:
    book = CaseBook(url, Rulebook.load())
    try:
        with closing(ConnectionPool(url, Role.WRITER, size=20)) as pool:
            yield CheckCounter(book, pool)
    finally:
        book.close()
