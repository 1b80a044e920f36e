"""Lists of applications within a caller's reach, newest first; callers find only what they may open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.own_rows import OwnRows
from infra.postgres.read_models.row_scope import rows_within
from infra.sealed_places import Listing
from projections.lists.keyset_pages import Page
from projections.lists.own_applications import OwnApplication, Wanted, own_applications


class ListService:
    """The use cases of lists; safe between threads."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._own_rows = OwnRows(program)

    @property
    def today(self) -> date:
        return self._program.today

    def find(
        self, caller: AuthorisedCaller, wanted: Wanted, *, ssin: str | None = None, limit: int, after: str | None
    ) -> Page[OwnApplication]:
        """The applications within the caller's reach that are ``wanted``; with ``ssin`` those of that worker.

        Raises ``PlaceUnusable`` for an ``after`` that no page of this list gave.
        """
        if ssin is not None:
            wanted = replace(wanted, subjects=tuple(self._program.keys.subjects_of(ssin)))
        place = self._program.places.opened(after, Listing.APPLICATIONS)
        scope = self._own_rows.within_reach(caller)
        with rows_within(self._program.readers, scope.rows) as cursor:
            page = own_applications(cursor, scope.owner, wanted, limit=limit, after=place)
        for number in {each for each in (ssin, scope.ssin) if each is not None}:
            page = self._own_rows.only_of(number, page)
        return self._program.places.sealed(page, Listing.APPLICATIONS)
