"""``/law/{authority}/{category}`` and ``/law/changes``: the law for those who argue from it, to be linked and printed.

Both are public as ``/law`` is, and say nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Request, Response

from api.http.requests import base_url
from api.pages.law.between import changes_of_each
from api.pages.law.category import category_shown
from api.pages.law.questions import BETWEEN, LawQuery, category_address, category_query, changes_query, law_address
from api.pages.law.words import LawWords, law_words
from api.pages.page_route import PageRoute
from api.pages.rendering import Link, PageFrame, Pages
from api.pages.session import LAW, Readers
from api.services.law import LawService
from api.words.choices import Choice
from domain.codes import AUTHORITIES, CATEGORIES
from domain.law.published.category_law import law_of_category


def law_in_full_pages(law: LawService, pages: Pages, readers: Readers) -> APIRouter:
    """The pages, for everyone."""
    routes = APIRouter(route_class=PageRoute)
    screen = LawInFullScreen(law, pages, readers)

    @routes.get(BETWEEN, name="lawBetweenDays")
    def between(request: Request) -> Response:
        return screen.between(request)

    @routes.get(f"{LAW}/{{authority}}/{{category}}", name="lawOfCategory")
    def of_category(request: Request, authority: str, category: str) -> Response:
        return screen.of_category(request, authority, category)

    return routes


class LawInFullScreen:
    """The pages in the language of their reader."""

    def __init__(self, law: LawService, pages: Pages, readers: Readers) -> None:
        self._law = law
        self._pages = pages
        self._readers = readers

    def of_category(self, request: Request, authority: str, category: str) -> Response:
        """All the law of a category on a day; 404 with the way to those that there are."""
        words = law_words(request, self._pages, self._readers)
        if authority not in AUTHORITIES or category not in CATEGORIES:
            return self._no_such_law(request, words, authority, category)
        query = category_query(
            request.query_params, words.language, authority=authority, category=category, today=self._today
        )
        law = law_of_category(self._law.rulebook, authority, category, query.on, query.known_on)
        # What is published later stays out; what begins after today and is known already stays in.
        fixed = replace(query, known_on=query.known_on or max(self._today, query.on))
        return self._pages.response(
            request,
            "law_category.html",
            {
                "query": query,
                "path": f"{LAW}/{authority}/{category}",
                "authority_name": words.label("authorities", authority),
                "category_name": words.label("categories", category),
                "law": category_shown(law, words),
                "elsewhere": _elsewhere(query, words),
                "amounts_href": law_address(query),
                "between_href": BETWEEN,
                "fixed_href": base_url(request) + category_address(fixed, category),
                "rule_set": self._law.rulebook.sha256,
            },
            frame=self._frame(request, authority),
            status=400 if query.errors else 200,
        )

    def between(self, request: Request) -> Response:
        """What changes between two days."""
        words = law_words(request, self._pages, self._readers)
        _ = words.language.gettext
        query = changes_query(request.query_params, words.language, today=self._today)
        every = Choice(value="", text=_("All authorities"))
        return self._pages.response(
            request,
            "law_between.html",
            {
                "query": query,
                "authorities": [every, *(_choice(each, words) for each in AUTHORITIES)],
                "changes_of_each": () if query.errors else changes_of_each(self._law.rulebook, query, words),
            },
            frame=self._frame(request, query.authority or None),
            status=400 if query.errors else 200,
        )

    @property
    def _today(self) -> date:
        return self._law.today

    def _frame(self, request: Request, authority: str | None) -> PageFrame:
        return replace(self._readers.public_frame(request, LAW), authority=authority)

    def _no_such_law(self, request: Request, words: LawWords, authority: str, category: str) -> Response:
        _ = words.language.gettext
        query = category_query(
            request.query_params, words.language, authority=AUTHORITIES[0], category="", today=self._today
        )
        if authority not in AUTHORITIES:
            sentence = _("The law data hold no authority of this name. The authorities are:")
            links: Sequence[Link] = [_link_to(query, each, category, words) for each in AUTHORITIES]
        else:
            sentence = _("The law data hold no category of this name. The categories are:")
            links = [
                Link(href=category_address(query, each, authority=authority), text=words.label("categories", each))
                for each in CATEGORIES
            ]
        return self._pages.response(
            request,
            "message.html",
            {"heading": _("No law found at this address"), "sentences": [sentence], "links": links},
            frame=self._frame(request, authority if authority in AUTHORITIES else None),
            status=404,
        )


def _link_to(query: LawQuery, authority: str, category: str, words: LawWords) -> Link:
    """To the category at an authority; to all the amounts of the authority where there is no such category either."""
    there = replace(query, authority=authority)
    href = category_address(there, category) if category in CATEGORIES else law_address(there)
    return Link(href=href, text=words.label("authorities", authority))


def _elsewhere(query: LawQuery, words: LawWords) -> list[Link]:
    """The same category on the same day by the law of the other authorities."""
    return [_link_to(query, each, query.category, words) for each in AUTHORITIES if each != query.authority]


def _choice(authority: str, words: LawWords) -> Choice:
    return Choice(value=authority, text=words.label("authorities", authority))
