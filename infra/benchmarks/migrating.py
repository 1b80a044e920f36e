"""``permit bench migrate``: records a second from a file of Brussels into the journal, against a COPY of its content.

Ours takes the whole path: two readings, mapping, precheck, keys, encryption of the raw record and of the event, leaves,
dossiers, quarantine and ledger, in a process of its own and as many workers as there are cores. A second run of the
same file shows how fast nothing new is found. The peer copies the events that ours has made into a table with the same
indexes: as plain JSON with their leaves, and in rows of its own the very rows that ours has stored.

Two more rows show what a live append and the board take while a file is loaded, and without a load.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from infra.benchmarks.beside_a_load import APPENDS_A_SECOND, BOARDS_A_SECOND, LiveUse, fill_board, live_use
from infra.benchmarks.legacy_extract import write_extract
from infra.benchmarks.loading_apart import Loaded, Places, fresh_places, load_apart, load_under_way
from infra.benchmarks.peer import Peer
from infra.benchmarks.plain_journal import PLAIN_TABLE, DecidedEvent, copy_into, plain_rows
from infra.benchmarks.runs import BenchmarkImpossible, BenchmarkReport, compare, compare_with_each, machine
from infra.benchmarks.sample_journal import ORIGIN
from infra.event_codec import EventCodec
from infra.postgres.journal.bulk_reading import copy_rows, moment_of
from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.server.connections import Role, connect

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

RECORDS: Final = 100_000
RUNS: Final = 3
SECONDS_WITHOUT_LOAD: Final = 15.0

_OURS: Final = "a windows-1252 file to durable events, landed records, dossiers, quarantine and ledger"
_PEERS: Final = (
    "COPY BINARY of rows built beforehand into a table with the same indexes: the events that ours has made as plain "
    "JSON with their leaves; in the cases 'same rows' the rows that ours has stored"
)
_PAGE: Final = 20_000
_KEYS_KEPT_SECONDS: Final = 3_600.0
_LIVE: Final = (
    f"{APPENDS_A_SECOND} appends and {BOARDS_A_SECOND} reads of the SLA board a second, each timed from when it was"
    " due, over half as many cases as the file has; ours: while the file is loaded, peer: without a load"
)


def bench_migrate(
    admin_url: str,
    _peer: Peer,
    *,
    records: int = RECORDS,
    runs: int = RUNS,
    seconds_without_load: float = SECONDS_WITHOUT_LOAD,
) -> BenchmarkReport:
    """All rows; CPU is that of the loading process and its workers, memory that of each apart."""
    with TemporaryDirectory() as folder:
        file, before = Path(folder) / "brussels.csv", Path(folder) / "before.csv"
        write_extract(file, records)
        write_extract(before, records // 2, first=records)
        loads: list[Loaded] = []
        again: list[float] = []
        plain: list[float] = []
        same: list[float] = []
        events: list[bytes] = []

        def ours() -> float:
            with fresh_places(admin_url) as places:
                loads.append(load_apart(places, file))
                again.append(records / load_apart(places, file).seconds)
                # The events of every run are those of the first: they are decoded and laid out once.
                events[:] = events or [plain_rows(_events_of(places))]
                with closing(connect(places.journal_url, None)) as owner:
                    plain.append(_copy_plain(owner, events[0]))
                    same.append(_copy_same(owner))
                return records / loads[-1].seconds

        loaded = compare_with_each(
            "records/s", ours, {"load": lambda: plain[-1], "load, same rows": lambda: same[-1]}, runs=runs
        )
        copies = iter(plain), iter(same)
        repeated = compare_with_each(
            "records/s",
            iter(again).__next__,
            {
                "the same file again": copies[0].__next__,
                "the same file again, same rows": copies[1].__next__,
            },
            runs=runs,
        )
        with fresh_places(admin_url) as places:
            load_apart(places, before)
            fill_board(places)
            alone = live_use(places, lambda: time.sleep(seconds_without_load))
            beside = _beside_a_load(places, file)
        append = compare("live append, p99", "ms", lambda: beside.append_p99, lambda: alone.append_p99, runs=1)
        board = compare("SLA board, p95", "ms", lambda: beside.board_p95, lambda: alone.board_p95, runs=1)
    about = {
        **machine(admin_url),
        "runs": runs,
        "ours": _OURS,
        "peer": _PEERS,
        "live": _LIVE,
        "records": records,
        "cpuMicrosecondsARecord": round(1e6 * statistics.median(each.cpu_seconds for each in loads) / records, 1),
        "peakMemoryMb": max(each.peak_memory_mb for each in loads),
        "workerMemoryMb": max(each.worker_memory_mb for each in loads),
        "liveWithoutLoad": asdict(alone),
        "liveDuringLoad": asdict(beside),
    }
    return BenchmarkReport(benchmark="migrate", machine=about, rows=(*loaded, *repeated, append, board))


def _beside_a_load(places: Places, file: Path) -> LiveUse:
    with load_under_way(places, file) as load:
        return live_use(places, load.result)


def _events_of(places: Places) -> Iterator[DecidedEvent]:
    """The events that a load has made, decoded, with the commands that they came by."""
    with closing(connect(places.keys_url, Role.WRITER)) as connection, connection.cursor() as cursor:
        cursor.execute("select subject from data_key")
        subjects = [subject for (subject,) in cursor.fetchall()]
    with (
        closing(
            PostgresKeyStore(
                places.keys_url, places.master, most_cached=len(subjects) + 1, cached_for=_KEYS_KEPT_SECONDS
            )
        ) as keys,
        closing(connect(places.journal_url, Role.READER)) as connection,
    ):
        codec = EventCodec(ORIGIN, keys)
        keys.prefetch(subjects)
        with connection.cursor() as cursor:
            cursor.execute("select position, actor, id from command where position is not null")
            commands = {position: (actor, command_id) for position, actor, command_id in cursor.fetchall()}
        for after in range(0, max(commands), _PAGE):
            for row in copy_rows(connection, after, after + _PAGE):
                if row.position not in commands:
                    raise BenchmarkImpossible(f"no command is kept of position {row.position}")
                actor, command_id = commands[row.position]
                yield DecidedEvent(
                    stream=row.stream,
                    version=row.version,
                    event=codec.decode(row.type, row.schema, row.body, row.stream, row.version),
                    recorded_at=moment_of(row.known_at),
                    actor=actor,
                    command_id=command_id,
                )


def _copy_plain(owner: Connection, rows: bytes) -> float:
    """Rows a second of a COPY of the events as plain JSON."""
    with owner.cursor() as cursor:
        cursor.execute(PLAIN_TABLE)
        began = time.perf_counter()
        copied = copy_into(cursor, "plain_journal", rows)
        return copied / (time.perf_counter() - began)


def _copy_same(owner: Connection) -> float:
    """Rows a second of a COPY of the journal into a table like it."""
    rows = io.BytesIO()
    with owner.cursor() as cursor:
        cursor.copy_expert("copy journal to stdout (format binary)", rows)
        cursor.execute("create table copied_journal (like journal including all)")
        began = time.perf_counter()
        copied = copy_into(cursor, "copied_journal", rows.getvalue())
        return copied / (time.perf_counter() - began)
