"""The page of one group of questions: its answers, the errors in what was sent, and the law beside it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import Request, Response

from api.pages.drafts.answers import Misstated, given_by, judged, with_what_follows
from api.pages.drafts.contents import address_of, has_answers
from api.pages.drafts.documents_screen import DOCUMENTS_PAGE
from api.pages.drafts.groups import Asked, QuestionGroup, groups_of
from api.pages.drafts.papers import documents_shown
from api.pages.drafts.screens import DraftPages, led_on
from api.pages.kept_forms import kept_form
from api.pages.page_parts import FieldError
from api.pages.refusals import FormFault, form_refused
from api.pages.sent_forms import SentForm
from api.services.access import AuthorisedCaller
from api.services.refusals import DraftsFull, NotFound
from api.steps.forms import Form
from api.words.choices import Choice
from domain.drafts.draft import Draft, StaleDraft, merged, without
from infra.identity.caller import Role

VERSION: Final = "version"
UNIT: Final = "employer.establishmentUnitNumber"
THEN: Final = "then"
"""What the reader goes on to after saving: the next questions, or the list of tasks."""

_LIST: Final = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a page is shown: with the answers of the draft, or with what was ``sent`` and why it was not saved."""

    sent: SentForm | None = None
    errors: tuple[FieldError, ...] = ()
    is_stale: bool = False
    is_full: bool = False
    came_back: bool = False
    register: str = ""
    """What the enterprise register answered, in words."""
    registered: tuple[tuple[str, str], ...] = ()
    """What it holds besides, which no question asks: label and text."""
    units: tuple[Choice, ...] = ()
    """The establishment units that it holds, to choose from."""


