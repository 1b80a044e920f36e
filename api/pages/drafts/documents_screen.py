"""The documents of a draft: a file for each paper of the checklist, or any other; what lacks is named with its rule."""

from __future__ import annotations

from contextlib import aclosing
from typing import Final
from uuid import UUID

from fastapi import Request, Response

from api.http.content_digests import require_no_content_coding
from api.http.foreseen_errors import problem_of
from api.http.responses import document_response
from api.http.uploads import Uploads
from api.pages.drafts.contents import address_of
from api.pages.drafts.papers import FILE, KIND, OTHER_FILE, documents_shown
from api.pages.drafts.screens import DraftPages, led_on
from api.pages.kept_forms import kept_form
from api.pages.page_parts import FieldError
from api.pages.refusals import FormFault, explanation_of, form_refused, heading_of
from api.pages.sent_files import ChosenFile, SentFile
from api.pages.sent_forms import SentForm
from api.services.access import AuthorisedCaller
from api.services.documents import DocumentToCome
from api.services.refusals import DraftsFull
from api.steps.documents import kinds_of_document
from domain.case.document_rules import DocumentRefused
from domain.codes import DOCUMENT_KINDS

DOCUMENTS_PAGE: Final = "documents"
_SHA256: Final = "sha256"


class DocumentsScreen:
    """Attach files to a draft, see them, and take them out again."""

    def __init__(self, pages: DraftPages, uploads: Uploads) -> None:
        self._pages = pages
        self._uploads = uploads
        self._drafts = pages.services.drafts
        self._documents = pages.services.draft_documents

    def show(self, request: Request, draft_id: UUID) -> Response:
        """What is attached and what lacks. Raises ``DraftUnknown``."""
        return self._page(request, self._pages.reader(request), draft_id)

    async def attach(self, request: Request, draft_id: UUID) -> Response:
        """Keep each file that was chosen; of one that is refused it is said why, and the others are kept.

        Raises ``NotSignedIn``, ``NotPermitted``, ``DraftUnknown`` and :class:`RequestRefused`.
        """
        caller = self._pages.reader(request)
        require_no_content_coding(request)
        work = self._uploads.work
        async with self._uploads.place_for(caller.caller):
            # Who may not see the draft sends no file into it.
            await work(self._drafts.read, caller, draft_id)
            async with aclosing(request.stream()) as chunks:
                form = SentFile(request.headers.get("Content-Type", ""), chunks, self._uploads)
                errors, sent = await self._attached(request, caller, draft_id, form)
        if errors:
            return await work(self._page, request, caller, draft_id, errors=errors, sent=sent)
        return led_on(f"/drafts/{draft_id}/{DOCUMENTS_PAGE}")

    def remove(self, request: Request, draft_id: UUID, sent: SentForm) -> Response:
        """Take a file out of the draft. What was sent before signing in again is shown, and not carried out."""
        caller = self._pages.reader(request)
        if kept_form(sent) is None:
            self._documents.remove(caller, draft_id, sent.one(KIND), sent.one(_SHA256))
        else:
            return self._page(request, caller, draft_id)
        return led_on(f"/drafts/{draft_id}/{DOCUMENTS_PAGE}")

    def read(self, request: Request, draft_id: UUID, sha256: str) -> Response:
        """A file of the draft. Raises ``DraftUnknown`` and ``DocumentUnreadable``."""
        return document_response(self._documents.read(self._pages.reader(request), draft_id, sha256))

    async def _attached(
        self, request: Request, caller: AuthorisedCaller, draft_id: UUID, form: SentFile
    ) -> tuple[list[FieldError], SentForm]:
        """What is wrong with what was sent; all else is attached."""
        gettext = self._pages.language(request).gettext
        sent, errors, is_empty = await form.fields(), [], True
        async for file in form.files():
            is_empty = False
            kind = sent.one(KIND) if file.name == OTHER_FILE else file.name.removeprefix(FILE)
            if kind not in DOCUMENT_KINDS:
                if file.name != OTHER_FILE:
                    raise form_refused(FormFault.NOT_WHOLE)
                errors.append(FieldError(field=KIND, text=gettext("State what the document is.")))
                continue
            refused = await self._receive(caller, draft_id, kind, file)
            if refused is not None:
                errors.append(self._error(request, file.name, kind, refused))
        if is_empty:
            errors.append(FieldError(field="files", text=gettext("Choose a file.")))
        return errors, sent

    async def _receive(
        self, caller: AuthorisedCaller, draft_id: UUID, kind: str, file: ChosenFile
    ) -> DocumentRefused | DraftsFull | None:
        """Keep one file, or say why it cannot be."""
        coming = DocumentToCome(kind=kind, media_type=file.media_type, announced=None)
        try:
            receiving = await self._uploads.work(self._documents.begin, caller, draft_id, coming)
            await self._uploads.receive(receiving, file.content)
        except (DocumentRefused, DraftsFull) as why:
            return why
        return None

    def _error(self, request: Request, field: str, kind: str, why: DocumentRefused | DraftsFull) -> FieldError:
        language, lists = self._pages.language(request), self._pages.readers.code_lists
        label = lists.label("documentKinds", kind, language.code)
        problem = None if isinstance(why, DraftsFull) else problem_of(why)
        if problem is None:
            said = language.gettext("There is no room for it: the files in your drafts are too many or too large.")
        else:
            explained = explanation_of(problem, lists, language)
            said = f"{heading_of(problem, lists, language)}. {explained}".strip()
        return FieldError(field=field, text=f"{label}{language.colon} {said}")

    def _page(
        self,
        request: Request,
        caller: AuthorisedCaller,
        draft_id: UUID,
        *,
        errors: list[FieldError] | None = None,
        sent: SentForm | None = None,
    ) -> Response:
        draft = self._drafts.read(caller, draft_id)
        asked, words = self._pages.asked(caller, draft.body), self._pages.words(request)
        beside = self._pages.beside(request, draft.body, asked)
        return self._pages.response(
            request,
            "draft_documents.html",
            caller,
            {
                "worker": words.worker(draft),
                "draft_href": address_of(draft),
                "action": f"{address_of(draft)}/{DOCUMENTS_PAGE}",
                "documents": documents_shown(draft, beside, words),
                "kinds": kinds_of_document(words.form_words),
                "kind": "" if sent is None else sent.one(KIND),
                "errors": errors or (),
                "beside": beside,
            },
            status=400 if errors else 200,
        )
