"""``/queue/bulk-assignments``: cases that were selected in the queue are given to a handler, each with its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.http.requests import case_id_of
from api.http.routes.work_queues import FILTERS, UNASSIGNED
from api.pages.filter_forms import address, pseudonym
from api.pages.page_parts import Badge, Tone
from api.pages.page_route import PageRoute
from api.pages.refusals import FormFault, form_refused
from api.pages.rendering import Pages
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import Readers
from api.permissions import Action
from api.services.bulk_assignment import Assignment, AssignmentOutcome, BulkAssignment, Chosen
from api.words.languages import Language
from domain.case.command_checks import HANDLER

QUEUE: Final = "/queue"
BULK: Final = "/queue/bulk-assignments"
QUEUE_PARAMETERS: Final = ("authority", *FILTERS)
"""What leads back to the same view of the queue: known names only, so that they lead nowhere else."""

_TONES: Final = {
    AssignmentOutcome.ASSIGNED: Tone.GOOD,
    AssignmentOutcome.CHANGED: Tone.ATTENTION,
    AssignmentOutcome.REFUSED: Tone.LATE,
}

SentFields = Annotated[SentForm, Depends(sent_form)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOutcome:
    """What became of a case."""

    reference: str
    href: str
    result: Badge
    handler: str | None


def bulk_assignment_pages(assignment: BulkAssignment, pages: Pages, readers: Readers) -> APIRouter:
    """What the form above the queue sends. Sent again, it changes nothing more and shows how things are."""
    routes = APIRouter(route_class=PageRoute)

    @routes.post(BULK, name="assignCases")
    def assign(request: Request, form: SentFields) -> Response:
        caller = readers.authorised(request, Action.ASSIGN_CASE)
        language = pages.language(request)
        chosen = tuple(_chosen(each) for each in form.all("chosen"))
        done = assignment.assign(caller, chosen, form.one("assignee"), _key(form)) if chosen else ()
        back = [(name, form.one(name)) for name in QUEUE_PARAMETERS if form.one(name)]
        return pages.response(
            request,
            "queue_parts/assigned.html",
            {
                "heading": _heading(done, language),
                "outcomes": [_shown(each, language) for each in done],
                "back_href": address(QUEUE, *back),
            },
            frame=readers.frame(request, caller.caller, QUEUE),
        )

    return routes


def _chosen(value: str) -> Chosen:
    """A case as the queue showed it. Raises ``ApplicationUnknown``, and ``RequestRefused`` for a form not ours."""
    case, _, handler = value.partition(" ")
    if handler != UNASSIGNED and HANDLER.fullmatch(handler) is None:
        raise form_refused(FormFault.NOT_WHOLE)
    return Chosen(case_id=case_id_of(case), handler=None if handler == UNASSIGNED else handler)


def _key(form: SentForm) -> UUID:
    try:
        return UUID(form.one("key"))
    except ValueError:
        raise form_refused(FormFault.NOT_WHOLE) from None


def _heading(done: Sequence[Assignment], language: Language) -> str:
    """How many of each kind, in one line: ``3 assigned, 1 changed meanwhile``."""
    counts = Counter(each.outcome for each in done)
    parts = [_counted(outcome, counts[outcome], language) for outcome in AssignmentOutcome if counts[outcome]]
    return ", ".join(parts) or language.gettext("No case was selected: nothing has changed.")


def _counted(outcome: AssignmentOutcome, number: int, language: Language) -> str:
    match outcome:
        case AssignmentOutcome.ASSIGNED:
            return language.ngettext("%(num)s assigned", "%(num)s assigned", number)
        case AssignmentOutcome.CHANGED:
            return language.ngettext("%(num)s changed meanwhile", "%(num)s changed meanwhile", number)
        case AssignmentOutcome.REFUSED:
            return language.ngettext("%(num)s not possible", "%(num)s not possible", number)


def _shown(each: Assignment, language: Language) -> ShownOutcome:
    return ShownOutcome(
        reference=each.reference,
        href=f"/cases/{each.case_id}",
        result=Badge(text=_in_words(each.outcome, language), tone=_TONES[each.outcome]),
        handler=None if each.handler is None else pseudonym(each.handler),
    )


def _in_words(outcome: AssignmentOutcome, language: Language) -> str:
    match outcome:
        case AssignmentOutcome.ASSIGNED:
            return language.gettext("Assigned")
        case AssignmentOutcome.CHANGED:
            return language.gettext("Given to someone else meanwhile: left as it is")
        case AssignmentOutcome.REFUSED:
            return language.gettext("Cannot be assigned any more")
