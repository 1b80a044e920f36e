"""The issuer of tokens for development and demonstrations: a user who may read PERMIT_HOME can act as anyone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from domain.civil_time import civil_day
from infra.identity.access_tokens import ALGORITHM, AUDIENCE, LONGEST_LIFETIME, TokenVerifier
from infra.identity.caller import Caller, Claim, require_usable
from infra.identity.development_key import development_key, key_id

ISSUER: Final = "urn:single-permit:development"
WORKING_DAY: Final = timedelta(hours=8)
"""How long its tokens last: people work with one for a day. An issuer of a real service gives minutes."""


class DevelopmentIssuer:
    """Gives tokens for any caller, without asking who that is. Safe between threads."""

    def __init__(self, key: EllipticCurvePrivateKey) -> None:
        self._key = key
        self._key_id = key_id(key.public_key())

    @classmethod
    def open(cls, home: Path, *, create: bool) -> Self:
        """With the key pair under ``home``; ``create`` makes it if it is not there.

        Raises ``DevelopmentKeyUnusable``.
        """
        return cls(development_key(home / "development-issuer.pem", create=create))

    def issue(self, caller: Caller, *, now: datetime, lifetime: timedelta = WORKING_DAY) -> str:
        """A token that names ``caller``, from ``now`` (of the system's clock) on; its ``jti`` is the token id.

        Raises ``CallerUnusable``: nothing is issued that the verifier would refuse.
        """
        if not timedelta(seconds=1) <= lifetime <= LONGEST_LIFETIME:
            raise ValueError(f"a token lasts from one second to {LONGEST_LIFETIME}")
        require_usable(caller, today=civil_day(now))
        issued_at = int(now.timestamp())
        claims: dict[str, str | int | None] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": issued_at,
            "nbf": issued_at,
            "exp": issued_at + int(lifetime.total_seconds()),
            Claim.SUBJECT: caller.subject,
            Claim.TOKEN_ID: caller.token_id,
            Claim.ROLE: caller.role,
            Claim.AUTHORITY: caller.authority,
            Claim.ENTERPRISE_NUMBER: caller.enterprise_number,
            Claim.SSIN: caller.ssin,
        }
        present = {str(name): value for name, value in claims.items() if value is not None}
        return jwt.encode(present, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id})

    def verifier(self) -> TokenVerifier:
        """Accepts the tokens of this issuer; it has no means to make one."""
        return TokenVerifier(issuer=ISSUER, keys={self._key_id: self._key.public_key()})
