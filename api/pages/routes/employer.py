"""``/employer``: the applications of the signed-in reader, preceded by the requests to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.http.paging import AFTER, single, unusable_cursor
from api.pages.case.stage_line import StageStep, stage_line, status_badge
from api.pages.page_parts import Badge, Paging
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.session import Readers
from api.permissions import Action
from api.services.lists import ListedApplication, ListService
from api.words.languages import Language
from projections.lists.keyset_pages import PlaceUnusable

PATH: Final = "/employer"
ON_A_PAGE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationShown:
    reference: str
    href: str
    category: str
    filed_at: datetime
    status: Badge
    steps: tuple[StageStep, ...]
    due_on: date | None
    reply_by: date | None
    answer_href: str


def employer_pages(lists: ListService, pages: Pages, readers: Readers) -> APIRouter:
    routes = APIRouter(route_class=PageRoute)

    @routes.get(PATH, name="ownApplications")
    def own(request: Request) -> Response:
        caller = readers.authorised(request, Action.QUERY_APPLICATIONS)
        after = single(request.query_params, AFTER)
        language = pages.language(request)
        try:
            found = lists.own(caller, limit=ON_A_PAGE, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        content = {
            "to_answer": [_shown(readers, language, each) for each in found.to_answer],
            "applications": [_shown(readers, language, each) for each in found.page.items],
            "first": after is None,
            "paging": Paging(
                previous_href=PATH if after else None,
                next_href=None if found.page.next is None else f"{PATH}?{urlencode({AFTER: found.page.next})}",
            ),
        }
        frame = readers.frame(request, caller.caller, PATH)
        return pages.response(request, "employer.html", content, frame=frame)

    return routes


def _shown(readers: Readers, language: Language, listed: ListedApplication) -> ApplicationShown:
    lists, each = readers.code_lists, listed.application
    return ApplicationShown(
        reference=each.reference,
        href=f"/cases/{each.case_id}",
        category=lists.label("categories", each.category, language.code),
        filed_at=each.filed_at,
        status=status_badge(each.status, language, lists),
        steps=stage_line(each.stage, each.status, language),
        due_on=listed.due_on,
        reply_by=each.reply_by,
        answer_href=f"/cases/{each.case_id}/answers",
    )
