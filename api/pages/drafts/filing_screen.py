"""The last pages of a draft: all answers to check, and what was filed."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from api.http.foreseen_errors import problem_of
from api.pages.case.contents import CaseWords
from api.pages.drafts.answers import judged
from api.pages.drafts.contents import address_of
from api.pages.drafts.papers import documents_shown
from api.pages.drafts.screens import DRAFTS, DraftPages, led_on
from api.pages.kept_forms import kept_form
from api.pages.refusals import explanation_of, heading_of
from api.pages.sent_forms import SentForm
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.refusals import AlreadyFiled
from domain.case.application import Application
from domain.case.document_rules import DocumentRefused
from domain.case.refusals import CommandRefused, Reason
from domain.drafts.draft import Draft
from infra.documents.errors import DocumentUnreadable

ANOTHER = "another"
"""Says that an application like one of today is another one all the same."""


class FilingScreen:
    """Check the answers, file, and see what was filed."""

    def __init__(self, pages: DraftPages) -> None:
        self._pages = pages
        self._drafts = pages.services.drafts

    def check(self, request: Request, draft_id: UUID) -> Response:
        """All answers, with what lacks or is wrong. Raises ``DraftUnknown``."""
        caller = self._pages.reader(request)
        return self._page(request, caller, self._drafts.read(caller, draft_id))

    def file(self, request: Request, draft_id: UUID, sent: SentForm) -> Response:
        """File the draft as it was saved last; it is the application then, and no draft any more.

        Raises ``DraftUnknown``, and what filing raises that no page can mend.
        """
        caller = self._pages.reader(request)
        draft = self._drafts.read(caller, draft_id)
        if kept_form(sent) is not None:
            # Sent before its sender signed in again: it is shown once more, and filed by whoever sees it.
            return self._page(request, caller, draft)
        application = judged(draft.body, self._pages.asked(caller, draft.body)).application
        if application is None or self._is_of_others(caller, application):
            return self._page(request, caller, draft, status=400)
        try:
            handled = self._drafts.file(caller, draft_id, application, another=sent.one(ANOTHER) == "true")
        except AlreadyFiled as why:
            return self._page(request, caller, draft, already=why.case_id, status=409)
        except (DocumentRefused, DocumentUnreadable) as why:
            return self._page(request, caller, draft, refused=why)
        except CommandRefused as why:
            if why.reason is Reason.IDEMPOTENCY_KEY_REUSED:
                # It was filed before it was changed: what was changed belongs to no application.
                return self._page(request, caller, draft, was_filed=True, status=409)
            return self._page(request, caller, draft, refused=why)
        return led_on(f"{DRAFTS}/filed/{handled.receipt.case_id}")

    def filed(self, request: Request, case_id: UUID) -> Response:
        """What was filed, and what comes next. Raises ``ApplicationUnknown``."""
        caller = self._pages.readers.authorised(request, Action.READ_APPLICATION)
        services, language = self._pages.services, self._pages.language(request)
        snapshot = services.cases.case(caller, case_id)
        body, words = snapshot.file().body, CaseWords(language, self._pages.readers.code_lists)
        wanted = services.cases.assessed(snapshot)
        return self._pages.response(
            request,
            "draft_filed.html",
            caller,
            {
                "case_id": case_id,
                "reference": body["reference"],
                "documents": len(snapshot.case.documents),
                "open_points": words.open_points(wanted.open_points, wanted.fees),
            },
        )

    def _is_of_others(self, caller: AuthorisedCaller, application: Application | None) -> bool:
        """Whether the permit that would be renewed is not one of this worker with this employer."""
        cases = self._pages.services.cases
        return application is not None and bool(cases.issues_of_renewal(caller, application))

    def _page(
        self,
        request: Request,
        caller: AuthorisedCaller,
        draft: Draft,
        *,
        already: UUID | None = None,
        was_filed: bool = False,
        refused: Exception | None = None,
        status: int = 200,
    ) -> Response:
        asked, words = self._pages.asked(caller, draft.body), self._pages.words(request)
        found, language, lists = (
            judged(draft.body, asked),
            self._pages.language(request),
            self._pages.readers.code_lists,
        )
        is_of_others = self._is_of_others(caller, found.application)
        problem = None if refused is None else problem_of(refused)
        beside = self._pages.beside(request, draft.body, asked)
        return self._pages.response(
            request,
            "draft_check.html",
            caller,
            {
                "worker": words.worker(draft),
                "draft_href": address_of(draft),
                "groups": words.to_check(draft, asked, found),
                "is_complete": found.application is not None and not is_of_others,
                "is_of_others": is_of_others,
                "already_href": None if already is None else f"/cases/{already}",
                "was_filed": was_filed,
                "heading": "" if problem is None else heading_of(problem, lists, language),
                "explained": "" if problem is None else explanation_of(problem, lists, language),
                "documents": documents_shown(draft, beside, words),
                "beside": beside,
            },
            status=status if problem is None else problem.type.status,
        )
