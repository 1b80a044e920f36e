"""``permit bench migrate``: records a second from a file of Brussels into the journal, against a COPY of its rows.

Ours goes the whole way: reading, mapping, precheck, keys, encryption of the raw record and of the event, leaves,
dossiers, quarantine and ledger. A second run of the same file tells how fast nothing new is found. The peer copies as
many finished journal rows as ours has made into a table with the same indexes.
"""

from __future__ import annotations

import io
import os
import resource
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from infra.benchmarks.legacy_extract import write_extract
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkReport, compare, machine
from infra.benchmarks.sample_journal import ORIGIN
from infra.benchmarks.scratch import scratch_database
from infra.event_codec import EventCodec
from infra.keys import KEY_BYTES, MasterKey
from infra.migration.chunks import ChunkJudge
from infra.migration.loading import FileLoader
from infra.migration.sources import SOURCES, MigratingAuthority
from infra.postgres.connections import connect
from infra.postgres.key_store import PostgresKeyStore
from infra.postgres.migrate import migrate_journal, migrate_keys

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

RECORDS: Final = 100_000
RUNS: Final = 3

_OURS: Final = "a windows-1252 file to durable events, landed records, dossiers, quarantine and ledger"
_PEERS: Final = "COPY BINARY of the journal rows that ours has made into a table with the same indexes"


def bench_migrate(admin_url: str, _peer: Peer, *, records: int = RECORDS, runs: int = RUNS) -> BenchmarkReport:
    """Both rows; the peak of memory is that of the whole process."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "brussels.csv"
        write_extract(file, records)
        again: list[float] = []
        copied: list[float] = []

        def ours() -> float:
            with _loading(admin_url) as (url, loader):
                rate = _rate(loader, file, records)
                again.append(_rate(loader, file, records))
                with closing(connect(url, None)) as owner:
                    copied.append(_copy(owner))
                return rate

        loaded = compare("load", "records/s", ours, lambda: copied[-1], runs=runs)
        repeated = compare("the same file again", "records/s", lambda: again.pop(0), lambda: copied[-1], runs=runs)
    about = {
        **machine(admin_url),
        "runs": runs,
        "ours": _OURS,
        "peer": _PEERS,
        "records": records,
        "peakMemoryMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    return BenchmarkReport(benchmark="migrate", machine=about, rows=(loaded, repeated))


@contextmanager
def _loading(admin_url: str) -> Iterator[tuple[str, FileLoader]]:
    """A loader on databases of its own."""
    with scratch_database(admin_url) as url, scratch_database(admin_url) as keys_url:
        migrate_journal(url, origin=ORIGIN)
        migrate_keys(keys_url)
        with closing(PostgresKeyStore(keys_url, MasterKey(os.urandom(KEY_BYTES)))) as keys:
            judge = ChunkJudge(
                source=SOURCES[MigratingAuthority.BRUSSELS],
                codec=EventCodec(ORIGIN, keys),
                keys=keys,
                origin=ORIGIN,
                digest_key=os.urandom(KEY_BYTES),
            )
            yield url, FileLoader(url, judge, lambda: datetime.now(UTC))


def _rate(loader: FileLoader, file: Path, records: int) -> float:
    began = time.perf_counter()
    loader.load([file])
    return records / (time.perf_counter() - began)


def _copy(owner: Connection) -> float:
    """Rows a second of a COPY of the journal into a table like it."""
    rows = io.BytesIO()
    with owner.cursor() as cursor:
        cursor.execute("set search_path = permit")
        cursor.copy_expert("copy journal to stdout (format binary)", rows)
        cursor.execute("create table copied_journal (like journal including all)")
        rows.seek(0)
        began = time.perf_counter()
        cursor.copy_expert("copy copied_journal from stdin (format binary)", rows)
        seconds = time.perf_counter() - began
        return float(cursor.rowcount / seconds)
