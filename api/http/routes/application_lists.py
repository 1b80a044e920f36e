"""``GET applications`` and ``POST applications/query``: finding cases, newest first, within the caller's reach.

What is sensitive to search by, such as an SSIN, is sent in a body and never in an address (Belgif, sens-dat).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from api.http.bodies import read_body
from api.http.case_representation import address_of, words
from api.http.paging import AFTER, LARGEST_PAGE_SIZE, PAGING, next_page, page_size_of, single, unusable_cursor
from api.http.problems import API_ROOT
from api.http.query_values import one_code
from api.http.requests import AuthorisedQuery, authorised_query, authorised_search
from api.http.responses import json_response
from api.permissions import Action
from api.services.lists import ListService
from domain.case.lifecycle import CaseStatus
from domain.case.refusals import InputIssue, InvalidInput, require_no_issues
from domain.case.search_text import sought_case
from domain.case.value_checks import (
    INVALID_INPUT,
    Issues,
    enterprise_number,
    not_the_identifier,
    number_within,
    one_of,
    spelled,
)
from domain.codes import CATEGORIES
from domain.identifiers import IdentifierInvalid, Ssin
from projections.lists.keyset_pages import Page, PlaceUnusable
from projections.lists.own_queries import OwnApplication, Wanted

STATUSES: Final = tuple(each.value for each in CaseStatus)
_REFERENCE: Final = re.compile(r"[A-Z]{2}-[0-9]{4}-[0-9]{7}-[0-9]{2}", re.ASCII)

SearchQuery = Annotated[AuthorisedQuery, Depends(authorised_search(Action.QUERY_APPLICATIONS))]
ListQuery = Annotated[
    AuthorisedQuery, Depends(authorised_query(Action.QUERY_APPLICATIONS, "status", "category", *PAGING))
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationQuery:
    """What is searched for; ``text`` as people type it, ``after`` is the member ``nextAfter`` of the page before."""

    reference: str | None = None
    status: str | None = None
    category: str | None = None
    enterprise_number: str | None = None
    ssin: str | None = None
    text: str | None = None
    closed: bool | None = None
    page_size: int = 50
    after: str | None = None


def application_list_routes(lists: ListService) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/applications")

    @routes.get("", name="getApplications")
    def get_applications(query: ListQuery) -> Response:
        size, after = page_size_of(query.parameters), single(query.parameters, AFTER)
        wanted = Wanted(
            status=one_code(query.parameters, "status", STATUSES),
            category=one_code(query.parameters, "category", CATEGORIES),
        )
        try:
            page = lists.find(query.caller, wanted, limit=size, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        address = f"{query.base_url}{API_ROOT}/applications"
        content = _content(page, size, query.base_url)
        return json_response({**content, **next_page(address, query.parameters, page.next)})

    @routes.post("/query", name="queryApplications")
    def query_applications(query: SearchQuery) -> Response:
        search = read_body(ApplicationQuery, query.body)
        require_no_issues(_issues(search, lists.today))
        wanted = Wanted(
            reference=search.reference,
            status=search.status,
            category=search.category,
            employer_number=search.enterprise_number,
            closed=search.closed,
        )
        sought = None if search.text is None else sought_case(search.text, today=lists.today)
        try:
            page = lists.find(
                query.caller, wanted, ssin=search.ssin, sought=sought, limit=search.page_size, after=search.after
            )
        except PlaceUnusable as why:
            issue = InputIssue(
                path="after", code=INVALID_INPUT, problem=str(why), remedy="take nextAfter of the page before"
            )
            raise InvalidInput((issue,)) from None
        content = _content(page, search.page_size, query.base_url)
        return json_response(content | ({} if page.next is None else {"nextAfter": page.next}))

    return routes


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
