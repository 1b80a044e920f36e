"""How much one caller may ask for: requests a minute, of all kinds and of a costly kind, and requests at a time.

Each process counts for itself: with several of them a caller gets that much of each. A bucket of tokens a caller and
kind fills evenly and holds a minute's worth, so that a burst after a quiet minute passes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from math import ceil
from threading import Lock
from typing import Final

from fastapi import Request

from api.http.problems import TOO_MANY, Problem, RequestRefused
from infra.identity.caller import Caller
from infra.limit_counts import Limit, LimitCounts
from infra.limits import RequestLimits

_ALL_KINDS: Final = ""
_MOST_BUCKETS: Final = 10_000
_SECONDS_TO_FILL: Final = 60.0
_SECONDS_FOR_ANOTHER_TO_END: Final = 1

Asker = tuple[str, str]
"""Of which tenant, and who there."""


def asker_of(caller: Caller) -> Asker:
    """Who asks, whatever the role and the token: two tenants may call their people alike."""
    return caller.enterprise_number or caller.authority or caller.ssin or "", caller.subject


class Quotas:
    """What callers have left; safe between threads."""

    def __init__(
        self, limits: RequestLimits, counts: LimitCounts, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``clock`` gives seconds that never go back."""
        self._limits = limits
        self._counts = counts
        self._clock = clock
        self._mutex = Lock()
        self._under_way: Counter[Asker] = Counter()
        self._buckets: dict[tuple[Asker, str], tuple[float, float]] = {}
        """What was left, and when that was."""

    def admit(self, request: Request, caller: Caller) -> None:
        """Count this request, once, as one of ``caller``; :meth:`ended` gives its place to the next.

        Raises :class:`RequestRefused` (429) for one too many.
        """
        if hasattr(request.state, "asker"):
            return
        request.state.caller = caller.actor
        kind = getattr(request.scope.get("route"), "name", _ALL_KINDS)
        asker = asker_of(caller)
        with self._mutex:
            limit, most, seconds = self._refusal(asker, kind)
            if limit is None:
                self._under_way[asker] += 1
                request.state.asker = asker
                return
        self._counts.reached(limit)
        raise RequestRefused(
            Problem(
                type=TOO_MANY,
                detail=_SENTENCES[limit].format(most=most),
                headers={"Retry-After": str(seconds)},
                extras={"limit": most, "retryAfterSec": seconds},
            )
        )

    def ended(self, asker: Asker) -> None:
        """A request that was admitted has been answered."""
        with self._mutex:
            self._under_way[asker] -= 1
            if not self._under_way[asker]:
                del self._under_way[asker]

    def _refusal(self, asker: Asker, kind: str) -> tuple[Limit | None, int, int]:
        """The limit that is met, how much it allows, and the seconds to wait; what is admitted is taken off."""
        limits = self._limits
        if self._under_way[asker] >= limits.most_at_a_time:
            return Limit.REQUESTS_AT_A_TIME, limits.most_at_a_time, _SECONDS_FOR_ANOTHER_TO_END
        now = self._clock()
        # The costly kind first: what it refuses takes nothing off the rest.
        taken: list[tuple[tuple[Asker, str], float]] = []
        for of_kind, a_minute in ((kind, limits.a_minute_of.get(kind)), (_ALL_KINDS, limits.a_minute)):
            if a_minute is None:
                continue
            left, since = self._buckets.get((asker, of_kind), (float(a_minute), now))
            left = min(float(a_minute), left + (now - since) * a_minute / _SECONDS_TO_FILL)
            if left < 1.0:
                limit = Limit.REQUESTS_A_MINUTE_OF_A_KIND if of_kind else Limit.REQUESTS_A_MINUTE
                return limit, a_minute, ceil((1.0 - left) * _SECONDS_TO_FILL / a_minute)
            taken.append(((asker, of_kind), left - 1.0))
        for bucket, left in taken:
            self._buckets[bucket] = (left, now)
        if len(self._buckets) > _MOST_BUCKETS:
            self._forget_the_full(now)
        return None, 0, 0

    def _forget_the_full(self, now: float) -> None:
        """After a minute without a request a bucket is as full as one that nobody has used."""
        self._buckets = {
            bucket: (left, since) for bucket, (left, since) in self._buckets.items() if now - since < _SECONDS_TO_FILL
        }


_SENTENCES: Final = {
    Limit.REQUESTS_AT_A_TIME: "You have {most} requests under way: wait for an answer before you send the next.",
    Limit.REQUESTS_A_MINUTE: "You may send {most} requests a minute: wait as long as Retry-After says.",
    Limit.REQUESTS_A_MINUTE_OF_A_KIND: "You may ask this {most} times a minute: wait as long as Retry-After says.",
}
