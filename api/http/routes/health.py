"""``health``: whether this service can do its work, and nothing about how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request, Response

from api.composition import Program
from api.http.requests import open_query
from infra.postgres.read_models.parked_streams import count_parked_streams
from infra.postgres.server.connections import DatabaseUnavailable
from infra.wire_format import canonical_json

Question = Annotated[Request, Depends(open_query())]


class WatchedWork(Protocol):
    """The workers of this process, where it has any."""

    @property
    def failed(self) -> Sequence[str]: ...


def health_routes(program: Program, workers: WatchedWork | None) -> APIRouter:
    """DOWN (503) without the journal; DEGRADED without personal data, when a worker has stopped, or while
    applications are parked: then with how many they are.
    """
    routes = APIRouter()

    @routes.get("/health", name="getHealth")
    def get_health(question: Question) -> Response:
        try:
            parked = count_parked_streams(program.readers)
            status = _status(program, workers, parked)
        except DatabaseUnavailable:
            parked, status = 0, "DOWN"
        content = {"status": status} | ({"parkedApplications": parked} if parked else {})
        return Response(
            canonical_json(content),
            status_code=503 if status == "DOWN" else 200,
            headers={"Cache-Control": "no-store"},
            media_type="application/json",
        )

    return routes


def _status(program: Program, workers: WatchedWork | None, parked: int) -> str:
    """Raises :class:`DatabaseUnavailable` without the journal."""
    program.recorder.max_notification_id()
    try:
        program.keys.require_answer()
    except DatabaseUnavailable:
        return "DEGRADED"
    return "DEGRADED" if parked or (workers is not None and workers.failed) else "UP"
