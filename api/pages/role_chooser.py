"""Who may take a role at the entrance: whoever gives the secret that the service printed at its start."""

from __future__ import annotations

from dataclasses import dataclass

from api.http.problems import RequestRefused, too_many_failed
from infra.identity.chooser_secret import ChooserSecret, FailedAttempts
from infra.identity.development_issuer import DevelopmentIssuer
from infra.limit_counts import Limit, LimitCounts
from infra.structured_logs import get_logger

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChooser:
    """The development issuer, and what guards it. Safe between threads."""

    issuer: DevelopmentIssuer
    secret: ChooserSecret
    failed: FailedAttempts
    limit_counts: LimitCounts

    def lets_in(self, given: str) -> bool:
        """Whether the secret is right. Raises :class:`RequestRefused` (429) after too many that were not."""
        if seconds := self.failed.seconds_to_wait():
            self.limit_counts.reached(Limit.SIGN_IN_ATTEMPTS)
            raise RequestRefused(too_many_failed(seconds))
        if self.secret.is_it(given):
            return True
        self.failed.add()
        _log.warning("session.refused")
        return False
