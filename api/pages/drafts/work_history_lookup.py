"""Fill in a work history from the employments that were declared of the worker: to be completed, and saved.

What was declared is noted in the draft beside the answers, so that each row says whether it is as it was declared or as
its writer states it. It is no part of the application: the authority asks the register itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Final
from uuid import UUID

from fastapi import Request, Response

from api.pages.drafts.declared_rows import MEMBERS, Row, rows_of
from api.pages.drafts.group_screen import GroupScreen, Shown
from api.pages.drafts.screens import DraftPages
from api.pages.kept_forms import kept_form
from api.pages.sent_forms import SentForm
from api.pages.stated_forms import WORK_HISTORY
from api.permissions import Action
from api.services.declared_employments import DeclaredEmployments
from api.services.refusals import NotFound, RegisterUnavailable
from api.steps.forms import day_as_written
from domain.codes import AUTHORITIES
from domain.crossroads.answers import WorkRelation
from domain.drafts.draft import DECLARED, Draft
from infra.identity.caller import Role

GROUP: Final = "workHistory"


class WorkHistoryLookup:
    """The second button of the page of earlier work. ``declared`` is None where there is no bank to query."""

    def __init__(self, pages: DraftPages, groups: GroupScreen, declared: DeclaredEmployments | None) -> None:
        self._pages = pages
        self._groups = groups
        self._declared = declared

    def look_up(self, request: Request, draft_id: UUID, sent: SentForm) -> Response:
        """The page with what was typed, and each employment that was declared and is not in it yet.

        No answer is saved. Raises ``NotPermitted``, ``DraftUnknown``, and ``NotFound`` for who is no worker.
        """
        filer = self._pages.reader(request)
        self._pages.readers.authorised(request, Action.LOOK_UP_EMPLOYER)
        draft = self._pages.services.drafts.read(filer, draft_id)
        ssin, _ = filer.caller.ssin, self._pages.language(request).gettext
        if filer.caller.role is not Role.WORKER or ssin is None:
            raise NotFound("This application has no such questions.")
        typed = kept_form(sent) or sent
        if typed is not sent:
            return self._groups.page(request, filer, draft, GROUP, Shown(sent=typed, came_back=True))
        try:
            found = self._found(ssin, draft, filer.caller.actor)
        except RegisterUnavailable:
            register = _("The register does not answer at the moment: fill in your employments yourself.")
            return self._groups.page(request, filer, draft, GROUP, Shown(sent=sent, register=register))
        if not found:
            register = _("No employment is declared under your number: fill in your employments yourself.")
            return self._groups.page(request, filer, draft, GROUP, Shown(sent=sent, register=register))
        today = self._pages.services.drafts.today
        rows = [_row(each, today) for each in found]
        noted = self._pages.services.drafts.change(
            filer, draft_id, lambda draft, now: draft.noting(DECLARED, rows, now=now)
        )
        register = _("Taken from the register: say for each employment on what basis you worked, and save.")
        shown = Shown(sent=_with_rows(sent, rows), register=register)
        return self._groups.page(request, filer, noted, GROUP, shown)

    def _found(self, ssin: str, draft: Draft, actor: str) -> Sequence[WorkRelation]:
        if self._declared is None:
            raise RegisterUnavailable
        chosen = draft.text("authority")
        authority = chosen if chosen in AUTHORITIES else AUTHORITIES[0]
        return self._declared.of(ssin, authority=authority, actor=actor, today=self._pages.services.drafts.today)


def _row(relation: WorkRelation, today: date) -> dict[str, str]:
    """An employment as the form has it; one that lasts is worked in until today."""
    number = relation.enterprise_number
    return {
        "employer": f"{number[:4]}.{number[4:7]}.{number[7:]}",
        "from": day_as_written(relation.start),
        "to": day_as_written(relation.last_day or today),
    }


def _with_rows(sent: SentForm, rows: Sequence[Row]) -> SentForm:
    """What was typed, with each row that is not in it yet in a row that is empty."""
    values: dict[str, list[str]] = {name: list(given) for name, given in sent.values.items()}
    typed = rows_of(sent.one)
    empty = _empty_rows(typed)
    for row in rows:
        if dict(row) not in typed.values():
            number = next(empty)
            values |= {f"{WORK_HISTORY}.{number}.{member}": [row[member]] for member in MEMBERS}
    return SentForm(values)


def _empty_rows(typed: Mapping[int, Row]) -> Iterator[int]:
    return (number for number in count() if number not in typed)
