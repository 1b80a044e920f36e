"""``health``: whether this service can do its work, and nothing about how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request, Response

from api.composition import Program
from api.incoming_requests import open_question
from infra.postgres.connections import DatabaseUnavailable
from infra.wire_format import canonical_json

Question = Annotated[Request, Depends(open_question())]


class WatchedWork(Protocol):
    """The workers of this process, where it has any."""

    @property
    def failed(self) -> Sequence[str]: ...


def health_routes(program: Program, workers: WatchedWork | None) -> APIRouter:
    """DOWN (503) without the journal; DEGRADED without personal data, or when a worker has stopped."""
    routes = APIRouter()

    @routes.get("/health", name="getHealth")
    def get_health(question: Question) -> Response:
        status = _status(program, workers)
        return Response(
            canonical_json({"status": status}),
            status_code=503 if status == "DOWN" else 200,
            headers={"Cache-Control": "no-store"},
            media_type="application/json",
        )

    return routes


def _status(program: Program, workers: WatchedWork | None) -> str:
    try:
        program.recorder.max_notification_id()
    except DatabaseUnavailable:
        return "DOWN"
    try:
        program.keys.require_answer()
    except DatabaseUnavailable:
        return "DEGRADED"
    return "DEGRADED" if workers is not None and workers.failed else "UP"
