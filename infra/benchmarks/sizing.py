"""``permit bench size``: bytes an event takes on disk, indexes and TOAST included, against its content as plain JSON.

The sample journal is loaded as the product loads in bulk, then vacuumed; its size is what the server says that table,
indexes and TOAST take. The peer is the table of the plain journal with the same indexes.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from domain.law.rulebook import Rulebook
from infra.benchmarks.peer import Peer
from infra.benchmarks.plain_journal import decided_events, load_plain
from infra.benchmarks.runs import BenchmarkReport, compare, machine
from infra.benchmarks.sample_journal import KeysInMemory, loaded_journal, prepared_commands
from infra.postgres.server.connections import connect

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_CASES: Final = 5_000
"""Eight or nine events each."""

_OURS: Final = "journal after a bulk load and a VACUUM: heap with its maps, indexes, TOAST; envelope included"
_PEERS: Final = "the same events as plain JSON with their leaves in a table with the same indexes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Bytes an event that a table takes; ``heap`` with its free-space and visibility maps, ``toast`` with its index."""

    heap: float
    indexes: float
    toast: float

    @property
    def total(self) -> float:
        return self.heap + self.indexes + self.toast


def bench_size(admin_url: str, _peer: Peer, *, cases: int = _CASES) -> BenchmarkReport:
    """Both tables in one scratch database on ``admin_url``'s server; sizes do not vary, so one run is all."""
    keys, law = KeysInMemory(b"size"), Rulebook.load()
    prepared = prepared_commands(cases, keys, law)
    with loaded_journal(admin_url, prepared, keys, law) as journal:
        load_plain(journal.url, decided_events(prepared, law.sha256))
        with closing(connect(journal.url, None)) as connection, connection.cursor() as cursor:
            ours = size_of(cursor, "journal", journal.events)
            plain = size_of(cursor, "plain_journal", journal.events)
            commands = size_of(cursor, "command", journal.events)
            by_type = _rows_by_type(cursor)
    row = compare("an event on disk", "bytes", lambda: ours.total, lambda: plain.total, runs=1)
    about = {
        **machine(admin_url),
        "runs": 1,
        "ours": _OURS,
        "peer": _PEERS,
        "cases": cases,
        "events": journal.events,
        "split": {"ours": _rounded(ours), "peer": _rounded(plain)},
        "commandTable": f"{commands.total:.0f} bytes an event more, for 90 days",
        "rowByType": by_type,
    }
    return BenchmarkReport(benchmark="size", machine=about, rows=(row,))


def size_of(cursor: Cursor, table: str, events: int) -> Size:
    """What the server says that a table takes, divided by the events; a partitioned one with all its partitions."""
    cursor.execute(_SIZES, {"table": table})
    ((total, indexes, toast),) = cursor.fetchall()
    return Size(heap=(total - indexes - toast) / events, indexes=indexes / events, toast=toast / events)


def _rows_by_type(cursor: Cursor) -> dict[str, int]:
    """The average row of each type of event, without indexes: where the bytes are."""
    cursor.execute(_ROWS_BY_TYPE)
    return dict(cursor.fetchall())


def _rounded(size: Size) -> dict[str, Any]:
    return {name: round(value, 1) for name, value in asdict(size).items()}


# A table that is not partitioned has no tree, and a partitioned one takes no bytes of its own.
_SIZES: Final = """
with part as (
    select %(table)s::regclass as relid
     union
    select relid::regclass from pg_partition_tree(%(table)s::regclass)
)
select sum(pg_total_relation_size(p.relid))::bigint, sum(pg_indexes_size(p.relid))::bigint,
       coalesce(sum(pg_total_relation_size(nullif(c.reltoastrelid, 0))), 0)::bigint
  from part p
  join pg_class c on c.oid = p.relid
"""

_ROWS_BY_TYPE: Final = """
select type, round(avg(pg_column_size(j.*)))::int
  from journal j
 group by type
 order by sum(pg_column_size(j.*)) desc
"""
