"""``/law``: the thresholds of a day with their sources, what changed and when, and a calculator for employers.

The law is public: everyone can read this page, signed in or not. The calculator is a POST, because pay and a date of
birth may not be in a URL or in a log of URLs. It needs no token against forgery: it reads no session,
changes nothing and stores nothing, and a form that another site sends is refused with every other POST of the pages
(:func:`api.pages.page_route.require_own_site`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from api.pages.filter_forms import address
from api.pages.law.answer import AnswerShown, answer_shown
from api.pages.law.calculator import Calculator, calculator, stated_by
from api.pages.law.questions import AUTHORITY, CHANGED_ON, KNOWN_ON, ON, LawQuery, between_address, law_query
from api.pages.law.tables import amount_rows, changes_shown, unpublished_shown, without_amount
from api.pages.law.words import LawWords, law_words
from api.pages.page_route import PageRoute
from api.pages.rendering import Link, Pages
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import LAW, Readers
from api.services.law import LawService
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.stated_facts import StatedFacts
from domain.codes import AUTHORITIES
from domain.law.published.amounts import unpublished_soon
from domain.law.published.law_changes import change_days, changes_on, thresholds_on

_DAYS_SHOWN: Final = 6
"""How many days of change are shown; the earlier ones are folded away."""

Form = Annotated[SentForm, Depends(sent_form)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLink:
    """The way to what changed on a day."""

    day: date
    href: str
    here: bool


def law_pages(service: LawService, pages: Pages, readers: Readers) -> APIRouter:
    """The page, for everyone."""
    routes = APIRouter(route_class=PageRoute)
    screen = LawScreen(service, pages, readers)

    @routes.get(LAW, name="law")
    def law(request: Request) -> Response:
        return screen.law(request)

    @routes.post(LAW, name="calculateByLaw")
    def calculate(request: Request, sent: Form) -> Response:
        return screen.calculate(request, sent)

    return routes


class LawScreen:
    """The page in the language of its reader."""

    def __init__(self, law: LawService, pages: Pages, readers: Readers) -> None:
        self._law = law
        self._pages = pages
        self._readers = readers

    def law(self, request: Request) -> Response:
        """The page of its address, with an empty calculator."""
        query, words = self._query(request), law_words(request, self._pages, self._readers)
        empty = calculator(
            words, self._law.rulebook, authority=query.authority, category=query.category, today=self._today
        )
        return self._page(request, query, words, empty)

    def calculate(self, request: Request, sent: SentForm) -> Response:
        """The page with the assessment of the facts that were filled in, or with their errors."""
        query, words = self._query(request), law_words(request, self._pages, self._readers)
        empty = calculator(words, self._law.rulebook, authority=query.authority, category="", today=self._today)
        kept = empty.kept(sent)
        stated = stated_by(empty, sent, words.language)
        if not isinstance(stated, StatedFacts):
            return self._page(request, query, words, replace(kept, errors=stated))
        # As known today, which is what salaryChecks answers.
        found = self._law.assess(stated)
        answer = answer_shown(found.assessment, found.readings, words)
        # The tables next to the answer are those of the same authority and day.
        query = replace(query, authority=stated.authority or query.authority, on=stated.filed_on)
        return self._page(request, query, words, kept, answer)

    @property
    def _today(self) -> date:
        return self._law.today

    def _query(self, request: Request) -> LawQuery:
        """The query in the address; readers signed in for an authority begin with its law."""
        own = self._readers.public_frame(request, LAW).authority
        usual = own if own in AUTHORITIES else AUTHORITIES[0]
        return law_query(request.query_params, self._pages.language(request), usual_authority=usual, today=self._today)

    def _page(
        self,
        request: Request,
        query: LawQuery,
        words: LawWords,
        calculated: Calculator,
        answer: AnswerShown | None = None,
    ) -> Response:
        rulebook = self._law.rulebook
        found = thresholds_on(rulebook, query.authority, query.on, query.known_on)
        days = change_days(rulebook, query.authority, query.known_on)
        changed_on = query.changed_on or _latest(days, query.on)
        changes = None if changed_on is None else changes_on(rulebook, query.authority, changed_on, query.known_on)
        links = [_day_link(query, each, here=each == changed_on) for each in days]
        errors = (*query.errors, *calculated.errors)
        return self._pages.response(
            request,
            "law.html",
            {
                "query": query,
                "authority_name": words.label("authorities", query.authority),
                "authorities": [Choice(value=each, text=words.label("authorities", each)) for each in AUTHORITIES],
                "amounts": amount_rows(found, query, words),
                "without_amount": without_amount(found, query, words),
                "unpublished": unpublished_shown(
                    unpublished_soon(rulebook, query.authority, query.on, query.known_on), words
                ),
                "between_href": between_address(query),
                "changes": None if changes is None else changes_shown(changes, words),
                "days": links[:_DAYS_SHOWN],
                "earlier_days": links[_DAYS_SHOWN:],
                "calculator": calculated,
                "answer": answer,
                "other_languages": _other_languages(self._pages, words.language),
            },
            frame=replace(self._readers.public_frame(request, LAW), authority=query.authority),
            status=400 if errors else 200,
        )


def _latest(days: tuple[date, ...], on: date) -> date | None:
    """The last change up to a day, else the first there is."""
    return next((each for each in days if each <= on), days[-1] if days else None)


def _day_link(query: LawQuery, day: date, *, here: bool) -> DayLink:
    href = address(
        LAW,
        (AUTHORITY, query.authority),
        (ON, query.on.isoformat()),
        (KNOWN_ON, None if query.known_on is None else query.known_on.isoformat()),
        (CHANGED_ON, day.isoformat()),
    )
    return DayLink(day=day, href=f"{href}#changes", here=here)


def _other_languages(pages: Pages, language: Language) -> list[tuple[Link, str]]:
    """The ways by which the same form is sent again for an answer in another language."""
    return [
        (Link(href=f"{LAW}?lang={each.code}#calculator", text=each.name), each.code)
        for each in pages.languages
        if each is not language
    ]
