"""The requirements of every request: headers, size and type of the body, and no unknown parameter."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from fastapi import Request
from starlette.datastructures import QueryParams

from api.http.authentication import Authentication
from api.http.bodies import nameable
from api.http.body_limits import BodyGuard
from api.http.content_digests import StatedDigests, require_no_content_coding
from api.http.problems import (
    LocatedIssue,
    Place,
    RequestRefused,
    input_problem,
    own_problem,
)
from api.http.quotas import Quotas
from api.permissions import Action
from api.services.access import Access, AuthorisedCaller
from api.services.refusals import ApplicationUnknown
from domain.case.refusals import InputIssue
from domain.case.value_checks import not_plain
from domain.plain_text import is_plain, is_shown_as_written

IDEMPOTENCY_HEADER: Final = "Idempotency-Key"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisedQuery:
    """A question that its caller's role may ask; ``body`` is empty but for one that is sent as a POST."""

    caller: AuthorisedCaller
    parameters: QueryParams
    base_url: str
    body: bytes = b""


_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
_ENTITY_TAG: Final = re.compile(r'"([1-9][0-9]{0,8})"', re.ASCII)
_CASE_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ACCEPTABLE: Final = frozenset({"*/*", "application/*", "application/json", "application/problem+json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisedCommand:
    """A POST as received: its body is known only to be short enough and declared as JSON."""

    body: bytes
    caller: AuthorisedCaller
    command_id: str
    expected_version: int | None
    base_url: str
    parameters: QueryParams = field(default_factory=QueryParams)


def authorised_command(
    action: Action, *parameters: str, changes_a_case: bool = True
) -> Callable[[Request], Awaitable[AuthorisedCommand]]:
    """A dependency that reads a POST; one that ``changes_a_case`` states in ``If-Match`` which version it saw.

    Raises :class:`RequestRefused` for a caller who may not do this to any case, and with all that is wrong
    outside the body.
    """

    async def incoming(request: Request) -> AuthorisedCommand:
        heading = read_heading(request, action, *parameters, changes_a_case=changes_a_case)
        _require_json(request)
        return replace(heading, body=await _body(request))

    return incoming


def authorised_upload(
    action: Action, *parameters: str
) -> Callable[[Request], Awaitable[tuple[AuthorisedCommand, Request]]]:
    """As :func:`authorised_command`, for a body that is a file: it is read by the code that stores it."""

    async def incoming(request: Request) -> tuple[AuthorisedCommand, Request]:
        heading = read_heading(request, action, *parameters, changes_a_case=True)
        require_no_content_coding(request)
        return heading, request

    return incoming


def authorised_caller(request: Request, action: Action) -> AuthorisedCaller:
    """The bearer of the request's token, with the reach of that role. Raises :class:`RequestRefused` (401, 429) and
    :class:`~api.services.refusals.NotPermitted`."""
    state = request.app.state
    authentication: Authentication = state.authentication
    access: Access = state.access
    quotas: Quotas = state.quotas
    caller = authentication.caller_of(request)
    quotas.admit(request, caller)
    return access.authorise(caller, action)


def read_heading(request: Request, action: Action, *parameters: str, changes_a_case: bool) -> AuthorisedCommand:
    """All of a POST but its body, which is left empty."""
    _require_acceptable(request)
    caller = authorised_caller(request, action)
    issues = [*parameters_not_plain(request), *_unknown_parameters(request, parameters)]
    key = request.headers.get(IDEMPOTENCY_HEADER)
    if key is None:
        issues.append(_missing(IDEMPOTENCY_HEADER, "send a new random key with each new command"))
    elif _KEY.fullmatch(key) is None:
        issues.append(_wrong(IDEMPOTENCY_HEADER, "write 1 to 128 visible ASCII characters"))
    version = None
    tag = request.headers.get("If-Match") if changes_a_case else None
    if changes_a_case and tag is None:
        issues.append(_missing("If-Match", 'send the ETag of the version you saw, such as "3"'))
    elif tag is not None:
        match = _ENTITY_TAG.fullmatch(tag)
        if match is None:
            issues.append(_wrong("If-Match", 'send one ETag as it was given, such as "3", with its quotes'))
        else:
            version = int(match[1])
    if issues or key is None:
        raise RequestRefused(input_problem(issues))
    return AuthorisedCommand(
        body=b"",
        caller=caller,
        command_id=key,
        expected_version=version,
        base_url=base_url(request),
        parameters=request.query_params,
    )


def authorised_query(action: Action, *parameters: str) -> Callable[[Request], Awaitable[AuthorisedQuery]]:
    """A dependency that lets a GET through that its caller may ask and that has no other query parameters.

    Raises :class:`RequestRefused`.
    """

    async def incoming(request: Request) -> AuthorisedQuery:
        _require_acceptable(request)
        caller = authorised_caller(request, action)
        require_parameters(request, parameters)
        return AuthorisedQuery(caller=caller, parameters=request.query_params, base_url=base_url(request))

    return incoming


def authorised_search(action: Action) -> Callable[[Request], Awaitable[AuthorisedQuery]]:
    """A dependency that reads a query sent as a POST, because its criteria may be personal.

    Raises :class:`RequestRefused`.
    """
    ask = authorised_query(action)

    async def incoming(request: Request) -> AuthorisedQuery:
        query = await ask(request)
        _require_json(request)
        return replace(query, body=await _body(request))

    return incoming


def open_query(*parameters: str) -> Callable[[Request], Awaitable[Request]]:
    """The same for what anybody may ask, without a token."""

    async def incoming(request: Request) -> Request:
        _require_acceptable(request)
        require_parameters(request, parameters)
        return request

    return incoming


def require_parameters(request: Request, known: tuple[str, ...]) -> None:
    """Raises :class:`RequestRefused` (400) for a query parameter that is not known, or holds a control character."""
    issues = [*parameters_not_plain(request), *_unknown_parameters(request, known)]
    if issues:
        raise RequestRefused(input_problem(issues))


def case_id_of(text: str) -> UUID:
    """The case that a path names, in its one spelling. Raises :class:`ApplicationUnknown`."""
    if _CASE_ID.fullmatch(text) is None:
        raise ApplicationUnknown
    return UUID(text)


def base_url(request: Request) -> str:
    """Scheme and host as the caller named them, without a slash at the end."""
    return str(request.base_url).rstrip("/")


async def _body(request: Request) -> bytes:
    guard: BodyGuard = request.app.state.body_guard
    announced = request.headers.get("Content-Length", "0")
    guard.require_size(int(announced) if announced.isdecimal() else 0)
    digests = StatedDigests(request)
    chunks = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        guard.require_size(size)
        digests.take(chunk)
        chunks.append(chunk)
    digests.require()
    body = b"".join(chunks)
    guard.require_simple(body)
    return body


def _require_json(request: Request) -> None:
    kind, _, parameters = request.headers.get("Content-Type", "").lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    if kind.strip() != "application/json" or charset not in ("", "charset=utf-8"):
        raise RequestRefused(own_problem("unsupportedMediaType", "Send the body as application/json in UTF-8."))
    require_no_content_coding(request)


def _require_acceptable(request: Request) -> None:
    accept = request.headers.get("Accept")
    if accept is None:
        return
    wanted = {each.partition(";")[0].strip().lower() for each in accept.split(",") if not _is_refused(each)}
    if wanted.isdisjoint(_ACCEPTABLE):
        raise RequestRefused(own_problem("notAcceptable", "Answers are application/json: accept that."))


def _is_refused(media_range: str) -> bool:
    """Whether it has the weight zero, which means "not this" (RFC 9110, section 12.4.2)."""
    return re.search(r";\s*q=0(\.0{0,3})?\s*(;|$)", media_range, re.IGNORECASE) is not None


def _unknown_parameters(request: Request, known: tuple[str, ...]) -> list[LocatedIssue]:
    return [
        LocatedIssue(
            place=Place.QUERY,
            issue=InputIssue(
                path=nameable(name),
                code="unknownInput",
                problem="this parameter is not known here",
                remedy=f"leave it out; known are: {', '.join(known) or 'none'}",
            ),
        )
        for name in request.query_params
        if name not in known
    ]


def parameters_not_plain(request: Request) -> list[LocatedIssue]:
    """The query parameters with a value, or a name, that no table can be queried by."""
    return [
        LocatedIssue(place=Place.QUERY, issue=not_plain(nameable(name)))
        for name, value in request.query_params.multi_items()
        if not all(is_plain(each) and is_shown_as_written(each) for each in (name, value))
    ]


def _missing(header: str, remedy: str) -> LocatedIssue:
    issue = InputIssue(path=header, code="requiredInput", problem="this header is missing", remedy=remedy)
    return LocatedIssue(place=Place.HEADER, issue=issue)


def _wrong(header: str, remedy: str) -> LocatedIssue:
    issue = InputIssue(path=header, code="invalidInput", problem="it does not have the right form", remedy=remedy)
    return LocatedIssue(place=Place.HEADER, issue=issue)
