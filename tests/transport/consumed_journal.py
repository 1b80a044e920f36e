"""A journal with cases in it, a ledger beside it, and the two ways in which its events get from one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Thread
from typing import Any, Protocol
from uuid import UUID, uuid4

from psycopg2 import sql

from consumers.consumer import Consumer
from consumers.topics import TOPICS
from domain.case.commands import AssignCase, CommandContext
from domain.case.events import CaseAssigned, CaseEvent, CrossroadsCheckRequested
from domain.crossroads.answers import CheckKind
from infra.benchmarks.event_ledger import DDL
from infra.benchmarks.sample_journal import ORIGIN, SampleJournal, sample_journal
from infra.event_codec import EventCodec
from infra.kafka.topic_admin import create_missing
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.mapper import EventMapper
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.messages.consumer_stops import StopLimits
from infra.postgres.messages.dead_letters import DeadLetters
from infra.postgres.messages.inbox import Inbox
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role, connect
from infra.workers.consumer_loop import ConsumerLoop, LoopSettings
from infra.workers.in_process_delivery import InProcessDelivery
from infra.workers.relay import Relay
from tests.keys.keys_in_memory import KeysInMemory

QUICK = LoopSettings(session_timeout_ms=3_000, heartbeat_interval_ms=500, max_poll_interval_ms=5_000, poll_ms=100)


class Runs(Protocol):
    def run(self) -> None: ...

    def stop(self) -> None: ...


@dataclass
class ConsumedJournal:
    """One journal, its database, and what a consumer of it needs."""

    journal: SampleJournal
    recorder: JournalRecorder
    pool: ConnectionPool
    letters: DeadLetters
    limits: StopLimits = field(default_factory=StopLimits)
    prefix: str = field(default_factory=lambda: f"test-{uuid4().hex[:8]}.")

    def inbox(self, consumer: Consumer) -> Inbox:
        return Inbox(self.pool, consumer, self.letters, self.limits)

    def in_process(self, consumer: Consumer) -> InProcessDelivery:
        return InProcessDelivery(self.recorder, self.pool, consumer, self.inbox(consumer))

    def loop(self, kafka: str, consumer: Consumer, settings: LoopSettings = QUICK) -> ConsumerLoop:
        return ConsumerLoop(consumer, self.inbox(consumer), self.pool, kafka, prefix=self.prefix, settings=settings)

    def relay(self, kafka: str, **more: Any) -> Relay:
        return Relay(self.recorder, self.journal.url, self.pool, kafka, prefix=self.prefix, **more)

    def make_topics(self, kafka: str) -> None:
        create_missing(kafka, TOPICS, self.prefix)

    def rows(self) -> list[tuple[UUID, int, int]]:
        """The ledger as it was written: stream, version, position."""
        with self.pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select stream, version, position from event_ledger order by written")
            return cursor.fetchall()

    def events(self) -> list[tuple[UUID, int, int]]:
        """The journal: stream, version, position."""
        with self.pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select stream, version, position from journal order by position")
            return cursor.fetchall()

    def assign(self, case_id: UUID) -> tuple[UUID, int, int]:
        """One more event of a case, as it will stand in the ledger."""
        return self._append(case_id, CaseAssigned(effective_at=datetime.now(UTC), handler="handler", by="lead"))

    def ask_the_bank(self, case_id: UUID, revision: int) -> tuple[UUID, int, int]:
        """A question to the Crossroads Bank about a case becomes due, under this revision."""
        asked = CrossroadsCheckRequested(
            effective_at=datetime.now(UTC), check=CheckKind.EMPLOYER_REGISTER.value, revision=revision
        )
        return self._append(case_id, asked)

    def _append(self, case_id: UUID, event: CaseEvent) -> tuple[UUID, int, int]:
        codec = EventCodec(ORIGIN, self.journal.keys)
        journal = PostgresJournal(self.recorder, EventMapper(codec), digest_key=b"key of this test")
        stream = journal.read(case_id)
        context = CommandContext(actor="handler", command_id=str(uuid4()), now=datetime.now(UTC))
        receipt = journal.append(stream, [event], AssignCase(handler="handler"), context, "0" * 64, "flanders")
        assert receipt.position is not None
        return (case_id, receipt.version, receipt.position)

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with self.pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(question, values)
            return cursor.fetchall()

    def execute(self, statement: str) -> None:
        with closing(connect(self.journal.url, None)) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement))


@contextmanager
def consumed_journal(admin_url: str, cases: int) -> Iterator[ConsumedJournal]:
    with ExitStack() as opened:
        journal = opened.enter_context(sample_journal(admin_url, cases))
        with closing(connect(journal.url, None)) as connection, connection.cursor() as cursor:
            cursor.execute(DDL)
        recorder = opened.enter_context(closing(JournalRecorder(journal.url, pool_size=4)))
        pool = opened.enter_context(closing(ConnectionPool(journal.url, Role.WRITER, size=8)))
        yield ConsumedJournal(journal, recorder, pool, DeadLetters(pool, KeysInMemory()))


@contextmanager
def running(*workers: Runs) -> Iterator[list[BaseException]]:
    """Run workers in threads until the end of the block; gives what ended any of them."""
    ended: list[BaseException] = []

    def run(worker: Runs) -> None:
        try:
            worker.run()
        except BaseException as why:
            ended.append(why)

    threads = [Thread(target=run, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield ended
    finally:
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads), "it did not end when it was told to"


def each_once_in_order(rows: list[tuple[UUID, int, int]], events: list[tuple[UUID, int, int]]) -> None:
    """Every event has one row, and the rows of each stream were written in the order of its versions."""
    assert sorted(rows) == sorted(events)
    last: dict[UUID, int] = {}
    for stream, version, _ in rows:
        assert version == last.get(stream, 0) + 1, "out of order"
        last[stream] = version
