"""``migrations``: the progress of the migration of the authorities, in ledgers, steps and codes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.composition import Program
from api.http.migration_content import migrations_content
from api.http.requests import AuthorisedQuery, authorised_query
from api.permissions import Action
from api.services.access import rows_of
from api.services.migrations import migrations_of
from infra.wire_format import canonical_json
from projections.case_file.shape import without_nulls

MigrationsQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_MIGRATIONS))]


def migration_routes(program: Program) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get("/migrations", name="getMigrations")
    def get_migrations(query: MigrationsQuery) -> Response:
        return Response(
            canonical_json(without_nulls(migrations_content(migrations_of(program, rows_of(query.caller))))),
            headers={"Cache-Control": "no-store"},
            media_type="application/json",
        )

    return routes
