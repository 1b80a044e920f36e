"""Who is calling: the bearer of the token of a request."""

from __future__ import annotations

from typing import Final

from fastapi import Request

from api.http.problems import RequestRefused, no_access_token, refused_token
from infra.clock import Clock, SystemClock
from infra.identity.access_tokens import TokenVerifier
from infra.identity.caller import Caller
from infra.identity.ended_sessions import EndedSessions
from infra.identity.errors import TokenFault, TokenRefused

BEARER: Final = "bearer "


class Authentication:
    """Verifies the tokens of one application's requests; safe between threads.

    Tokens use real time, even when a demonstration runs on another day: ``clock`` is the machine's.
    """

    def __init__(self, verifier: TokenVerifier, ended: EndedSessions, clock: Clock | None = None) -> None:
        self._verifier = verifier
        self._ended = ended
        self._clock = clock or SystemClock()

    def caller_of(self, request: Request) -> Caller:
        """The bearer of the request's token. Raises :class:`RequestRefused` (401)."""
        header = request.headers.get("Authorization")
        if header is None:
            raise RequestRefused(no_access_token())
        if not header.lower().startswith(BEARER):
            raise RequestRefused(refused_token(TokenFault.INVALID, "Send the token as 'Authorization: Bearer ...'."))
        return self.bearer_of(header[len(BEARER) :].strip())

    def bearer_of(self, token: str) -> Caller:
        """The bearer of ``token``. Raises :class:`RequestRefused` (401)."""
        try:
            caller = self._verifier.verify(token, now=self._clock.now())
        except TokenRefused as why:
            raise RequestRefused(refused_token(why.code, why.sentence)) from None
        if self._ended.has_ended(caller.token_id):
            raise RequestRefused(
                refused_token(TokenFault.INVALID, "The bearer of this access token has signed out. Get a new one.")
            )
        return caller

    def sign_out(self, token: str) -> None:
        """Accept this token no more. Raises :class:`RequestRefused` (401) for one that is not accepted anyway."""
        self._ended.end(self.bearer_of(token).token_id, now=self._clock.now())
