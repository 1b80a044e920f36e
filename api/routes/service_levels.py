"""``serviceLevels``: how the cases stand against the service target, by authority, category and status."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from api.composition import Program
from api.incoming_requests import incoming_question
from api.problems import Place, RequestRefused, input_problem, located
from domain.case.commands import CIVIL_TIME
from domain.case.refusals import InputIssue
from infra.wire_format import canonical_json, wire_adapter
from projections.sla_board import DayFlow, SlaBoard, Standing, board, flow, total

_FLOW_OF: Final = timedelta(days=29)
"""How far before the day asked the inflow and outflow begin."""

Question = Annotated[Request, Depends(incoming_question("on"))]


def service_levels_routes(program: Program) -> APIRouter:
    """The board as of the end of the civil day ``on``, by default today; ``position`` tells how far it has
    read, ``flow`` what came in and went out on each of the thirty days that end with ``on``."""
    routes = APIRouter()

    @routes.get("/serviceLevels", name="getServiceLevels")
    def get_service_levels(question: Question) -> Response:
        given = question.query_params.getlist("on")
        on = _day(given) if given else program.clock.now().astimezone(CIVIL_TIME).date()
        position = program.recorder.max_tracking_id(SlaBoard.name) or 0
        with program.readers.connection() as connection, connection.cursor() as cursor:
            lines = board(cursor, on)
            days = flow(cursor, on - _FLOW_OF, on + timedelta(days=1))
        content = {
            "on": on.isoformat(),
            "position": position,
            "total": _words(total(lines)),
            "items": [
                {"authority": line.authority, "category": line.category, "status": line.status} | _words(line.standing)
                for line in lines
            ],
            "flow": [_words(day) for day in days],
        }
        return Response(canonical_json(content), media_type="application/json")

    return routes


def _day(given: list[str]) -> date:
    try:
        (text,) = given
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != given[0] or not 1900 <= day.year < 2200:
        issue = InputIssue(
            path="on",
            code="schemaViolation",
            problem="it is not one day of the calendar between 1900 and 2199",
            remedy="write one day, such as 2026-03-01",
        )
        raise RequestRefused(input_problem(located(Place.QUERY, (issue,))))
    return day


def _words(counts: Standing | DayFlow) -> dict[str, Any]:
    words: dict[str, Any] = wire_adapter(type(counts)).dump_python(counts, mode="json", by_alias=True)
    return words
