"""``fees``: what an application owes and what was paid of it; payments are recorded in :mod:`api.http.routes.steps`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.http.case_representation import entity_tag
from api.http.fee_content import fees_content, open_fee_content
from api.http.paging import AFTER, PAGING, next_page, page_size_of, single, unusable_cursor
from api.http.problems import API_ROOT
from api.http.requests import AuthorisedQuery, authorised_query, case_id_of
from api.http.responses import json_response
from api.permissions import Action
from api.services.fees import FeeService
from api.services.open_fees import OpenFeeService
from projections.lists.keyset_pages import PlaceUnusable

OpenFeesQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.LIST_OPEN_FEES, *PAGING))]
FeesQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_FEES))]


def fee_routes(fees: FeeService, open_fees: OpenFeeService) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter()

    @routes.get("/applications/{application_id}/fees", name="getFees")
    def get_fees(application_id: str, query: FeesQuery) -> Response:
        found = fees.of_case(query.caller, case_id_of(application_id))
        return json_response(fees_content(found), headers={"ETag": entity_tag(found.version)})

    @routes.get("/openFees", name="getOpenFees")
    def get_open_fees(query: OpenFeesQuery) -> Response:
        size, after = page_size_of(query.parameters), single(query.parameters, AFTER)
        try:
            page = open_fees.page(query.caller, limit=size, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        address = f"{query.base_url}{API_ROOT}/openFees"
        items = [open_fee_content(each, query.base_url) for each in page.items]
        return json_response({"items": items, "pageSize": size, **next_page(address, query.parameters, page.next)})

    return routes
