"""Lists of applications within a caller's reach, newest first; callers find only what they may open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, assert_never
from uuid import UUID

from api.composition import Program
from api.permissions import Action, Reach
from api.services.access import AuthorisedCaller, role_may_not, rows_of
from api.services.refusals import NotPermitted
from domain.case.search_text import SoughtCase, too_many_named
from domain.codes import AUTHORITIES
from domain.name_words import are_named
from infra.identity.caller import Role
from infra.postgres.journal.name_index import TooManyNamed
from infra.postgres.read_models.row_scope import RowScope, rows_within
from infra.sealed_places import Listing
from projections.case_file.names import names_in_file
from projections.lists.keyset_pages import Page
from projections.lists.own_applications import (
    ALL_OF_THEM,
    OfAuthority,
    OfEmployer,
    OfRepresentative,
    OfWorker,
    OwnApplication,
    Owner,
    Wanted,
    own_applications,
)

_REQUESTS_AT_ONCE: Final = 100
"""Open requests that are read in one statement; all of them are shown, however many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedApplication:
    """An application in a list; ``due_on`` is when its decision is aimed at, None once it is closed."""

    application: OwnApplication
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnList:
    """A page of the caller's own applications; with the first one the requests ``to_answer``, the most urgent first."""

    to_answer: tuple[ListedApplication, ...]
    page: Page[ListedApplication]


