"""Looking for a case as case handlers do: by what is on a letter, or by the name of somebody who calls.

Where a case is found, lists say; what is shown of it, and to whom, is judged by its stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.permissions import Action
from api.services.access import Access, AuthorisedCaller
from api.services.cases import CaseService
from api.services.lists import ListService
from api.services.refusals import ApplicationUnknown
from domain.case.search_text import SoughtCase, sought_case
from projections.case_file.names import NamesShown, names_shown
from projections.lists.keyset_pages import Page
from projections.lists.own_applications import OwnApplication, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCase:
    """A case in a list of what was found, with the names in its file."""

    application: OwnApplication
    names: NamesShown
    handler: str | None

    @property
    def case_id(self) -> UUID:
        return self.application.case_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for: by a text that may be empty, among open or ``closed`` cases or, with None, among all."""

    text: str = ""
    closed: bool | None = None


class CaseSearchService:
    """The use cases of the search; safe between threads."""

    def __init__(self, lists: ListService, cases: CaseService, access: Access) -> None:
        self._lists = lists
        self._cases = cases
        self._access = access

    def find(self, caller: AuthorisedCaller, search: Search, *, limit: int, after: str | None) -> Page[FoundCase]:
        """The cases within reach, newest first; without a text all of them.

        Raises ``UnsearchableText`` and what :meth:`ListService.find` raises.
        """
        reader = self._access.authorise(caller.caller, Action.READ_APPLICATION)
        sought = self._sought(search.text)
        wanted = Wanted(closed=search.closed)
        page = self._lists.find(caller, wanted, sought=sought, limit=limit, after=after)
        found = tuple(each for each in (self._shown(reader, item) for item in page.items) if each is not None)
        return Page(items=found, next=page.next)

    def _sought(self, text: str) -> SoughtCase | None:
        return sought_case(text, today=self._lists.today) if text.strip() else None

    def _shown(self, reader: AuthorisedCaller, application: OwnApplication) -> FoundCase | None:
        try:
            snapshot = self._cases.case(reader, application.case_id)
        except ApplicationUnknown:
            # The list is behind: by its stream it is no case of this reader.
            return None
        names = names_shown(snapshot.file().body)
        return FoundCase(application=application, names=names, handler=snapshot.case.handler)
