"""``applications/{applicationId}/...``: one route for each way to change a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.http.bodies import read_body
from api.http.problems import RequestRefused, unknown_information_request
from api.http.requests import AuthorisedCommand, case_id_of, incoming_command
from api.permissions import Action
from api.services.cases import CaseService, require_none
from api.steps.changes import CHANGES, Change
from domain.case.command_checks import check_answer
from domain.case.commands import ProvideInformation
from domain.plain_text import FreeText

Answering = Annotated[AuthorisedCommand, Depends(incoming_command(Action.PROVIDE_INFORMATION))]


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationAnswer:
    """An answer to a request; ``documents`` are digests of files attached before."""

    answer: FreeText
    documents: tuple[str, ...] = ()


def case_change_routes(border: CaseService) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/applications/{application_id}")
    for change in CHANGES:
        routes.add_api_route(f"/{change.resource}", _endpoint(border, change), methods=["POST"], name=change.name)

    @routes.post("/informationRequests/{information_request_id}/answers", name="provideInformation")
    def provide_information(application_id: str, information_request_id: str, incoming: Answering) -> Response:
        case_id, request_id = case_id_of(application_id), _request_id_of(information_request_id)
        sent = read_body(InformationAnswer, incoming.body)
        answer = ProvideInformation(request_id=request_id, answer=sent.answer, documents=sent.documents)
        require_none(check_answer(answer))
        return border.change(case_id, answer, border.context(incoming), incoming)

    return routes


def _endpoint(border: CaseService, change: Change) -> Callable[..., Response]:
    receive: Any = Depends(incoming_command(change.action))

    def endpoint(application_id: str, incoming: AuthorisedCommand = receive) -> Response:
        case_id, context = case_id_of(application_id), border.context(incoming)
        body = read_body(change.body, incoming.body)
        require_none(change.issues(body, context.today))
        return border.change(case_id, change.command(body, case_id, context), context, incoming)

    return endpoint


def _request_id_of(text: str) -> UUID:
    """The request that a path names. Raises :class:`RequestRefused` (404)."""
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or str(found) != text:
        raise RequestRefused(unknown_information_request())
    return found
