"""``/queue``: what waits for the handlers of an authority, and taking a case from it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import QueryParams

from api.composition import Program
from api.http.paging import AFTER, single, unusable_cursor
from api.http.query_values import one_code
from api.http.requests import AuthorisedCommand, base_url, case_id_of
from api.http.routes.work_queues import FILTERS, SORTS, UNASSIGNED, filter_of
from api.pages.board.words import BoardWords
from api.pages.case.rows import row_in_queue
from api.pages.case.sending import carry_change, fresh_key
from api.pages.filter_forms import Filter, FilterForm, address, choices_with_all, filled_in, pseudonym
from api.pages.page_parts import Badge, Choice, Freshness, Paging, Tone
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import Readers
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from api.words.languages import Language
from domain.case.lifecycle import Stage
from domain.case.refusals import StaleVersion
from domain.codes import AUTHORITIES, CATEGORIES, HOLDERS
from domain.deadlines.service_levels import ServiceStatus
from domain.identifiers import ApplicationReference, IdentifierInvalid
from infra.identity.caller import Role
from infra.postgres.read_models.progress import list_projections
from infra.wire_format import canonical_json
from projections.lists.keyset_pages import Page, PlaceUnusable
from projections.lists.work_queue import NOBODY, QueuedCase, QueueFilter, QueueOrder, WorkQueue, count_queued, queued

QUEUE: Final = "/queue"
TAKEN: Final = "/queue/assignments"
PAGE_LENGTH: Final = 50

_ASSIGNED: Final = "assigned"
_HAD_ALREADY: Final = "had"
_OPEN_STAGES: Final = tuple(each.value for each in Stage if each is not Stage.CLOSED)
_NOTICES: Final = (_ASSIGNED, _HAD_ALREADY)
_ASKED: Final = ("authority", *FILTERS)
_USUAL_SORT: Final = "dueOn"
_ATTEMPTS: Final = 5
_SECONDS_FOR_THE_QUEUE: Final = 1.0

Form = Annotated[SentForm, Depends(sent_form)]


def queue_pages(program: Program, pages: Pages, readers: Readers, border: CaseService) -> APIRouter:
    """The queue, and the form in it by which a handler takes a case."""
    routes = APIRouter(route_class=PageRoute)
    models = [each for each in program.read_models if each.name == WorkQueue.name]

    def freshness() -> Freshness:
        now = program.clock.now()
        (progress,) = list_projections(program.readers, models, now=now)
        return Freshness(position=progress.position, read_at=now, behind=progress.lag_events, parked=progress.parked)

    @routes.get(QUEUE, name="queue")
    def queue(request: Request) -> Response:
        granted = readers.granted(request, Action.READ_WORK_QUEUE)
        parameters, language = filled_in(request), pages.language(request)
        words = BoardWords(language=language, code_lists=readers.code_lists)
        wanted = filter_of(parameters, _authority(parameters, granted))
        sort = one_code(parameters, "sort", tuple(SORTS)) or _USUAL_SORT
        fresh = freshness()
        page, count = read(wanted, SORTS[sort], single(parameters, AFTER))
        others = [(name, value) for name, value in parameters.multi_items() if name not in (AFTER, *_NOTICES)]
        caller = granted.caller
        may_read = readers.may(caller, Action.READ_APPLICATION)
        taker = caller.actor if readers.may(caller, Action.ASSIGN_CASE) else None
        return pages.response(
            request,
            "queue.html",
            {
                "form": _form(wanted, sort, granted, words),
                "rows": [row_in_queue(each, words, may_read=may_read, taker=taker) for each in page.items],
                "counted": language.ngettext("%(num)s open case", "%(num)s open cases", count),
                "notice": _notice(parameters, language),
                "freshness": fresh,
                "first_href": address(QUEUE, *others) if single(parameters, AFTER) is not None else None,
                "paging": Paging(next_href=None if page.next is None else address(QUEUE, *others, (AFTER, page.next))),
                "take_action": TAKEN,
                # What was asked, to come back to it: named things only, so that they lead nowhere else.
                "form_fields": [(name, value) for name, value in others if name in _ASKED],
            },
            surroundings=readers.surroundings(request, caller, QUEUE),
        )

    def read(wanted: QueueFilter, order: QueueOrder, after: str | None) -> tuple[Page[QueuedCase], int]:
        target = program.clock_rules.targets.get(wanted.authority)
        if target is None:
            # An authority without a target has not come over yet, and no case of it is here.
            return Page(items=(), next=None), 0
        with program.readers.connection() as connection, connection.cursor() as cursor:
            try:
                page = queued(cursor, border.today, target, wanted, order=order, limit=PAGE_LENGTH, after=after)
            except PlaceUnusable:
                raise unusable_cursor() from None
            return page, count_queued(cursor, border.today, target, wanted)

    @routes.post(TAKEN, name="takeCase")
    def take(request: Request, form: Form) -> Response:
        granted = readers.granted(request, Action.ASSIGN_CASE)
        case_id = case_id_of(form.one("case"))
        told, reference = taken(request, granted, case_id)
        back = [(name, form.one(name)) for name in _ASKED if form.one(name)]
        return RedirectResponse(address(QUEUE, *back, (told, reference)), 303, {"Cache-Control": "no-store"})

    def taken(request: Request, granted: AuthorisedCaller, case_id: UUID) -> tuple[str, str]:
        """Whether the case is the reader's now, or had been somebody else's before; and its reference."""
        attempt = 1
        while True:
            stream, case = border.case(case_id, granted)
            if case.handler not in (None, granted.caller.actor):
                return _HAD_ALREADY, case.reference
            incoming = AuthorisedCommand(
                body=canonical_json({"handler": granted.caller.actor}),
                granted=granted,
                # A case is taken once however often the form is sent: that is what its decision says.
                command_id=fresh_key(),
                expected_version=stream.version,
                base_url=base_url(request),
            )
            try:
                carry_change(border, case_id, "assignments", incoming)
            except StaleVersion:
                # Something happened to the case since it was read, perhaps that somebody else took it.
                if attempt == _ATTEMPTS:
                    raise
                attempt += 1
                continue
            wait_for_queue()
            return _ASSIGNED, case.reference

    def wait_for_queue() -> None:
        """So that the list he comes back to shows it; where the queue is far behind, its freshness says so."""
        with suppress(TimeoutError):
            written = program.recorder.max_notification_id()
            program.recorder.wait(WorkQueue.name, written, timeout=_SECONDS_FOR_THE_QUEUE)

    return routes


def _authority(parameters: QueryParams, granted: AuthorisedCaller) -> str:
    """The reader's own; who has none chooses one. Raises :class:`RequestRefused` (400)."""
    return granted.caller.authority or one_code(parameters, "authority", AUTHORITIES) or AUTHORITIES[0]


