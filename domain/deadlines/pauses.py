"""Pauses of the service target: the days that do not count, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The target does not run on ``[from_, to)``, civil days in Europe/Brussels; ``to`` None is still paused.

    ``number`` is the pause's own within its case. One whose ``from_`` is its ``to`` never was.
    """

    number: int
    from_: date
    to: date | None
    ground: str

    def __post_init__(self) -> None:
        if self.to is not None and self.to < self.from_:
            raise ValueError(f"pause {self.number} ends on {self.to}, before it begins on {self.from_}")

    def covers(self, day: date) -> bool:
        """Whether the target does not run on ``day``."""
        return self.from_ <= day and (self.to is None or day < self.to)


def paused_days(pauses: Iterable[Pause], until: date, *, since: date = date.min) -> int:
    """How many days on ``[since, until)`` are paused; a day in two pauses counts once."""
    within = ((max(start, since), until if end is None else min(end, until)) for start, end in _stretches(pauses))
    return sum(max(0, (end - start).days) for start, end in within)


def all_paused_days(pauses: Iterable[Pause], *, since: date = date.min) -> int:
    """How many days from ``since`` on are paused, also days to come. ValueError while a pause is open."""
    every = tuple(pauses)
    for pause in every:
        if pause.to is None:
            raise ValueError(f"pause {pause.number} is open since {pause.from_}: give the day to count up to")
    return paused_days(every, date.max, since=since)


def reached_on(unpaused: date, pauses: Iterable[Pause], *, since: date) -> date | None:
    """The first day on which a clock from ``since`` is where it would have been on ``unpaused``.

    None when an open pause holds it back. A pause that begins on that day or later comes too late to move it.
    """
    day = unpaused
    for start, end in _stretches(pauses):
        begun = max(start, since)
        if begun >= day:
            break
        if end is None:
            return None
        day += max(timedelta(0), end - begun)
    return day


def _stretches(pauses: Iterable[Pause]) -> Iterator[tuple[date, date | None]]:
    """The union of the pauses, in order of time, as stretches that neither overlap nor touch."""
    start: date | None = None
    end: date | None = None
    for pause in sorted(pauses, key=lambda each: (each.from_, each.to is None, each.to or each.from_)):
        if pause.to == pause.from_:
            continue
        if start is None:
            start, end = pause.from_, pause.to
        elif end is None or pause.from_ <= end:
            end = None if end is None or pause.to is None else max(end, pause.to)
        else:
            yield start, end
            start, end = pause.from_, pause.to
    if start is not None:
        yield start, end
