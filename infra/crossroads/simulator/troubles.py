"""Which requests the simulated bank fails to answer, and how: a pure function of seed and ticket."""

from dataclasses import dataclass
from enum import StrEnum

from infra.crossroads.simulator import seeded_chance


class Trouble(StrEnum):
    """A way of not answering."""

    SERVICE_UNAVAILABLE = "serviceUnavailable"
    TOO_MANY_REQUESTS = "tooManyRequests"
    MAINTENANCE = "maintenance"
    SOURCE_UNAVAILABLE = "sourceUnavailable"
    INTERNAL_ERROR = "internalError"
    CONNECTION_CUT = "connectionCut"
    GARBAGE = "garbage"
    WRONG_SCHEMA = "wrongSchema"
    SILENCE = "silence"
    LATE_ANSWER = "lateAnswer"
    """The answer comes long after a caller has gone; a caller who asks again after that has it at once."""
    DUPLICATE_ANSWER = "duplicateAnswer"
    """The whole answer comes twice in one reply."""


_PASSING = (
    Trouble.SERVICE_UNAVAILABLE,
    Trouble.TOO_MANY_REQUESTS,
    Trouble.SOURCE_UNAVAILABLE,
    Trouble.CONNECTION_CUT,
    Trouble.GARBAGE,
)
_LASTING = (Trouble.SERVICE_UNAVAILABLE, Trouble.SOURCE_UNAVAILABLE, Trouble.CONNECTION_CUT)
_MOST_PASSING_FAILURES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleShares:
    """Which part (0 to 1) of all tickets meets what. `slow` is independent of the other two."""

    slow: float = 0.02
    transient: float = 0.03
    outage: float = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What happens to one ticket: its first `failing_attempts` requests meet `trouble`; None means all."""

    slow: bool = False
    trouble: Trouble | None = None
    failing_attempts: int | None = 0

    def trouble_of_attempt(self, attempt: int) -> Trouble | None:
        """The trouble of the attempt, counted from 1; None when it is answered."""
        if self.failing_attempts is not None and attempt > self.failing_attempts:
            return None
        return self.trouble


def fate_of(seed: int, check: str, ticket: str, shares: TroubleShares) -> Fate:
    """What happens to a ticket: an outage, some failures that pass (one or two), or nothing; slowly or not."""
    slow = seeded_chance.happens(shares.slow, seed, "slow", check, ticket)
    if seeded_chance.happens(shares.outage, seed, "outage", check, ticket):
        lasting = seeded_chance.choose(_LASTING, seed, "outageKind", check, ticket)
        return Fate(slow=slow, trouble=lasting, failing_attempts=None)
    if seeded_chance.happens(shares.transient, seed, "transient", check, ticket):
        passing = seeded_chance.choose(_PASSING, seed, "transientKind", check, ticket)
        failures = 1 + seeded_chance.number(seed, "failures", check, ticket) % _MOST_PASSING_FAILURES
        return Fate(slow=slow, trouble=passing, failing_attempts=failures)
    return Fate(slow=slow)
