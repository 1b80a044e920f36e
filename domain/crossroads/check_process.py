"""How one check proceeds after each attempt: answered, requested again, requested late, or left to a person.

A decider: the outcome of an attempt, what is known of the check, and the hour go in; the next step comes out. It waits
for nobody and calls nobody. What the bank did not say is never read as a pass or as a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from domain.crossroads.answers import CheckUnanswered, CrossroadsAnswer, UnansweredReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a check is retried. ``late_after`` and ``give_up_after`` count from when it was first due.

    ``least_attempts`` is how often it is tried in any case: workers that were away for a day are no answer.
    """

    first_pause: timedelta = timedelta(seconds=0.5)
    longest_pause: timedelta = timedelta(minutes=10)
    incomplete_pause: timedelta = timedelta(hours=1)
    late_after: timedelta = timedelta(minutes=15)
    give_up_after: timedelta = timedelta(hours=24)
    least_attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedCheck:
    """``attempts`` counts the calls that reached out to the bank, the last one included."""

    asked_at: datetime
    attempts: int
    registered: bool


@dataclass(frozen=True, slots=True)
class Record:
    """The bank has answered."""

    answer: CrossroadsAnswer


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Ask once more after ``pause``."""

    pause: timedelta
    reason: UnansweredReason


@dataclass(frozen=True, slots=True)
class RegisterFirst:
    """The authority may not consult about the person yet: register, then ask at once."""


@dataclass(frozen=True, slots=True)
class AskUnder:
    """The person has a newer number: put it on file, and ask about it again."""

    ssin: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A person has to look. ``alarms_security`` is for an access that was denied to us."""

    reason: UnansweredReason
    alarms_security: bool = False


Outcome: TypeAlias = CrossroadsAnswer | CheckUnanswered
Step: TypeAlias = Record | AskAgain | AskUnder | RegisterFirst | GiveUp

BLAMES_THE_BANK: Final = frozenset(
    {
        UnansweredReason.TIMEOUT,
        UnansweredReason.CONNECTION_FAILED,
        UnansweredReason.SERVICE_UNAVAILABLE,
        UnansweredReason.MAINTENANCE,
        UnansweredReason.SOURCE_UNAVAILABLE,
        UnansweredReason.INTERNAL_ERROR,
        UnansweredReason.MALFORMED_ANSWER,
    }
)
"""The bank itself is unwell, rather than displeased with this question or this caller."""

_PASSES: Final = BLAMES_THE_BANK | {UnansweredReason.TOO_MANY_REQUESTS}


def next_step(check: RequestedCheck, outcome: Outcome, patience: Patience, now: datetime, chance: float) -> Step:
    """What follows from an attempt. ``chance`` (0 to 1) is drawn by the caller: pauses have full jitter.

    The pause is a random part of twice the last, at most the longest, on top of what the bank itself requested.
    """
    if not isinstance(outcome, CheckUnanswered):
        return Record(outcome)
    reason = outcome.reason
    if reason is UnansweredReason.NOT_REGISTERED and not check.registered:
        return RegisterFirst()
    if reason is UnansweredReason.SSIN_REPLACED and outcome.replaced_by is not None:
        return AskUnder(outcome.replaced_by)
    if reason in _PASSES:
        grown = patience.first_pause * 2 ** min(check.attempts - 1, 32)
        pause = chance * min(grown, patience.longest_pause) + timedelta(seconds=outcome.stay_away_seconds)
    elif reason is UnansweredReason.INCOMPLETE_DATA:
        pause = patience.incomplete_pause
    else:
        return GiveUp(reason, alarms_security=reason is UnansweredReason.NO_ACCESS)
    if now + pause >= check.asked_at + patience.give_up_after and check.attempts >= patience.least_attempts:
        return GiveUp(reason)
    return AskAgain(pause, reason)
