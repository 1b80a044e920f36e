"""``/queue``: what waits for the handlers of an authority, and taking a case from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import QueryParams

from api.http.paging import AFTER, single, unusable_cursor
from api.http.query_values import one_code
from api.http.requests import case_id_of
from api.http.routes.work_queues import SORTS, UNASSIGNED, filter_of
from api.pages.board.words import BoardWords
from api.pages.case.assignees import assignees
from api.pages.case.rows import row_in_queue
from api.pages.filter_forms import Filter, FilterForm, address, choices_with_all, filled_in, pseudonym
from api.pages.page_parts import Badge, Paging, Tone, freshness_of
from api.pages.page_route import PageRoute
from api.pages.rendering import Link, Pages
from api.pages.routes.bulk_assignment import BULK, QUEUE, QUEUE_PARAMETERS
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import DONE_PARAMETER, Readers
from api.permissions import Action
from api.services.all_services import Services
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.lifecycle import Stage
from domain.codes import AUTHORITIES, CATEGORIES, HOLDERS
from domain.deadlines.service_levels import ServiceStatus
from infra.identity.caller import Caller, Role
from projections.lists.keyset_pages import PlaceUnusable
from projections.lists.work_queue import NOBODY, QueueFilter

TAKEN: Final = "/queue/assignments"
PAYMENTS: Final = "/queue/payments"
PAGE_LENGTH: Final = 50

_OPEN_STAGES: Final = tuple(each.value for each in Stage if each is not Stage.CLOSED)
_EVERYTHING: Final = (("sort", "dueOn"),)
"""What the address of the whole queue says, because without any word it is the reader's own part of it."""
_USUAL_SORT: Final = "dueOn"
_MONTHS_BEFORE: Final = 3
_MONTHS_AFTER: Final = 15

SentFields = Annotated[SentForm, Depends(sent_form)]


class _Taking(StrEnum):
    """What came of taking a case."""

    ASSIGNED = "assigned"
    HAD_ALREADY = "had"


def mine_waiting_for_us(caller: Caller) -> str:
    """The address of the cases of a handler that wait for them, and for nobody else."""
    return address(QUEUE, *_mine_waiting_for_us(caller))


def _mine_waiting_for_us(caller: Caller) -> tuple[tuple[str, str], ...]:
    return ("handler", caller.actor), ("holder", "region")


def queue_pages(services: Services, pages: Pages, readers: Readers) -> APIRouter:
    """The queue, and the forms in it by which a handler takes a case or gives several to somebody."""
    routes = APIRouter(route_class=PageRoute)
    access, queues, assignment = readers.access, services.queues, services.assignment

    @routes.get(QUEUE, name="queue")
    def queue(request: Request) -> Response:
        authorised = readers.authorised(request, Action.READ_WORK_QUEUE)
        parameters, language, caller = filled_in(request), pages.language(request), authorised.caller
        if not request.url.query and caller.role is Role.CASE_HANDLER:
            # A handler begins with what waits for them; everything else is a click from there.
            return RedirectResponse(mine_waiting_for_us(caller), 303, {"Cache-Control": "no-store"})
        words = BoardWords(language=language, code_lists=readers.code_lists)
        authority = _authority(parameters, caller)
        wanted = filter_of(parameters, authority)
        sort = one_code(parameters, "sort", tuple(SORTS)) or _USUAL_SORT
        fresh = freshness_of(queues.reached())
        try:
            found = queues.read(authorised, wanted, SORTS[sort], limit=PAGE_LENGTH, after=single(parameters, AFTER))
        except PlaceUnusable:
            raise unusable_cursor() from None
        page = found.page
        others = [(name, value) for name, value in parameters.multi_items() if name not in (AFTER, DONE_PARAMETER)]
        may_read = access.may(caller, Action.READ_APPLICATION)
        taker = caller.actor if access.may(caller, Action.ASSIGN_CASE) else None
        handlers = () if taker is None else assignment.handlers(authorised)
        return pages.response(
            request,
            "queue.html",
            {
                "form": _form(wanted, single(parameters, "startsIn") or "", sort, caller, words, queues.today),
                "payments_href": PAYMENTS if access.may(caller, Action.RECORD_FEE_PAYMENT) else None,
                "views": _views(others, caller, language),
                "rows": [row_in_queue(each, words, may_read=may_read, taker=taker) for each in page.items],
                "counted": language.ngettext("%(num)s open case", "%(num)s open cases", found.total),
                "notice": _notice(readers.what_was_done(request, caller, QUEUE), language),
                "freshness": fresh,
                # All that an authority sees of drafts is how many there are.
                "drafts": services.drafts.count_for(authority),
                "first_href": address(QUEUE, *others) if single(parameters, AFTER) is not None else None,
                "paging": Paging(next_href=None if page.next is None else address(QUEUE, *others, (AFTER, page.next))),
                "take_action": None if taker is None else TAKEN,
                "bulk_action": BULK,
                "bulk_key": str(uuid4()),
                "assignees": assignees(handlers, caller, language),
                # The filters, to come back to: known names only, so that they lead nowhere else.
                "form_fields": [(name, value) for name, value in others if name in QUEUE_PARAMETERS],
            },
            frame=readers.frame(request, caller, QUEUE),
        )

    @routes.post(TAKEN, name="takeCase")
    def take(request: Request, form: SentFields) -> Response:
        caller = readers.authorised(request, Action.ASSIGN_CASE)
        taken = queues.take(caller, case_id_of(form.one("case")))
        back = [(name, form.one(name)) for name in QUEUE_PARAMETERS if form.one(name)]
        what = f"{_Taking.ASSIGNED if taken.is_callers else _Taking.HAD_ALREADY} {taken.reference}"
        address_back = address(QUEUE, *(back or _EVERYTHING), readers.note(caller.caller, what, QUEUE))
        return RedirectResponse(address_back, 303, {"Cache-Control": "no-store"})

    return routes


