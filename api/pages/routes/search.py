"""``/search``: a case found by its reference, by a number or by a name. What is typed is in no address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.http.paging import AFTER, unusable_cursor
from api.pages.case.stage_line import status_badge
from api.pages.filter_forms import choices_with_all, pseudonym
from api.pages.kept_forms import kept_form
from api.pages.page_parts import Badge
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import SEARCH, Readers
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.case_search import CaseSearchService, FoundCase, Search
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.search_text import SearchFault, UnsearchableText
from domain.civil_time import civil_day
from domain.identifiers import ApplicationReference, IdentifierInvalid
from projections.lists.keyset_pages import Page, PlaceUnusable

PAGE_LENGTH: Final = 25

_STATES: Final = {"open": False, "closed": True}

SentFields = Annotated[SentForm, Depends(sent_form)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """A case as a row; names are None where nobody knows them any more."""

    reference: str
    href: str
    worker: str | None
    employer: str | None
    category: str
    status: Badge
    handler: str | None
    filed_on: date
    closed_on: date | None


def search_pages(search: CaseSearchService, pages: Pages, readers: Readers) -> APIRouter:
    """The form, and what was found by it: both at one address, so that no name or number is ever part of one."""
    routes = APIRouter(route_class=PageRoute)

    def shown(
        request: Request,
        caller: AuthorisedCaller,
        typed: Search,
        found: Page[FoundCase] | None = None,
        fault: SearchFault | None = None,
    ) -> Response:
        language = pages.language(request)
        return pages.response(
            request,
            "search.html",
            {
                "action": SEARCH,
                "text": typed.text,
                "state": next((name for name, closed in _STATES.items() if closed is typed.closed), ""),
                "states": _state_choices(language),
                "error": None if fault is None else _in_words(fault, language),
                "found": None if found is None else [_row(each, readers, language) for each in found.items],
                "after": None if found is None else found.next,
            },
            frame=readers.frame(request, caller.caller, SEARCH),
            status=200 if fault is None else 400,
        )

    @routes.get(SEARCH, name="search")
    def form(request: Request) -> Response:
        return shown(request, readers.authorised(request, Action.SEARCH_CASES), Search())

    @routes.post(SEARCH, name="searchCases")
    def results(request: Request, form: SentFields) -> Response:
        caller = readers.authorised(request, Action.SEARCH_CASES)
        form = kept_form(form) or form
        typed = Search(text=form.one("text"), closed=_STATES.get(form.one("state")))
        after = form.one(AFTER) or None
        try:
            found = search.find(caller, typed, limit=PAGE_LENGTH, after=after)
        except UnsearchableText as why:
            return shown(request, caller, typed, fault=why.fault)
        except PlaceUnusable:
            raise unusable_cursor() from None
        if after is None and len(found.items) == 1 and _is_reference_of(found.items[0], typed.text):
            # Who has the reference wants the case, not a list of one.
            return RedirectResponse(f"/cases/{found.items[0].case_id}", 303, {"Cache-Control": "no-store"})
        return shown(request, caller, typed, found)

    return routes


def _is_reference_of(found: FoundCase, typed: str) -> bool:
    """Whether what was typed is the reference and no name, whatever stands between its parts."""
    try:
        ApplicationReference.parse(found.application.reference)
    except IdentifierInvalid:
        return found.application.reference == typed
    return _letters_and_digits(found.application.reference) == _letters_and_digits(typed)


def _letters_and_digits(text: str) -> str:
    return "".join(each for each in text.upper() if each.isalnum())


def _row(found: FoundCase, readers: Readers, language: Language) -> FoundRow:
    lists, each = readers.code_lists, found.application
    category = lists.label("categories", each.category, language.code)
    return FoundRow(
        reference=each.reference,
        href=f"/cases/{each.case_id}",
        worker=found.names.worker,
        employer=found.names.employer,
        category=language.gettext("%(category)s, renewal", category=category) if each.renewal else category,
        status=status_badge(each.status, language, lists),
        handler=None if found.handler is None else pseudonym(found.handler),
        filed_on=civil_day(each.filed_at),
        closed_on=each.closed_on,
    )


def _state_choices(language: Language) -> tuple[Choice, ...]:
    return choices_with_all(
        language.gettext("Open and closed"),
        (
            Choice(value="open", text=language.gettext("Open cases")),
            Choice(value="closed", text=language.gettext("Closed cases")),
        ),
    )


def _in_words(fault: SearchFault, language: Language) -> str:
    _ = language.gettext
    match fault:
        case SearchFault.NOTHING:
            return _("Enter a reference, a number or a name.")
        case SearchFault.TOO_LONG:
            return _("Enter at most 200 characters.")
        case SearchFault.WRONG_CHECK_DIGITS:
            return _("The last two digits of this number do not fit the others: look for a mistyped digit.")
        case SearchFault.NO_SUCH_NUMBER:
            return _("This cannot be a reference, a national register number or an enterprise number: check it.")
        case SearchFault.TOO_MANY:
            return _("Too many cases have this name: add another word of the name, or use a number.")
