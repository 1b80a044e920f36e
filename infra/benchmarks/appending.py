"""``permit bench append``: durable appends a second, one event a command, against the event library and UmaDB.

Ours takes the product's path: the event store's ``put`` with our mapper, so it includes encoding, encryption under
the subject's key, commitments, leaf and command id. The peers are handed as many ready-made bytes an event as the body
has that ours stores; leaf hash and envelope come on top of that on our side alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from threading import Thread
from typing import Final
from uuid import UUID, uuid4

from eventsourcing.persistence import EventStore

from domain.case.events import ApplicationWithdrawn
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import RUNS, BenchmarkImpossible, BenchmarkReport, Row, compare_with_each, machine
from infra.benchmarks.scratch import scratch_database
from infra.benchmarks.umadb import NAME as UMADB_NAME
from infra.benchmarks.umadb import umadb_server
from infra.event_codec import EventCodec
from infra.keys import MasterKey
from infra.postgres.journal.append_requests import CommandIdentity, StreamHead, Touch
from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.journal.mapper import EventMapper, PlacedEvent
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.server.migrate import migrate_journal, migrate_keys
from infra.time_ordered_ids import time_ordered_id

CASES: Final = ((1, 1_500, 800), (16, 600, 100), (64, 250, 25), (256, 60, 6))
"""Callers, and the events that each of ours and of UmaDB's, and each of the library's, appends in a run."""

MOST_CONNECTIONS: Final = 64
"""Of the library: a server has a limit, and its appends wait for one lock however many there are."""

_UMADB: Final = (
    "UmaDB 0.7.8, its wheel's server on loopback with its defaults, data under PERMIT_HOME (where those of the "
    "embedded server are), two fdatasync an append or group of appends, Python client, no append condition"
)

_REASON: Final = "The worker has found other work in the meantime and will not come to Belgium."


@dataclass(frozen=True, slots=True)
class OurJournal:
    store: EventStore[UUID]
    subjects: tuple[UUID, ...]

    def append(self, stream: UUID, command: CommandIdentity, subject: UUID) -> int:
        """Append one event in a new stream and give the number of bytes of its body."""
        now = datetime.now(UTC)
        event = ApplicationWithdrawn(effective_at=now, by="employer", worker_subject=subject, reason=_REASON)
        recordings = self.store.put(
            [PlacedEvent(stream, 1, event)],
            command=command,
            touched=Touch(stream, StreamHead(None, None)),
            recorded_at=now,
        )
        return len(recordings[0].notification.state)

    def rate(self, callers: int, each: int) -> float:
        """Events a second with ``callers`` threads; ids come with a command, so they are there before the clock."""

        def call(batch: list[tuple[UUID, CommandIdentity]], subject: UUID) -> None:
            for stream, command in batch:
                self.append(stream, command, subject)

        def together(count: int) -> float:
            threads = [
                Thread(target=call, args=([new_command() for _ in range(count)], self.subjects[n]))
                for n in range(callers)
            ]
            began = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return callers * count / (time.perf_counter() - began)

        together(max(1, each // 10))
        return together(each)


def new_command() -> tuple[UUID, CommandIdentity]:
    """A new stream, and a command for its first event."""
    return time_ordered_id(datetime.now(UTC)), CommandIdentity("employer", str(uuid4()), os.urandom(32))


def bench_append(
    admin_url: str,
    peer: Peer,
    *,
    umadb: Peer | None = None,
    cases: Sequence[tuple[int, int, int]] = CASES,
    runs: int = RUNS,
) -> BenchmarkReport:
    """All sides turn about: ours and the library on ``admin_url``'s server, each in a scratch database of its own, and
    UmaDB on a server of its own, from an environment beside that of ``peer`` unless another is given.

    Where UmaDB cannot be installed or started, the report says why and has no row of it.
    """
    with ExitStack() as opened:
        ours = opened.enter_context(our_journal(admin_url))
        peer_url = opened.enter_context(scratch_database(admin_url))
        umadb = umadb or peer.beside(UMADB_NAME)
        try:
            umadb_url = opened.enter_context(umadb_server(umadb)).url
            about_umadb = _UMADB
        except BenchmarkImpossible as why:
            umadb_url, about_umadb = None, f"not measured: {why}"
        body_bytes = ours.append(*new_command(), ours.subjects[0])
        rows: list[Row] = []
        for callers, our_events, library_events in cases:
            case = f"{callers} caller" + ("s" if callers > 1 else "")
            load = {"callers": callers, "bodyBytes": body_bytes}
            connections = min(callers, MOST_CONNECTIONS)
            peers: dict[str, Callable[[], float]] = {
                case: partial(
                    peer.run, "append.py", url=peer_url, connections=connections, eventsEach=library_events, **load
                )
            }
            if umadb_url is not None:
                peers[f"{case}, UmaDB"] = partial(
                    umadb.run, "umadb_append.py", url=umadb_url, eventsEach=our_events, **load
                )
            rows += compare_with_each("events/s", partial(ours.rate, callers, our_events), peers, runs=runs)
    about = {
        **machine(admin_url),
        "runs": runs,
        "peer": f"eventsourcing 9.5.6, psycopg 3, default mode, at most {MOST_CONNECTIONS} connections",
        "umadb": about_umadb,
        "bodyBytes": body_bytes,
        "handedOver": f"{body_bytes} bytes an event to every side; ours stores leaf hash and envelope on top of them",
    }
    return BenchmarkReport(benchmark="append", machine=about, rows=tuple(rows))


@contextmanager
def our_journal(admin_url: str) -> Iterator[OurJournal]:
    """A journal and key store in scratch databases, with a subject for each caller there can be."""
    with ExitStack() as opened:
        journal_url = opened.enter_context(scratch_database(admin_url))
        keys_url = opened.enter_context(scratch_database(admin_url))
        migrate_journal(journal_url, origin="benchmark")
        migrate_keys(keys_url)
        keys = opened.enter_context(closing(PostgresKeyStore(keys_url, MasterKey(os.urandom(32)))))
        recorder = opened.enter_context(closing(JournalRecorder(journal_url)))
        mapper = EventMapper(EventCodec("benchmark", keys))
        yield OurJournal(EventStore(mapper, recorder), tuple(keys.mint() for _ in range(CASES[-1][0])))
