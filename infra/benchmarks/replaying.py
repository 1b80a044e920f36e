"""``permit bench replay``: events a second read, verified, decoded and folded by two processes, against a plain COPY.

Each process takes the cases of one half of the ids and reads the journal by ranges of positions: leaf hash, body
digest and the link to the leaf before it are recomputed for every event, then it is decrypted, decoded and folded
into its case. The peer asks the server for the same columns of the same rows as COPY BINARY and throws them away.
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
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import RUNS, BenchmarkImpossible, BenchmarkReport, compare, machine
from infra.benchmarks.sample_journal import ORIGIN, KeysInMemory, SampleJournal, sample_journal
from infra.event_codec import EventCodec
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
    f"copy (select {_COLUMNS} from journal where position > %s and position <= %s"  # noqa: S608
    " and get_byte(uuid_send(stream), 15) %% %s = %s order by position) to stdout (format binary)"
)
_ALL: Final = f"copy (select {_COLUMNS} from journal order by position) to stdout (format binary)"  # noqa: S608

_OURS: Final = (
    "2 processes, started and connected beforehand, data keys in memory: COPY BINARY by ranges of positions, leaf "
    "hash, body digest, prev link, decryption, decoding, fold of every case"
)
_PEERS: Final = "COPY BINARY of the same columns and rows in one process, by psycopg2's copy_expert to the null device"


class NotAsRecorded(Exception):
    """An event is not the one that its leaf was made for."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one process has replayed."""

    events: int
    cases: int
    closed: int


class _Replayer:
    """One process's part: the cases whose id falls to ``number`` of ``processes``."""

    def __init__(self, url: str, keys: KeysInMemory, number: int, processes: int) -> None:
        self._connection = connect(url, Role.READER)
        self._codec = EventCodec(ORIGIN, keys)
        self._share = (processes, number)

    def replay(self, last: int) -> Share:
        """Replay up to position ``last``. Raises :class:`NotAsRecorded`."""
        heads: dict[UUID, bytes] = {}
        cases: dict[UUID, Case] = {}
        events = 0
        for row in self._rows(last):
            _verify(row, heads.get(row.stream))
            heads[row.stream] = row.leaf_hash
            event = self._codec.decode(row.type, row.schema, row.body, row.stream, row.version)
            cases[row.stream] = evolve(cases.get(row.stream), event)
            events += 1
        return Share(events, len(cases), sum(not case.is_open for case in cases.values()))

    def _rows(self, last: int) -> Iterator[JournalRow]:
        with self._connection.cursor() as cursor:
            for after in range(0, last, _RANGE):
                buffer = io.BytesIO()
                statement = cursor.mogrify(_SHARE, (after, min(after + _RANGE, last), *self._share))
                cursor.copy_expert(statement.decode(), buffer)
                yield from parse_rows(buffer.getbuffer())


def _verify(row: JournalRow, before: bytes | None) -> None:
    """Recompute what the leaf claims; ``before`` is the leaf hash of the event before it in its case."""
    leaf = leaf_of_row(row, ORIGIN)
    if leaf is None or leaf.hashed != row.leaf_hash or leaf.prev != before:
        raise NotAsRecorded(f"position {row.position}: the event is not the one that its leaf was made for")


@dataclass(frozen=True, slots=True)
class Replay:
    """A sample journal with the processes that replay it and a connection for the peer."""

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

    def peers(self) -> float:
        """Events a second of the bare copy."""
        with open(os.devnull, "wb") as nowhere, self.connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.copy_expert(_ALL, nowhere)
            took = time.perf_counter() - began
            if cursor.rowcount != self.journal.events:
                raise BenchmarkImpossible(f"the copy gave {cursor.rowcount} of {self.journal.events} events")
        return self.journal.events / took


def bench_replay(admin_url: str, _peer: Peer, *, cases: int = _CASES, runs: int = RUNS) -> BenchmarkReport:
    """Both sides over one journal in a scratch database on ``admin_url``'s server."""
    with open_replay(admin_url, cases) as replay:
        replay.ours(), replay.peers()  # both read from memory from here on
        row = compare(f"{replay.journal.events} events", "events/s", replay.ours, replay.peers, runs=runs)
        about = {**machine(admin_url), "runs": runs, "ours": _OURS, "peer": _PEERS, "cases": replay.journal.cases}
    return BenchmarkReport(benchmark="replay", machine=about, rows=(row,))


@contextmanager
def open_replay(admin_url: str, cases: int, *, processes: int = _PROCESSES) -> Iterator[Replay]:
    """A sample journal of ``cases`` cases, and ``processes`` processes that are ready to replay it."""
    with sample_journal(admin_url, cases) as journal, closing(connect(journal.url, Role.READER)) as connection:
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


_replayer: _Replayer | None = None
"""Of a process that replays: its connection and keys, ready before the clock starts."""


def _open_replayer(url: str, keys: KeysInMemory, number: int, processes: int) -> None:
    global _replayer
    _replayer = _Replayer(url, keys, number, processes)


def _replay(last: int) -> Share:
    if _replayer is None:
        raise AssertionError("the process was not made ready")
    return _replayer.replay(last)
