"""Who may do what to which case: the permission table applied to a caller.

A case outside a caller's reach is not found: its existence is not disclosed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, assert_never
from uuid import UUID

from api.permissions import Action, CaseParties, Permissions, Reach, may, may_file, may_in
from api.services.refusals import ApplicationUnknown, NotPermitted
from domain.case.application import Application
from domain.case.lifecycle import Case
from domain.case.parties import Parties
from infra.identity.caller import Caller, Role
from infra.postgres.read_models.row_scope import EVERYTHING, NOTHING, PartyKind, RowScope


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisedCaller:
    """A caller whose role may do what is requested, as far as ``reach``."""

    caller: Caller
    reach: Reach


class OfSomebody(Protocol):
    """A case as far as it is judged whose it is, by its own stream."""

    @property
    def parties(self) -> Parties: ...
    @property
    def worker_numbers(self) -> tuple[str, ...]:
        """The numbers (SSIN) that are the worker's today; only looked at for a caller who has one."""


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

    def admission(self, caller: AuthorisedCaller) -> Callable[[OfSomebody], None]:
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

    def parties_of(self, caller: Caller, case: OfSomebody) -> CaseParties:
        """Whose case it is, as far as it matters to this caller.

        A worker is known by the numbers that the case's own stream names today.
        """
        parties = case.parties
        return CaseParties(
            authority=parties.authority,
            employer=parties.employer,
            representative=parties.representative,
            filed_by=parties.filed_by,
            worker_is_caller=caller.ssin is not None and caller.ssin in case.worker_numbers,
        )


def rows_of(caller: AuthorisedCaller, subjects: Iterable[UUID] = ()) -> RowScope:
    """Whose rows of the read models the caller is shown: the net under what each list asks for by itself.

    ``subjects`` are those of a worker who is the caller.
    """
    identity = caller.caller
    match caller.reach:
        case Reach.NONE:
            return NOTHING
        case Reach.ALL | Reach.ANYONE:
            return EVERYTHING
        case Reach.AUTHORITY if identity.role is Role.REGULATOR and identity.authority is None:
            return EVERYTHING
        case Reach.AUTHORITY:
            return RowScope(PartyKind.AUTHORITY, identity.authority or "")
        case Reach.OWN | Reach.FILED:
            return _own_rows(identity, subjects)
        case _:
            assert_never(caller.reach)


def _own_rows(caller: Caller, subjects: Iterable[UUID]) -> RowScope:
    match caller.role:
        case Role.EMPLOYER:
            return RowScope(PartyKind.EMPLOYER, caller.enterprise_number or "")
        case Role.REPRESENTATIVE:
            return RowScope(PartyKind.REPRESENTATIVE, caller.enterprise_number or "")
        case Role.WORKER:
            return RowScope.of_worker(subjects)
        case Role.CASE_HANDLER | Role.OPERATIONS | Role.REGULATOR:
            return NOTHING
        case _:
            assert_never(caller.role)


def role_may_not(caller: Caller, action: Action) -> str:
    """Why a role is refused."""
    return f"The role {caller.role} may not do this ({action}): ask someone whose role may."
