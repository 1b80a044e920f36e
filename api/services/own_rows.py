"""The rows of the lists that are a caller's own: an employer's, a representative's, a worker's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeVar, assert_never

from api.composition import Program
from api.permissions import Action, Reach
from api.services.access import AuthorisedCaller, role_may_not, rows_of
from api.services.refusals import NotPermitted
from infra.identity.caller import Role
from infra.postgres.read_models.row_scope import RowScope, rows_within
from projections.lists.keyset_pages import Page
from projections.lists.own_queries import (
    ALL_OF_THEM,
    FollowedApplication,
    OfAuthority,
    OfEmployer,
    OfRepresentative,
    OfWorker,
    OwnApplication,
    Owner,
    Wanted,
    followed_applications,
    newest_followed,
)

Listed = TypeVar("Listed", bound=OwnApplication)

MOST_FOLLOWED: Final = 5_000
"""Applications of one owner that are looked at in one go; the newest are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnScope:
    """Whose applications are meant, the rows that may be shown, and the number of a worker who is the caller."""

    owner: Owner
    rows: RowScope
    ssin: str | None


class OwnRows:
    """Reads the rows; safe between threads."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def within_reach(self, caller: AuthorisedCaller) -> OwnScope:
        """The applications within the caller's reach."""
        owner = self._owner(caller)
        rows = rows_of(caller, owner.subjects if isinstance(owner, OfWorker) else ())
        return OwnScope(owner=owner, rows=rows, ssin=caller.caller.ssin)

    def own(self, caller: AuthorisedCaller) -> OwnScope:
        """The caller's own. Raises :class:`NotPermitted` for one who works for an authority and has none."""
        scope = self.within_reach(caller)
        if isinstance(scope.owner, OfAuthority):
            raise NotPermitted(role_may_not(caller.caller, Action.QUERY_APPLICATIONS))
        return scope

    def page(self, scope: OwnScope, wanted: Wanted, *, limit: int, after: str | None) -> Page[FollowedApplication]:
        """A page of them, the newest first. Raises ``PlaceUnusable``."""
        with rows_within(self._program.readers, scope.rows) as cursor:
            found = followed_applications(cursor, scope.owner, wanted, limit=limit, after=after)
        return self.only_of(scope.ssin, found)

    def every(self, scope: OwnScope, wanted: Wanted = ALL_OF_THEM) -> tuple[FollowedApplication, ...]:
        """All of them, the newest first, at most ``MOST_FOLLOWED``."""
        with rows_within(self._program.readers, scope.rows) as cursor:
            found = newest_followed(cursor, scope.owner, wanted, most=MOST_FOLLOWED)
        return self.only_of(scope.ssin, Page(items=tuple(found), next=None)).items

    def only_of(self, ssin: str | None, page: Page[Listed]) -> Page[Listed]:
        """The page without what its streams say is of another person than ``ssin``, if one is asked for.

        The index of persons gives candidates, also those of a number that was mistyped once. A person has few cases.
        """
        if ssin is None:
            return page
        read = self._program.case_snapshots.read_each(each.case_id for each in page.items)
        of_person = {snapshot.case_id for snapshot in read if ssin in snapshot.worker_numbers}
        return replace(page, items=tuple(each for each in page.items if each.case_id in of_person))

    def _owner(self, caller: AuthorisedCaller) -> Owner:
        identity = caller.caller
        if caller.reach is Reach.AUTHORITY:
            return OfAuthority(authority=identity.authority)
        match identity.role:
            case Role.EMPLOYER:
                return OfEmployer(enterprise_number=identity.enterprise_number or "")
            case Role.REPRESENTATIVE:
                return OfRepresentative(enterprise_number=identity.enterprise_number or "")
            case Role.WORKER:
                return OfWorker(subjects=tuple(self._program.index.subjects_of(identity.ssin or "")))
            case Role.CASE_HANDLER | Role.OPERATIONS | Role.REGULATOR:
                raise AssertionError(f"the role {identity.role} has no applications of its own")
            case _:
                assert_never(identity.role)
