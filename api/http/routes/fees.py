"""``fees``: what an application owes and what was paid of it; payments are recorded in :mod:`api.http.routes.steps`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.http.case_representation import entity_tag
from api.http.fee_content import fees_content
from api.http.requests import AuthorisedQuery, authorised_query, case_id_of
from api.http.responses import json_response
from api.permissions import Action
from api.services.fees import FeeService

FeesQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_FEES))]


def fee_routes(fees: FeeService) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter()

    @routes.get("/applications/{application_id}/fees", name="getFees")
    def get_fees(application_id: str, query: FeesQuery) -> Response:
        found = fees.of_case(query.caller, case_id_of(application_id))
        return json_response(fees_content(found), headers={"ETag": entity_tag(found.version)})

    return routes
