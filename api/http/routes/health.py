"""``health``: whether this service can do its work, and nothing about how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request, Response

from api.http.requests import open_query
from infra.wire_format import canonical_json
from infra.workers.database_watch import DatabaseHealth, DatabaseWatch

Question = Annotated[Request, Depends(open_query())]


class WatchedWork(Protocol):
    """The workers of this process, where it has any."""

    @property
    def failed(self) -> Sequence[str]: ...


def health_routes(watch: DatabaseWatch, workers: WatchedWork | None) -> APIRouter:
    """DOWN (503) without the journal; DEGRADED without personal data, where nothing can be stored, when a worker has
    stopped, or while applications are parked: then with how many they are.

    What nobody can store everybody can still read. A balancer that took the service away for it would take away the
    reading too, of every process, for they share the database; so that is not DOWN.

    The route waits for nothing and needs no thread of the requests: it says what ``watch`` found last.
    """
    watch.start()
    routes = APIRouter()

    @routes.get("/health", name="getHealth")
    async def get_health(question: Question) -> Response:
        health = watch.health()
        status = _status(health, workers)
        content: dict[str, object] = {"status": status}
        if health.journal and not health.appends:
            content["acceptsChanges"] = False
        if health.parked:
            content["parkedApplications"] = health.parked
        return Response(
            canonical_json(content),
            status_code=503 if status == "DOWN" else 200,
            headers={"Cache-Control": "no-store"},
            media_type="application/json",
        )

    return routes


def _status(health: DatabaseHealth, workers: WatchedWork | None) -> str:
    if not health.journal:
        return "DOWN"
    works = health.keys and health.appends and not health.parked
    return "UP" if works and not (workers is not None and workers.failed) else "DEGRADED"
