"""Work shared out over processes is the same work: its results, their order, its errors, and nothing left behind."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from domain.unusable import Unusable
from infra.shared_work.sharing import WorkerLost, shared_out
from tests.shared_work.errands import (
    FAULTY,
    Echoing,
    Endless,
    Failing,
    Grumble,
    Killed,
    SlowFirst,
    Squares,
    UnreadableLaw,
)
from tests.world.processes import children_of, lives
from tests.world.waiting import wait_until

ROOT = Path(__file__).parents[2]
WorkersNow = Callable[[], list[int]]


@pytest.fixture
def workers_now() -> WorkersNow:
    """The processes that this test has started and that live; servers of the run are not among them."""
    before = children_of(os.getpid())
    return lambda: [each for each in children_of(os.getpid()) if each not in before]


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_results_come_in_the_order_of_the_pieces(workers: int, workers_now: WorkersNow) -> None:
    with shared_out(Squares(), range(40), workers=workers) as results:
        squares, processes = zip(*results, strict=True)

    assert squares == tuple(number * number for number in range(40))
    # one process is this one; several are others
    assert len(set(processes)) <= workers
    assert (os.getpid() in processes) == (workers == 1)
    assert workers_now() == []


def test_no_process_is_started_for_which_there_is_no_piece(workers_now: WorkersNow) -> None:
    with shared_out(Squares(), [7], workers=4) as results:
        assert list(results) == [(49, os.getpid())]
    with shared_out(Squares(), [], workers=4) as results:
        assert list(results) == []
    with shared_out(Squares(), [1, 2], workers=4) as results:
        assert len(workers_now()) == 2
        assert [square for square, _ in results] == [1, 4]


def test_a_slow_piece_does_not_let_the_results_after_it_pile_up(tmp_path: Path) -> None:
    # given ten thousand pieces of which the first is not done yet
    taken: list[int] = []

    def pieces() -> Iterator[int]:
        for number in range(10_000):
            taken.append(number)
            if number == 8:
                (tmp_path / "release").touch()
            yield number

    # when the results are taken
    with shared_out(SlowFirst(tmp_path / "release"), pieces(), workers=2) as results:
        first = next(results)
        # then there was an end to what was done ahead of it
        assert (first, len(taken)) == (0, 9)
        assert sum(1 for _ in results) == 9_999


def test_long_pieces_and_long_results_do_not_wait_for_each_other() -> None:
    # given pieces and results that fill what the system holds for a reader
    pieces = [bytes([number]) * 1_000_000 for number in range(12)]

    with shared_out(Echoing(), pieces, workers=2) as results:
        assert list(results) == pieces


def test_processes_end_with_the_block_whatever_is_left_to_do(tmp_path: Path, workers_now: WorkersNow) -> None:
    with shared_out(Endless(tmp_path), range(10), workers=2) as results:
        assert next(results) == 0
        wait_until(lambda: list(tmp_path.iterdir()), because="a process is in the middle of a piece")

    assert workers_now() == []


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("at_once", [False, True], ids=["in a piece", "when it is opened"])
def test_an_error_is_that_of_the_work(workers: int, at_once: bool, workers_now: WorkersNow) -> None:
    with (
        pytest.raises(Grumble, match="the ink is dry"),
        shared_out(Failing(Grumble("the ink is dry"), at_once), [1, 2, FAULTY, 3], workers=workers) as results,
    ):
        list(results)
    assert workers_now() == []


def test_a_process_that_ended_over_an_error_is_heard_before_it_is_called_lost(workers_now: WorkersNow) -> None:
    # given pieces that are not ready to be sent before the processes have ended
    class SentTooLate:
        def __reduce__(self) -> tuple[type[int], tuple[int]]:
            wait_until(lambda: not workers_now(), because="both processes have ended")
            return int, (1,)

    with (
        pytest.raises(Grumble, match="the ink is dry"),
        shared_out(Failing(Grumble("the ink is dry"), at_once=True), [SentTooLate(), SentTooLate()], workers=2) as all_,
    ):
        list(all_)


def test_a_fault_says_where_in_the_process_it_arose() -> None:
    with (
        pytest.raises(ZeroDivisionError) as raised,
        shared_out(Failing(ZeroDivisionError("x")), [FAULTY, 1], workers=2) as results,
    ):
        list(results)
    assert "errands.py" in raised.value.__notes__[0]


def test_an_error_that_cannot_be_sent_keeps_its_sentence() -> None:
    with (
        pytest.raises(Unusable, match=r"pay\.toml.*it is torn"),
        shared_out(UnreadableLaw(), [1, 2], workers=2) as results,
    ):
        list(results)


def test_the_errors_of_the_driver_can_be_sent() -> None:
    assert str(pickle.loads(pickle.dumps(psycopg2.OperationalError("gone")))) == "gone"  # noqa: S301


def test_a_process_that_is_killed_in_a_piece_ends_the_work_with_a_sentence(workers_now: WorkersNow) -> None:
    with (
        pytest.raises(WorkerLost, match="a worker process ended before its work was done"),
        shared_out(Killed(), range(10), workers=2) as results,
    ):
        list(results)

    assert workers_now() == []


def test_a_process_that_is_killed_between_two_pieces_ends_the_work_with_the_same_sentence(
    workers_now: WorkersNow,
) -> None:
    with shared_out(Squares(), range(100), workers=2) as results:
        next(results)
        killed, _ = workers_now()
        os.kill(killed, signal.SIGKILL)
        with pytest.raises(WorkerLost, match="a worker process ended before its work was done"):
            list(results)

    assert workers_now() == []


@pytest.mark.parametrize(("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -15), (signal.SIGKILL, -9)])
def test_no_process_outlives_the_one_that_started_it(tmp_path: Path, by: signal.Signals, code: int) -> None:
    # given a program whose two processes are in the middle of a piece
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    program = subprocess.Popen(
        [sys.executable, "-c", f"from tests.shared_work.errands import *; work_without_end({str(tmp_path)!r})"],
        cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    signal.signal(signal.SIGINT, before)
    assert program.stderr is not None
    with closing(program.stderr):
        wait_until(lambda: len(list(tmp_path.iterdir())) == 2, because="both processes are at work")
        workers = [int(mark.name) for mark in tmp_path.iterdir()]
        assert all(map(lives, workers))
        # when a terminal sends the signal to the whole group
        os.killpg(program.pid, by)
        # then all are gone, and none complains
        assert program.wait(timeout=20) == code
        assert program.stderr.read() == b""
    wait_until(lambda: not any(map(lives, workers)), because="the workers have ended")
