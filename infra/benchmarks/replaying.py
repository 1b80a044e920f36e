"""``permit bench replay``: events a second read, verified, decoded and folded by two processes, against three peers.

Each process takes the cases of one half of the ids and reads the journal by ranges of positions: leaf hash, body
digest and the link to the leaf before it are recomputed for every event, then it is decrypted, decoded and folded
into its case. One peer asks the server for the same content as plain JSON by COPY BINARY and throws it away, another
for the very rows that ours reads. The third is the event library's own read of equal events in two processes: select,
decrypt, decompress, map; it verifies and folds nothing.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.case.folding import evolve
from domain.case.lifecycle import Case
from domain.law.rulebook import Rulebook
from infra.benchmarks.peer import Peer
from infra.benchmarks.plain_journal import COLUMNS, decided_events, load_plain
from infra.benchmarks.runs import RUNS, BenchmarkImpossible, BenchmarkReport, compare_with_each, machine
from infra.benchmarks.sample_journal import (
    ORIGIN,
    KeysInMemory,
    SampleJournal,
    loaded_journal,
    prepared_commands,
)
from infra.benchmarks.scratch import scratch_database
from infra.event_codec import EventCodec
from infra.garbage_collection import collect_rarely
from infra.keys import SubjectKeys
from infra.postgres.journal.bulk_reading import JournalRow, parse_rows
from infra.postgres.server.connections import Role, connect
from infra.stored_form.leaf import leaf_of_row

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_CASES: Final = 10_000
"""Six events each."""

_PROCESSES: Final = 2
_RANGE: Final = 8_000
"""Positions read at a time; a process holds the half of them that is its own."""

_COLUMNS: Final = "position, stream, version, type, schema, known_at, leaf_hash, envelope, body"
_SHARE: Final = (
    f"copy (select {_COLUMNS} from journal where position > %s and position <= %s"  # noqa: S608  # nosec B608 # the names of our own columns
    " and get_byte(uuid_send(stream), 15) %% %s = %s order by position) to stdout (format binary)"
)
_SAME_ROWS: Final = f"copy (select {_COLUMNS} from journal order by position) to stdout (format binary)"  # noqa: S608  # nosec B608 # the names of our own columns
_PLAIN: Final = f"copy (select {COLUMNS} from plain_journal order by position) to stdout (format binary)"  # noqa: S608  # nosec B608 # the names of our own columns

_OURS: Final = (
    "2 processes, started and connected beforehand, data keys in memory: COPY BINARY by ranges of positions, leaf "
    "hash, body digest, prev link, decryption, decoding, fold of every case; what lies apart is not opened"
)
_PEERS: Final = (
    "COPY BINARY in one process by psycopg2's copy_expert to the null device: the same events as plain JSON with their "
    "leaves; in the case 'same rows' the rows that ours reads"
)
_LIBRARY: Final = (
    "eventsourcing 9.5.6, psycopg 3, 2 processes started beforehand: select_notifications by {page} and its mapper "
    "with its AES cipher and zlib compressor over the first {events} of the same events; no verification, no fold"
)
_LIBRARY_EVENTS: Final = 20_000
_LIBRARY_PAGE: Final = 1_000


class NotAsRecorded(Exception):
    """An event is not the one that its leaf was made for."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one process has replayed."""

    events: int
    cases: int
    closed: int


class Replayer:
    """One process's part: the cases whose id falls to ``number`` of ``processes``."""

    def __init__(self, url: str, origin: str, keys: SubjectKeys, number: int, processes: int) -> None:
        self._connection = connect(url, Role.READER)
        self._origin = origin
        self._codec = EventCodec(origin, keys)
        self._share = (processes, number)

    def close(self) -> None:
        self._connection.close()

    def replay(self, last: int, *, after: int = 0) -> Share:
        """Replay the positions after ``after`` up to ``last``, in which cases begin. Raises :class:`NotAsRecorded`."""
        heads: dict[UUID, bytes] = {}
        cases: dict[UUID, Case] = {}
        events = 0
        for row in self._rows(after, last):
            self._verify(row, heads.get(row.stream))
            heads[row.stream] = row.leaf_hash
            # As the product folds a case: the digest of the body covers what lies apart, and no fold reads it.
            event = self._codec.decode(row.type, row.schema, row.body, row.stream, row.version, with_apart=False)
            cases[row.stream] = evolve(cases.get(row.stream), event)
            events += 1
        return Share(events, len(cases), sum(not case.is_open for case in cases.values()))

    def _rows(self, after: int, last: int) -> Iterator[JournalRow]:
        with self._connection.cursor() as cursor:
            for start in range(after, last, _RANGE):
                buffer = io.BytesIO()
                statement = cursor.mogrify(_SHARE, (start, min(start + _RANGE, last), *self._share))
                cursor.copy_expert(statement.decode(), buffer)
                yield from parse_rows(buffer.getvalue())

    def _verify(self, row: JournalRow, before: bytes | None) -> None:
        """Recompute what the leaf claims; ``before`` is the leaf hash of the event before it in its case."""
        leaf = leaf_of_row(row, self._origin)
        if leaf is None or leaf.hashed != row.leaf_hash or leaf.prev != before:
            raise NotAsRecorded(f"position {row.position}: the event is not the one that its leaf was made for")


