"""``serviceLevels``: the status of the cases against the service target, its measures, and the underlying cases."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from starlette.datastructures import QueryParams

from api.http.case_representation import address_of, words
from api.http.paging import AFTER, PAGING, next_page, page_size_of, single, unusable_cursor, wrong_parameter
from api.http.problems import API_ROOT
from api.http.query_values import day_if_any, day_of, one_code, truth, unknown_code
from api.http.requests import AuthorisedQuery, authorised_query
from api.http.responses import json_response
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.boards import BoardService, no_such_measure
from api.services.measures import MEASURES
from domain.case.command_checks import HANDLER
from domain.case.lifecycle import CaseStatus, Stage
from domain.codes import AUTHORITIES, CATEGORIES
from domain.deadlines.service_levels import ServiceStatus
from projections.lists.keyset_pages import PlaceUnusable
from projections.sla_board.drilldown import Cell
from projections.sla_board.scope import Scope

SCOPE: Final = ("on", "authority", "category", "handler", "withoutPaused")
CELL: Final = ("open", "status", "stage", "standing", "paused", "withTasks", "filedFrom", "filedUntil", "closedFrom",
               "closedUntil", "ageFrom", "ageUntil")  # fmt: skip
STANDINGS: Final = (*(each.value for each in ServiceStatus), "notMeasured")

_DAYS: Final = re.compile(r"[0-9]{1,5}", re.ASCII)

BoardQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_SERVICE_LEVELS, *SCOPE))]
CasesQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_SERVICE_LEVELS, *SCOPE, *CELL, *PAGING))]


def service_levels_routes(boards: BoardService) -> APIRouter:
    """Everything as of the end of the civil day ``on``, by default today; ``position`` is how far it has read."""
    routes = APIRouter(prefix="/serviceLevels")

    @routes.get("", name="getServiceLevels")
    def get_service_levels(query: BoardQuery) -> Response:
        on, scope = day_of(query.parameters, boards.today), scope_of(boards, query.parameters, query.caller)
        levels = boards.service_levels(query.caller, on, scope)
        address = f"{query.base_url}{API_ROOT}/serviceLevels"
        return json_response(
            {
                "on": on.isoformat(),
                "position": levels.position,
                "total": words(levels.total),
                "items": [
                    {"authority": line.authority, "category": line.category, "status": line.status}
                    | words(line.standing)
                    for line in levels.lines
                ],
                "measures": [{"name": name, "href": f"{address}/{name}"} for name in MEASURES],
            }
        )

    @routes.get("/cases", name="getServiceLevelCases")
    def get_cases(query: CasesQuery) -> Response:
        on, scope = day_of(query.parameters, boards.today), scope_of(boards, query.parameters, query.caller)
        size, cell, after = page_size_of(query.parameters), cell_of(query.parameters), single(query.parameters, AFTER)
        try:
            page = boards.cases(query.caller, on, scope, cell, limit=size, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        address = f"{query.base_url}{API_ROOT}/serviceLevels/cases"
        return json_response(
            {
                "on": on.isoformat(),
                "items": [words(each) | {"href": address_of(each.case_id, query.base_url)} for each in page.items],
                "pageSize": size,
                **next_page(address, query.parameters, page.next),
            }
        )

    @routes.get("/{measure}", name="getServiceLevelMeasure")
    def get_measure(measure: str, query: BoardQuery) -> Response:
        if measure not in MEASURES:
            raise no_such_measure()
        on, scope = day_of(query.parameters, boards.today), scope_of(boards, query.parameters, query.caller)
        found = boards.measure(query.caller, measure, on, scope)
        items = [words(each) for each in found.rows]
        return json_response({"on": on.isoformat(), "position": found.position, "items": items})

    return routes


def scope_of(boards: BoardService, parameters: QueryParams, caller: AuthorisedCaller) -> Scope:
    """The cases requested, within the caller's reach. Raises :class:`RequestRefused` (400) and ``NotPermitted``."""
    authority = one_code(parameters, "authority", AUTHORITIES)
    boards.require_authority(caller, authority)
    handler = single(parameters, "handler")
    if handler is not None and HANDLER.fullmatch(handler) is None:
        raise wrong_parameter("handler", "schemaViolation", "it is no case handler", "write caseHandler:h-12")
    return Scope(
        authority=caller.caller.authority or authority,
        category=one_code(parameters, "category", CATEGORIES),
        handler=handler,
        without_paused=truth(parameters, "withoutPaused") or False,
    )


def cell_of(parameters: QueryParams) -> Cell:
    """Which cases of a scope are requested. Raises :class:`RequestRefused` (400)."""
    standings = parameters.getlist("standing")
    for each in standings:
        if each not in STANDINGS:
            raise unknown_code("standing", STANDINGS)
    return Cell(
        is_open=truth(parameters, "open"),
        status=one_code(parameters, "status", tuple(each.value for each in CaseStatus)),
        stage=one_code(parameters, "stage", tuple(each.value for each in Stage)),
        standings=tuple(standings) or None,
        is_paused=truth(parameters, "paused"),
        with_tasks=truth(parameters, "withTasks"),
        filed=_days_between(parameters, "filedFrom", "filedUntil"),
        closed=_days_between(parameters, "closedFrom", "closedUntil"),
        age=_age(parameters),
    )


def _days_between(parameters: QueryParams, first: str, after_last: str) -> tuple[date, date] | None:
    """Days ``[first, after_last)``; either end may be left open."""
    since, until = day_if_any(parameters, first), day_if_any(parameters, after_last)
    if since is None and until is None:
        return None
    return since or date.min, until or date.max


def _age(parameters: QueryParams) -> tuple[int, int] | None:
    ends = []
    for name, otherwise in (("ageFrom", 0), ("ageUntil", 99_999)):
        given = single(parameters, name)
        if given is not None and _DAYS.fullmatch(given) is None:
            raise wrong_parameter(name, "schemaViolation", "it is not a number of days", "write one, such as 60")
        ends.append(otherwise if given is None else int(given))
    return None if ends == [0, 99_999] else (ends[0], ends[1])
