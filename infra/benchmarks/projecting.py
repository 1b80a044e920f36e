"""``permit bench projections``: events a second of a read model from nothing until it has caught up with the journal.

Ours is the product over its journal, in as many processes as there are cores: the runner of a new read model, and for
``sla-board, rebuilt`` the rebuild beside one that serves, with the comparison of the two and the swap. The peer is the
event library's ProjectionRunner over its own PostgreSQL module: the same events in the same order, their clear fields
as plain JSON, one write an event, its position in the same transaction. It is given fewer events, because it takes so
long; rates are compared.

``board-rows`` has the same small table on both sides, and after the runs the two are compared row for row, so that
nobody is fast by leaving something out. ``sla-board`` has the product's own board on our side, whose rows hold far
more, against the small one on the peer's: our side does more work for the same events.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from domain.deadlines.service_levels import ServiceTarget
from infra.benchmarks.multiplied_journal import multiply
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import RUNS, BenchmarkImpossible, BenchmarkReport, compare_all, machine
from infra.benchmarks.sample_journal import SampleJournal, sample_journal
from infra.benchmarks.scratch import scratch_database
from infra.benchmarks.small_board import SmallBoard
from infra.postgres.journal.binary_rows import (
    bigint_column,
    binary_copy,
    bytes_column,
    row_of,
    text_column,
    uuid_column,
)
from infra.postgres.journal.bulk_reading import copy_tail
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.read_models.generations import rebuild_projection
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role, connect
from infra.stored_form.stored_body import clear_text
from infra.workers.projection_runner import ProjectionRunner
from projections.read_model import ReadModel
from projections.sla_board.model import SlaBoard

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_CASES: Final = 5_000
"""Eight or nine events each."""

_TIMES: Final = 6
"""Copies of each case in our journal: a start of processes is then a small part, as it is in a journal of some age."""

_PEER_EVENTS: Final = 3_000

_AUTHORITY: Final = "flanders"


@dataclass(frozen=True, slots=True, kw_only=True)
class OurBoard:
    """A read model over a sample journal, to be filled as often as requested."""

    journal: SampleJournal
    recorder: JournalRecorder
    writers: ConnectionPool
    model: ReadModel

    def rate(self) -> float:
        """Events a second from an empty table to the end of the journal."""
        runner = self._from_nothing()
        began = time.perf_counter()
        reached = runner.catch_up()
        took = time.perf_counter() - began
        if reached != self.journal.events:
            raise BenchmarkImpossible(f"the board stopped at {reached} of {self.journal.events} events")
        return reached / took

    def rebuilt_rate(self) -> float:
        """Events a second of a rebuild beside the table that :meth:`rate` has filled."""
        began = time.perf_counter()
        report = rebuild_projection(self.journal.url, self.recorder, self.model, on_progress=lambda _done, _all: None)
        took = time.perf_counter() - began
        if report.position != self.journal.events or not report.same:
            raise BenchmarkImpossible(f"the rebuilt board stopped at {report.position}, or is not the one that served")
        return report.position / took

    def project_first(self, events: int) -> None:
        """Leave the rows as the first ``events`` events make them."""
        runner = self._from_nothing()
        runner.project_page(self.recorder.select_notifications(0, events, inclusive_of_start=False), after=0)

    def _from_nothing(self) -> ProjectionRunner:
        with closing(connect(self.journal.url, Role.OWNER)) as connection, connection.cursor() as cursor:
            for migration in read_model_migrations((self.model,)):
                cursor.execute(migration.text)
        return ProjectionRunner(self.recorder, self.model, self.writers)


@dataclass(slots=True)
class PeerBoard:
    """The small board over the first ``events`` events by the event library, in a fresh database each time."""

    admin_url: str
    peer: Peer
    journal: SampleJournal
    events: int

    rows: str = ""
    """The digest of the rows that the last run left behind."""

    def rate(self) -> float:
        model = SmallBoard()
        with scratch_database(self.admin_url) as url:
            with closing(connect(url, None)) as connection, connection.cursor() as cursor:
                cursor.execute(model.ddl)
                self._hand_over(cursor)
            rate = self.peer.run("projections.py", url=url, topics=sorted(model.handles))
            self.rows = small_rows(url)
        return rate

    def _hand_over(self, cursor: Cursor) -> None:
        """The first events in a table of the peer's, with what the board can read of them: their clear fields."""
        cursor.execute(
            "create table bench_event (position bigint primary key, stream uuid, version bigint, type text, body bytea)"
        )
        with closing(connect(self.journal.url, Role.READER)) as connection:
            rows = [
                row_of(
                    bigint_column(row.position),
                    uuid_column(row.stream),
                    bigint_column(row.version),
                    text_column(row.type),
                    bytes_column(b'{"clear":' + clear_text(row.body) + b"}"),
                )
                for row in copy_tail(connection, 0, self.events)
            ]
        cursor.copy_expert("copy bench_event from stdin (format binary)", io.BytesIO(binary_copy(rows)))


