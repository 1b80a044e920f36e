"""The HTTP interface under ``/rest/singlePermit/v1``: which routes there are, and how every error ends."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.composition import Program
from api.http.assessment_content import tellers_of
from api.http.authentication import Authentication
from api.http.body_limits import BodyGuard
from api.http.front_door import FrontDoor
from api.http.metrics import metrics_routes
from api.http.outermost import ErrorBoundary, problem_response
from api.http.problems import API_ROOT, NOT_FOUND, OWN_PROBLEM_TYPES, Problem
from api.http.quotas import Quotas
from api.http.routes.application_batches import application_batch_routes
from api.http.routes.application_lists import application_list_routes
from api.http.routes.applications import applications_routes
from api.http.routes.assessments import assessment_routes
from api.http.routes.contract import contract_routes
from api.http.routes.documents import document_routes
from api.http.routes.employer_lookups import employer_lookup_routes
from api.http.routes.fees import fee_routes
from api.http.routes.health import WatchedWork, health_routes
from api.http.routes.migrations import migration_routes
from api.http.routes.reference_data import reference_data_routes
from api.http.routes.service_levels import service_levels_routes
from api.http.routes.steps import step_routes
from api.http.routes.webhooks import webhook_routes
from api.http.routes.work_queues import work_queue_routes
from api.http.unhurried import UnhurriedRefusals
from api.http.uploads import Uploads
from api.pages.page_route import refusal_page
from api.pages.rendering import Pages
from api.pages.role_chooser import RoleChooser
from api.pages.routes.accessibility import accessibility_pages
from api.pages.routes.application_batches import application_batch_pages
from api.pages.routes.board import board_pages
from api.pages.routes.bulk_assignment import bulk_assignment_pages
from api.pages.routes.cases import case_pages
from api.pages.routes.drafts import draft_pages
from api.pages.routes.employer import employer_pages
from api.pages.routes.employer_inbox import employer_inbox_pages
from api.pages.routes.employer_permits import employer_permit_pages
from api.pages.routes.employer_webhooks import employer_webhook_pages
from api.pages.routes.entrance import entrance_pages
from api.pages.routes.fees import fee_pages
from api.pages.routes.law import law_pages
from api.pages.routes.law_in_full import law_in_full_pages
from api.pages.routes.migration import migration_pages
from api.pages.routes.payment_lists import payment_list_pages
from api.pages.routes.quarantine import quarantine_pages
from api.pages.routes.queue import queue_pages
from api.pages.routes.search import search_pages
from api.pages.session import Readers
from api.pages.static_files import static_routes
from api.services.all_services import Services
from api.services.declared_employments import DeclaredEmployments
from api.services.employer_lookups import EmployerLookups
from api.words.code_lists import CodeLists
from infra.identity.chooser_secret import ChooserSecret, FailedAttempts
from infra.identity.development_issuer import DevelopmentIssuer
from infra.identity.ended_sessions import EndedSessions
from infra.identity.sign_in_links import SignInLinks

_TOLD_TO_NOBODY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""The framework would tell whatever collector the environment names the addresses of requests and the texts of errors,
and both may hold what nobody but the parties may read. What operations need is in /metrics and in the log."""

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def create_app(
    program: Program,
    issuer: DevelopmentIssuer,
    *,
    workers: WatchedWork | None = None,
    lookups: EmployerLookups | None = None,
) -> FastAPI:
    """The application over ``program``, for callers with tokens of ``issuer``.

    ``workers`` are those of this process, reported by ``health``; ``lookups`` query the enterprise register.
    """
    # The contract is written by hand (API-first); FastAPI's own description is not it.
    app = FastAPI(
        title="singlePermit",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_TOLD_TO_NOBODY,
    )
    services, authentication = Services.of(program), _authentication(program, issuer)
    quotas = Quotas(program.limits.requests, program.limit_counts)
    pages, code_lists, rules = Pages.load(), CodeLists.load(), program.clock_rules
    readers = Readers(services.access, authentication, quotas, pages.languages, code_lists, program.notes)
    uploads = Uploads(program.limits.uploads, program.limit_counts)
    declared = None if lookups is None else DeclaredEmployments(lookups=lookups, index=program.index)
    app.state.access, app.state.authentication, app.state.quotas = services.access, authentication, quotas
    app.state.pages, app.state.readers = pages, readers
    app.state.body_guard = BodyGuard(program.limits.bodies, program.limit_counts)
    app.add_middleware(
        FrontDoor, hosts=program.settings.host_names, proxies=program.settings.proxy_networks, refuse=_refused
    )
    app.add_middleware(ErrorBoundary, quotas=quotas)
    app.add_middleware(UnhurriedRefusals, step=program.limits.answers.not_found_step_seconds)
    app.add_exception_handler(HTTPException, _no_route)
    for routes in (
        application_list_routes(services.lists),
        application_batch_routes(services.batches),
        applications_routes(services.cases, rules, pages.languages, code_lists),
        step_routes(services.cases, rules),
        fee_routes(services.fees, services.open_fees, services.payment_lists),
        document_routes(services.documents, services.cases, rules, uploads),
        assessment_routes(services.law, tellers_of(pages.languages, code_lists)),
        employer_lookup_routes(lookups),
        webhook_routes(services.webhooks),
        work_queue_routes(services.queues),
        service_levels_routes(services.boards),
        migration_routes(program),
        health_routes(program.database_watch, workers),
        reference_data_routes(code_lists),
        contract_routes(),
    ):
        app.include_router(routes, prefix=API_ROOT)
    for shown in (
        metrics_routes(program),
        static_routes(pages.static),
        entrance_pages(pages, readers, _chooser(program, issuer), SignInLinks(program.settings.home)),
        accessibility_pages(pages, readers),
        law_pages(services.law, pages, readers),
        law_in_full_pages(services.law, pages, readers),
        draft_pages(services, pages, readers, lookups=lookups, declared=declared, uploads=uploads),
        application_batch_pages(
            services, pages, readers, uploads, largest_file=program.limits.batches.largest_file_bytes
        ),
        employer_pages(services.counter, pages, readers),
        employer_permit_pages(services.counter, pages, readers),
        employer_inbox_pages(services.counter, pages, readers),
        employer_webhook_pages(services.webhooks, pages, readers),
        fee_pages(services.open_fees, pages, readers),
        payment_list_pages(services.payment_lists, pages, readers, uploads),
        case_pages(services, pages, readers, uploads),
        queue_pages(services, pages, readers),
        bulk_assignment_pages(services.assignment, pages, readers),
        search_pages(services.search, pages, readers),
        migration_pages(program, pages, readers),
        quarantine_pages(program, pages, readers),
        board_pages(services.boards, pages, readers),
    ):
        app.include_router(shown)
    return app


