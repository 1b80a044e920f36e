"""The bank's questions over REST after the Belgif guide, and the ways in which it does not answer them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from infra.crossroads.simulator.bank import PersonStatus
from infra.crossroads.simulator.questions import CRITERIA, RequestBody, Ticket, Words
from infra.crossroads.simulator.service_desk import (
    MAINTENANCE_SECONDS,
    BankAnswer,
    Question,
    ServiceDesk,
    ticket_of_bank,
)
from infra.crossroads.simulator.troubles import Trouble

TraceId = Annotated[str | None, Header(alias="BelGov-Trace-Id", max_length=36)]

_OPERATIONS: Final = {
    "employers/query": "employer",
    "persons/query": "person",
    "declaredWages/query": "declaredWages",
    "declaredEmployments/query": "declaredEmployment",
    "registrations": "registration",
}
_INPUT: Final = "input-validation"
_PROBLEM_OF_NUMBER: Final = {
    PersonStatus.UNKNOWN: f"urn:problem-type:belgif:{_INPUT}:unknownSsin",
    PersonStatus.REPLACED: f"urn:problem-type:cbss:{_INPUT}:replacedSsin",
    PersonStatus.CANCELED: f"urn:problem-type:cbss:{_INPUT}:canceledSsin",
}


class _Preamble(RequestBody):
    ticket: Ticket
    legal_context: Words
    purpose: Words


def rest_routes(desk: ServiceDesk) -> APIRouter:
    """The routes of `/crossroads/v1` over this desk."""
    routes = APIRouter(prefix="/crossroads/v1")

    def route(path: str, operation: str) -> None:
        @routes.post(f"/{path}")
        async def ask(body: dict[str, Any], trace_id: TraceId = None) -> Response:
            question = _question(operation, body)
            trouble = await desk.received(question)
            if trouble is not None:
                return _troubled(desk, trouble, question, trace_id)
            return _response(desk.answer(question), question.ticket, trace_id)

    for path, operation in _OPERATIONS.items():
        route(path, operation)
    return routes


def _question(operation: str, body: Mapping[str, Any]) -> Question:
    """The question of a body that is as documented. Raises RequestValidationError."""
    preamble = {name: value for name, value in body.items() if name in {"ticket", "legalContext", "purpose"}}
    given = {name: value for name, value in body.items() if name not in preamble}
    try:
        ticket = _Preamble.model_validate(preamble).ticket
        criteria = CRITERIA[operation].model_validate(given)
    except ValidationError as wrong:
        errors = wrong.errors(include_input=False, include_url=False, include_context=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in errors]) from None
    return Question(operation=operation, ticket=ticket, criteria=criteria.model_dump(mode="json", by_alias=True))


def problem(
    status: Literal[400, 429, 503],
    name: str,
    title: str,
    *,
    trace_id: str | None = None,
    retry_after_seconds: int | None = None,
    **more: Any,
) -> JSONResponse:
    """A problem after the Belgif guide; `name` is its type: one of Belgif's, or a whole URN."""
    urn = name if name.startswith("urn:") else f"urn:problem-type:belgif:{name}"
    headers = _trace_headers(trace_id)
    if retry_after_seconds is not None:
        headers["Retry-After"] = str(retry_after_seconds)
        more["retryAfterSec"] = retry_after_seconds
    body = {"type": urn, "title": title, "status": status, **more}
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


async def body_refused(request: Request, error: Exception) -> Response:
    """A request that is not as documented: 400, naming the properties at fault and never their values."""
    found = error.errors() if hasattr(error, "errors") else []
    issues = [{"in": "body", "name": ".".join(map(str, it["loc"][1:])), "title": it["type"]} for it in found]
    trace_id = request.headers.get("BelGov-Trace-Id")
    return problem(400, "badRequest", "Bad Request", trace_id=trace_id, issues=issues)


class CutConnection(Response):
    """Half an answer, after which the server closes the connection because the promised rest never comes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"ticket":', "more_body": True})


def transport_trouble(desk: ServiceDesk, trouble: Trouble, trace_id: str | None) -> Response | None:
    """The reply to a trouble that is the same whatever the bank's face; None for those that differ by protocol."""
    match trouble:
        case Trouble.SERVICE_UNAVAILABLE | Trouble.SILENCE:
            title, stay_away = "Service Unavailable", desk.bank.retry_after_seconds
            return problem(503, "serviceUnavailable", title, trace_id=trace_id, retry_after_seconds=stay_away)
        case Trouble.TOO_MANY_REQUESTS:
            title, stay_away = "Too Many Requests", desk.bank.retry_after_seconds
            return problem(429, "tooManyRequests", title, trace_id=trace_id, retry_after_seconds=stay_away)
        case Trouble.MAINTENANCE:
            urn, stay_away = "urn:problem-type:cbss:maintenance", MAINTENANCE_SECONDS
            return problem(503, urn, "Maintenance", trace_id=trace_id, retry_after_seconds=stay_away)
        case Trouble.CONNECTION_CUT:
            return CutConnection()
        case Trouble.GARBAGE:
            return Response(b"\x00\xff<html>proxy error</html>", headers=_trace_headers(trace_id))
        case _:
            return None


def _troubled(desk: ServiceDesk, trouble: Trouble, question: Question, trace_id: str | None) -> Response:
    same_everywhere = transport_trouble(desk, trouble, trace_id)
    if same_everywhere is not None:
        return same_everywhere
    ticket = question.ticket
    match trouble:
        case Trouble.SOURCE_UNAVAILABLE:
            return _response(BankAnswer(value="NO_RESULT", code="99996"), ticket, trace_id)
        case Trouble.INTERNAL_ERROR:
            return _response(BankAnswer(value="NO_RESULT", code="MSG00003"), ticket, trace_id)
        case Trouble.DUPLICATE_ANSWER:
            once = bytes(_response(desk.answer(question), ticket, trace_id).body)
            return Response(once + once, media_type="application/json", headers=_trace_headers(trace_id))
        case _:
            wrong = BankAnswer(value="DATA_FOUND", code="MSG00000", content={"person": {"grossPay": "52000.00"}})
            return _response(wrong, ticket, trace_id)


def _response(answer: BankAnswer, ticket: str, trace_id: str | None) -> Response:
    urn = None if answer.number is None else _PROBLEM_OF_NUMBER.get(answer.number)
    if urn is not None:
        issue = {"type": urn, "in": "body", "name": "ssin"}
        if answer.replaced_by is not None:
            issue["replacedBy"] = answer.replaced_by
        return problem(400, "badRequest", "Bad Request", trace_id=trace_id, issues=[issue])
    body = {
        "ticket": ticket,
        "ticketCbss": ticket_of_bank(ticket),
        "status": {"value": answer.value, "code": answer.code, "description": answer.description},
        **answer.content,
    }
    return JSONResponse(body, headers=_trace_headers(trace_id))


def _trace_headers(trace_id: str | None) -> dict[str, str]:
    """The trace id of an answer is the provider's own; the caller's comes back as the related one."""
    headers = {"BelGov-Trace-Id": str(uuid.uuid4())}
    if trace_id is not None:
        headers["BelGov-Related-Trace-Id"] = trace_id
    return headers
