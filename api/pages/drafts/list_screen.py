"""The list of drafts, how one is begun, copied and deleted, and its list of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response

from api.http.paging import AFTER, single, unusable_cursor
from api.http.requests import case_id_of
from api.pages.drafts.answers import Misstated, given_by, judged, with_what_follows
from api.pages.drafts.contents import address_of
from api.pages.drafts.groups import GROUPS
from api.pages.drafts.papers import documents_shown
from api.pages.drafts.prefilled import for_renewal, from_last
from api.pages.drafts.screens import DRAFTS, DraftPages, led_on
from api.pages.kept_forms import kept_form
from api.pages.page_parts import FieldError, Paging
from api.pages.sent_forms import SentForm
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.refusals import DraftsFull
from api.steps.forms import Form
from domain.drafts.draft import merged
from projections.lists.keyset_pages import PlaceUnusable
from projections.lists.own_queries import ALL_OF_THEM

ON_A_PAGE: Final = 20
RENEWED: Final = "renewalOf"
LAST: Final = "asLast"
"""Says that the employer is that of the last application."""

_PERMIT: Final = GROUPS[0]


class DraftListScreen:
    """The drafts of the signed-in reader and of the reader's colleagues."""

    def __init__(self, pages: DraftPages) -> None:
        self._pages = pages
        self._drafts = pages.services.drafts

    def listing(self, request: Request) -> Response:
        """The drafts, the one touched last first. Raises ``RequestRefused`` (400) for a place that no page gave."""
        caller, after = self._pages.reader(request), single(request.query_params, AFTER)
        try:
            found = self._drafts.listed(caller, limit=ON_A_PAGE, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        words = self._pages.words(request)
        return self._pages.response(
            request,
            "drafts.html",
            caller,
            {
                "drafts": [words.listed(each, self._pages.asked(caller, each.draft.body)) for each in found.items],
                "paging": Paging(
                    previous_href=DRAFTS if after else None,
                    next_href=None if found.next is None else f"{DRAFTS}?{urlencode({AFTER: found.next})}",
                ),
            },
        )

    def new(self, request: Request) -> Response:
        """The first questions of a new application; with ``renewalOf`` those of the permit that is renewed.

        Raises ``ApplicationUnknown`` where there is no such permit within the reader's reach.
        """
        caller = self._pages.reader(request)
        renewed = single(request.query_params, RENEWED)
        return self._new(request, caller, self._earlier(request, caller, renewed), renewed=renewed)

    def begin(self, request: Request, sent: SentForm) -> Response:
        """Begin a draft and go on to its next questions."""
        caller = self._pages.reader(request)
        kept = kept_form(sent)
        renewed = (kept or sent).one(RENEWED) or None
        earlier = self._earlier(request, caller, renewed)
        if kept is not None:
            return self._new(request, caller, earlier, renewed=renewed, sent=kept)
        if renewed is None and sent.one(LAST) != "true":
            earlier = {}
        asked = self._pages.asked(caller, earlier)
        form = self._pages.words(request).form(_PERMIT, asked)
        try:
            given = given_by(form, sent, {}, asked.today, self._pages.language(request))
            draft = self._drafts.begin(caller, with_what_follows(merged(earlier, given), caller.caller))
        except Misstated as why:
            return self._new(request, caller, earlier, renewed=renewed, sent=sent, errors=why.errors)
        except DraftsFull:
            return self._new(request, caller, earlier, renewed=renewed, sent=sent, is_full=True)
        return led_on(address_of(draft, GROUPS[1]))

    def tasks(self, request: Request, draft_id: UUID) -> Response:
        """What there is to answer. Raises ``DraftUnknown``."""
        caller = self._pages.reader(request)
        kept = self._drafts.kept(caller, draft_id)
        draft, words = kept.draft, self._pages.words(request)
        asked = self._pages.asked(caller, draft.body)
        beside = self._pages.beside(request, draft.body, asked)
        return self._pages.response(
            request,
            "draft.html",
            caller,
            {
                "draft_href": address_of(draft),
                "worker": words.worker(draft),
                "category": words.category(asked),
                "tasks": words.tasks(draft, asked, judged(draft.body, asked)),
                "documents": documents_shown(draft, beside, words).status(self._pages.language(request)),
                "has_documents": bool(draft.documents),
                "last_day": kept.last_day,
                "is_ending": kept.is_ending,
                "beside": beside,
            },
        )

    def copy(self, request: Request, draft_id: UUID, sent: SentForm) -> Response:
        """A second draft that says the same. What was sent before signing in again is shown, and not carried out."""
        if kept_form(sent) is not None:
            return self.tasks(request, draft_id)
        caller = self._pages.reader(request)
        try:
            return led_on(address_of(self._drafts.copy(caller, draft_id)))
        except DraftsFull:
            return self._new(request, caller, {}, renewed=None, is_full=True)

    def ask_deletion(self, request: Request, draft_id: UUID) -> Response:
        """Whether the draft is really to be deleted. Raises ``DraftUnknown``."""
        caller = self._pages.reader(request)
        draft = self._drafts.read(caller, draft_id)
        content = {"draft_href": address_of(draft), "worker": self._pages.words(request).worker(draft)}
        return self._pages.response(request, "draft_deletion.html", caller, content)

    def delete(self, request: Request, draft_id: UUID, sent: SentForm) -> Response:
        """Delete it, for everybody; who signed in again in between is asked once more."""
        if kept_form(sent) is not None:
            return self.ask_deletion(request, draft_id)
        self._drafts.delete(self._pages.reader(request), draft_id)
        return led_on(DRAFTS)

    def _earlier(self, request: Request, caller: AuthorisedCaller, renewed: str | None) -> Mapping[str, Any]:
        """What is known already: from the permit that is renewed, else from the reader's last application."""
        services = self._pages.services
        reader = self._pages.readers.authorised(request, Action.READ_APPLICATION)
        if renewed is not None:
            return for_renewal(services.cases.case_file(reader, case_id_of(renewed)).body)
        lister = self._pages.readers.authorised(request, Action.QUERY_APPLICATIONS)
        last = services.lists.find(lister, ALL_OF_THEM, limit=1, after=None).items
        return from_last(services.cases.case_file(reader, last[0].case_id).body) if last else {}

    def _new(
        self,
        request: Request,
        caller: AuthorisedCaller,
        earlier: Mapping[str, Any],
        *,
        renewed: str | None,
        sent: SentForm | None = None,
        errors: tuple[FieldError, ...] = (),
        is_full: bool = False,
    ) -> Response:
        words = self._pages.words(request)
        form: Form = words.form(_PERMIT, self._pages.asked(caller, earlier))
        return self._pages.response(
            request,
            "draft_new.html",
            caller,
            {
                "form": form if sent is None else form.filled_in(sent.all),
                "errors": errors,
                "is_full": is_full,
                "renewed": renewed,
                "last_employer": None if renewed is not None else earlier.get("employer", {}).get("name"),
                "as_last": sent is None or sent.one(LAST) == "true",
            },
            status=400 if errors or is_full else 200,
        )
