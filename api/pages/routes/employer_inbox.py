"""``/employer/notices`` and ``/employer/mandates``: what happened on the reader's cases, and who acts for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from fastapi import APIRouter, Request, Response

from api.http.paging import AFTER, number_after
from api.pages.counter.cards import CounterWords
from api.pages.counter.ways import EMPLOYER, MANDATES, NOTICES, PATH, Here, ways
from api.pages.filter_forms import address
from api.pages.page_parts import Badge, Paging, Tone
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.session import Readers
from api.permissions import Action
from api.services.counter import Counter
from api.services.counter.mandates import Mandate, MandateState
from api.services.counter.notices import Notice
from api.words.code_lists import CodeLists
from api.words.languages import Language
from api.words.sentences.timeline import timeline_sentence
from infra.identity.caller import Role

NOTICES_ON_A_PAGE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeShown:
    at: datetime
    worker: str
    reference: str
    href: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateShown:
    """``found`` says since when the state is known; ``href`` leads to the applications of an employer, if any."""

    party: str
    state: Badge
    found: str
    authority: str
    scope: str
    categories: str
    filed_from: date
    filed_until: date
    href: str


def employer_inbox_pages(counter: Counter, pages: Pages, readers: Readers) -> APIRouter:
    routes = APIRouter(route_class=PageRoute)

    def words_for(request: Request) -> CounterWords:
        return CounterWords(pages.language(request), readers.code_lists, counter.lists.today)

    @routes.get(NOTICES, name="ownNotices")
    def notices(request: Request) -> Response:
        caller = readers.authorised(request, Action.QUERY_APPLICATIONS)
        before, words = number_after(request.query_params), words_for(request)
        found = counter.notices.page(caller, before=before or None, limit=NOTICES_ON_A_PAGE)
        return pages.response(
            request,
            "counter/notices.html",
            {
                "ways": ways(words.language, Here.NOTICES, caller.caller.role),
                "notices": [_notice(each, words, readers.code_lists) for each in found.items],
                "paging": Paging(
                    previous_href=NOTICES if before else None,
                    next_href=None if found.before is None else address(NOTICES, (AFTER, str(found.before))),
                ),
            },
            frame=readers.frame(request, caller.caller, PATH),
        )

    @routes.get(MANDATES, name="ownMandates")
    def mandates(request: Request) -> Response:
        caller = readers.authorised(request, Action.QUERY_APPLICATIONS)
        words, is_client = words_for(request), caller.caller.role is not Role.REPRESENTATIVE
        return pages.response(
            request,
            "counter/mandates.html",
            {
                "ways": ways(words.language, Here.MANDATES, caller.caller.role),
                "mandates": [_mandate(each, words, is_client=is_client) for each in counter.mandates.of(caller)],
                "is_client": is_client,
            },
            frame=readers.frame(request, caller.caller, PATH),
        )

    return routes


def _notice(notice: Notice, words: CounterWords, code_lists: CodeLists) -> NoticeShown:
    each = notice.application
    return NoticeShown(
        at=notice.entry.effective_at,
        worker=words.worker(notice.names),
        reference=each.reference,
        href=f"/cases/{each.case_id}",
        sentence=timeline_sentence(notice.content, words.language, code_lists),
    )


def _mandate(mandate: Mandate, words: CounterWords, *, is_client: bool) -> MandateShown:
    language, wording = words.language, words.wording
    return MandateShown(
        party=(
            wording.enterprise(mandate.representative_number)
            if is_client
            else words.employer(mandate.name, mandate.employer_number)
        ),
        state=_state(mandate.state, language),
        found=_found(mandate, words),
        authority=wording.label("authorities", mandate.authority),
        scope=_scope(mandate, language),
        categories=wording.listed(wording.label("categories", each) for each in mandate.categories),
        filed_from=mandate.filed_from,
        filed_until=mandate.filed_until,
        href="" if is_client else address(PATH, (EMPLOYER, mandate.employer_number)),
    )


def _state(state: MandateState, language: Language) -> Badge:
    _ = language.gettext
    match state:
        case MandateState.VALID:
            return Badge(text=_("Found valid"), tone=Tone.GOOD)
        case MandateState.INVALID:
            return Badge(text=_("Found invalid, or ended"), tone=Tone.LATE)
        case MandateState.NOT_CHECKED:
            return Badge(text=_("Not checked yet"), tone=Tone.NEUTRAL)


def _found(mandate: Mandate, words: CounterWords) -> str:
    _, first, last = words.language.gettext, mandate.found_from, mandate.found_until
    if first is None or last is None:
        return ""
    if first == last:
        return words.wording.day(first)
    return _("from %(first)s to %(last)s", first=words.wording.day(first), last=words.wording.day(last))


def _scope(mandate: Mandate, language: Language) -> str:
    filed = language.ngettext("%(num)s application", "%(num)s applications", mandate.applications)
    still_open = language.ngettext("%(num)s still open", "%(num)s still open", mandate.still_open)
    return f"{filed}, {still_open}"