def bench_projections(
    admin_url: str,
    peer: Peer,
    *,
    cases: int = _CASES,
    times: int = _TIMES,
    peer_events: int = _PEER_EVENTS,
    runs: int = RUNS,
) -> BenchmarkReport:
    """Both sides on ``admin_url``'s server, each in scratch databases of its own."""
    with our_board(admin_url, cases, times) as small:
        few = min(peer_events, small.journal.events)
        product = product_board(small)
        theirs = PeerBoard(admin_url, peer, small.journal, few)
        rows = compare_all(
            "events/s",
            {"board-rows": small.rate, "sla-board": product.rate, "sla-board, rebuilt": product.rebuilt_rate},
            theirs.rate,
            runs=runs,
        )
        small.project_first(few)
        if theirs.rows != small_rows(small.journal.url):
            raise BenchmarkImpossible("the two boards differ after the same events: do not compare their rates")
        about = {
            **machine(admin_url),
            "runs": runs,
            "ours": f"{small.journal.events} events of {small.journal.cases} cases, in a process for each core",
            "peer": f"eventsourcing 9.5.6 ProjectionRunner, psycopg 3, the first {few} of these events, with their "
            "clear fields as plain JSON; both sides handle only what the SLA board reads, and all are counted",
            "board-rows": "the same table of 8 columns on both sides, compared row for row",
            "sla-board": "not equal: ours is the product's board (25 columns and an index), the peer's the table of "
            "board-rows, so ours does more work a row",
            "sla-board, rebuilt": "as sla-board, beside the board that serves, compared with it and swapped",
        }
    return BenchmarkReport(benchmark="projections", machine=about, rows=rows)


@contextmanager
def our_board(admin_url: str, cases: int, times: int = 1) -> Iterator[OurBoard]:
    """A sample journal of ``cases`` cases, each of them ``times`` times, with the small board, to be filled."""
    with ExitStack() as opened:
        journal = opened.enter_context(sample_journal(admin_url, cases))
        if times > 1:
            journal = replace(journal, cases=cases * times, events=multiply(journal.url, times))
        recorder = opened.enter_context(closing(JournalRecorder(journal.url, pool_size=2)))
        writers = opened.enter_context(closing(ConnectionPool(journal.url, Role.WRITER, size=1)))
        yield OurBoard(journal=journal, recorder=recorder, writers=writers, model=SmallBoard())


def product_board(small: OurBoard) -> OurBoard:
    """The product's SLA board over the same journal."""
    return replace(small, model=SlaBoard({_AUTHORITY: ServiceTarget.load(_AUTHORITY)}))


def small_rows(url: str) -> str:
    """The number of rows of the small board and a digest of every field of every row."""
    with closing(connect(url, None)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select count(*) || ' ' || md5(string_agg(t::text, '|' order by case_id)) from bench_board_case t"
        )
        (digest,) = cursor.fetchone() or ("",)
    return str(digest)
