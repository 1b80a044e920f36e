"""The bank's two questions over HTTP, and the ways in which it does not answer them."""

import asyncio
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.types import Receive, Scope, Send

from infra.crossroads_simulator.bank import SimulatedBank
from infra.crossroads_simulator.troubles import Trouble

_LONG_SILENCE_SECONDS = 3_600
_MAINTENANCE_SECONDS = 1_800

_SOURCE_TEMPORARILY_UNAVAILABLE = "99996"
_INTERNAL_ERROR = "MSG00003"
_NOT_INTEGRATED = "MSG00012"
_NO_INSCRIPTION = "40003"
_ALREADY_REGISTERED = "40143"

Ticket = Annotated[str, Field(min_length=1, max_length=36)]
Ssin = Annotated[str, Field(pattern=r"^\d{11}$")]
EnterpriseNumber = Annotated[str, Field(pattern=r"^[01]\d{9}$")]
Quarter = Annotated[str, Field(pattern=r"^\d{4}Q[1-4]$")]
TraceId = Annotated[str | None, Header(alias="BelGov-Trace-Id", max_length=36)]


class RequestBody(BaseModel):
    """Properties in lowerCamelCase; an unknown one is refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", hide_input_in_errors=True)


class Question(RequestBody):
    ticket: Ticket
    legal_context: Annotated[str, Field(min_length=1, max_length=64)]
    purpose: Annotated[str, Field(min_length=1, max_length=64)]


class EmployerQuestion(Question):
    enterprise_number: EnterpriseNumber


class RegistrationRequest(Question):
    ssin: Ssin
    action: Literal["register", "unregister"]


class WagesQuestion(Question):
    ssin: Ssin
    enterprise_number: EnterpriseNumber
    quarters: Annotated[list[Quarter], Field(min_length=1, max_length=40)]


def consultation_routes(bank: SimulatedBank) -> APIRouter:
    """The routes of `/crossroads/v1` over this bank."""
    routes = APIRouter(prefix="/crossroads/v1")

    @routes.post("/employers/query")
    async def query_employer(question: EmployerQuestion, trace_id: TraceId = None) -> Response:
        trouble = await _receive(bank, "employerRegister", question.ticket)
        if trouble is not None:
            return _troubled(bank, trouble, question.ticket, trace_id)
        found = bank.undertaking(question.enterprise_number)
        if found is None:
            return _envelope(question.ticket, trace_id, "NO_DATA_FOUND", "MSG00100")
        employer = {"enterpriseNumber": found.enterprise_number, "name": found.name, "active": found.active}
        return _envelope(question.ticket, trace_id, "DATA_FOUND", "MSG00000", employer=employer)

    @routes.post("/declaredWages/query")
    async def query_declared_wages(question: WagesQuestion, trace_id: TraceId = None) -> Response:
        trouble = await _receive(bank, "declaredWages", question.ticket)
        if trouble is not None:
            return _troubled(bank, trouble, question.ticket, trace_id)
        if not bank.is_registered(question.ssin):
            return _envelope(question.ticket, trace_id, "NO_RESULT", _NOT_INTEGRATED)
        found = bank.wages(question.ssin, question.enterprise_number, question.quarters)
        if not found:
            return _envelope(question.ticket, trace_id, "NO_DATA_FOUND", "MSG00100")
        declaration = {
            "enterpriseNumber": question.enterprise_number,
            "quarters": [{"quarter": quarter, "grossEuroCents": cents} for quarter, cents in found.items()],
        }
        return _envelope(question.ticket, trace_id, "DATA_FOUND", "MSG00000", declaration=declaration)

    @routes.post("/registrations")
    async def change_registration(request: RegistrationRequest, trace_id: TraceId = None) -> Response:
        trouble = await _receive(bank, request.action, request.ticket)
        if trouble is not None:
            return _troubled(bank, trouble, request.ticket, trace_id)
        if request.action == "register" and not bank.register(request.ssin):
            return _envelope(request.ticket, trace_id, "NO_RESULT", _ALREADY_REGISTERED)
        if request.action == "unregister" and not bank.unregister(request.ssin):
            return _envelope(request.ticket, trace_id, "NO_RESULT", _NO_INSCRIPTION)
        registration = {"action": request.action}
        return _envelope(request.ticket, trace_id, "DATA_FOUND", "MSG00000", registration=registration)

    return routes


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


async def _receive(bank: SimulatedBank, check: str, ticket: str) -> Trouble | None:
    reception = bank.receive(check, ticket)
    await asyncio.sleep(reception.delay_seconds)
    if reception.trouble is Trouble.SILENCE:
        await asyncio.sleep(_LONG_SILENCE_SECONDS)
    return reception.trouble


def _troubled(bank: SimulatedBank, trouble: Trouble, ticket: str, trace_id: str | None) -> Response:
    match trouble:
        case Trouble.SERVICE_UNAVAILABLE | Trouble.SILENCE:
            title, stay_away = "Service Unavailable", bank.retry_after_seconds
            return problem(503, "serviceUnavailable", title, trace_id=trace_id, retry_after_seconds=stay_away)
        case Trouble.TOO_MANY_REQUESTS:
            title, stay_away = "Too Many Requests", bank.retry_after_seconds
            return problem(429, "tooManyRequests", title, trace_id=trace_id, retry_after_seconds=stay_away)
        case Trouble.MAINTENANCE:
            urn, stay_away = "urn:problem-type:cbss:maintenance", _MAINTENANCE_SECONDS
            return problem(503, urn, "Maintenance", trace_id=trace_id, retry_after_seconds=stay_away)
        case Trouble.SOURCE_UNAVAILABLE:
            return _envelope(ticket, trace_id, "NO_RESULT", _SOURCE_TEMPORARILY_UNAVAILABLE)
        case Trouble.INTERNAL_ERROR:
            return _envelope(ticket, trace_id, "NO_RESULT", _INTERNAL_ERROR)
        case Trouble.CONNECTION_CUT:
            return CutConnection()
        case Trouble.GARBAGE:
            return Response(b"\x00\xff<html>proxy error</html>", headers=_trace_headers(trace_id))
        case Trouble.WRONG_SCHEMA:
            return _envelope(ticket, trace_id, "DATA_FOUND", "MSG00000", person={"grossPay": "52000.00"})


def _envelope(ticket: str, trace_id: str | None, value: str, code: str, **found: Any) -> JSONResponse:
    described = {"MSG00000": "OK", "MSG00100": "No data found at the supplier"}.get(code, "No result")
    body = {
        "ticket": ticket,
        "ticketCbss": str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:crossroads:ticket:{ticket}")),
        "status": {"value": value, "code": code, "description": described},
        **found,
    }
    return JSONResponse(body, headers=_trace_headers(trace_id))


def _trace_headers(trace_id: str | None) -> dict[str, str]:
    """The trace id of an answer is the provider's own; the caller's comes back as the related one."""
    headers = {"BelGov-Trace-Id": str(uuid.uuid4())}
    if trace_id is not None:
        headers["BelGov-Related-Trace-Id"] = trace_id
    return headers
