"""Why nobody knows who calls.

IdentityFailure
├── TokenRefused            a token that was sent is not accepted
├── CallerUnusable          a caller lacks a claim, or has a wrong one (in :mod:`infra.identity.caller`)
├── IssuerNotAccepted       (Unusable) the service cannot start with this issuer of tokens
├── DevelopmentKeyUnusable  (Unusable) the key of the development issuer cannot be read or made
└── ChooserSecretUnusable   (Unusable) the secret of the chooser of roles cannot be read or made
"""

from __future__ import annotations

from enum import StrEnum

from domain.unusable import Unusable


class IdentityFailure(Exception):
    """It is not known, or not accepted, who calls."""


class TokenFault(StrEnum):
    """Belgif's two kinds of problem with a token that was sent."""

    INVALID = "invalidAccessToken"
    EXPIRED = "expiredAccessToken"


class TokenRefused(IdentityFailure):
    """A token is not accepted. The sentence says why and what to do, and repeats nothing of the token."""

    def __init__(self, code: TokenFault, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class IssuerNotAccepted(IdentityFailure, Unusable):
    """The service cannot start with this issuer of tokens; the sentence says what to do."""


class DevelopmentKeyUnusable(IdentityFailure, Unusable):
    """The development issuer's key cannot be read or made; the sentence says what to do."""


class ChooserSecretUnusable(IdentityFailure, Unusable):
    """The secret of the chooser of roles cannot be read or made; the sentence says what to do."""
