"""``applications``: filing, finding, and reading a case; changes are in :mod:`api.http.routes.case_changes`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.http.paging import PAGING
from api.http.query_values import LANGUAGE
from api.http.requests import AuthorisedCommand, AuthorisedQuery, case_id_of, incoming_command, incoming_question
from api.permissions import Action
from api.services.cases import CaseService

Filing = Annotated[AuthorisedCommand, Depends(incoming_command(Action.FILE_APPLICATION, changes_a_case=False))]
CaseAsked = Annotated[AuthorisedQuery, Depends(incoming_question(Action.READ_APPLICATION))]
TimelineAsked = Annotated[AuthorisedQuery, Depends(incoming_question(Action.READ_TIMELINE, LANGUAGE, *PAGING))]
DeadlinesAsked = Annotated[AuthorisedQuery, Depends(incoming_question(Action.READ_DEADLINES, LANGUAGE))]
AssessmentAsked = Annotated[AuthorisedQuery, Depends(incoming_question(Action.READ_ASSESSMENT))]


def applications_routes(border: CaseService) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/applications")

    @routes.post("", name="fileApplication")
    def file_application(incoming: Filing) -> Response:
        return border.file(incoming)

    @routes.get("/{application_id}", name="getApplication")
    def get_application(application_id: str, asked: CaseAsked) -> Response:
        return border.read(case_id_of(application_id), asked.granted, asked.base_url)

    @routes.get("/{application_id}/assessment", name="getAssessment")
    def get_assessment(application_id: str, asked: AssessmentAsked) -> Response:
        return border.assess(case_id_of(application_id), asked.granted)

    @routes.get("/{application_id}/events", name="getEvents")
    def get_events(application_id: str, asked: TimelineAsked) -> Response:
        return border.timeline(case_id_of(application_id), asked)

    @routes.get("/{application_id}/deadlines", name="getDeadlines")
    def get_deadlines(application_id: str, asked: DeadlinesAsked) -> Response:
        return border.deadlines(case_id_of(application_id), asked)

    return routes