class ListService:
    """The use cases of lists; safe between threads."""

    def __init__(self, program: Program, *, requests_at_once: int = _REQUESTS_AT_ONCE) -> None:
        self._program = program
        self._requests_at_once = requests_at_once

    @property
    def today(self) -> date:
        return self._program.today

    def find(
        self,
        caller: AuthorisedCaller,
        wanted: Wanted,
        *,
        ssin: str | None = None,
        sought: SoughtCase | None = None,
        limit: int,
        after: str | None,
    ) -> Page[OwnApplication]:
        """The applications within the caller's reach that are ``wanted``; with ``ssin`` those of that worker, with
        ``sought`` those that somebody means who typed that.

        Raises ``PlaceUnusable`` for an ``after`` that no page of this list gave, :class:`NotPermitted` for a name that
        a party searches for, and ``InvalidInput`` for one that too many have.
        """
        owner = self._owner(caller)
        ssins = {each for each in (ssin, None if sought is None else sought.ssin) if each is not None}
        for number in ssins:
            wanted = _narrowed(wanted, self._program.keys.subjects_of(number))
        if sought is not None:
            wanted = self._as_sought(owner, wanted, sought)
        place = self._program.places.opened(after, Listing.APPLICATIONS)
        page = self._page(owner, _rows(caller, owner), wanted, limit, place)
        for number in ssins | {each for each in (caller.caller.ssin,) if each is not None}:
            page = self._only_of(number, page)
        if sought is not None and sought.readings:
            page = self._only_as_typed(sought, page)
        return self._sealed(page)

    def _as_sought(self, owner: Owner, wanted: Wanted, sought: SoughtCase) -> Wanted:
        """``wanted``, of what was typed too. What is not stated is not asked for."""
        if sought.reference is not None:
            return replace(wanted, references=(sought.reference,))
        if sought.enterprise_number is not None:
            if wanted.employer_number not in (None, sought.enterprise_number):
                return replace(wanted, references=())
            return replace(wanted, employer_number=sought.enterprise_number)
        if not sought.readings:
            return wanted
        if not isinstance(owner, OfAuthority):
            raise NotPermitted("Cases are found by names within an authority only: search by a reference or a number.")
        authorities = AUTHORITIES if owner.authority is None else (owner.authority,)
        try:
            named = [self._program.names.subjects_named(each, sought.readings) for each in authorities]
        except TooManyNamed:
            raise too_many_named() from None
        return replace(wanted, references=sought.file_numbers, named=tuple(frozenset().union(*named)))

    def _only_as_typed(self, sought: SoughtCase, page: Page[OwnApplication]) -> Page[OwnApplication]:
        """The page without what is called otherwise today, by its stream: the index keeps names that were corrected."""
        items = tuple(
            each for each in page.items if each.reference in sought.file_numbers or self._is_named(sought, each.case_id)
        )
        return replace(page, items=items)

    def _is_named(self, sought: SoughtCase, case_id: UUID) -> bool:
        snapshot = self._program.case_snapshots.read(case_id)
        return snapshot is not None and are_named(names_in_file(snapshot.file().body), sought.text)

    def own(self, caller: AuthorisedCaller, *, limit: int, after: str | None) -> OwnList:
        """The caller's own applications, and the requests to answer.

        Raises :class:`NotPermitted` for a caller who works for an authority and has none, and ``PlaceUnusable``.
        """
        owner = self._owner(caller)
        if isinstance(owner, OfAuthority):
            raise NotPermitted(role_may_not(caller.caller, Action.QUERY_APPLICATIONS))
        place = self._program.places.opened(after, Listing.APPLICATIONS)
        ssin, rows = caller.caller.ssin, _rows(caller, owner)
        page = self._sealed(self._only_of(ssin, self._page(owner, rows, ALL_OF_THEM, limit, place)))
        requests = tuple(self._requests(owner, rows, ssin)) if after is None else ()
        due_days = self._due_days((*page.items, *requests), rows)
        return OwnList(
            to_answer=tuple(_listed(each, due_days) for each in sorted(requests, key=_last_day)),
            page=Page(items=tuple(_listed(each, due_days) for each in page.items), next=page.next),
        )

    def _requests(self, owner: Owner, rows: RowScope, ssin: str | None) -> Iterator[OwnApplication]:
        """Those of the owner's applications with a request that can still be answered."""
        wanted, after = Wanted(reply_from=self.today), None
        while True:
            page = self._page(owner, rows, wanted, self._requests_at_once, after)
            yield from self._only_of(ssin, page).items
            if page.next is None:
                return
            after = page.next

    def _only_of(self, ssin: str | None, page: Page[OwnApplication]) -> Page[OwnApplication]:
        """The page without what its streams say is of another person than ``ssin``, if one is asked for.

        The index of persons gives candidates, also those of a number that was mistyped once. A person has few cases.
        """
        if ssin is None:
            return page
        return replace(page, items=tuple(each for each in page.items if self._is_of(ssin, each.case_id)))

    def _is_of(self, ssin: str, case_id: UUID) -> bool:
        snapshot = self._program.case_snapshots.read(case_id)
        return snapshot is not None and ssin in snapshot.case.worker_numbers

    def _sealed(self, page: Page[OwnApplication]) -> Page[OwnApplication]:
        return self._program.places.sealed(page, Listing.APPLICATIONS)

    def _page(
        self, owner: Owner, rows: RowScope, wanted: Wanted, limit: int, after: str | None
    ) -> Page[OwnApplication]:
        with rows_within(self._program.readers, rows) as cursor:
            return own_applications(cursor, owner, wanted, limit=limit, after=after)

    def _due_days(self, applications: tuple[OwnApplication, ...], rows: RowScope) -> dict[UUID, date]:
        still_open = list({each.case_id for each in applications if each.closed_on is None})
        return self._program.case_files.target_days(still_open, rows) if still_open else {}

    def _owner(self, caller: AuthorisedCaller) -> Owner:
        """Whose applications are within the caller's reach."""
        identity = caller.caller
        if caller.reach is Reach.AUTHORITY:
            return OfAuthority(authority=identity.authority)
        match identity.role:
            case Role.EMPLOYER:
                return OfEmployer(enterprise_number=identity.enterprise_number or "")
            case Role.REPRESENTATIVE:
                return OfRepresentative(enterprise_number=identity.enterprise_number or "")
            case Role.WORKER:
                return OfWorker(subjects=tuple(self._program.keys.subjects_of(identity.ssin or "")))
            case Role.CASE_HANDLER | Role.OPERATIONS | Role.REGULATOR:
                raise AssertionError(f"the role {identity.role} has no applications of its own")
            case _:
                assert_never(identity.role)


def _narrowed(wanted: Wanted, subjects: frozenset[UUID]) -> Wanted:
    """Those of these subjects only."""
    known = subjects if wanted.subjects is None else subjects.intersection(wanted.subjects)
    return replace(wanted, subjects=tuple(known))


def _rows(caller: AuthorisedCaller, owner: Owner) -> RowScope:
    """What the caller is shown at most, whatever is asked for: by the token, but for who a worker is."""
    return rows_of(caller, owner.subjects if isinstance(owner, OfWorker) else ())


def _listed(application: OwnApplication, due_days: dict[UUID, date]) -> ListedApplication:
    return ListedApplication(application=application, due_on=due_days.get(application.case_id))


def _last_day(application: OwnApplication) -> date:
    return application.reply_by or date.max