@dataclass(frozen=True, slots=True)
class Replay:
    """A sample journal with the processes that replay it and a connection for the copies."""

    journal: SampleJournal
    processes: tuple[ProcessPoolExecutor, ...]
    connection: Connection

    def shares(self) -> list[Share]:
        """Replay all cases once, each process its own."""
        under_way = [process.submit(_replay, self.journal.events) for process in self.processes]
        return [share.result() for share in under_way]

    def ours(self) -> float:
        """Events a second from the first read to the last case folded."""
        began = time.perf_counter()
        shares = self.shares()
        took = time.perf_counter() - began
        events, cases = sum(share.events for share in shares), sum(share.cases for share in shares)
        if (events, cases) != (self.journal.events, self.journal.cases):
            raise BenchmarkImpossible(f"the replay met {events} events of {cases} cases, which is not all of them")
        return events / took

    def plain_copy(self) -> float:
        """Events a second of the bare copy of the events as plain JSON."""
        return self._copy(_PLAIN)

    def same_rows(self) -> float:
        """Events a second of the bare copy of the rows that ours reads."""
        return self._copy(_SAME_ROWS)

    def _copy(self, statement: str) -> float:
        with open(os.devnull, "wb") as nowhere, self.connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.copy_expert(statement, nowhere)
            took = time.perf_counter() - began
            if cursor.rowcount != self.journal.events:
                raise BenchmarkImpossible(f"the copy gave {cursor.rowcount} of {self.journal.events} events")
        return self.journal.events / took


@dataclass(frozen=True, slots=True)
class LibraryRead:
    """The first ``events`` events of a journal, stored as the event library's own in a database of its own."""

    peer: Peer
    url: str
    events: int

    def rate(self) -> float:
        """Events a second from the first select to the last event mapped."""
        return self._run("read")

    def _run(self, step: str, **more: str) -> float:
        return self.peer.run("replay.py", step=step, url=self.url, events=self.events, page=_LIBRARY_PAGE, **more)


@contextmanager
def library_read(admin_url: str, peer: Peer, journal_url: str, events: int) -> Iterator[LibraryRead]:
    """Store the first ``events`` events of the plain journal at ``journal_url`` for the library to read."""
    with scratch_database(admin_url) as url:
        read = LibraryRead(peer, url, events)
        read._run("store", journalUrl=journal_url)
        yield read


def bench_replay(
    admin_url: str, peer: Peer, *, cases: int = _CASES, library_events: int = _LIBRARY_EVENTS, runs: int = RUNS
) -> BenchmarkReport:
    """All sides on ``admin_url``'s server, ours and the copies over one journal in a scratch database."""
    with open_replay(admin_url, cases) as replay:
        events = replay.journal.events
        few = min(library_events, events)
        with library_read(admin_url, peer, replay.journal.url, few) as library:
            replay.ours(), replay.plain_copy(), replay.same_rows()  # all read from memory from here on
            case = f"{events} events"
            peers = {
                case: replay.plain_copy,
                f"{case}, same rows": replay.same_rows,
                f"{case}, library": library.rate,
            }
            rows = compare_with_each("events/s", replay.ours, peers, runs=runs)
        about = {
            **machine(admin_url),
            "runs": runs,
            "ours": _OURS,
            "peer": _PEERS,
            "library": _LIBRARY.format(page=_LIBRARY_PAGE, events=few),
            "cases": replay.journal.cases,
        }
    return BenchmarkReport(benchmark="replay", machine=about, rows=rows)


@contextmanager
def open_replay(admin_url: str, cases: int, *, processes: int = _PROCESSES) -> Iterator[Replay]:
    """A sample journal of ``cases`` cases with its plain copy, and ``processes`` processes ready to replay it."""
    keys, law = KeysInMemory(b"replay"), Rulebook.load()
    prepared = prepared_commands(cases, keys, law)
    with loaded_journal(admin_url, prepared, keys, law) as journal:
        load_plain(journal.url, decided_events(prepared, law.sha256))
        del prepared
        with closing(connect(journal.url, Role.READER)) as connection:
            pools = tuple(
                ProcessPoolExecutor(
                    max_workers=1,
                    mp_context=get_context("spawn"),
                    initializer=_open_replayer,
                    initargs=(journal.url, journal.keys, number, processes),
                )
                for number in range(processes)
            )
            try:
                for ready in [pool.submit(_replay, 0) for pool in pools]:
                    ready.result()
                yield Replay(journal, pools, connection)
            finally:
                for pool in pools:
                    pool.shutdown()


_replayer: Replayer | None = None
"""Of a process that replays: its connection and keys, ready before the clock starts."""


def _open_replayer(url: str, keys: KeysInMemory, number: int, processes: int) -> None:
    global _replayer
    collect_rarely()
    _replayer = Replayer(url, ORIGIN, keys, number, processes)


def _replay(last: int) -> Share:
    if _replayer is None:
        raise AssertionError("the process was not made ready")
    return _replayer.replay(last)
