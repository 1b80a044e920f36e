"""Ticks worth reading, and names that do not touch."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.pages.charts.scales import Bands, Scale, day_ticks, label_every, nice_ticks, spread


@pytest.mark.parametrize(
    ("low", "high", "whole", "ticks"),
    [
        (0, 87, True, (0, 20, 40, 60, 80, 100)),
        (0, 3, True, (0, 1, 2, 3)),
        (0, 0.7, False, (0, 0.2, 0.4, 0.6, 0.8)),
        (-13, 57, True, (-20, 0, 20, 40, 60)),
        (40, 42, True, (0, 10, 20, 30, 40, 50)),
        (0, 0, True, (0, 1)),
    ],
)
def test_ticks_of_values(low: float, high: float, whole: bool, ticks: tuple[float, ...]) -> None:
    assert nice_ticks(low, high, whole=whole) == ticks


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9), st.booleans())
@example(-0.001953125, 5_000_001.0, False)
def test_ticks_reach_around_the_values(low: float, breadth: float, whole: bool) -> None:
    ticks = nice_ticks(low, low + breadth, whole=whole)
    # A value may lie outside by a millionth of the axis, which nobody sees: it is what floating point leaves.
    unseen = 1e-6 * max(1, ticks[-1] - ticks[0])
    assert ticks[0] <= low + unseen
    assert ticks[-1] >= low + breadth - unseen
    assert 0 in ticks
    assert 2 <= len(ticks) <= 8


@pytest.mark.parametrize(
    ("days", "ticks"),
    [
        (3, ["2026-01-07", "2026-01-08", "2026-01-09", "2026-01-10"]),
        (21, ["2026-01-12", "2026-01-19", "2026-01-26"]),
        (365, ["2026-03-01", "2026-05-01", "2026-07-01", "2026-09-01", "2026-11-01", "2027-01-01"]),
        (4000, ["2028-01-01", "2030-01-01", "2032-01-01", "2034-01-01", "2036-01-01"]),
    ],
)
def test_ticks_of_days(days: int, ticks: list[str]) -> None:
    first = date(2026, 1, 7)
    assert [each.isoformat() for each in day_ticks(first, first + timedelta(days=days))] == ticks


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 60_000), st.integers(2, 8))
def test_days_named_lie_within_and_are_few(first: date, days: int, most: int) -> None:
    last = first + timedelta(days=days)
    ticks = day_ticks(first, last, most)
    assert all(first <= each <= last for each in ticks)
    assert len(ticks) <= most


@given(st.lists(st.floats(0, 200), max_size=8))
def test_names_stand_apart_and_within(wanted: list[float]) -> None:
    places = spread(wanted, 20, 0, 200)
    assert all(-1e-6 <= each <= 200 + 1e-6 for each in places)
    ordered = sorted(places)
    assert all(later - earlier >= 20 - 1e-6 for earlier, later in pairwise(ordered))


def test_places_of_values() -> None:
    assert Scale(0, 10, 100, 0).at(2.5) == 75
    assert Scale(4, 4, 0, 100).at(4) == 50
    assert Bands(4, 0, 100).middle(1) == 37.5
    assert label_every(12, 600, 100) == 2
