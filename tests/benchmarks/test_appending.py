"""``permit bench append`` counts events that are really in the journal, and is fair to its peers."""

import socket
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from infra.benchmarks.appending import bench_append, our_journal
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkImpossible
from infra.benchmarks.umadb import umadb_server
from tests.benchmarks.report_form import require_form

pytestmark = pytest.mark.server


def test_ours_appends_what_it_counts(admin_url: str) -> None:
    with our_journal(admin_url) as ours:
        ours.rate(callers=3, each=20)
        dsn = ours.store.recorder._pool.url
        with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
            cursor.execute("select count(*), count(distinct stream) from permit.journal")
            counted = cursor.fetchone()

    assert counted == (66, 66)  # a tenth before the clock starts


@pytest.mark.nightly
def test_the_report_has_a_row_for_each_peer(admin_url: str, peer: Peer, umadb: Peer) -> None:
    report = bench_append(admin_url, peer, umadb=umadb, cases=((1, 20, 10),), runs=1)

    require_form(report, "append", ("1 caller", "1 caller, UmaDB"))
    assert report.machine["bodyBytes"] > 100
    # ours is measured once, and both peers are compared with that
    library, uma = report.rows
    assert library.ours == uma.ours
    assert library.peer != uma.peer


def test_a_peer_that_cannot_be_installed_is_named_and_has_no_figure(admin_url: str, peer: Peer, tmp_path: Path) -> None:
    # given a place in which no environment can be made
    (tmp_path / "occupied").write_text("a file")

    report = bench_append(admin_url, peer, umadb=Peer(tmp_path / "occupied", "umadb"), cases=((1, 4, 2),), runs=1)

    require_form(report, "append", ("1 caller",))
    assert report.machine["umadb"].startswith("not measured: the peer's environment could not be made")


def test_a_server_is_gone_with_its_data(umadb: Peer) -> None:
    with umadb_server(umadb) as server:
        assert {each.name for each in server.data.iterdir()} == {"log", "umadb"}

    host, port = server.url.removeprefix("http://").split(":")
    with socket.socket() as tried:
        assert tried.connect_ex((host, int(port))) != 0
    assert not server.data.exists()


def test_a_script_that_takes_too_long_is_given_up_with_all_that_it_has_started(peer: Peer, admin_url: str) -> None:
    hasty = Peer(peer.home, longest_run=0.2)

    with pytest.raises(BenchmarkImpossible, match=r"took more than 0\.2 s"):
        hasty.run("append.py", url=admin_url, callers=1, connections=1, eventsEach=100_000, bodyBytes=1)
