"""``permit bench size`` counts every byte that the server counts, of ours and of the plain journal."""

from contextlib import closing

import psycopg2
import pytest

from infra.benchmarks.peer import Peer
from infra.benchmarks.sizing import bench_size, size_of
from tests.benchmarks.report_form import require_report

pytestmark = pytest.mark.server


def test_the_report_has_both_tables_and_where_their_bytes_are(admin_url: str, no_peer: Peer) -> None:
    report = bench_size(admin_url, no_peer, cases=20)

    require_report(report, "size", {"an event on disk": "bytes"})
    assert report.machine["events"] == 172
    (row,) = report.rows
    for side, total in (("ours", row.ours), ("peer", row.peer)):
        split = report.machine["split"][side]
        assert set(split) == {"heap", "indexes", "toast"}
        assert sum(split.values()) == pytest.approx(total, abs=0.3)
    assert report.machine["rowByType"]["WorkPartDecided"] > report.machine["rowByType"]["ApplicationDecided"]


def test_no_byte_of_a_table_is_left_out_also_where_it_has_partitions(empty_database: str) -> None:
    with closing(psycopg2.connect(empty_database)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("""
            create table whole (id int primary key, held bytea not null);
            create table parted (id int primary key, held bytea not null) partition by range (id);
            create table low partition of parted for values from (0) to (500);
            create table high partition of parted for values from (500) to (1000);
            insert into whole select n, decode(repeat(md5(n::text), 200), 'hex') from generate_series(0, 999) n;
            insert into parted select * from whole;
        """)
        whole, parted = size_of(cursor, "whole", 1_000), size_of(cursor, "parted", 1_000)
        cursor.execute("""
            select pg_total_relation_size('whole'),
                   pg_total_relation_size('low') + pg_total_relation_size('high')
        """)
        counted = cursor.fetchone()

    assert (whole.total * 1_000, parted.total * 1_000) == pytest.approx(counted)
    assert min(whole.heap, whole.indexes, parted.heap, parted.indexes) > 0
