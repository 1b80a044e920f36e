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
from domain.case.search_text import SoughtCase, sought_case
from infra.postgres.read_models.case_snapshots import CaseSnapshot
from projections.case_file.names import NamesShown, names_shown
from projections.lists.keyset_pages import Page
from projections.lists.own_queries import OwnApplication, Wanted


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
        listed = {each.case_id: each for each in page.items}
        # Without those that the list, which is behind, still has as this reader's.
        within_reach = self._cases.within_reach(reader, listed)
        return Page(items=tuple(_shown(listed[each.case_id], each) for each in within_reach), next=page.next)

    def _sought(self, text: str) -> SoughtCase | None:
        return sought_case(text, today=self._lists.today) if text.strip() else None


def _shown(application: OwnApplication, snapshot: CaseSnapshot) -> FoundCase:
    names = names_shown(snapshot.file().body)
    return FoundCase(application=application, names=names, handler=snapshot.case.handler)
