"""The outermost layer of the HTTP interface: trace ids on every answer, and an end for every error.

What does not say how long it may be kept may not be kept at all: nearly every answer is about a person.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.foreseen_errors import problem_of
from api.http.front_door import TRACE_HEADER, TRACE_ID
from api.http.problems import PROBLEM_MEDIA_TYPE, Problem, internal_problem
from api.http.quotas import Quotas
from api.http.refusal_log import RefusalLog
from api.http.requests import base_url
from infra.randomness import random_uuid
from infra.structured_logs import get_logger

RELATED_TRACE_HEADER: Final = b"belgov-related-trace-id"
CACHE_CONTROL: Final = b"cache-control"
NOT_TO_BE_KEPT: Final = ((CACHE_CONTROL, b"no-store"),)
FRAMES_LOGGED: Final = 8

_log = get_logger(__name__)


class ErrorBoundary:
    """ASGI middleware: gives each answer a trace id, echoes the caller's, answers for every error, logs refusals,
    and tells ``quotas`` of every end.

    An error that is not foreseen is logged by its type and its place only: its text may hold anything.
    """

    def __init__(self, app: ASGIApp, quotas: Quotas) -> None:
        self._app = app
        self._quotas = quotas
        self._refusals = RefusalLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace_id = str(random_uuid())
        headers = [(TRACE_HEADER, trace_id.encode())]
        for name, value in scope["headers"]:
            if name == TRACE_HEADER and TRACE_ID.fullmatch(value):
                headers.append((RELATED_TRACE_HEADER, value))
        started = False

        async def send_traced(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._refusals.answered(message["status"], scope, trace_id)
                given = message.get("headers", ())
                kept = () if any(name == CACHE_CONTROL for name, _ in given) else NOT_TO_BE_KEPT
                message["headers"] = [*given, *headers, *kept]
            await send(message)

        try:
            await self._app(scope, receive, send_traced)
        except ClientDisconnect:
            return
        except Exception as error:
            if started:
                raise
            problem = problem_of(error)
            if problem is None:
                problem = internal_problem()
                _log.error(
                    "request.failed",
                    instance=problem.instance,
                    trace=trace_id,
                    error=type(error).__name__,
                    frames=_frames(error),
                )
            response = problem_response(Request(scope), problem)
            await response(scope, receive, send_traced)
        finally:
            asker = scope.get("state", {}).get("asker")
            if asker is not None:
                self._quotas.ended(asker)


def problem_response(request: Request, problem: Problem) -> Response:
    """The problem as an HTTP answer."""
    return Response(
        problem.body(base_url(request)),
        status_code=problem.type.status,
        headers=dict(problem.headers),
        media_type=PROBLEM_MEDIA_TYPE,
    )


def _frames(error: Exception) -> Sequence[str]:
    """The last places the error came through, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_LOGGED:]
    return [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
