"""``permit bench bulk``: events a second loaded in bulk, against a COPY of the same content as plain JSON.

Ours starts from decided commands and takes the path of a migration: encoding, encryption, commitments, leaves, chains,
expected versions, command ids, transactions of at most 5,000 events. The peer copies finished rows in one transaction
into a table with the same checks and indexes: the same events as plain JSON with their leaves, and in a row of its own
the rows that ours has made, byte for byte.
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
from infra.benchmarks.plain_journal import PLAIN_TABLE, copy_into, decided_events, plain_rows
from infra.benchmarks.runs import RUNS, BenchmarkImpossible, BenchmarkReport, Row, compare_with_each, machine
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
_PEERS: Final = (
    "COPY BINARY of rows built beforehand into a table with the same indexes, one transaction: the decided events as "
    "plain JSON with their leaves; in the cases 'same rows' the rows that ours has stored"
)


@dataclass(slots=True)
class BulkLoad:
    """One load of a journal, to be measured all ways.

    ``rows`` is what the first load of ours has written, ``plain`` the same events as plain JSON.
    """

    url: str
    owner: Connection
    keys: KeysInMemory
    law: Rulebook
    source: list[PreparedCommand]
    events: int
    plain: bytes
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

    def plain_copy(self) -> float:
        """Events a second of the finished rows in plain JSON, copied into an empty table."""
        return self._copy("plain_journal", self.plain)

    def same_rows(self) -> float:
        """Events a second of the rows of ours, copied into an empty table. Ours must have run before."""
        return self._copy("copied_journal", self.rows)

    def _copy(self, table: str, rows: bytes) -> float:
        self._empty()
        with closing(connect(self.url, None)) as connection, connection.cursor() as cursor:
            began = time.perf_counter()
            copy_into(cursor, table, rows)
            took = time.perf_counter() - began
        self._require_all(table)
        return self.events / took

    def _empty(self) -> None:
        """All sides begin with empty tables and nothing left to write back."""
        with self.owner.cursor() as cursor:
            cursor.execute("truncate journal, command, copied_journal, plain_journal")
            cursor.execute("update journal_head set position = 0, known_at = '-infinity'")
            cursor.execute("checkpoint")

    def _copied(self) -> bytes:
        buffer = io.BytesIO()
        with self.owner.cursor() as cursor:
            cursor.copy_expert("copy (select * from journal order by position) to stdout (format binary)", buffer)
        return buffer.getvalue()

    def _require_all(self, table: str) -> None:
        with self.owner.cursor() as cursor:
            cursor.execute(f"select count(*) from {table}")  # noqa: S608  # nosec B608 # the names of our own tables
            (found,) = cursor.fetchone() or (0,)
        if found != self.events:
            raise BenchmarkImpossible(f"{table} holds {found} events after a load of {self.events}")


def bench_bulk(admin_url: str, _peer: Peer, *, cases: int = _CASES, runs: int = RUNS) -> BenchmarkReport:
    """All sides in one scratch database on ``admin_url``'s server, for each of two sources of the same events."""
    keys, law = KeysInMemory(b"bulk load"), Rulebook.load()
    prepared = prepared_commands(cases, keys, law)
    rows: list[Row] = []
    bytes_an_event: dict[str, int] = {}
    events = 0
    for case, source in ((_WHOLE, as_whole_cases(prepared)), (_SINGLE, prepared)):
        with bulk_load(admin_url, source, keys, law) as bulk:
            peers = {case: bulk.plain_copy, f"{case}, same rows": bulk.same_rows}
            rows += compare_with_each("events/s", bulk.ours, peers, runs=runs)
            events = bulk.events
            bytes_an_event = {"plain JSON": len(bulk.plain) // events, "same rows": len(bulk.rows) // events}
    about = {
        **machine(admin_url),
        "runs": runs,
        "ours": _OURS,
        "peer": _PEERS,
        "events": events,
        "commands": {_WHOLE: cases, _SINGLE: len(prepared)},
        "bytesPerEvent": bytes_an_event,
    }
    return BenchmarkReport(benchmark="bulk", machine=about, rows=tuple(rows))


@contextmanager
def bulk_load(admin_url: str, source: list[PreparedCommand], keys: KeysInMemory, law: Rulebook) -> Iterator[BulkLoad]:
    """Three empty tables in a scratch database for the events of ``source``."""
    with scratch_database(admin_url) as url:
        migrate_journal(url, origin=ORIGIN)
        with closing(connect(url, None)) as owner:
            with owner.cursor() as cursor:
                cursor.execute("create table copied_journal (like journal including all)")
                cursor.execute(PLAIN_TABLE)
            plain = plain_rows(decided_events(source, law.sha256))
            # A load draws its commands from a file; that they all lie in memory here is no work of its.
            gc.collect()
            gc.freeze()
            try:
                yield BulkLoad(url, owner, keys, law, source, sum(len(each.events) for each in source), plain)
            finally:
                gc.unfreeze()
