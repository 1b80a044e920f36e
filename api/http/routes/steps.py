"""``applications/{applicationId}/...``: one route for each step of the procedure that a message takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.http.bodies import read_body
from api.http.problems import RequestRefused, unknown_information_request
from api.http.requests import AuthorisedCommand, authorised_command, case_id_of
from api.http.responses import handled_response
from api.services.cases import CaseService
from api.steps.procedure import STEPS
from api.steps.step import Message, Step, StepTarget
from domain.deadlines.clocks import ClockRules

INFORMATION_REQUEST_ID = "information_request_id"


def step_routes(cases: CaseService, rules: ClockRules) -> APIRouter:
    """The routes, to be mounted under the root of the API. A document is a file: it has routes of its own."""
    routes = APIRouter(prefix="/applications/{application_id}")
    for step in STEPS:
        if step.message is not None:
            endpoint = _endpoint(cases, rules, step, step.message)
            routes.add_api_route(f"/{step.path}", endpoint, methods=["POST"], name=step.operation)
    return routes


def _endpoint(cases: CaseService, rules: ClockRules, step: Step, message: Message[Any]) -> Callable[..., Response]:
    receive: Any = Depends(authorised_command(step.action))

    def endpoint(application_id: str, request: Request, sent: AuthorisedCommand = receive) -> Response:
        context = cases.context(sent.caller, sent.command_id, expected_version=sent.expected_version)
        target = StepTarget(case_id=case_id_of(application_id), context=context, request_id=_request_id_of(request))
        command = message.command_of(read_body(message.body, sent.body), target)
        return handled_response(cases.change(sent.caller, target.case_id, command, context), rules, sent.base_url)

    return endpoint


def _request_id_of(request: Request) -> UUID | None:
    """The request for information that a path names, if it names one. Raises :class:`RequestRefused` (404)."""
    text = request.path_params.get(INFORMATION_REQUEST_ID)
    if text is None:
        return None
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or str(found) != text:
        raise RequestRefused(unknown_information_request())
    return found