def _authentication(program: Program, issuer: DevelopmentIssuer) -> Authentication:
    return Authentication(issuer.verifier(), EndedSessions(program.settings.home))


def _chooser(program: Program, issuer: DevelopmentIssuer) -> RoleChooser:
    limits = program.limits.sign_in
    return RoleChooser(
        issuer=issuer,
        secret=ChooserSecret.open(program.settings.home),
        failed=FailedAttempts(limits.failed_attempts, limits.failed_seconds),
        limit_counts=program.limit_counts,
    )


async def _no_route(request: Request, error: Exception) -> Response:
    """The answer where no route takes the request: the path is unknown, or the method is."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        problem = Problem(
            type=OWN_PROBLEM_TYPES["methodNotAllowed"],
            detail="This path has no such method.",
            headers={"Allow": ", ".join(_allowed(request))},
        )
    else:
        problem = Problem(type=NOT_FOUND, detail="There is nothing at this path.")
    return _refused(request, problem)


def _refused(request: Request, problem: Problem) -> Response:
    """The problem as the caller reads it: requests outside the interface come from people with a browser."""
    is_interface = request.url.path.startswith(f"/{API_ROOT.split('/')[1]}/")
    return problem_response(request, problem) if is_interface else refusal_page(request, problem)


def _allowed(request: Request) -> list[str]:
    """The methods that some route takes at the request's path."""
    app: FastAPI = request.app
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in app.routes)
    ]
