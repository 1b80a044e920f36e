"""The files of an answer: attached from its form, one for each document that is requested, and its text is kept.

The form sends the text and the files to a place of their own and is shown again, with each new file ticked: what is
answered goes out only when its writer sends it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from fastapi import Request, Response

from api.http.content_digests import require_no_content_coding
from api.http.foreseen_errors import problem_of
from api.http.uploads import Uploads
from api.pages.case.contents import CaseWords
from api.pages.case.sent_steps import KEY, VERSION, context_of
from api.pages.case.step_pages import Shown, StepScreen
from api.pages.page_parts import FieldError
from api.pages.refusals import FormFault, form_refused, heading_of
from api.pages.rendering import Pages
from api.pages.sent_files import ChosenFile, SentFile
from api.pages.sent_forms import SentForm
from api.pages.session import Readers
from api.services.access import AuthorisedCaller
from api.services.all_services import Services
from api.services.documents import DocumentToCome, ReceivingDocument, RepeatedDocument
from api.steps import answers, documents
from api.steps.answers import DOCUMENTS, FILE, requested_documents
from domain.case.document_rules import DocumentRefused
from domain.case.refusals import CommandRefused
from infra.postgres.read_models.case_snapshots import CaseSnapshot

FILES: Final = "files"
"""The part of the address below that of the answers."""

_LONGEST_TEXT: Final = 60_000
"""Bytes of the text of an answer, which may be as long as the interface takes it."""


class AnswerScreen:
    """Attaches the files of the form of an answer, which ``steps`` shows."""

    def __init__(self, services: Services, readers: Readers, pages: Pages, steps: StepScreen, uploads: Uploads) -> None:
        self._services = services
        self._readers = readers
        self._pages = pages
        self._steps = steps
        self._uploads = uploads

    async def attach(self, request: Request, case_id: UUID) -> Response:
        """Store the chosen files, and show the form again with its text and the files ticked.

        Raises ``NotSignedIn``, ``NotPermitted``, ``ApplicationUnknown`` and :class:`RequestRefused`.
        """
        caller = self._readers.authorised(request, documents.STEP.action)
        self._readers.access.authorise(caller.caller, answers.STEP.action)
        require_no_content_coding(request)
        async with self._uploads.place_for(caller.caller):
            # Who may not see the case sends no file into it.
            snapshot = await self._uploads.work(self._services.cases.case, caller, case_id)
            async with aclosing(request.stream()) as chunks:
                content_type = request.headers.get("Content-Type", "")
                form = SentFile(content_type, chunks, self._uploads, longest_field=_LONGEST_TEXT)
                return await self._attach(request, caller, snapshot, form)

    async def _attach(
        self, request: Request, caller: AuthorisedCaller, snapshot: CaseSnapshot, form: SentFile
    ) -> Response:
        sent, case_id = await form.fields(), snapshot.stream.case_id
        seen, digests, errors = snapshot, list(sent.all(DOCUMENTS)), []
        context_of(self._services.cases, caller, sent)  # which refuses a form that is not one of ours
        wanted = {f"{FILE}{kind}" for kind in requested_documents(snapshot.file().body)}
        is_fresh = sent.one(VERSION) == str(snapshot.version)
        async for file in form.files():
            if file.name not in wanted:
                raise form_refused(FormFault.NOT_WHOLE)
            try:
                digests.append(await self._receive(caller, seen, sent, file))
            except (DocumentRefused, CommandRefused) as why:
                errors.append(self._error(request, file.name, why))
                await form.drain()
                break
            seen = await self._uploads.work(self._services.cases.case, caller, case_id)
        if seen is snapshot and not errors:
            errors += [self._error(request, field, None) for field in sorted(wanted)[:1]]
        # Of what others did meanwhile its writer has to hear before the answer goes out.
        version = str(seen.version) if is_fresh else sent.one(VERSION)
        changed = {DOCUMENTS: tuple(dict.fromkeys(digests)), VERSION: (version,)}
        kept = SentForm({**sent.values, **changed})
        shown = Shown(sent=kept, errors=tuple(errors))
        return await self._uploads.work(self._steps.page, request, answers.STEP, caller, seen, shown)

    async def _receive(self, caller: AuthorisedCaller, snapshot: CaseSnapshot, sent: SentForm, file: ChosenFile) -> str:
        """Attach one file, and give its digest. A form that is sent twice attaches it once."""
        kind = file.name.removeprefix(FILE)
        key = str(uuid5(UUID(sent.one(KEY)), kind))
        context = self._services.cases.context(caller, key)
        coming = DocumentToCome(kind=kind, media_type=file.media_type, announced=None)

        def begin() -> ReceivingDocument | RepeatedDocument:
            return self._services.documents.begin(caller, snapshot, context, coming)

        digest = sha256()

        async def content() -> AsyncIterator[bytes]:
            async for chunk in file.content:
                digest.update(chunk)
                yield chunk

        receiving = await self._uploads.work(begin)
        await self._uploads.receive(receiving, content())
        return digest.hexdigest()

    def _error(self, request: Request, field: str, why: Exception | None) -> FieldError:
        language, lists = self._pages.language(request), self._readers.code_lists
        label = CaseWords(language, lists).item(field.removeprefix(FILE))
        problem = None if why is None else problem_of(why)
        said = language.gettext("Choose a file.") if problem is None else heading_of(problem, lists, language)
        return FieldError(field=field, text=f"{label}{language.colon} {said}")
