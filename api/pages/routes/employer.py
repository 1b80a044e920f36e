"""``/employer``: the applications of whoever is signed in, and first of all what is asked of him now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.composition import Program
from api.http.paging import AFTER, single, unusable_cursor
from api.http.problems import RequestRefused, missing_permission
from api.pages.case.stage_line import StageStep, stage_line, status_badge
from api.pages.page_parts import Badge, Paging
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.session import Readers
from api.permissions import Action
from api.words.languages import Language
from domain.civil_time import civil_day
from domain.deadlines.clocks import TARGET
from infra.identity.caller import Caller, Role
from projections.lists.keyset_pages import Page, PlaceUnusable
from projections.lists.own_applications import (
    OfEmployer,
    OfRepresentative,
    OfWorker,
    OwnApplication,
    Owner,
    own_applications,
)

PATH: Final = "/employer"
ON_A_PAGE: Final = 20

_LOOKED_THROUGH: Final = 100
_MOST_PAGES: Final = 5
"""How far back requests are looked for that wait for an answer: older ones have long run out of their term."""


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


def employer_pages(program: Program, pages: Pages, readers: Readers) -> APIRouter:
    routes = APIRouter(route_class=PageRoute)

    @routes.get(PATH, name="ownApplications")
    def own(request: Request) -> Response:
        granted = readers.granted(request, Action.QUERY_APPLICATIONS)
        owner = owner_of(program, granted.caller)
        after = single(request.query_params, AFTER)
        language = pages.language(request)
        try:
            page = _page(program, owner, ON_A_PAGE, after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        today = civil_day(program.clock.now())
        asked = [] if after else [each for each in _newest(program, owner) if _is_asked(each, today)]
        content = {
            "asked": [_shown(program, readers, language, each) for each in sorted(asked, key=_last_day)],
            "applications": [_shown(program, readers, language, each) for each in page.items],
            "first": after is None,
            "paging": Paging(
                previous_href=PATH if after else None,
                next_href=None if page.next is None else f"{PATH}?{urlencode({AFTER: page.next})}",
            ),
        }
        surroundings = readers.surroundings(request, granted.caller, PATH)
        return pages.response(request, "employer.html", content, surroundings=surroundings)

    return routes


def owner_of(program: Program, caller: Caller) -> Owner:
    """Whose applications this caller's own are. Raises :class:`RequestRefused` (403) for a role that has none."""
    match caller:
        case Caller(role=Role.EMPLOYER, enterprise_number=str() as number):
            return OfEmployer(enterprise_number=number)
        case Caller(role=Role.REPRESENTATIVE, enterprise_number=str() as number):
            return OfRepresentative(enterprise_number=number)
        case Caller(role=Role.WORKER, ssin=str() as ssin):
            return OfWorker(subjects=tuple(program.keys.subjects_of(ssin)))
        case _:
            raise RequestRefused(missing_permission(caller.role, Action.QUERY_APPLICATIONS))


def _page(program: Program, owner: Owner, limit: int, after: str | None) -> Page[OwnApplication]:
    with program.readers.connection() as connection, connection.cursor() as cursor:
        return own_applications(cursor, owner, limit=limit, after=after)


def _newest(program: Program, owner: Owner) -> Iterator[OwnApplication]:
    after = None
    for _ in range(_MOST_PAGES):
        page = _page(program, owner, _LOOKED_THROUGH, after)
        yield from page.items
        if page.next is None:
            return
        after = page.next


def _is_asked(application: OwnApplication, today: date) -> bool:
    return application.reply_by is not None and application.reply_by >= today


def _last_day(application: OwnApplication) -> date:
    return application.reply_by or date.max


def _shown(program: Program, readers: Readers, language: Language, each: OwnApplication) -> ApplicationShown:
    lists = readers.code_lists
    return ApplicationShown(
        reference=each.reference,
        href=f"/cases/{each.case_id}",
        category=lists.label("categories", each.category, language.code),
        filed_at=each.filed_at,
        status=status_badge(each.status, language, lists),
        steps=stage_line(each.stage, each.status, language),
        due_on=_due_on(program, each.case_id) if each.closed_on is None else None,
        reply_by=each.reply_by,
        answer_href=f"/cases/{each.case_id}/answers",
    )


def _due_on(program: Program, case_id: UUID) -> date | None:
    """The day by which a decision is aimed at; it moves from day to day, so no list keeps it."""
    view = program.case_files.deadlines(case_id)
    return None if view is None else next((each.due_on for each in view.clocks if each.id == TARGET), None)
