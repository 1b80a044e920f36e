"""``workQueues``: what waits for the case handlers of an authority, the most urgent first."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from starlette.datastructures import QueryParams

from api.http.case_representation import address_of, words
from api.http.paging import AFTER, PAGING, next_page, page_size_of, single, unusable_cursor, wrong_parameter
from api.http.problems import API_ROOT
from api.http.query_values import one_code, truth
from api.http.requests import AuthorisedQuery, authorised_query
from api.http.responses import json_response
from api.permissions import Action
from api.services.work_queues import WorkQueueService
from domain.case.command_checks import HANDLER
from domain.case.lifecycle import OPEN_STATUSES, Stage
from domain.codes import CATEGORIES, HOLDERS
from domain.deadlines.service_levels import ServiceStatus
from projections.lists.keyset_pages import PlaceUnusable
from projections.lists.work_queue import NOBODY, QueueFilter, QueueOrder

FILTERS: Final = ("status", "stage", "category", "handler", "holder", "standing", "withTasks", "startsIn", "sort")
SORTS: Final = {"dueOn": QueueOrder.DUE_DAY, "startsOn": QueueOrder.START_DAY, "filedOn": QueueOrder.FILING_DAY}
UNASSIGNED: Final = "none"
_MONTH: Final = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])", re.ASCII)

QueuesQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_WORK_QUEUE))]
QueueQuery = Annotated[AuthorisedQuery, Depends(authorised_query(Action.READ_WORK_QUEUE, *FILTERS, *PAGING))]


def work_queue_routes(queues: WorkQueueService) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/workQueues")

    @routes.get("", name="getWorkQueues")
    def get_work_queues(query: QueuesQuery) -> Response:
        on, counts = queues.today, queues.counts(query.caller)
        items = [
            {"authority": authority, "href": _address(query.base_url, authority), "cases": number}
            for authority, number in counts.items()
        ]
        return json_response({"on": on.isoformat(), "items": items, "total": len(items)})

    @routes.get("/{authority}", name="getWorkQueue")
    def get_work_queue(authority: str, query: QueueQuery) -> Response:
        queues.require_queue(query.caller, authority)
        size, wanted = page_size_of(query.parameters), filter_of(query.parameters, authority)
        order = SORTS[one_code(query.parameters, "sort", tuple(SORTS)) or "dueOn"]
        try:
            found = queues.read(query.caller, wanted, order, limit=size, after=single(query.parameters, AFTER))
        except PlaceUnusable:
            raise unusable_cursor() from None
        items = [words(each) | {"href": address_of(each.case_id, query.base_url)} for each in found.page.items]
        return json_response(
            {
                "on": found.on.isoformat(),
                "items": items,
                "total": found.total,
                "pageSize": size,
                **next_page(_address(query.base_url, authority), query.parameters, found.page.next),
            }
        )

    return routes


def filter_of(parameters: QueryParams, authority: str) -> QueueFilter:
    """The cases requested. Raises :class:`RequestRefused` (400)."""
    handler = single(parameters, "handler")
    if handler is not None and handler != UNASSIGNED and HANDLER.fullmatch(handler) is None:
        raise wrong_parameter(
            "handler", "schemaViolation", "it is no case handler", f"write caseHandler:h-12, or {UNASSIGNED}"
        )
    starts_from, starts_before = _month_of(parameters)
    return QueueFilter(
        authority=authority,
        status=one_code(parameters, "status", tuple(each.value for each in OPEN_STATUSES)),
        stage=one_code(parameters, "stage", tuple(each.value for each in Stage if each is not Stage.CLOSED)),
        category=one_code(parameters, "category", CATEGORIES),
        handler=NOBODY if handler == UNASSIGNED else handler,
        holder=one_code(parameters, "holder", HOLDERS),
        standing=one_code(parameters, "standing", tuple(each.value for each in ServiceStatus)),
        with_tasks=truth(parameters, "withTasks"),
        starts_from=starts_from,
        starts_before=starts_before,
    )


def _month_of(parameters: QueryParams) -> tuple[date | None, date | None]:
    """The first day of the month ``startsIn``, and of the month after it."""
    given = single(parameters, "startsIn")
    if given is None:
        return None, None
    if _MONTH.fullmatch(given) is None:
        raise wrong_parameter("startsIn", "schemaViolation", "it is no month", "write year and month, such as 2026-03")
    first = date.fromisoformat(f"{given}-01")
    # Every month has fewer than 32 days, and a year that is written so goes on after its December.
    return first, (first + timedelta(days=31)).replace(day=1)


def _address(base_url: str, authority: str) -> str:
    return f"{base_url}{API_ROOT}/workQueues/{authority}"
