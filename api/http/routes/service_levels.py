"""``serviceLevels``: how the cases stand against the service target, every measure of it, and the cases behind."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from starlette.datastructures import QueryParams

from api.composition import Program
from api.http.case_representation import address_of, words
from api.http.paging import AFTER, PAGING, next_page, page_size_of, single, unusable_cursor, wrong_parameter
from api.http.problems import API_ROOT, NOT_FOUND, Problem, RequestRefused, missing_permission
from api.http.query_values import day_if_any, day_of, one_code, truth, unknown_code
from api.http.requests import AuthorisedQuery, incoming_question
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.board_measures import MEASURES
from api.services.cases import json_response
from domain.case.command_checks import HANDLER
from domain.case.lifecycle import CaseStatus, Stage
from domain.civil_time import civil_day
from domain.codes import AUTHORITIES, CATEGORIES
from domain.deadlines.service_levels import ServiceStatus
from projections.lists.keyset_pages import PlaceUnusable
from projections.sla_board.drilldown import Cell, cases_behind
from projections.sla_board.model import SlaBoard, board, total
from projections.sla_board.scope import Scope

SCOPE: Final = ("on", "authority", "category", "handler", "withoutPaused")
CELL: Final = ("open", "status", "stage", "standing", "paused", "withTasks", "filedFrom", "filedUntil", "closedFrom",
               "closedUntil", "ageFrom", "ageUntil")  # fmt: skip
STANDINGS: Final = (*(each.value for each in ServiceStatus), "notMeasured")

_DAYS: Final = re.compile(r"[0-9]{1,5}", re.ASCII)

BoardAsked = Annotated[AuthorisedQuery, Depends(incoming_question(Action.READ_SERVICE_LEVELS, *SCOPE))]
CasesAsked = Annotated[AuthorisedQuery, Depends(incoming_question(Action.READ_SERVICE_LEVELS, *SCOPE, *CELL, *PAGING))]


def service_levels_routes(program: Program) -> APIRouter:
    """Everything as of the end of the civil day ``on``, by default today; ``position`` tells how far it has read."""
    routes = APIRouter(prefix="/serviceLevels")

    def today() -> date:
        return civil_day(program.clock.now())

    @routes.get("", name="getServiceLevels")
    def get_service_levels(asked: BoardAsked) -> Response:
        on, scope = day_of(asked.parameters, today()), scope_of(asked.parameters, asked.granted)
        position = program.recorder.max_tracking_id(SlaBoard.name) or 0
        with program.readers.connection() as connection, connection.cursor() as cursor:
            lines = board(cursor, on, scope)
        address = f"{asked.base_url}{API_ROOT}/serviceLevels"
        return json_response(
            {
                "on": on.isoformat(),
                "position": position,
                "total": words(total(lines)),
                "items": [
                    {"authority": line.authority, "category": line.category, "status": line.status}
                    | words(line.standing)
                    for line in lines
                ],
                "measures": [{"name": name, "href": f"{address}/{name}"} for name in MEASURES],
            }
        )

    @routes.get("/cases", name="getServiceLevelCases")
    def get_cases(asked: CasesAsked) -> Response:
        on, scope = day_of(asked.parameters, today()), scope_of(asked.parameters, asked.granted)
        size = page_size_of(asked.parameters)
        with program.readers.connection() as connection, connection.cursor() as cursor:
            try:
                page = cases_behind(
                    cursor, on, scope, cell_of(asked.parameters), limit=size, after=single(asked.parameters, AFTER)
                )
            except PlaceUnusable:
                raise unusable_cursor() from None
        address = f"{asked.base_url}{API_ROOT}/serviceLevels/cases"
        return json_response(
            {
                "on": on.isoformat(),
                "items": [words(each) | {"href": address_of(each.case_id, asked.base_url)} for each in page.items],
                "pageSize": size,
                **next_page(address, asked.parameters, page.next),
            }
        )

    @routes.get("/{measure}", name="getServiceLevelMeasure")
    def get_measure(measure: str, asked: BoardAsked) -> Response:
        if measure not in MEASURES:
            raise RequestRefused(
                Problem(type=NOT_FOUND, detail=f"There is no such measure; there are {', '.join(MEASURES)}.")
            )
        on, scope = day_of(asked.parameters, today()), scope_of(asked.parameters, asked.granted)
        position = program.recorder.max_tracking_id(SlaBoard.name) or 0
        with program.readers.connection() as connection, connection.cursor() as cursor:
            rows = MEASURES[measure].read(cursor, on, scope)
        return json_response({"on": on.isoformat(), "position": position, "items": [words(each) for each in rows]})

    return routes


def scope_of(parameters: QueryParams, granted: AuthorisedCaller) -> Scope:
    """The cases asked for, within the caller's reach. Raises :class:`RequestRefused` (400, 403)."""
    authority = one_code(parameters, "authority", AUTHORITIES)
    own = granted.caller.authority
    if own is not None and authority not in (None, own):
        raise RequestRefused(
            missing_permission(
                granted.caller.role, Action.READ_SERVICE_LEVELS, f"The token is for the authority {own}: ask for that."
            )
        )
    handler = single(parameters, "handler")
    if handler is not None and HANDLER.fullmatch(handler) is None:
        raise wrong_parameter("handler", "schemaViolation", "it is no case handler", "write caseHandler:h-12")
    return Scope(
        authority=own or authority,
        category=one_code(parameters, "category", CATEGORIES),
        handler=handler,
        without_paused=truth(parameters, "withoutPaused") or False,
    )


def cell_of(parameters: QueryParams) -> Cell:
    """Which cases of a scope are asked for. Raises :class:`RequestRefused` (400)."""
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
