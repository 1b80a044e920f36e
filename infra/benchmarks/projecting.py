"""``permit bench projections``: events a second of the SLA board from nothing until it has caught up with the journal.

Ours is the product's runner over its journal. The peer is the event library's ProjectionRunner over its own
PostgreSQL module: the same events in the same order with the same bodies, the same table, one upsert an event, its
position in the same transaction. It is given fewer events, because it takes so long; rates are compared. After the
runs the two boards are compared row for row, so that nobody is fast by leaving something out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Final

from domain.deadlines.service_levels import ServiceTarget
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import RUNS, BenchmarkImpossible, BenchmarkReport, compare, machine
from infra.benchmarks.sample_journal import SampleJournal, sample_journal
from infra.benchmarks.scratch import scratch_database
from infra.postgres.connections import ConnectionPool, Role, connect
from infra.postgres.projection_runner import ProjectionRunner
from infra.postgres.recorder import JournalRecorder
from projections.sla_board import SlaBoard

_CASES: Final = 5_000
"""Six events each."""

_PEER_EVENTS: Final = 3_000

_AUTHORITY: Final = "flanders"


@dataclass(slots=True)
class OurBoard:
    """The SLA board of a sample journal, to be filled as often as asked."""

    journal: SampleJournal
    recorder: JournalRecorder
    writers: ConnectionPool
    model: SlaBoard

    def rate(self) -> float:
        """Events a second from an empty table to the end of the journal."""
        runner = self._from_nothing()
        began = time.perf_counter()
        reached = runner.catch_up()
        took = time.perf_counter() - began
        if reached != self.journal.events:
            raise BenchmarkImpossible(f"the board stopped at {reached} of {self.journal.events} events")
        return reached / took

    def rows_after(self, events: int) -> str:
        """The digest of the rows once the first ``events`` events have been projected."""
        runner = self._from_nothing()
        runner.project_page(self.recorder.select_notifications(0, events, inclusive_of_start=False), after=0)
        return _digest(self.journal.url)

    def _from_nothing(self) -> ProjectionRunner:
        with closing(connect(self.journal.url, None)) as connection, connection.cursor() as cursor:
            cursor.execute("truncate sla_board_case")
            cursor.execute("delete from tracking where name = %s", (self.model.name,))
        return ProjectionRunner(self.recorder, self.model, self.writers)


@dataclass(slots=True)
class PeerBoard:
    """The same board over the first ``events`` events by the event library, in a fresh database each time."""

    admin_url: str
    peer: Peer
    journal: SampleJournal
    model: SlaBoard
    target: ServiceTarget
    events: int

    rows: str = ""
    """The digest of the rows that the last run left behind."""

    def rate(self) -> float:
        with scratch_database(self.admin_url) as url:
            with closing(connect(url, None)) as connection, connection.cursor() as cursor:
                cursor.execute(self.model.ddl)
            rate = self.peer.run(
                "projections.py",
                url=url,
                journalUrl=self.journal.url,
                events=self.events,
                topics=sorted(self.model.handles),
                dueDays=self.target.term.days,
                atRiskDays=self.target.warning.days,
                targetFrom=self.target.valid_from.isoformat(),
            )
            self.rows = _digest(url)
        return rate


def bench_projections(
    admin_url: str, peer: Peer, *, cases: int = _CASES, peer_events: int = _PEER_EVENTS, runs: int = RUNS
) -> BenchmarkReport:
    """Both sides on ``admin_url``'s server, each in scratch databases of its own."""
    with our_board(admin_url, cases) as ours:
        few = min(peer_events, ours.journal.events)
        theirs = peer_board(admin_url, peer, ours, few)
        row = compare("sla-board", "events/s", ours.rate, theirs.rate, runs=runs)
        if theirs.rows != ours.rows_after(theirs.events):
            raise BenchmarkImpossible("the two boards differ after the same events: do not compare their rates")
        about = {
            **machine(admin_url),
            "runs": runs,
            "ours": f"ProjectionRunner, {ours.journal.events} events of {ours.journal.cases} cases",
            "peer": f"eventsourcing 9.5.6 ProjectionRunner, psycopg 3, the first {few} of these events, same bodies, "
            "same table; both sides handle only the events that the board reads, and all are counted",
        }
    return BenchmarkReport(benchmark="projections", machine=about, rows=(row,))


@contextmanager
def our_board(admin_url: str, cases: int) -> Iterator[OurBoard]:
    """A sample journal of ``cases`` cases with an empty board."""
    with ExitStack() as opened:
        journal = opened.enter_context(sample_journal(admin_url, cases))
        recorder = opened.enter_context(closing(JournalRecorder(journal.url, pool_size=2)))
        writers = opened.enter_context(closing(ConnectionPool(journal.url, Role.WRITER, size=1)))
        yield OurBoard(journal, recorder, writers, SlaBoard({_AUTHORITY: ServiceTarget.load(_AUTHORITY)}))


def peer_board(admin_url: str, peer: Peer, ours: OurBoard, events: int) -> PeerBoard:
    """The peer's board over the first ``events`` events of the same journal."""
    return PeerBoard(admin_url, peer, ours.journal, ours.model, ServiceTarget.load(_AUTHORITY), events)


def _digest(url: str) -> str:
    """Every field of every row of the board."""
    with closing(connect(url, None)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) || ' ' || md5(string_agg(t::text, '|' order by case_id)) from sla_board_case t")
        (digest,) = cursor.fetchone() or ("",)
    return str(digest)
