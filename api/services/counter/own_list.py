"""What is the caller's own: a page of applications, what is to be done about them, and what a search finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.counter.opened import Names, OpenedApplication, OpenedRows
from api.services.counter.permits import OpenedPermit, PermitService
from api.services.own_rows import MOST_FOLLOWED, OwnRows, OwnScope
from domain.names import folded_name
from infra.sealed_places import Listing
from projections.lists.keyset_pages import LONGEST_PAGE, Page
from projections.lists.own_queries import ALL_OF_THEM, FollowedApplication, Wanted, place_of

_MOST_OPENED: Final = 10
"""Requests of the box of things to do that are opened and shown; beside them it says how many there are."""
_MOST_RENEWALS: Final = 5
"""The same of permits to renew."""
_MOST_TO_CHOOSE: Final = 30
"""Employers of a representative that a page offers in a list; all of them are among the mandates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """Which of the caller's applications are shown; what is None does not matter.

    ``to_answer`` are those with a request that can still be answered.
    """

    stage: str | None = None
    category: str | None = None
    employer_number: str | None = None
    to_answer: bool = False


ALL: Final = Filtered()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnList:
    """A page of the caller's applications.

    With the first page of all of them come the requests ``to_answer`` and the permits ``to_renew``, the most urgent
    first: ``requests`` and ``renewals`` count them all, and the first of them are opened.
    """

    page: Page[OpenedApplication]
    to_answer: tuple[OpenedApplication, ...] = ()
    requests: int = 0
    to_renew: tuple[OpenedPermit, ...] = ()
    renewals: int = 0


class OwnListService:
    """The use cases of one's own list; safe between threads."""

    def __init__(self, program: Program, rows: OwnRows, opened: OpenedRows, permits: PermitService) -> None:
        self._program = program
        self._rows = rows
        self._opened = opened
        self._permits = permits

    @property
    def today(self) -> date:
        return self._program.today

    def page(self, caller: AuthorisedCaller, filtered: Filtered, *, limit: int, after: str | None) -> OwnList:
        """A page of the caller's own applications, newest first, and the requests to answer.

        Raises ``NotPermitted`` for a caller who has none, and ``PlaceUnusable``.
        """
        scope = self._rows.own(caller)
        place = self._program.places.opened(after, Listing.APPLICATIONS)
        found = self._rows.page(scope, self._wanted(filtered), limit=limit, after=place)
        is_first = after is None and filtered == ALL
        requests = self.requests(scope) if is_first else ()
        renewals = self._permits.to_renew(scope) if is_first else []
        opened = self._opened.open(caller, found.items, scope.rows)
        known = {each.application.case_id: each for each in opened}
        first = requests[:_MOST_OPENED]
        more = self._opened.open(caller, (each for each in first if each.case_id not in known), scope.rows)
        known |= {each.application.case_id: each for each in more}
        return OwnList(
            page=self._program.places.sealed(Page(items=opened, next=found.next), Listing.APPLICATIONS),
            to_answer=tuple(known[each.case_id] for each in first if each.case_id in known),
            requests=len(requests),
            to_renew=self._permits.opened(caller, scope, renewals[:_MOST_RENEWALS]),
            renewals=len(renewals),
        )

    def requests(self, scope: OwnScope) -> tuple[FollowedApplication, ...]:
        """The applications with a request that can still be answered, the most urgent first."""
        found = self._rows.every(scope, Wanted(reply_from=self.today))
        return tuple(sorted(found, key=lambda each: (each.reply_by or date.max, each.case_id)))

    def search(self, caller: AuthorisedCaller, text: str, *, limit: int, after: str | None) -> Page[OpenedApplication]:
        """The applications whose reference, worker or employer has every word of ``text``, newest first.

        Names are compared without accents and case. Of more than ``MOST_FOLLOWED`` applications the page goes on after
        those that were looked at. Raises ``NotPermitted`` and ``PlaceUnusable``.
        """
        scope = self._rows.own(caller)
        place = self._program.places.opened(after, Listing.APPLICATIONS)
        words = [each for each in map(folded_name, text.split()) if each]
        hits: list[FollowedApplication] = []
        last, looked_at = None, 0
        for each, names in self._named(scope, place):
            if len(hits) == limit or looked_at == MOST_FOLLOWED:
                place = None if last is None else place_of(last)
                break
            last, looked_at = each, looked_at + 1
            if _has(words, each, names):
                hits.append(each)
        else:
            place = None
        opened = self._opened.open(caller, hits, scope.rows)
        return self._program.places.sealed(Page(items=opened, next=place), Listing.APPLICATIONS)

    def _named(self, scope: OwnScope, after: str | None) -> Iterator[tuple[FollowedApplication, Names]]:
        """All applications after that place, with their names, as many at once as one statement gives."""
        while True:
            found = self._rows.page(scope, ALL_OF_THEM, limit=LONGEST_PAGE, after=after)
            names = self._opened.names(found.items)
            yield from ((each, names[each.case_id]) for each in found.items)
            after = found.next
            if after is None:
                return

    def sheet(
        self, caller: AuthorisedCaller, filtered: Filtered
    ) -> tuple[tuple[FollowedApplication, Names, date | None], ...]:
        """All that :meth:`page` would show, page after page, with names and the day of the target."""
        scope = self._rows.own(caller)
        listed = self._rows.every(scope, self._wanted(filtered))
        names = self._opened.judged_names(caller, listed)
        due_days = self._opened.due_days(listed, scope.rows)
        return tuple(
            (each, names[each.case_id], due_days.get(each.case_id)) for each in listed if each.case_id in names
        )

    def employers(self, caller: AuthorisedCaller) -> dict[str, str | None] | None:
        """The employers of the caller's applications: their names by their numbers, in the order of the names.

        None of more than can be chosen from in a list.
        """
        newest: dict[str, FollowedApplication] = {}
        for each in self._rows.every(self._rows.own(caller)):
            newest.setdefault(each.employer_number, each)
        if len(newest) > _MOST_TO_CHOOSE:
            return None
        names = self._opened.judged_names(caller, newest.values())
        found = {number: names[each.case_id].employer for number, each in newest.items() if each.case_id in names}
        return dict(sorted(found.items(), key=lambda each: (folded_name(each[1] or ""), each[0])))

    def _wanted(self, filtered: Filtered) -> Wanted:
        wanted = Wanted(stage=filtered.stage, category=filtered.category, employer_number=filtered.employer_number)
        return replace(wanted, reply_from=self.today) if filtered.to_answer else wanted


def _has(words: list[str], application: FollowedApplication, names: Names) -> bool:
    texts = (application.reference, names.worker, names.employer)
    searched = " ".join(folded_name(each) for each in texts if each)
    return bool(words) and all(word in searched for word in words)