def _authority(parameters: QueryParams, caller: Caller) -> str:
    """The reader's own; who has none chooses one. Raises :class:`RequestRefused` (400)."""
    return caller.authority or one_code(parameters, "authority", AUTHORITIES) or AUTHORITIES[0]


def _views(parameters: Sequence[tuple[str, str]], caller: Caller, language: Language) -> tuple[Link, ...]:
    """The questions that are asked most, each a click; of who chooses an authority, those of that one."""
    scope = [(name, value) for name, value in parameters if name == "authority"]
    given = {each for each in parameters if each[0] in QUEUE_PARAMETERS}
    views: list[tuple[str, list[tuple[str, str]]]] = []
    if caller.role is Role.CASE_HANDLER:
        mine = ("handler", caller.actor)
        views.append((language.gettext("Mine, waiting for us"), [*_mine_waiting_for_us(caller)]))
        views.append((language.gettext("Mine"), [mine]))
    views.append((language.gettext("Unassigned"), [("handler", UNASSIGNED)]))
    views.append((language.gettext("Late"), [("standing", ServiceStatus.LATE.value)]))
    views.append((language.gettext("Work starts first"), [("sort", "startsOn")]))
    views.append((language.gettext("All"), [*_EVERYTHING]))
    if given == {*scope}:
        given |= {*_EVERYTHING}
    return tuple(
        Link(href=address(QUEUE, *scope, *chosen), text=text, here=given == {*scope, *chosen}) for text, chosen in views
    )


def _months(chosen: str, today: date, language: Language) -> list[Choice]:
    """The months in which work starts that is decided on now; and the one that the address asks for."""
    first = today.year * 12 + today.month - 1
    months = {f"{n // 12}-{n % 12 + 1:02d}" for n in range(first - _MONTHS_BEFORE, first + _MONTHS_AFTER)}
    listed = sorted(months | ({chosen} if chosen else set()))
    return [Choice(value=each, text=language.month(date.fromisoformat(f"{each}-01"))) for each in listed]


def _form(wanted: QueueFilter, starts_in: str, sort: str, caller: Caller, words: BoardWords, today: date) -> FilterForm:
    language = words.language
    authority = Filter(
        name="authority",
        label=language.gettext("Authority"),
        value=wanted.authority,
        choices=words.choices("authorities", AUTHORITIES),
    )
    actor = caller.actor
    whose = [Choice(value=UNASSIGNED, text=language.gettext("Unassigned"))]
    if caller.role is Role.CASE_HANDLER:
        whose.insert(0, Choice(value=actor, text=language.gettext("Mine")))
    if wanted.handler not in (None, NOBODY, actor):
        whose.append(Choice(value=wanted.handler, text=pseudonym(wanted.handler)))
    everything = language.gettext("All")

    def codes(name: str, label: str, list_name: str, allowed: Sequence[str], value: str | None) -> Filter:
        choices = choices_with_all(everything, words.choices(list_name, allowed))
        return Filter(name=name, label=label, value=value or "", choices=choices)

    return FilterForm(
        action=QUEUE,
        everything=address(QUEUE, *_EVERYTHING),
        filters=(
            *((authority,) if caller.authority is None else ()),
            Filter(
                name="handler",
                label=language.gettext("Handler"),
                value=UNASSIGNED if wanted.handler == NOBODY else wanted.handler or "",
                choices=choices_with_all(everything, whose),
            ),
            codes("stage", language.gettext("Stage"), "stages", _OPEN_STAGES, wanted.stage),
            codes(
                "standing", language.gettext("Service status"), "serviceStatuses", tuple(ServiceStatus), wanted.standing
            ),
            codes("category", language.gettext("Category"), "categories", CATEGORIES, wanted.category),
            codes("holder", language.gettext("With"), "holders", HOLDERS, wanted.holder),
            Filter(
                name="startsIn",
                label=language.gettext("Work starts in"),
                value=starts_in,
                choices=choices_with_all(everything, _months(starts_in, today, language)),
            ),
            Filter(
                name="sort",
                label=language.gettext("Sort by"),
                value=sort,
                choices=(
                    Choice(value="dueOn", text=language.gettext("Due day")),
                    Choice(value="startsOn", text=language.gettext("Start of the work")),
                    Choice(value="filedOn", text=language.gettext("Day of filing")),
                ),
            ),
            Filter(
                name="withTasks",
                label=language.gettext("With manual tasks"),
                value="true" if wanted.with_tasks else "",
                type="checkbox",
            ),
        ),
    )


def _notice(what: str, language: Language) -> Badge | None:
    """The result of taking a case, as this service noted it in the address."""
    done, _, reference = what.partition(" ")
    match done:
        case _Taking.ASSIGNED:
            text = language.gettext("%(reference)s is assigned to you.", reference=reference)
            return Badge(text=text, tone=Tone.GOOD)
        case _Taking.HAD_ALREADY:
            text = language.gettext("%(reference)s was already assigned to someone else.", reference=reference)
            return Badge(text=text, tone=Tone.ATTENTION)
        case _:
            return None
