"""``serviceLevels``: how the cases stand against the service target, by authority, category and status."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.composition import Program
from api.incoming_requests import incoming_question
from api.problems import Place, RequestRefused, input_problem, located
from domain.case.commands import CIVIL_TIME
from domain.case.refusals import InputIssue
from infra.wire_format import canonical_json, wire_adapter
from projections.sla_board import SlaBoard, Standing, board, total

Question = Annotated[Request, Depends(incoming_question("on"))]


def service_levels_routes(program: Program) -> APIRouter:
    """The board as of the end of the civil day ``on``, by default today; ``position`` tells how far it has read."""
    routes = APIRouter()

    @routes.get("/serviceLevels", name="getServiceLevels")
    def get_service_levels(question: Question) -> Response:
        given = question.query_params.getlist("on")
        on = _day(given) if given else program.clock.now().astimezone(CIVIL_TIME).date()
        position = program.recorder.max_tracking_id(SlaBoard.name) or 0
        with program.readers.connection() as connection, connection.cursor() as cursor:
            lines = board(cursor, on)
        content = {
            "on": on.isoformat(),
            "position": position,
            "total": _words(total(lines)),
            "items": [
                {"authority": line.authority, "category": line.category, "status": line.status} | _words(line.standing)
                for line in lines
            ],
        }
        return Response(canonical_json(content), media_type="application/json")

    return routes


def _day(given: list[str]) -> date:
    try:
        (text,) = given
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != given[0]:
        issue = InputIssue(
            path="on",
            code="schemaViolation",
            problem="it is not one day of the calendar",
            remedy="write one day, such as 2026-03-01",
        )
        raise RequestRefused(input_problem(located(Place.QUERY, (issue,))))
    return day


def _words(standing: Standing) -> dict[str, Any]:
    words: dict[str, Any] = wire_adapter(Standing).dump_python(standing, mode="json", by_alias=True)
    return words
