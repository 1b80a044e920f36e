"""Two sides are measured turn about, and the medians are what is told."""

from functools import partial

import pytest

from infra.benchmarks.runs import compare, compare_all, compare_with_each


def test_both_sides_run_turn_about_and_medians_are_compared() -> None:
    ran: list[str] = []
    ours, peers = iter((100.0, 900.0, 300.0)), iter((50.0, 10.0, 1_000.0))

    def our_side() -> float:
        ran.append("ours")
        return next(ours)

    def their_side() -> float:
        ran.append("peer")
        return next(peers)

    row = compare("1 caller", "events/s", our_side, their_side, runs=3)

    assert ran == ["ours", "peer"] * 3
    assert (row.ours, row.peer, row.ratio) == (300.0, 50.0, 6.0)
    assert (row.case, row.unit) == ("1 caller", "events/s")


def test_several_cases_are_compared_with_one_side_of_the_same_run() -> None:
    ran: list[str] = []

    def side(name: str, rate: float) -> float:
        ran.append(name)
        return rate

    cases = {"slow": partial(side, "slow", 20.0), "quick": partial(side, "quick", 90.0)}
    rows = compare_all("events/s", cases, partial(side, "peer", 30.0), runs=2)

    assert ran == ["slow", "quick", "peer"] * 2
    assert [(row.case, row.ours, row.peer, row.ratio) for row in rows] == [("slow", 20, 30, 0.67), ("quick", 90, 30, 3)]


def test_a_side_that_cannot_run_ends_the_comparison() -> None:
    def broken() -> float:
        raise RuntimeError("no such server")

    with pytest.raises(RuntimeError, match="no such server"):
        compare("1 caller", "events/s", lambda: 1.0, broken)


def test_several_peers_run_turn_about_and_each_is_compared_with_the_same_runs_of_ours() -> None:
    ran: list[str] = []

    def side(name: str, rate: float) -> float:
        ran.append(name)
        return rate

    rows = compare_with_each(
        "events/s",
        lambda: side("ours", 300.0),
        {"library": lambda: side("library", 100.0), "UmaDB": lambda: side("UmaDB", 600.0)},
        runs=2,
    )

    assert ran == ["ours", "library", "UmaDB"] * 2
    assert [(row.case, row.ours, row.ratio) for row in rows] == [("library", 300.0, 3.0), ("UmaDB", 300.0, 0.5)]
