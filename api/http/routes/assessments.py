"""``salaryChecks`` and ``checklists``: what the law says of facts before anything is filed. Nothing is stored.

The questions are sent as POST, because pay and birth date may stand in no address.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.composition import Program
from api.http.assessment_content import Tellers, assessment_answer, checklist_answer, ordered_json
from api.http.bodies import read_body
from api.http.requests import AuthorisedQuery, incoming_query
from api.permissions import Action
from api.services.cases import require_none
from domain.case.stated_assessment import assess_stated, checklist_for, readings_of_stated
from domain.case.stated_checks import check_stated_facts
from domain.case.stated_facts import StatedFacts
from domain.civil_time import civil_day

SalaryAsked = Annotated[AuthorisedQuery, Depends(incoming_query(Action.CHECK_SALARY))]
ChecklistAsked = Annotated[AuthorisedQuery, Depends(incoming_query(Action.DRAW_UP_CHECKLIST))]


def assessment_routes(program: Program, tellers: Tellers) -> APIRouter:
    """The routes, to be mounted under the root of the API. The law is asked as it is known today."""
    routes = APIRouter()

    @routes.post("/salaryChecks", name="checkSalary")
    def check_salary(asked: SalaryAsked) -> Response:
        stated, today = stated_facts(asked.body), civil_day(program.clock.now())
        assessment = assess_stated(program.rulebook, stated, today)
        readings = readings_of_stated(program.rulebook, stated, assessment)
        return _answer(assessment_answer(assessment, readings, tellers))

    @routes.post("/checklists", name="drawUpChecklist")
    def draw_up_checklist(asked: ChecklistAsked) -> Response:
        stated, today = stated_facts(asked.body), civil_day(program.clock.now())
        return _answer(checklist_answer(checklist_for(program.rulebook, stated, today), tellers))

    return routes


def stated_facts(body: bytes) -> StatedFacts:
    """The facts that ``body`` spells. Raises :class:`domain.case.refusals.InvalidInput` with all issues by field."""
    stated = read_body(StatedFacts, body)
    require_none(check_stated_facts(stated))
    return stated


def _answer(content: dict[str, Any]) -> Response:
    return Response(ordered_json(content), media_type="application/json")
