"""Lists of applications within a caller's reach, newest first; callers find only what they may open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.own_rows import OwnRows
from api.services.refusals import NotPermitted
from domain.case.search_text import SoughtCase, too_many_named
from domain.codes import AUTHORITIES
from domain.name_words import are_named
from infra.postgres.journal.case_index import TooManyNamed
from infra.postgres.read_models.row_scope import rows_within
from infra.sealed_places import Listing
from projections.case_file.names import names_in_file
from projections.lists.keyset_pages import Page
from projections.lists.own_queries import OfAuthority, OwnApplication, Owner, Wanted, own_applications


class ListService:
    """The use cases of lists; safe between threads."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._own_rows = OwnRows(program)

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
        ssins = {each for each in (ssin, None if sought is None else sought.ssin) if each is not None}
        for number in ssins:
            wanted = _narrowed(wanted, self._program.index.subjects_of(number))
        scope = self._own_rows.within_reach(caller)
        if sought is not None:
            wanted = self._as_sought(scope.owner, wanted, sought)
        place = self._program.places.opened(after, Listing.APPLICATIONS)
        with rows_within(self._program.readers, scope.rows) as cursor:
            page = own_applications(cursor, scope.owner, wanted, limit=limit, after=place)
        for number in ssins | {each for each in (scope.ssin,) if each is not None}:
            page = self._own_rows.only_of(number, page)
        if sought is not None and sought.readings:
            page = self._only_as_typed(sought, page)
        return self._program.places.sealed(page, Listing.APPLICATIONS)

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
            named = [self._program.index.subjects_named(each, sought.readings) for each in authorities]
        except TooManyNamed:
            raise too_many_named() from None
        return replace(wanted, references=sought.file_numbers, named=tuple(frozenset().union(*named)))

    def _only_as_typed(self, sought: SoughtCase, page: Page[OwnApplication]) -> Page[OwnApplication]:
        """The page without what is called otherwise today, by its stream: the index keeps names that were corrected."""
        to_compare = (each.case_id for each in page.items if each.reference not in sought.file_numbers)
        named = {
            snapshot.case_id
            for snapshot in self._program.case_snapshots.read_each(to_compare)
            if are_named(names_in_file(snapshot.file().body), sought.text)
        }
        items = tuple(each for each in page.items if each.reference in sought.file_numbers or each.case_id in named)
        return replace(page, items=items)


def _narrowed(wanted: Wanted, subjects: frozenset[UUID]) -> Wanted:
    """Those of these subjects only."""
    known = subjects if wanted.subjects is None else subjects.intersection(wanted.subjects)
    return replace(wanted, subjects=tuple(known))
