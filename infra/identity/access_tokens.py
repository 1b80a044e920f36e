"""Access tokens: self-contained JWTs (RFC 7519) signed with ES256, checked as RFC 8725 advises.

There is one algorithm and it is asymmetric: being able to check a token is not being able to make one. Every moment
here is of the system's clock, also in a demonstration: a token is about who is calling really now, whatever day it is
in the cases.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import isfinite
from typing import Final, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from domain.civil_time import civil_day
from infra.identity.caller import Caller, CallerUnusable, Claim, Role, require_usable
from infra.identity.errors import TokenFault, TokenRefused

ALGORITHM: Final = "ES256"
AUDIENCE: Final = "single-permit"
LEEWAY: Final = timedelta(seconds=60)
"""How far the clocks of issuer and verifier may be apart, either way."""
LONGEST_LIFETIME: Final = timedelta(hours=24)
"""From ``iat`` to ``exp``. What lasts longer is a password, and cannot be taken back."""
LONGEST_TOKEN: Final = 4096
"""In characters; ours have some 400 to 600. What is longer is not even taken apart."""

TOKENS_REMEMBERED: Final = 2_048

_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_SIGNATURES: Final = jwt.PyJWS(algorithms=[ALGORITHM])


class _KnownToken(NamedTuple):
    """Whom a token names, and its moments in seconds since the epoch."""

    caller: Caller
    issued_at: float
    not_before: float
    expires_at: float

    @classmethod
    def of(cls, claims: Mapping[str, object]) -> _KnownToken:
        """``nbf`` may be absent (RFC 7519, 4.1.5); without it a token can be used from when it was issued."""
        issued_at, expires_at = _moment(claims, "iat"), _moment(claims, "exp")
        if expires_at - issued_at > LONGEST_LIFETIME.total_seconds():
            raise _invalid(f"lasts longer than {LONGEST_LIFETIME // timedelta(hours=1)} hours")
        not_before = _moment(claims, "nbf") if "nbf" in claims else issued_at
        return cls(_caller_of(claims), issued_at, not_before, expires_at)

    def require_current(self, now: datetime) -> None:
        latest, earliest = (now + LEEWAY).timestamp(), (now - LEEWAY).timestamp()
        if self.issued_at > latest:
            raise _invalid("was issued in the future: its issuer's clock, or this one, is wrong")
        if self.not_before > latest:
            raise _invalid("cannot be used yet")
        if self.expires_at <= earliest:
            raise TokenRefused(TokenFault.EXPIRED, "The access token has expired. Get a new one.")


class TokenVerifier:
    """Knows one issuer and its public keys, by key id. Safe between threads.

    A token comes with every request of its bearer, and checking its signature costs more than reading a case. So
    what a good token says is remembered for the civil day; from when until when it holds is checked each time.
    """

    def __init__(self, *, issuer: str, keys: Mapping[str, EllipticCurvePublicKey]) -> None:
        self._issuer = issuer
        self._keys = dict(keys)
        self._known_token = lru_cache(maxsize=TOKENS_REMEMBERED)(self._good_token)

    def verify(self, token: str, *, now: datetime) -> Caller:
        """The caller whom a token names; ``now`` is the system clock's.

        Raises :class:`TokenRefused`, and nothing else whatever the text is.
        """
        known = self._known_token(token, civil_day(now))
        known.require_current(now)
        return known.caller

    def _good_token(self, token: str, today: date) -> _KnownToken:
        """What a token says, if it is one that may be used on this civil day at all."""
        claims = self._signed_claims(token)
        if claims.get("iss") != self._issuer:
            raise _invalid("was issued by another issuer")
        if not _is_meant_for_us(claims.get("aud")):
            raise _invalid("is not meant for this service")
        known = _KnownToken.of(claims)
        try:
            require_usable(known.caller, today=today)
        except CallerUnusable as why:
            raise _invalid(f"has an unusable claim {why}") from None
        return known

    def _signed_claims(self, token: str) -> Mapping[str, object]:
        if len(token) > LONGEST_TOKEN or _COMPACT.fullmatch(token) is None:
            raise _invalid(f"is not a signed JWT of at most {LONGEST_TOKEN} characters")
        try:
            key = self._keys.get(_SIGNATURES.get_unverified_header(token).get("kid", ""))
            if key is None:
                raise _invalid("names no key, or one that this issuer does not have")
            signed = _SIGNATURES.decode_complete(token, key, algorithms=[ALGORITHM])["payload"]
        except jwt.PyJWTError:  # whose text may repeat what was sent
            raise _invalid(f"does not carry an {ALGORITHM} signature of its issuer") from None
        try:
            claims = json.loads(signed)
        except (ValueError, RecursionError):
            claims = None
        if not isinstance(claims, dict):
            raise _invalid("does not hold a JSON object of claims")
        return claims


def _is_meant_for_us(audience: object) -> bool:
    """One name, or a list of them with ours in it (RFC 7519, 4.1.3)."""
    if isinstance(audience, list):
        return AUDIENCE in audience and all(isinstance(each, str) for each in audience)
    return audience == AUDIENCE


def _moment(claims: Mapping[str, object], name: str) -> int | float:
    """Seconds since the epoch, with a fraction or without (RFC 7519, section 2)."""
    value = claims.get(name)
    # Neither true nor a number such as NaN, with which every comparison fails.
    if type(value) is int or (isinstance(value, float) and isfinite(value)):
        return value
    raise _invalid(f"has no claim {name} in seconds")


def _caller_of(claims: Mapping[str, object]) -> Caller:
    role = _text(claims, Claim.ROLE)
    if role not in tuple(Role):
        raise _invalid("has no role that is known here")
    return Caller(
        role=Role(role),
        subject=_text(claims, Claim.SUBJECT),
        token_id=_text(claims, Claim.TOKEN_ID),
        authority=_text_if_any(claims, Claim.AUTHORITY),
        enterprise_number=_text_if_any(claims, Claim.ENTERPRISE_NUMBER),
        ssin=_text_if_any(claims, Claim.SSIN),
    )


def _text(claims: Mapping[str, object], claim: Claim) -> str:
    value = claims.get(claim)
    if not isinstance(value, str):
        raise _invalid(f"has no claim {claim} in text")
    return value


def _text_if_any(claims: Mapping[str, object], claim: Claim) -> str | None:
    return _text(claims, claim) if claim in claims else None


def _invalid(what: str) -> TokenRefused:
    return TokenRefused(TokenFault.INVALID, f"The access token {what}. Get a new one from this service's issuer.")
