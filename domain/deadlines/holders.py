"""The time of a case by who held it: exact to the microsecond, and nothing of it lost or counted twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.codes import HOLDERS

_WHOLE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderChange:
    """From ``at`` on, an aware moment, ``holder`` has the case."""

    at: datetime
    holder: str

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError(f"the change to {self.holder} at {self.at} has no time zone: give an aware moment")
        if self.holder not in HOLDERS:
            raise ValueError(f"{self.holder!r} holds no case: give one of {', '.join(HOLDERS)}")


def ledger(changes: Sequence[HolderChange], until: datetime) -> dict[str, timedelta]:
    """How long each of ``HOLDERS`` held the case from the first change until ``until``; the sum is exactly that time.

    ``changes`` come in the order in which they were recorded and take effect in the order of their moments; of two
    at the same moment the one recorded later counts. Those at or after ``until`` have not happened yet. ValueError
    when there is no change before ``until``.
    """
    if until.utcoffset() is None:
        raise ValueError(f"{until} has no time zone: give an aware moment")
    # In UTC, because Python subtracts two moments of one zone by their wall clocks, across a change of time too.
    end = until.astimezone(UTC)
    begun = {each.at.astimezone(UTC): each.holder for each in changes if each.at.astimezone(UTC) < end}
    if not begun:
        raise ValueError(f"nobody holds the case before {until}: give a change before it")
    held = dict.fromkeys(HOLDERS, timedelta(0))
    moments = sorted(begun)
    for start, stop in zip(moments, (*moments[1:], end), strict=True):
        held[begun[start]] += stop - start
    return held


def shares(held: Mapping[str, timedelta]) -> dict[str, int]:
    """The ledger in whole permille that sum to 1000; all nought when no time has passed.

    What rounding down leaves goes, one each, to the largest remainders; of equal ones to the holder named first.
    """
    passed = sum(held.values(), timedelta(0))
    if not passed:
        return dict.fromkeys(held, 0)
    parts = {holder: divmod(time * _WHOLE, passed) for holder, time in held.items()}
    found = {holder: whole for holder, (whole, _) in parts.items()}
    by_remainder = sorted(parts, key=lambda holder: parts[holder][1], reverse=True)
    for holder in by_remainder[: _WHOLE - sum(found.values())]:
        found[holder] += 1
    return found
