"""``salaryChecks`` and ``checklists``: the assessment of facts before filing. Nothing is stored.

The queries are sent as POST, because pay and birth date may not be in a URL.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.http.assessment_content import Tellers, assessment_answer, checklist_answer, ordered_json
from api.http.bodies import read_body
from api.http.requests import AuthorisedQuery, authorised_search
from api.permissions import Action
from api.services.computing import COMPUTING
from api.services.law import LawService
from domain.case.refusals import require_no_issues
from domain.case.stated_checks import check_stated_facts
from domain.case.stated_facts import StatedFacts

SalaryQuery = Annotated[AuthorisedQuery, Depends(authorised_search(Action.CHECK_SALARY))]
ChecklistQuery = Annotated[AuthorisedQuery, Depends(authorised_search(Action.DRAW_UP_CHECKLIST))]


def assessment_routes(law: LawService, tellers: Tellers) -> APIRouter:
    """The routes, to be mounted under the root of the API. The law is applied as it is known today."""
    routes = APIRouter()

    @routes.post("/salaryChecks", name="checkSalary")
    def check_salary(query: SalaryQuery) -> Response:
        stated = stated_facts(query.body)
        with COMPUTING:
            found = law.assess(stated)
            return _answer(assessment_answer(found.assessment, found.readings, tellers))

    @routes.post("/checklists", name="drawUpChecklist")
    def draw_up_checklist(query: ChecklistQuery) -> Response:
        stated = stated_facts(query.body)
        with COMPUTING:
            return _answer(checklist_answer(law.checklist(stated), tellers))

    return routes


def stated_facts(body: bytes) -> StatedFacts:
    """The facts that ``body`` spells. Raises :class:`domain.case.refusals.InvalidInput` with all issues by field."""
    stated = read_body(StatedFacts, body)
    require_no_issues(check_stated_facts(stated))
    return stated


def _answer(content: dict[str, Any]) -> Response:
    return Response(ordered_json(content), media_type="application/json")
