"""When a notice is tried again that did not arrive, and when a receiver is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_MOST_DOUBLINGS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """Pauses that double from ``first`` up to ``longest``; a receiver that fails for ``give_up_after`` is given up."""

    first: timedelta
    longest: timedelta
    give_up_after: timedelta

    def pause(self, attempts: int, chance: float, *, asked: float | None = None) -> timedelta:
        """How long to wait after so many attempts, at least 1.

        ``chance`` (0 to 1) spreads receivers that failed together over the second half of the pause. What a receiver
        ``asked`` for, in seconds, is kept to as far as the longest pause.
        """
        doubled = self.first * 2 ** min(attempts - 1, _MOST_DOUBLINGS) if attempts > 1 else self.first
        ours = min(doubled, self.longest) * (0.5 + chance / 2)
        wanted = timedelta(seconds=min(asked or 0.0, self.longest.total_seconds()))
        return max(ours, wanted)

    def gives_up(self, failing_since: datetime | None, now: datetime) -> bool:
        """Whether a receiver that has failed since then, both aware, is given up now."""
        return failing_since is not None and now - failing_since >= self.give_up_after
