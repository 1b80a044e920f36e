"""How fast the workers of a program go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from infra.crossroads.policy import CrossroadsPolicy
from infra.workers.deadline_watch import LOOK_AGAIN_SECONDS
from infra.workers.projection_runner import GATHER_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Times in seconds of the machine's clock, also where the cases live in a time of their own."""

    gathering: float = GATHER_SECONDS
    """How long read models let events gather. That of deadlines keeps to :data:`GATHER_SECONDS`: nobody goes on with
    a case before a day's are recorded.
    """
    look_at_deadlines: float = LOOK_AGAIN_SECONDS
    """How long between two looks at the clock and the days that are due."""
    forgets_commands: bool = True
    """Whether the journal forgets what old commands did."""
    crossroads: CrossroadsPolicy | None = None
    """How the Crossroads Bank is called, whatever the settings say of it."""


USUAL_PACE: Final = Pace()

DEMONSTRATION_PACE: Final = Pace(
    gathering=0.1,
    look_at_deadlines=0.05,
    # One that goes on repeats commands of its first day, which is months ago by its own clock.
    forgets_commands=False,
    crossroads=CrossroadsPolicy(
        timeout_seconds=0.5,
        calls_per_second=10_000,
        burst=10_000,
        first_pause_seconds=0.02,
        longest_pause_seconds=0.1,
        # Its troubles may come in a row by chance, and its people wait ten seconds for an answer.
        breaker_open_seconds=0.2,
        late_after_seconds=1.0,
        give_up_after_seconds=1.0,
        # A simulator that was killed has forgotten how often it failed a question, and fails it again.
        least_attempts=8,
    ),
)
"""Months of a demonstration's time pass in a minute, so nobody in it waits as long."""
