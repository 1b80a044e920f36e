"""``permit bench migrate``: records a second from a file of Brussels into the journal, against a COPY of its rows.

Ours takes the whole path: two readings, mapping, precheck, keys, encryption of the raw record and of the event, leaves,
dossiers, quarantine and ledger, in a process of its own. A second run of the same file tells how fast nothing new is
found. The peer copies as many finished journal rows as ours has made into a table with the same indexes.

Two more rows tell what a live append and the board take while a file is loaded, and without a load.
"""

from __future__ import annotations

import io
import statistics
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from infra.benchmarks.beside_a_load import APPENDS_A_SECOND, BOARDS_A_SECOND, LiveUse, fill_board, live_use
from infra.benchmarks.legacy_extract import write_extract
from infra.benchmarks.loading_apart import Loaded, Places, fresh_places, load_apart, load_under_way
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkReport, compare, machine
from infra.postgres.server.connections import connect

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

RECORDS: Final = 100_000
RUNS: Final = 3
SECONDS_WITHOUT_LOAD: Final = 15.0

_OURS: Final = "a windows-1252 file to durable events, landed records, dossiers, quarantine and ledger"
_PEERS: Final = "COPY BINARY of the journal rows that ours has made into a table with the same indexes"
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
    """All rows; memory and CPU are those of the loading process alone."""
    with TemporaryDirectory() as folder:
        file, before = Path(folder) / "brussels.csv", Path(folder) / "before.csv"
        write_extract(file, records)
        write_extract(before, records // 2, first=records)
        loads: list[Loaded] = []
        again: list[float] = []
        copied: list[float] = []

        def ours() -> float:
            with fresh_places(admin_url) as places:
                loads.append(load_apart(places, file))
                again.append(records / load_apart(places, file).seconds)
                with closing(connect(places.journal_url, None)) as owner:
                    copied.append(_copy(owner))
                return records / loads[-1].seconds

        loaded = compare("load", "records/s", ours, lambda: copied[-1], runs=runs)
        repeated = compare("the same file again", "records/s", lambda: again.pop(0), lambda: copied[-1], runs=runs)
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
        "liveWithoutLoad": asdict(alone),
        "liveDuringLoad": asdict(beside),
    }
    return BenchmarkReport(benchmark="migrate", machine=about, rows=(loaded, repeated, append, board))


def _beside_a_load(places: Places, file: Path) -> LiveUse:
    with load_under_way(places, file) as load:
        return live_use(places, load.result)


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
