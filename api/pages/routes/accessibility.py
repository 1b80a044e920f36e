"""``/accessibility``: the statement on accessibility and how to complain, as the law requires."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.session import Readers


def accessibility_pages(pages: Pages, readers: Readers) -> APIRouter:
    """The statement, for everyone."""
    routes = APIRouter(route_class=PageRoute)

    @routes.get("/accessibility", name="accessibility")
    def statement(request: Request) -> Response:
        frame = readers.public_frame(request, "/accessibility")
        return pages.response(request, "accessibility.html", {}, frame=frame)

    return routes
