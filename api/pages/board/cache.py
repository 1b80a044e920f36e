"""The content of the board, cached as long as it is valid: many readers of one board cost one read of the database.

Figures are computed from a read model that reports how far it has come in the log. While that has not moved they are as
good as new ones, however long ago they were computed; once it has they are shown for a second at most.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final, Generic, TypeVar

from api.services.freshness import Reached

LONGEST_AGE: Final = 1.0
"""Seconds after which figures that may have changed are no longer shown."""

RENEWED_AFTER: Final = 0.5
"""Seconds after which the first reader to come looks for newer ones, while the others still get these."""

MOST_KEPT: Final = 64
"""Boards kept at once; the least recently used is evicted first: readers choose their filters, not our memory."""

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached(Generic[Shown]):
    """What was computed, and the last moment at which it is known to have matched the read model.

    ``reached`` was read before the figures: they may be newer than it says, never older.
    """

    shown: Shown
    reached: Reached
    confirmed: float


@dataclass(slots=True)
class _Slot(Generic[Shown]):
    kept: Cached[Shown] | None = None
    renewing: Future[Cached[Shown]] | None = None


class BoardCache(Generic[Shown]):
    """Keeps one value for each key; safe between threads. ``reached`` reads how far the read model has come."""

    def __init__(self, reached: Callable[[], Reached], *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._reached = reached
        self._seconds = seconds
        self._mutex = Lock()
        self._places: OrderedDict[Hashable, _Slot[Shown]] = OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], Shown]) -> Cached[Shown]:
        """What is kept for ``key``, recomputed where it is no longer valid.

        Of concurrent callers one computes and the others wait for it; what it raises is raised for all of them. So
        nothing is older than :data:`LONGEST_AGE`, or than one computation takes where that is longer.
        """
        with self._mutex:
            place = self._place(key)
            pending, known = place.renewing, place.kept
            if known is not None:
                age = self._seconds() - known.confirmed
                if age < (RENEWED_AFTER if pending is None else LONGEST_AGE):
                    return known
            is_first = pending is None
            if pending is None:
                pending = place.renewing = Future()
        return self._renewed(place, pending, known, compute) if is_first else pending.result()

    def _renewed(
        self,
        place: _Slot[Shown],
        pending: Future[Cached[Shown]],
        known: Cached[Shown] | None,
        compute: Callable[[], Shown],
    ) -> Cached[Shown]:
        try:
            confirmed, reached = self._seconds(), self._reached()
            if known is not None and _same_rows(known.reached, reached):
                kept = replace(known, reached=reached, confirmed=confirmed)
            else:
                kept = Cached(shown=compute(), reached=reached, confirmed=confirmed)
        except BaseException as why:
            with self._mutex:
                place.renewing = None
            pending.set_exception(why)
            raise
        with self._mutex:
            place.kept, place.renewing = kept, None
        pending.set_result(kept)
        return kept

    def _place(self, key: Hashable) -> _Slot[Shown]:
        place = self._places.setdefault(key, _Slot())
        self._places.move_to_end(key)
        if len(self._places) > MOST_KEPT:
            self._places.popitem(last=False)
        return place


def _same_rows(one: Reached, other: Reached) -> bool:
    """Whether the rows are the same: they change as the position does, or as a parked case is taken up again."""
    return (one.position, one.parked) == (other.position, other.parked)
