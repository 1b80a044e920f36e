"""``/migration``: the progress of the migration of the authorities: ledgers, progress, quarantine and cut-over."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.composition import Program
from api.http.migration_content import migrations_content
from api.pages.board.words import BoardWords
from api.pages.migration.contents import MIGRATION, authority_progress
from api.pages.page_parts import Refreshing
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.session import Readers
from api.permissions import Action
from api.services.access import rows_of
from api.services.migrations import migrations_of
from infra.clock import DemonstrationClock


def migration_pages(program: Program, pages: Pages, readers: Readers) -> APIRouter:
    """The page."""
    routes = APIRouter(route_class=PageRoute)

    @routes.get(MIGRATION, name="migration")
    def migration(request: Request) -> Response:
        granted = readers.authorised(request, Action.READ_MIGRATIONS)
        words = BoardWords(language=pages.language(request), code_lists=readers.code_lists)
        authorities = migrations_content(migrations_of(program, rows_of(granted)))["authorities"]
        return pages.response(
            request,
            "migration.html",
            {
                "authorities": [authority_progress(each, words) for each in authorities],
                "clock_stands_at": program.clock.now() if isinstance(program.clock, DemonstrationClock) else None,
                "refreshing": Refreshing.of(request, seconds=10),
            },
            frame=readers.frame(request, granted.caller, MIGRATION),
        )

    return routes
