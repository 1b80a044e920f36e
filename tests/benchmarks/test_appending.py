"""``permit bench append`` counts events that are really in the journal."""

from contextlib import closing

import psycopg2
import pytest

from infra.benchmarks.appending import bench_append, our_journal
from infra.benchmarks.peer import Peer
from tests.benchmarks.report_form import require_form

pytestmark = pytest.mark.server


def test_ours_appends_what_it_counts(admin_url: str) -> None:
    with our_journal(admin_url) as ours:
        ours.rate(callers=3, each=20)
        dsn = ours.store.recorder._pool._url
        with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
            cursor.execute("select count(*), count(distinct stream) from permit.journal")
            counted = cursor.fetchone()

    assert counted == (66, 66)  # a tenth before the clock starts


def test_the_report_has_a_row_for_each_number_of_callers(admin_url: str, peer: Peer) -> None:
    report = bench_append(admin_url, peer, cases=((1, 20, 10),))

    require_form(report, "append", ("1 caller",))
    assert report.machine["bodyBytes"] > 100
