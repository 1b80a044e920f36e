"""Who is asking, and whether that one may: between the token of a request and the permission table.

A case outside a caller's reach answers as if it did not exist: its existence is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from api.http.problems import (
    NO_PERMISSION,
    Problem,
    RequestRefused,
    missing_permission,
    no_access_token,
    refused_token,
    unknown_application,
)
from api.permissions import Action, CaseParties, Permissions, Reach, may, may_file, may_in
from domain.case.application import Application
from domain.case.lifecycle import Case
from infra.clock import SystemClock
from infra.identity.access_tokens import TokenVerifier
from infra.identity.caller import Caller
from infra.identity.errors import TokenFault, TokenRefused
from infra.keys import PersonIndex

BEARER: Final = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisedCaller:
    """A caller whose role may do what is asked, as far as ``reach``."""

    caller: Caller
    reach: Reach


class Access:
    """The doorkeeper of one application; safe between threads."""

    def __init__(
        self,
        verifier: TokenVerifier,
        permissions: Permissions,
        persons: PersonIndex,
    ) -> None:
        self._verifier = verifier
        self._permissions = permissions
        self._persons = persons
        # Tokens are about real time, whatever day it is in a demonstration.
        self._clock = SystemClock()

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
            return self._verifier.verify(token, now=self._clock.now())
        except TokenRefused as why:
            raise RequestRefused(refused_token(why.code, why.sentence)) from None

    def granted(self, caller: Caller, action: Action) -> AuthorisedCaller:
        """Raises :class:`RequestRefused` (403) when the caller's role may not do this to any case."""
        reach = self._permissions.reach(caller.role, action)
        if reach is Reach.NONE:
            raise RequestRefused(missing_permission(caller.role, action))
        return AuthorisedCaller(caller=caller, reach=reach)

    def admission(self, granted: AuthorisedCaller) -> Callable[[Case], None]:
        """Lets through to a case within reach. Raises :class:`RequestRefused` (404) for any other."""
        return lambda case: self.require_within_reach(granted, self.parties_of(granted.caller, case))

    def require_within_reach(self, granted: AuthorisedCaller, parties: CaseParties) -> None:
        """Raises :class:`RequestRefused` (404)."""
        if not may(granted.caller, granted.reach, parties):
            raise RequestRefused(unknown_application())

    def require_in(self, granted: AuthorisedCaller, authority: str, detail: str) -> None:
        """Raises :class:`RequestRefused` (403), with ``detail``, for what is about another authority than one's own."""
        if not may_in(granted.caller, granted.reach, authority):
            raise RequestRefused(Problem(type=NO_PERMISSION, detail=detail))

    def require_may_file(self, granted: AuthorisedCaller, filed: Application) -> None:
        """Raises :class:`RequestRefused` (403) for an application in somebody else's name."""
        caller, worker = granted.caller, filed.worker
        parties = CaseParties(
            authority=filed.authority,
            employer=filed.employer.enterprise_number,
            representative=None if filed.representative is None else filed.representative.enterprise_number,
            filed_by=filed.filed_by,
            worker_is_caller=caller.ssin is not None and caller.ssin == worker.ssin,
        )
        if not may_file(caller, granted.reach, parties):
            raise RequestRefused(
                missing_permission(
                    caller.role,
                    Action.FILE_APPLICATION,
                    "An application is filed in one's own name: filedBy is the role of the token, and employer, "
                    "representative or worker is the one it names.",
                )
            )

    def parties_of(self, caller: Caller, case: Case) -> CaseParties:
        """Whose case it is, as far as it matters to this caller."""
        return CaseParties(
            authority=case.facts.authority,
            employer=case.employer_number,
            representative=None if case.representative is None else case.representative.enterprise_number,
            filed_by=case.filed_by,
            worker_is_caller=caller.ssin is not None and self._persons.is_person(case.worker_subject, caller.ssin),
        )


def access_of(request: Request) -> Access:
    """The doorkeeper of the application that answers ``request``."""
    access: Access = request.app.state.access
    return access