def _form(wanted: QueueFilter, sort: str, granted: AuthorisedCaller, words: BoardWords) -> FilterForm:
    language = words.language
    authority = Filter(
        name="authority",
        label=language.gettext("Authority"),
        value=wanted.authority,
        choices=words.choices("authorities", AUTHORITIES),
    )
    actor = granted.caller.actor
    whose = [Choice(value=UNASSIGNED, text=language.gettext("Unassigned"))]
    if granted.caller.role is Role.CASE_HANDLER:
        whose.insert(0, Choice(value=actor, text=language.gettext("Mine")))
    if wanted.handler not in (None, NOBODY, actor):
        whose.append(Choice(value=wanted.handler, text=pseudonym(wanted.handler)))
    everything = language.gettext("All")

    def codes(name: str, label: str, list_name: str, allowed: Sequence[str], value: str | None) -> Filter:
        choices = choices_with_all(everything, words.choices(list_name, allowed))
        return Filter(name=name, label=label, value=value or "", choices=choices)

    return FilterForm(
        action=QUEUE,
        filters=(
            *((authority,) if granted.caller.authority is None else ()),
            Filter(
                name="handler",
                label=language.gettext("Handler"),
                value=UNASSIGNED if wanted.handler == NOBODY else wanted.handler or "",
                choices=choices_with_all(everything, whose),
            ),
            codes("stage", language.gettext("Stage"), "stages", _OPEN_STAGES, wanted.stage),
            codes("standing", language.gettext("Standing"), "serviceStatuses", tuple(ServiceStatus), wanted.standing),
            codes("category", language.gettext("Category"), "categories", CATEGORIES, wanted.category),
            codes("holder", language.gettext("With"), "holders", HOLDERS, wanted.holder),
            Filter(
                name="sort",
                label=language.gettext("In order of"),
                value=sort,
                choices=(
                    Choice(value="dueOn", text=language.gettext("Due day")),
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


def _notice(parameters: QueryParams, language: Language) -> Badge | None:
    """What came of taking a case. The address says it, so only what is a reference is repeated."""
    for name in _NOTICES:
        given = single(parameters, name)
        if given is None:
            continue
        try:
            reference = str(ApplicationReference.parse(given))
        except IdentifierInvalid:
            continue
        if name == _ASSIGNED:
            text = language.gettext("%(reference)s is assigned to you.", reference=reference)
            return Badge(text=text, tone=Tone.GOOD)
        text = language.gettext("%(reference)s had been assigned to somebody else already.", reference=reference)
        return Badge(text=text, tone=Tone.ATTENTION)
    return None
