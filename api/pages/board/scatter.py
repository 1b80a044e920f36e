"""Of thousands of closed cases, as many dots as an eye can tell apart; their percentiles of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from api.pages.charts.scatters import Dot
from projections.sla_board.times import CyclePoint

MOST_DOTS: Final = 400
"""About as many as a picture of this size has room for; the table has a row for each."""


def thinned(points: Sequence[CyclePoint]) -> list[Dot]:
    """At most :data:`MOST_DOTS` of the points: of those that lie close together the one with the most cases.

    Every dot is where some case is, none is between two. A point that is far from all others stays.
    """
    near = 1
    while True:
        kept: dict[tuple[int, int], CyclePoint] = {}
        for each in points:
            square = each.closed_on.toordinal() // near, each.days // near
            if square not in kept or each.cases > kept[square].cases:
                kept[square] = each
        if len(kept) <= MOST_DOTS:
            return [Dot(day=each.closed_on, value=each.days) for each in kept.values()]
        near += 1


def shares_at(points: Sequence[CyclePoint], shares: Sequence[float]) -> list[int]:
    """For each share the days below or at which it lies of all cases; nothing where there are none."""
    by_days: dict[int, int] = {}
    for each in points:
        by_days[each.days] = by_days.get(each.days, 0) + each.cases
    count = sum(by_days.values())
    found = []
    for share in shares if count else ():
        so_far = 0
        for days in sorted(by_days):
            so_far += by_days[days]
            if so_far >= share * count:
                found.append(days)
                break
    return found
