"""What may go wrong in asking the Crossroads Bank.

CrossroadsFailure
├── FailedAttempt   one call brought no usable answer; callers of the bank get ``CheckUnanswered`` of the domain for it
└── PolicyUnusable  (Unusable) the file that says how the bank is called is not as described
"""

from __future__ import annotations

from domain.crossroads.answers import UnansweredReason
from domain.unusable import Unusable


class CrossroadsFailure(Exception):
    """The bank was not called, or did not answer."""


class FailedAttempt(CrossroadsFailure):
    """One call brought no usable answer. Its text names the reason only."""

    def __init__(
        self, reason: UnansweredReason, *, stay_away_seconds: float = 0.0, replaced_by: str | None = None
    ) -> None:
        self.reason = reason
        self.stay_away_seconds = stay_away_seconds
        self.replaced_by = replaced_by
        super().__init__(reason.value)


class PolicyUnusable(CrossroadsFailure, Unusable):
    """The file is not as described; the text names it, the entry, what is wrong and how to correct it."""
