"""``permit bench projections`` compares two boards that are equal row for row."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from infra.benchmarks.peer import Peer
from infra.benchmarks.projecting import OurBoard, bench_projections, our_board, peer_board
from infra.benchmarks.runs import BenchmarkImpossible
from tests.benchmarks.report_form import require_form

pytestmark = pytest.mark.server


@pytest.fixture
def ours(admin_url: str) -> Iterator[OurBoard]:
    """Twenty cases: 120 events."""
    with our_board(admin_url, 20) as board:
        yield board


def cases_on(board: OurBoard) -> int:
    with closing(psycopg2.connect(board.journal.url)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from permit.sla_board_case")
        return cursor.fetchone()[0]


def test_our_board_has_a_row_for_each_case_however_often_it_is_filled(ours: OurBoard) -> None:
    assert ours.rate() > 0
    assert ours.rate() > 0

    assert cases_on(ours) == 20


def test_a_board_that_stopped_early_gives_no_figure(ours: OurBoard) -> None:
    with closing(psycopg2.connect(ours.journal.url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("delete from permit.journal where position = 120")

    with pytest.raises(BenchmarkImpossible, match="stopped at 119 of 120"):
        ours.rate()


def test_the_report_has_the_board_of_both_sides(admin_url: str, peer: Peer) -> None:
    report = bench_projections(admin_url, peer, cases=10, peer_events=40, runs=1)

    require_form(report, "projections", ("sla-board",))


def test_the_peer_leaves_our_rows_for_the_same_events_and_no_others(admin_url: str, peer: Peer, ours: OurBoard) -> None:
    theirs = peer_board(admin_url, peer, ours, 90)

    theirs.rate()

    assert theirs.rows == ours.rows_after(90)
    assert theirs.rows != ours.rows_after(60)
    assert theirs.rows.startswith("20 ")
