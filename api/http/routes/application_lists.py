"""``GET applications`` and ``POST applications/query``: finding cases, newest first, within the caller's reach.

What is sensitive to search by, such as an SSIN, is sent in a body and never in an address (Belgif, sens-dat).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, assert_never

from fastapi import APIRouter, Depends, Response

from api.composition import Program
from api.http.bodies import read_body
from api.http.case_representation import address_of, words
from api.http.paging import AFTER, LARGEST_PAGE_SIZE, PAGING, next_page, page_size_of, single, unusable_cursor
from api.http.problems import API_ROOT
from api.http.query_values import one_code
from api.http.requests import AuthorisedQuery, incoming_query, incoming_question
from api.permissions import Action, Reach
from api.services.access import AuthorisedCaller
from api.services.cases import json_response, require_none
from domain.case.lifecycle import CaseStatus
from domain.case.refusals import InputIssue, InvalidInput
from domain.case.value_checks import (
    INVALID_INPUT,
    Issues,
    enterprise_number,
    not_the_identifier,
    number_within,
    one_of,
    spelled,
)
from domain.civil_time import civil_day
from domain.codes import CATEGORIES
from domain.identifiers import IdentifierInvalid, Ssin
from infra.identity.caller import Role
from projections.lists.keyset_pages import Page, PlaceUnusable
from projections.lists.own_applications import (
    OfAuthority,
    OfEmployer,
    OfRepresentative,
    OfWorker,
    OwnApplication,
    Owner,
    Wanted,
    own_applications,
)

STATUSES: Final = tuple(each.value for each in CaseStatus)
_REFERENCE: Final = re.compile(r"[A-Z]{2}-[0-9]{4}-[0-9]{7}-[0-9]{2}", re.ASCII)

QueryAsked = Annotated[AuthorisedQuery, Depends(incoming_query(Action.QUERY_APPLICATIONS))]
ListAsked = Annotated[
    AuthorisedQuery, Depends(incoming_question(Action.QUERY_APPLICATIONS, "status", "category", *PAGING))
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationQuery:
    """What is searched for; ``after`` is the member ``nextAfter`` of the page before."""

    reference: str | None = None
    status: str | None = None
    category: str | None = None
    enterprise_number: str | None = None
    ssin: str | None = None
    page_size: int = 50
    after: str | None = None


def application_list_routes(program: Program) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/applications")

    @routes.get("", name="getApplications")
    def get_applications(asked: ListAsked) -> Response:
        size, after = page_size_of(asked.parameters), single(asked.parameters, AFTER)
        wanted = Wanted(
            status=one_code(asked.parameters, "status", STATUSES),
            category=one_code(asked.parameters, "category", CATEGORIES),
        )
        try:
            page = _found(program, asked.granted, wanted, size, after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        address = f"{asked.base_url}{API_ROOT}/applications"
        content = _content(page, size, asked.base_url)
        return json_response({**content, **next_page(address, asked.parameters, page.next)})

    @routes.post("/query", name="queryApplications")
    def query_applications(asked: QueryAsked) -> Response:
        query = read_body(ApplicationQuery, asked.body)
        require_none(tuple(_issues(query, civil_day(program.clock.now()))))
        wanted = Wanted(
            reference=query.reference,
            status=query.status,
            category=query.category,
            employer_number=query.enterprise_number,
            subjects=None if query.ssin is None else tuple(program.keys.subjects_of(query.ssin)),
        )
        try:
            page = _found(program, asked.granted, wanted, query.page_size, query.after)
        except PlaceUnusable as why:
            issue = InputIssue(
                path="after", code=INVALID_INPUT, problem=str(why), remedy="take nextAfter of the page before"
            )
            raise InvalidInput((issue,)) from None
        content = _content(page, query.page_size, asked.base_url)
        return json_response(content | ({} if page.next is None else {"nextAfter": page.next}))

    return routes


def owner_of(program: Program, granted: AuthorisedCaller) -> Owner:
    """Whose applications are within the caller's reach."""
    caller = granted.caller
    if granted.reach is Reach.AUTHORITY:
        return OfAuthority(authority=caller.authority)
    match caller.role:
        case Role.EMPLOYER:
            return OfEmployer(enterprise_number=caller.enterprise_number or "")
        case Role.REPRESENTATIVE:
            return OfRepresentative(enterprise_number=caller.enterprise_number or "")
        case Role.WORKER:
            return OfWorker(subjects=tuple(program.keys.subjects_of(caller.ssin or "")))
        case Role.CASE_HANDLER | Role.OPERATIONS | Role.REGULATOR:
            raise AssertionError(f"the role {caller.role} has no applications of its own")
        case _:
            assert_never(caller.role)


def _found(
    program: Program, granted: AuthorisedCaller, wanted: Wanted, size: int, after: str | None
) -> Page[OwnApplication]:
    """Raises ``PlaceUnusable``."""
    with program.readers.connection() as connection, connection.cursor() as cursor:
        return own_applications(cursor, owner_of(program, granted), wanted, limit=size, after=after)


def _content(page: Page[OwnApplication], size: int, base_url: str) -> dict[str, Any]:
    items = [
        {"id": str(each.case_id), "href": address_of(each.case_id, base_url), **_without_id(words(each))}
        for each in page.items
    ]
    return {"items": items, "pageSize": size}


def _without_id(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "caseId"}


def _issues(query: ApplicationQuery, today: date) -> Issues:
    """What is wrong with a question; values that were sent are not repeated."""
    if query.reference is not None:
        yield from spelled("reference", query.reference, _REFERENCE, "a reference, such as FL-2026-0001234-56")
    if query.status is not None:
        yield from one_of("status", query.status, STATUSES)
    if query.category is not None:
        yield from one_of("category", query.category, CATEGORIES)
    if query.enterprise_number is not None:
        yield from enterprise_number("enterpriseNumber", query.enterprise_number)
    if query.ssin is not None:
        try:
            Ssin.parse(query.ssin, today=today)
        except IdentifierInvalid as why:
            yield not_the_identifier("ssin", why)
    yield from number_within("pageSize", query.page_size, 1, LARGEST_PAGE_SIZE)
