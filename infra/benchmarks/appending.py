"""``permit bench append``: durable appends a second, one event a command, against the event library's default.

Ours takes the product's path: the event store's ``put`` with our mapper, so it includes encoding, encryption under
the subject's key, commitments, leaf and command id. The peer's recorder inserts as many ready-made bytes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
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
from infra.benchmarks.runs import BenchmarkReport, compare, machine
from infra.benchmarks.scratch import scratch_database
from infra.event_codec import EventCodec
from infra.keys import MasterKey
from infra.postgres.journal.append_requests import CommandIdentity, StreamHead, Touch
from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.journal.mapper import EventMapper, PlacedEvent
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.server.migrate import migrate_journal, migrate_keys
from infra.time_ordered_ids import time_ordered_id

CASES: Final = ((1, 1_500, 800), (16, 600, 100), (64, 250, 25))
"""Callers, and the events that each of ours and each of the peer's appends in a run."""

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


def bench_append(admin_url: str, peer: Peer, *, cases: Sequence[tuple[int, int, int]] = CASES) -> BenchmarkReport:
    """Both sides on ``admin_url``'s server, each in a scratch database of its own."""
    with ExitStack() as opened:
        ours = opened.enter_context(our_journal(admin_url))
        peer_url = opened.enter_context(scratch_database(admin_url))
        body_bytes = ours.append(*new_command(), ours.subjects[0])
        rows = tuple(
            compare(
                f"{callers} caller" + ("s" if callers > 1 else ""),
                "events/s",
                partial(ours.rate, callers, our_events),
                partial(
                    peer.run, "append.py", url=peer_url, callers=callers, eventsEach=peer_events, bodyBytes=body_bytes
                ),
            )
            for callers, our_events, peer_events in cases
        )
    about = {**machine(admin_url), "peer": "eventsourcing 9.5.6, psycopg 3, default mode", "bodyBytes": body_bytes}
    return BenchmarkReport(benchmark="append", machine=about, rows=rows)


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
