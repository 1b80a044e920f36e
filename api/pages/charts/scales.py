"""From values to places on the drawing, and the values worth naming along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10
from typing import Final

_NOTHING: Final = 1e-6
"""Smaller differences are not visible in a chart."""

_STEPS: Final = (1, 2, 5, 10)
_STEPS_IN_MONTHS: Final = (1, 2, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True, slots=True)
class Scale:
    """Straight from the values ``low`` to ``high`` onto the places ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Bands:
    """Equal places side by side, one for each of ``count`` items."""

    count: int
    start: float
    end: float

    @property
    def width(self) -> float:
        return (self.end - self.start) / self.count

    def middle(self, index: int) -> float:
        return self.start + (index + 0.5) * self.width


def nice_ticks(low: float, high: float, *, whole: bool, most: int = 6) -> tuple[float, ...]:
    """Round values from at or below ``low`` to at or above ``high``, zero among them, at most ``most`` or so."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high - low < _NOTHING:
        high = low + 1.0
    step = _round_up((high - low) / (most - 1))
    if whole:
        step = max(step, 1.0)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return tuple(round(index * step, 10) for index in range(first, last + 1))


def day_ticks(first: date, last: date, most: int = 6) -> tuple[date, ...]:
    """Days worth naming from ``first`` to ``last``: every so many days, else Mondays, else first days of months."""
    days = (last - first).days
    for step in (1, 2):
        if days // step < most:
            return tuple(first + timedelta(days=n) for n in range(0, days + 1, step))
    monday = first + timedelta(days=-first.weekday() % 7)
    for step in (7, 14, 28):
        ticks = tuple(monday + timedelta(days=n) for n in range(0, (last - monday).days + 1, step))
        if len(ticks) <= most:
            return ticks
    return _month_ticks(first, last, most)


def label_every(count: int, width: float, widest: float) -> int:
    """Of ``count`` labels side by side, every which one is written so that none touches the next."""
    return max(1, ceil(widest / (width / count))) if count else 1


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near as may be to the wanted ones, ``gap`` apart and from ``low`` to ``high``, in the same order."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    places = [0.0] * len(wanted)
    earliest = low
    for index in order:
        places[index] = max(wanted[index], earliest)
        earliest = places[index] + gap
    latest = high
    for index in reversed(order):
        places[index] = min(places[index], latest)
        latest = places[index] - gap
    return places


def _round_up(least: float) -> float:
    """The least of 1, 2, 5, 10 times a power of ten that is no less."""
    power = 10.0 ** floor(log10(least))
    return next(step * power for step in _STEPS if step * power >= least * (1 - 1e-9))


def _month_ticks(first: date, last: date, most: int) -> tuple[date, ...]:
    begin = first.year * 12 + first.month - 1 + (first.day > 1)
    end = last.year * 12 + last.month - 1
    for step in _STEPS_IN_MONTHS:
        months = range(ceil(begin / step) * step, end + 1, step)
        if len(months) <= most:
            break
    else:
        months = range(begin, end + 1, ceil((end - begin + 1) / most))
    return tuple(date(month // 12, month % 12 + 1, 1) for month in months)
