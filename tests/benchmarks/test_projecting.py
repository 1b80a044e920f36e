"""``permit bench projections``: two boards that are equal row for row, and the product's against the smaller."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from infra.benchmarks.peer import Peer
from infra.benchmarks.projecting import OurBoard, PeerBoard, bench_projections, our_board, product_board, small_rows
from infra.benchmarks.runs import BenchmarkImpossible
from infra.workers.projection_runner import ProjectionRunner
from tests.benchmarks.report_form import require_form

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def ours(admin_url: str) -> Iterator[OurBoard]:
    """Two of each course: twenty cases."""
    with our_board(admin_url, 20) as board:
        yield board


def asked(board: OurBoard, statement: str) -> list[tuple]:
    with closing(psycopg2.connect(board.journal.url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_our_board_has_a_row_for_each_case_however_often_it_is_filled(ours: OurBoard) -> None:
    ours.rate()
    ours.rate()

    assert asked(
        ours, "select status, count(*), count(closed_on) from permit.bench_board_case group by 1 order by 1"
    ) == [
        ("decidedGranted", 12, 12),
        ("decidedRefused", 2, 2),
        ("submitted", 4, 0),
        ("withdrawn", 2, 2),
    ]


def test_the_rows_are_the_same_wherever_a_page_ends(ours: OurBoard) -> None:
    ours.rate()
    in_one_page = small_rows(ours.journal.url)

    ours.project_first(60)
    assert small_rows(ours.journal.url) != in_one_page
    ProjectionRunner(ours.recorder, ours.model, ours.writers, page_size=7).catch_up()

    assert small_rows(ours.journal.url) == in_one_page


def test_the_board_of_the_product_is_filled_from_the_same_journal(ours: OurBoard) -> None:
    product_board(ours).rate()

    assert asked(ours, "select count(*) from permit.sla_board_case") == [(20,)]


def test_a_board_that_stopped_early_gives_no_figure(admin_url: str) -> None:
    with our_board(admin_url, 2) as ours:
        last = ours.journal.events
        with closing(psycopg2.connect(ours.journal.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("delete from permit.journal where position = %s", (last,))

        with pytest.raises(BenchmarkImpossible, match=f"stopped at {last - 1} of {last}"):
            ours.rate()


def test_the_report_has_both_boards_of_ours_against_the_peer(admin_url: str, peer: Peer) -> None:
    report = bench_projections(admin_url, peer, cases=10, times=2, peer_events=40, runs=1)

    require_form(report, "projections", ("board-rows", "sla-board", "sla-board, rebuilt"))
    assert "not equal" in report.machine["sla-board"]


def test_the_peer_leaves_our_rows_for_the_same_events_and_no_others(admin_url: str, peer: Peer, ours: OurBoard) -> None:
    theirs = PeerBoard(admin_url, peer, ours.journal, 150)

    theirs.rate()

    ours.project_first(150)
    assert theirs.rows == small_rows(ours.journal.url)
    ours.project_first(100)
    assert theirs.rows != small_rows(ours.journal.url)
    assert theirs.rows.startswith("20 ")


def test_the_peer_leaves_our_rows_for_the_whole_journal(admin_url: str, peer: Peer, ours: OurBoard) -> None:
    theirs = PeerBoard(admin_url, peer, ours.journal, ours.journal.events)

    theirs.rate()

    ours.rate()
    assert theirs.rows == small_rows(ours.journal.url)
