"""``/employer``: the applications of the signed-in reader, preceded by what is to be done about them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import QueryParams

from api.http.paging import AFTER, single, unusable_cursor
from api.http.query_values import one_code, truth
from api.pages.bulk.screens import BATCHES
from api.pages.charts.figures import csv_of_table
from api.pages.counter.cards import CounterWords
from api.pages.counter.sheets import application_sheet
from api.pages.counter.ways import PATH, Here, csv_response, employer_filter, enterprise_if_any, ways
from api.pages.filter_forms import Filter, FilterForm, address, choices_with_all, filled_in
from api.pages.page_parts import Paging
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import Readers
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.counter import Counter
from api.services.counter.own_list import ALL, Filtered
from api.words.choices import Choice
from domain.case.lifecycle import Stage
from domain.codes import CATEGORIES
from infra.identity.caller import Role
from projections.lists.keyset_pages import PlaceUnusable

ON_A_PAGE: Final = 20
TEXT: Final = "text"
"""The field of what is searched for. It may be somebody's name, so it is sent in a form and stands in no address."""

_LONGEST_TEXT: Final = 100
_STAGES: Final = tuple(each.value for each in Stage)
_FILTERS: Final = ("stage", "category", "employer", "toAnswer")

SentFields = Annotated[SentForm, Depends(sent_form)]


def employer_pages(counter: Counter, pages: Pages, readers: Readers) -> APIRouter:
    routes = APIRouter(route_class=PageRoute)
    screen = OwnScreen(counter, pages, readers)

    @routes.get(PATH, name="ownApplications")
    def own(request: Request) -> Response:
        return screen.own(request)

    @routes.post(PATH, name="searchOwnApplications")
    def search(request: Request, sent: SentFields) -> Response:
        return screen.search(request, sent)

    @routes.get(f"{PATH}/applications.csv", name="ownApplicationsSheet")
    def sheet(request: Request) -> Response:
        return screen.sheet(request)

    return routes


class OwnScreen:
    """The list of one's own applications for the signed-in reader."""

    def __init__(self, counter: Counter, pages: Pages, readers: Readers) -> None:
        self._counter = counter
        self._pages = pages
        self._readers = readers

    def own(self, request: Request) -> Response:
        """The list, with what is to be done on its first page.

        Raises ``NotSignedIn``, ``NotPermitted``, and ``RequestRefused`` (400).
        """
        caller = self._readers.authorised(request, Action.QUERY_APPLICATIONS)
        parameters = filled_in(request)
        filtered, after = _filtered(parameters), single(parameters, AFTER)
        try:
            found = self._counter.lists.page(caller, filtered, limit=ON_A_PAGE, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        words = self._words(request)
        kept = [(name, value) for name, value in parameters.multi_items() if name in _FILTERS]
        is_first = after is None and filtered == ALL
        content = {
            "tasks": words.tasks(found, renews=caller.caller.role is not Role.WORKER) if is_first else (),
            "more_fees": words.more_fees(found),
            "more_requests": max(0, found.requests - len(found.to_answer)),
            "more_renewals": max(0, found.renewals - len(found.to_renew)),
            "is_first": is_first,
            "applications": [words.card(each, self._counter.permits.term_of(each)) for each in found.page.items],
            "filters": self._form(caller, filtered, words),
            "sheet_href": address(f"{PATH}/applications.csv", *kept),
            "searched": "",
            "next_place": "",
            "paging": Paging(
                previous_href=address(PATH, *kept) if after else None,
                next_href=None if found.page.next is None else address(PATH, *kept, (AFTER, found.page.next)),
            ),
        }
        return self._response(request, caller, content)

    def search(self, request: Request, sent: SentForm) -> Response:
        """The applications that have the words of the form. Raises what :meth:`own` raises."""
        caller = self._readers.authorised(request, Action.QUERY_APPLICATIONS)
        text, words = sent.one(TEXT)[:_LONGEST_TEXT], self._words(request)
        try:
            found = self._counter.lists.search(caller, text, limit=ON_A_PAGE, after=sent.one(AFTER) or None)
        except PlaceUnusable:
            raise unusable_cursor() from None
        content = {
            "tasks": (),
            "more_fees": 0,
            "more_requests": 0,
            "more_renewals": 0,
            "is_first": False,
            "applications": [words.card(each, self._counter.permits.term_of(each)) for each in found.items],
            "filters": self._form(caller, ALL, words),
            "sheet_href": f"{PATH}/applications.csv",
            "searched": text,
            "next_place": found.next or "",
            "paging": Paging(),
        }
        return self._response(request, caller, content)

    def sheet(self, request: Request) -> Response:
        """All of the list for a spreadsheet. Raises what :meth:`own` raises."""
        caller = self._readers.authorised(request, Action.QUERY_APPLICATIONS)
        found = self._counter.lists.sheet(caller, _filtered(filled_in(request)))
        return csv_response(csv_of_table(*application_sheet(found, self._words(request))))

    def _words(self, request: Request) -> CounterWords:
        return CounterWords(self._pages.language(request), self._readers.code_lists, self._counter.lists.today)

    def _response(self, request: Request, caller: AuthorisedCaller, content: dict[str, object]) -> Response:
        language = self._pages.language(request)
        is_representative = caller.caller.role is Role.REPRESENTATIVE
        return self._pages.response(
            request,
            "employer.html",
            {
                **content,
                "ways": ways(language, Here.APPLICATIONS, caller.caller.role),
                "with_employer": is_representative or caller.caller.role is Role.WORKER,
                "search_action": PATH,
                "batches_href": BATCHES
                if self._readers.access.may(caller.caller, Action.FILE_APPLICATION_BATCH)
                else "",
            },
            frame=self._readers.frame(request, caller.caller, PATH),
        )

    def _form(self, caller: AuthorisedCaller, filtered: Filtered, words: CounterWords) -> FilterForm:
        _, everything = words.language.gettext, words.language.gettext("All")
        employers = (
            (employer_filter(self._counter.lists.employers(caller), filtered.employer_number, words),)
            if caller.caller.role is Role.REPRESENTATIVE
            else ()
        )
        return FilterForm(
            action=PATH,
            filters=(
                *employers,
                Filter(
                    name="stage",
                    label=_("Stage"),
                    value=filtered.stage or "",
                    choices=choices_with_all(
                        everything, [Choice(value=each, text=words.wording.label("stages", each)) for each in _STAGES]
                    ),
                ),
                Filter(
                    name="category",
                    label=_("Category"),
                    value=filtered.category or "",
                    choices=choices_with_all(
                        everything,
                        [Choice(value=each, text=words.wording.label("categories", each)) for each in CATEGORIES],
                    ),
                ),
                Filter(
                    name="toAnswer",
                    label=_("With a request to answer"),
                    value="true" if filtered.to_answer else "",
                    type="checkbox",
                ),
            ),
        )


def _filtered(parameters: QueryParams) -> Filtered:
    """What the address asks for. Raises :class:`RequestRefused` (400)."""
    return Filtered(
        stage=one_code(parameters, "stage", _STAGES),
        category=one_code(parameters, "category", CATEGORIES),
        employer_number=enterprise_if_any(parameters),
        to_answer=truth(parameters, "toAnswer") or False,
    )
