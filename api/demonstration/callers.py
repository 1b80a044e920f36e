"""The tokens of a demonstration's people: one each, from the development issuer, for as long as a working day."""

from __future__ import annotations

from threading import Lock
from uuid import uuid4

from api.demonstration.people import Party
from infra.clock import SystemClock
from infra.identity.caller import Caller
from infra.identity.development_issuer import DevelopmentIssuer


class Callers:
    """Gives every party its token; safe between threads."""

    def __init__(self, issuer: DevelopmentIssuer) -> None:
        self._issuer = issuer
        self._tokens: dict[Party, str] = {}
        self._lock = Lock()

    def token_of(self, party: Party) -> str:
        """The party's token, the same at every call."""
        with self._lock:
            token = self._tokens.get(party)
            if token is None:
                token = self._tokens[party] = self._issued(party)
            return token

    def _issued(self, party: Party) -> str:
        caller = Caller(
            role=party.role,
            subject=party.subject,
            token_id=str(uuid4()),
            authority=party.authority,
            enterprise_number=party.enterprise_number,
            ssin=party.ssin,
        )
        # Of the machine's clock: tokens are about real time, whatever day it is in the demonstration.
        return self._issuer.issue(caller, now=SystemClock().now())