class GroupScreen:
    """One group of questions of a draft."""

    def __init__(self, pages: DraftPages) -> None:
        self._pages = pages
        self._drafts = pages.services.drafts

    def show(self, request: Request, draft_id: UUID, name: str) -> Response:
        """The page of a group. Raises ``DraftUnknown``, and ``NotFound`` for a group that this draft has not."""
        caller = self._pages.reader(request)
        draft = self._drafts.read(caller, draft_id)
        return self.page(request, caller, draft, name, Shown())

    def save(self, request: Request, draft_id: UUID, name: str, sent: SentForm) -> Response:
        """Save what was sent and go on, or show it again with what is wrong."""
        caller = self._pages.reader(request)
        draft = self._drafts.read(caller, draft_id)
        kept = kept_form(sent)
        if kept is not None:
            return self.page(request, caller, draft, name, Shown(sent=kept, came_back=True))
        asked = self._pages.asked(caller, draft.body)
        group = group_named(name, asked)
        form = self._pages.words(request).form(group, asked)
        opened_at = _version(sent)
        try:
            before = without(draft.body, group.paths)
            given = given_by(form, sent, before, asked.today, self._pages.language(request))
            saved = self._drafts.save(
                caller,
                draft_id,
                group.name,
                group.paths,
                with_what_follows(given, caller.caller),
                opened_at=opened_at,
            )
        except Misstated as why:
            return self.page(request, caller, draft, name, Shown(sent=sent, errors=why.errors))
        except StaleDraft:
            return self.page(
                request, caller, self._drafts.read(caller, draft_id), name, Shown(sent=sent, is_stale=True)
            )
        except DraftsFull:
            return self.page(request, caller, draft, name, Shown(sent=sent, is_full=True))
        return led_on(self._after(request, caller, saved, group, sent))

    def preview(self, request: Request, draft_id: UUID, name: str, sent: SentForm) -> Response:
        """What the rules say of what is typed and not saved yet; while it is misspelled, of what is saved.

        Raises ``DraftUnknown`` and ``NotFound``.
        """
        caller = self._pages.reader(request)
        draft = self._drafts.read(caller, draft_id)
        asked = self._pages.asked(caller, draft.body)
        group, body = group_named(name, asked), draft.body
        before = without(draft.body, group.paths)
        with suppress(Misstated):
            given = given_by(
                self._pages.words(request).form(group, asked), sent, before, asked.today, self._pages.language(request)
            )
            body = merged(before, with_what_follows(given, caller.caller))
        asked = self._pages.asked(caller, body)
        content = {"beside": self._pages.beside(request, body, asked)}
        return self._pages.response(request, "draft_parts/beside.html", caller, content)

    def page(self, request: Request, caller: AuthorisedCaller, draft: Draft, name: str, shown: Shown) -> Response:
        """The questions with their answers; what was typed is kept."""
        asked = self._pages.asked(caller, draft.body)
        group = group_named(name, asked)
        words = self._pages.words(request)
        form = words.form(group, asked).with_choices(UNIT, shown.units)
        groups = groups_of(asked)
        return self._pages.response(
            request,
            "draft_questions.html",
            caller,
            {
                "title": group.title(self._pages.language(request)),
                "worker": words.worker(draft),
                "draft_href": address_of(draft),
                "action": address_of(draft, group),
                "register_action": self._register(draft, group, asked),
                "form": form if shown.sent is None else words.marked(form.filled_in(shown.sent.all), asked),
                # What a colleague saved meanwhile is replaced only by a reader who has seen it.
                "hidden": {VERSION: str(draft.version)},
                "errors": shown.errors,
                "is_stale": shown.is_stale,
                "saved_meanwhile": _answers_now(form) if shown.is_stale else (),
                "is_full": shown.is_full,
                "came_back": shown.came_back,
                "register": shown.register,
                "registered": shown.registered,
                "number": groups.index(group) + 1,
                "count": len(groups),
                "beside": self._pages.beside(request, draft.body, asked),
            },
            status=409 if shown.is_stale else 400 if shown.errors or shown.is_full else 200,
        )

    def _register(self, draft: Draft, group: QuestionGroup, asked: Asked) -> str | None:
        """Where a page is filled in from a register, if there is one for it."""
        if group.name == "employer":
            return f"{address_of(draft)}/register"
        # The employments of a person are asked for by that person alone.
        is_own = group.name == "workHistory" and asked.role == Role.WORKER
        return f"{address_of(draft)}/employments" if is_own else None

    def _after(
        self, request: Request, caller: AuthorisedCaller, draft: Draft, group: QuestionGroup, sent: SentForm
    ) -> str:
        """Where saving leads: to the next group that lacks something, else to the documents or to the last page.

        What an earlier application answered already is passed over: it is read on that last page.
        """
        if sent.one(THEN) == _LIST:
            return address_of(draft)
        asked = self._pages.asked(caller, draft.body)
        groups, found, words = groups_of(asked), judged(draft.body, asked), self._pages.words(request)
        names = [each.name for each in groups]
        here = names.index(group.name) if group.name in names else -1
        for each in groups[here + 1 :]:
            if found.of(each) or not has_answers(words.form(each, asked)):
                return address_of(draft, each)
        documents = documents_shown(draft, self._pages.beside(request, draft.body, asked), words)
        # Who has attached a file has seen what lacks; who has not is led there once all is answered.
        is_next = not documents.files and not documents.are_all_there
        return f"{address_of(draft)}/{DOCUMENTS_PAGE if is_next else 'check'}"


def group_named(name: str, asked: Asked) -> QuestionGroup:
    """The group of a name. Raises ``NotFound`` where this draft has no such group."""
    for each in groups_of(asked):
        if each.name == name:
            return each
    raise NotFound("This application has no such questions.")


def _answers_now(form: Form) -> tuple[tuple[str, str], ...]:
    """The answers that a colleague saved, by question."""
    return tuple((each.label, ", ".join(each.values)) for each in form.fields if any(each.values))


def _version(sent: SentForm) -> int:
    """The version the page was opened with. Raises ``RequestRefused`` (400) for a form that is not one of ours."""
    given = sent.one(VERSION)
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise form_refused(FormFault.NOT_WHOLE)
    return int(given)
