"""How pages end when they are refused: as a page, in the reader's language, with the status the API would give.

Also the guard of every form: a POST that another site sends is refused before anything is read of it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from api.http.foreseen_errors import problem_of
from api.http.problems import Problem, RequestRefused, input_problem
from api.http.requests import parameters_not_plain
from api.pages.kept_forms import SIGN_IN_AGAIN, is_worth_keeping
from api.pages.refusals import FormFault, explanation_of, form_refused, heading_of
from api.pages.rendering import Link, Pages
from api.pages.session import ENTRANCE, NotSignedIn, Readers

_SAFE: Final = ("GET", "HEAD")
_USUAL_PORT: Final = {"http": 80, "https": 443}
_OWN_SITE: Final = ("same-origin", "none")


class PageRoute(APIRoute):
    """A route whose refusals are pages; the application holds ``state.pages`` and ``state.readers``.

    An error that is not foreseen passes, to be logged and answered where all of them are.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_or_refuse(request: Request) -> Response:
            try:
                require_own_site(request)
                if issues := parameters_not_plain(request):
                    raise RequestRefused(input_problem(issues))
                return await answer(request)
            except NotSignedIn as why:
                if _renews_a_part(request):
                    # The sign-in fits in no part of a page: the part stays as it was, with all that was typed.
                    return Response(status_code=204, headers={"Cache-Control": "no-store"})
                if is_worth_keeping(request):
                    return RedirectResponse(why.way_through(SIGN_IN_AGAIN), 307, {"Cache-Control": "no-store"})
                return RedirectResponse(why.way_through(ENTRANCE), 303, {"Cache-Control": "no-store"})
            except Exception as error:
                problem = problem_of(error)
                if problem is None:
                    raise
                return refusal_page(request, problem)

        return answer_or_refuse


def _renews_a_part(request: Request) -> bool:
    """Whether a script sends what is typed so far, to renew a part of the page beside it."""
    return request.headers.get("HX-Request") == "true" and request.method not in _SAFE


def require_own_site(request: Request) -> None:
    """Raises :class:`RequestRefused` (403) for a form that was not sent from a page of this service.

    Browsers say where a form comes from in ``Sec-Fetch-Site``; those that do not yet say it in ``Origin``, which is
    ``null`` where pages tell no referrer, as ours: such a browser is too old. An origin that is named must be ours
    to the letter, scheme and port too. A request that says neither was not sent by a browser, and has the session
    only if its sender holds the token anyway.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        own = site in _OWN_SITE and (origin in (None, "null") or _is_ours(request, origin))
    else:
        own = origin is None or _is_ours(request, origin)
    if not own:
        raise form_refused(FormFault.OF_ANOTHER_SITE)


def _is_ours(request: Request, origin: str | None) -> bool:
    """Whether it is the origin of this service, as the caller addressed it. Browsers leave out the usual port."""
    url = request.url
    port = None if url.port == _USUAL_PORT.get(url.scheme) else url.port
    return origin == f"{url.scheme}://{_host_of(url.netloc)}{'' if port is None else f':{port}'}"


def _host_of(netloc: str) -> str:
    return netloc.rpartition("]")[0] + "]" if netloc.startswith("[") else netloc.partition(":")[0]


def refusal_page(request: Request, problem: Problem) -> Response:
    """The problem as a page, in the reader's language: what is wrong, and how to continue."""
    pages: Pages = request.app.state.pages
    readers: Readers = request.app.state.readers
    language = pages.language(request)
    response = pages.response(
        request,
        "refusal.html",
        {
            "heading": heading_of(problem, readers.code_lists, language),
            "explained": explanation_of(problem, readers.code_lists, language),
            "instance": problem.instance,
            "links": [Link(href=ENTRANCE, text=language.gettext("Go to the start page"))],
        },
        frame=readers.public_frame(request, ""),
        status=problem.type.status,
    )
    if "Retry-After" in problem.headers:
        response.headers["Retry-After"] = problem.headers["Retry-After"]
    return response
