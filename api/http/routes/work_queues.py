"""``workQueues``: what waits for the case handlers of an authority, the most urgent first."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from starlette.datastructures import QueryParams

from api.composition import Program
from api.http.case_representation import address_of, words
from api.http.paging import AFTER, PAGING, next_page, page_size_of, single, unusable_cursor, wrong_parameter
from api.http.problems import API_ROOT, NOT_FOUND, Problem, RequestRefused
from api.http.query_values import one_code, truth
from api.http.requests import AuthorisedQuery, incoming_question
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.cases import json_response
from domain.case.command_checks import HANDLER
from domain.case.lifecycle import OPEN_STATUSES, Stage
from domain.civil_time import civil_day
from domain.codes import CATEGORIES, HOLDERS
from domain.deadlines.service_levels import ServiceStatus
from projections.lists.keyset_pages import PlaceUnusable
from projections.lists.work_queue import NOBODY, QueueFilter, QueueOrder, count_queued, queued

FILTERS: Final = ("status", "stage", "category", "handler", "holder", "standing", "withTasks", "sort")
SORTS: Final = {"dueOn": QueueOrder.DUE_DAY, "filedOn": QueueOrder.FILING_DAY}
UNASSIGNED: Final = "none"

QueuesAsked = Annotated[AuthorisedQuery, Depends(incoming_question(Action.READ_WORK_QUEUE))]
QueueAsked = Annotated[AuthorisedQuery, Depends(incoming_question(Action.READ_WORK_QUEUE, *FILTERS, *PAGING))]


def work_queue_routes(program: Program) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/workQueues")
    targets = program.clock_rules.targets

    @routes.get("", name="getWorkQueues")
    def get_work_queues(asked: QueuesAsked) -> Response:
        on = civil_day(program.clock.now())
        own = asked.granted.caller.authority
        with program.readers.connection() as connection, connection.cursor() as cursor:
            items = [
                {
                    "authority": authority,
                    "href": _address(asked.base_url, authority),
                    "cases": count_queued(cursor, on, target, QueueFilter(authority=authority)),
                }
                for authority, target in targets.items()
                if own in (None, authority)
            ]
        return json_response({"on": on.isoformat(), "items": items, "total": len(items)})

    @routes.get("/{authority}", name="getWorkQueue")
    def get_work_queue(authority: str, asked: QueueAsked) -> Response:
        _require_within_reach(authority, asked.granted, tuple(targets))
        on = civil_day(program.clock.now())
        size, wanted = page_size_of(asked.parameters), filter_of(asked.parameters, authority)
        sort = SORTS[one_code(asked.parameters, "sort", tuple(SORTS)) or "dueOn"]
        after = single(asked.parameters, AFTER)
        with program.readers.connection() as connection, connection.cursor() as cursor:
            try:
                page = queued(cursor, on, targets[authority], wanted, order=sort, limit=size, after=after)
            except PlaceUnusable:
                raise unusable_cursor() from None
            total = count_queued(cursor, on, targets[authority], wanted)
        return json_response(
            {
                "on": on.isoformat(),
                "items": [words(each) | {"href": address_of(each.case_id, asked.base_url)} for each in page.items],
                "total": total,
                "pageSize": size,
                **next_page(_address(asked.base_url, authority), asked.parameters, page.next),
            }
        )

    return routes


def filter_of(parameters: QueryParams, authority: str) -> QueueFilter:
    """The cases asked for. Raises :class:`RequestRefused` (400)."""
    handler = single(parameters, "handler")
    if handler is not None and handler != UNASSIGNED and HANDLER.fullmatch(handler) is None:
        raise wrong_parameter(
            "handler", "schemaViolation", "it is no case handler", f"write caseHandler:h-12, or {UNASSIGNED}"
        )
    return QueueFilter(
        authority=authority,
        status=one_code(parameters, "status", tuple(each.value for each in OPEN_STATUSES)),
        stage=one_code(parameters, "stage", tuple(each.value for each in Stage if each is not Stage.CLOSED)),
        category=one_code(parameters, "category", CATEGORIES),
        handler=NOBODY if handler == UNASSIGNED else handler,
        holder=one_code(parameters, "holder", HOLDERS),
        standing=one_code(parameters, "standing", tuple(each.value for each in ServiceStatus)),
        with_tasks=truth(parameters, "withTasks"),
    )


def _require_within_reach(authority: str, granted: AuthorisedCaller, known: tuple[str, ...]) -> None:
    own = granted.caller.authority
    if authority not in known or own not in (None, authority):
        raise RequestRefused(Problem(type=NOT_FOUND, detail="There is no such work queue."))


def _address(base_url: str, authority: str) -> str:
    return f"{base_url}{API_ROOT}/workQueues/{authority}"
