"""Dots for the eye: fewer than there are cases, each where a case is; and percentiles of all cases."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.pages.board.scatter import MOST_DOTS, shares_at, thinned
from projections.sla_board.times import CyclePoint

FIRST = date(2026, 1, 5)

points = st.lists(
    st.builds(
        lambda on, days, cases: CyclePoint(closed_on=FIRST + timedelta(days=on), days=days, cases=cases, paused=0),
        st.integers(0, 181),
        st.integers(0, 400),
        st.integers(1, 5),
    ),
    unique_by=lambda each: (each.closed_on, each.days),
    max_size=900,
)


def test_few_points_are_all_drawn() -> None:
    some = [CyclePoint(closed_on=FIRST, days=days, cases=1, paused=0) for days in (10, 11, 60)]
    assert [(dot.day, dot.value) for dot in thinned(some)] == [(FIRST, 10), (FIRST, 11), (FIRST, 60)]


@given(points)
def test_every_dot_is_a_case_and_there_are_not_too_many(some: list[CyclePoint]) -> None:
    dots = thinned(some)
    assert len(dots) == min(len(dots), MOST_DOTS)
    assert {(dot.day, dot.value) for dot in dots} <= {(each.closed_on, each.days) for each in some}
    assert bool(dots) == bool(some)


def test_thousands_are_thinned() -> None:
    many = [
        CyclePoint(closed_on=FIRST + timedelta(days=n % 182), days=n % 97, cases=1, paused=0) for n in range(182 * 97)
    ]
    assert 0 < len(thinned(many)) <= MOST_DOTS


def test_shares_are_of_cases_and_not_of_points() -> None:
    # nine cases that took 10 days and one that took 90
    some = [
        CyclePoint(closed_on=FIRST, days=90, cases=1, paused=0),
        CyclePoint(closed_on=FIRST, days=10, cases=9, paused=0),
    ]
    assert shares_at(some, (0.5, 0.9, 0.95)) == [10, 10, 90]
    assert shares_at([], (0.5,)) == []
