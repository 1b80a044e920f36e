"""Who may do what to which case: the permission table applied to a caller.

A case outside a caller's reach is not found: its existence is not disclosed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.permissions import Action, CaseParties, Permissions, Reach, may, may_file, may_in
from api.services.refusals import ApplicationUnknown, NotPermitted
from domain.case.application import Application
from domain.case.lifecycle import Case
from infra.identity.caller import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisedCaller:
    """A caller whose role may do what is requested, as far as ``reach``."""

    caller: Caller
    reach: Reach


class Access:
    """The permission table at work; safe between threads."""

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions

    def authorise(self, caller: Caller, action: Action) -> AuthorisedCaller:
        """Raises :class:`NotPermitted` when the caller's role may not do this to any case."""
        reach = self._permissions.reach(caller.role, action)
        if reach is Reach.NONE:
            raise NotPermitted(role_may_not(caller, action))
        return AuthorisedCaller(caller=caller, reach=reach)

    def admission(self, caller: AuthorisedCaller) -> Callable[[Case], None]:
        """Lets through to a case within reach. Raises :class:`ApplicationUnknown` for any other."""
        return lambda case: self.require_within_reach(caller, self.parties_of(caller.caller, case))

    def require_within_reach(self, caller: AuthorisedCaller, parties: CaseParties) -> None:
        """Raises :class:`ApplicationUnknown`."""
        if not may(caller.caller, caller.reach, parties):
            raise ApplicationUnknown

    def require_in(self, caller: AuthorisedCaller, authority: str, sentence: str) -> None:
        """Raises :class:`NotPermitted`, with ``sentence``, for what is about another authority than one's own."""
        if not may_in(caller.caller, caller.reach, authority):
            raise NotPermitted(sentence)

    def require_may_file(self, caller: AuthorisedCaller, filed: Application) -> None:
        """Raises :class:`NotPermitted` for an application in the name of another."""
        ssin = caller.caller.ssin
        parties = CaseParties(
            authority=filed.authority,
            employer=filed.employer.enterprise_number,
            representative=None if filed.representative is None else filed.representative.enterprise_number,
            filed_by=filed.filed_by,
            worker_is_caller=ssin is not None and ssin == filed.worker.ssin,
        )
        if not may_file(caller.caller, caller.reach, parties):
            raise NotPermitted(
                "An application is filed in one's own name: filedBy is the role of the token, and employer, "
                "representative or worker is the one it names."
            )

    def may(self, caller: Caller, action: Action) -> bool:
        """Whether the caller's role may do this to some case."""
        return self._permissions.reach(caller.role, action) is not Reach.NONE

    def may_with(self, caller: Caller, action: Action, case: Case) -> bool:
        """Whether the caller may do this to this case, as far as the permission table goes."""
        return may(caller, self._permissions.reach(caller.role, action), self.parties_of(caller, case))

    def may_in(self, caller: Caller, action: Action, authority: str) -> bool:
        """Whether the caller may do this for this authority."""
        return may_in(caller, self._permissions.reach(caller.role, action), authority)

    def parties_of(self, caller: Caller, case: Case) -> CaseParties:
        """Whose case it is, as far as it matters to this caller.

        A worker is known by the numbers that the case's own stream names today. A representative whose mandate was
        found invalid, or has ended, represents nobody.
        """
        representative = None if case.mandate_valid is False else case.representative
        return CaseParties(
            authority=case.facts.authority,
            employer=case.employer_number,
            representative=None if representative is None else representative.enterprise_number,
            filed_by=case.filed_by,
            worker_is_caller=caller.ssin is not None and caller.ssin in case.worker_numbers,
        )


def role_may_not(caller: Caller, action: Action) -> str:
    """Why a role is refused."""
    return f"The role {caller.role} may not do this ({action}): ask someone whose role may."
