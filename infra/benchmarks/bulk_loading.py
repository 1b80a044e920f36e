"""``permit bench bulk``: events a second loaded in bulk, against a plain COPY of the same finished rows.

Ours starts from decided commands and takes the path of a migration: encoding, encryption, commitments, leaves, chains,
expected versions, command ids, transactions of at most 5,000 events. The peer copies the rows that ours has
made, byte for byte, in one transaction into a table with the same columns, checks and indexes.
"""

from __future__ import annotations

import gc
import io
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.law.rulebook import Rulebook
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import RUNS, BenchmarkImpossible, BenchmarkReport, compare, machine
from infra.benchmarks.sample_journal import (
    ORIGIN,
    KeysInMemory,
    PreparedCommand,
    as_whole_cases,
    load,
    prepared_commands,
    sealed_requests,
)
from infra.benchmarks.scratch import scratch_database
from infra.event_codec import EventCodec
from infra.postgres.server.connections import connect
from infra.postgres.server.migrate import migrate_journal

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_CASES: Final = 5_000
"""Six events each."""

_WHOLE: Final = "whole cases"
_SINGLE: Final = "single commands"

_OURS: Final = "decided commands to durable events: encoding, AES-256-GCM, commitments, leaves, command ids, heads"
_PEERS: Final = "COPY BINARY of the same rows, built beforehand, into a table with the same indexes, one transaction"


@dataclass(slots=True)
class BulkLoad:
    """One load of a journal, to be measured both ways; ``rows`` is what the first load of ours has written."""

    url: str
    owner: Connection
    keys: KeysInMemory
    law: Rulebook
    source: list[PreparedCommand]
    events: int
    rows: bytes = b""

    def ours(self) -> float:
        """Events a second from decided commands to the last commit, into an empty journal."""
        self._empty()
        codec = EventCodec(ORIGIN, self.keys)
        began = time.perf_counter()
        load(self.url, sealed_requests(self.source, codec, self.law.sha256))
        took = time.perf_counter() - began
        self._require_all("journal")
        if not self.rows:
            self.rows = self._copied()
        return self.events / took

    def peers(self) -> float:
        """Events a second of the finished rows, copied into an empty table. Ours must have run before."""
        self._empty()
        source = io.BytesIO(self.rows)
        with closing(connect(self.url, None)) as connection, connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.copy_expert("copy copied_journal from stdin (format binary)", source, 1 << 20)
            took = time.perf_counter() - began
        self._require_all("copied_journal")
        return self.events / took

    def _empty(self) -> None:
        """Both sides begin with empty tables and nothing left to write back."""
        with self.owner.cursor() as cursor:
            cursor.execute("truncate journal, command, copied_journal")
            cursor.execute("update journal_head set position = 0, known_at = '-infinity'")
            cursor.execute("checkpoint")

    def _copied(self) -> bytes:
        buffer = io.BytesIO()
        with self.owner.cursor() as cursor:
            cursor.copy_expert("copy (select * from journal order by position) to stdout (format binary)", buffer)
        return buffer.getvalue()

    def _require_all(self, table: str) -> None:
        with self.owner.cursor() as cursor:
            cursor.execute(f"select count(*) from {table}")  # noqa: S608
            (found,) = cursor.fetchone() or (0,)
        if found != self.events:
            raise BenchmarkImpossible(f"{table} holds {found} events after a load of {self.events}")


def bench_bulk(admin_url: str, _peer: Peer, *, cases: int = _CASES, runs: int = RUNS) -> BenchmarkReport:
    """Both sides in one scratch database on ``admin_url``'s server, for each of two sources of the same events."""
    keys, law = KeysInMemory(b"bulk load"), Rulebook.load()
    prepared = prepared_commands(cases, keys, law)
    rows, events, size = [], 0, 0
    for case, source in ((_WHOLE, as_whole_cases(prepared)), (_SINGLE, prepared)):
        with bulk_load(admin_url, source, keys, law) as bulk:
            rows.append(compare(case, "events/s", bulk.ours, bulk.peers, runs=runs))
            events, size = bulk.events, len(bulk.rows)
    about = {
        **machine(admin_url),
        "runs": runs,
        "ours": _OURS,
        "peer": _PEERS,
        "events": events,
        "commands": {_WHOLE: cases, _SINGLE: len(prepared)},
        "bytesPerEvent": size // events,
    }
    return BenchmarkReport(benchmark="bulk", machine=about, rows=tuple(rows))


@contextmanager
def bulk_load(admin_url: str, source: list[PreparedCommand], keys: KeysInMemory, law: Rulebook) -> Iterator[BulkLoad]:
    """Two empty tables in a scratch database for the events of ``source``."""
    with scratch_database(admin_url) as url:
        migrate_journal(url, origin=ORIGIN)
        with closing(connect(url, None)) as owner:
            with owner.cursor() as cursor:
                cursor.execute("create table copied_journal (like journal including all)")
            # A load draws its commands from a file; that they all lie in memory here is no work of its.
            gc.collect()
            gc.freeze()
            try:
                yield BulkLoad(url, owner, keys, law, source, sum(len(each.events) for each in source))
            finally:
                gc.unfreeze()
