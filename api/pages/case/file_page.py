"""The page that sends a file into a case: its form is judged as far as it can be before the file is read."""

from __future__ import annotations

from contextlib import aclosing
from uuid import UUID

from fastapi import Request, Response

from api.http.content_digests import require_no_content_coding
from api.http.uploads import Uploads
from api.pages.case.sent_steps import context_of
from api.pages.case.step_pages import Shown, StepScreen
from api.pages.page_parts import FieldError
from api.pages.rendering import Pages
from api.pages.sent_files import SentFile
from api.pages.sent_forms import SentForm
from api.pages.session import Readers
from api.services.access import AuthorisedCaller
from api.services.all_services import Services
from api.services.documents import DocumentToCome, ReceivingDocument, RepeatedDocument
from api.steps import documents
from domain.case.document_rules import DocumentRefused
from domain.case.refusals import CommandRefused
from domain.codes import DOCUMENT_KINDS
from infra.postgres.read_models.case_snapshots import CaseSnapshot


class FileScreen:
    """The form of a file; what it says of a refusal is shown by ``steps``."""

    def __init__(self, services: Services, readers: Readers, pages: Pages, steps: StepScreen, uploads: Uploads) -> None:
        self._services = services
        self._readers = readers
        self._pages = pages
        self._steps = steps
        self._uploads = uploads

    async def attach(self, request: Request, case_id: UUID) -> Response:
        """Store the file that the form sends; or show the form again with what is wrong."""
        caller = self._readers.authorised(request, documents.STEP.action)
        require_no_content_coding(request)
        async with self._uploads.place_for(caller.caller):
            # Who may not see the case sends no file into it.
            snapshot = await self._uploads.work(self._services.cases.case, caller, case_id)
            async with aclosing(request.stream()) as chunks:
                file = SentFile(request.headers.get("Content-Type", ""), chunks, self._uploads)
                return await self._attach(request, caller, snapshot, file)

    async def _attach(
        self, request: Request, caller: AuthorisedCaller, snapshot: CaseSnapshot, file: SentFile
    ) -> Response:
        step, screen, work = documents.STEP, self._steps, self._uploads.work
        sent = await file.fields()
        missing = self._missing(request, sent, file)
        if missing or file.media_type is None:
            await file.drain()
            shown = Shown(sent=sent, errors=missing)
            return await work(screen.page, request, step, caller, snapshot, shown)
        coming = DocumentToCome(kind=sent.one("kind"), media_type=file.media_type, announced=None)

        def begin() -> ReceivingDocument | RepeatedDocument:
            context = context_of(self._services.cases, caller, sent)
            return self._services.documents.begin(caller, snapshot, context, coming)

        try:
            receiving = await work(begin)
            await self._uploads.receive(receiving, file.content())
        except (DocumentRefused, CommandRefused) as why:
            await file.drain()
            case_id, shown = snapshot.case_id, Shown(sent=sent, refused=why)
            return await work(screen.again, request, step, caller, case_id, shown)
        return screen.led_on(caller, snapshot.case_id, step)

    def _missing(self, request: Request, sent: SentForm, file: SentFile) -> tuple[FieldError, ...]:
        language = self._pages.language(request)
        missing = []
        if sent.one("kind") not in DOCUMENT_KINDS:
            missing.append(FieldError(field="kind", text=language.gettext("State what the document is.")))
        if file.media_type is None:
            missing.append(FieldError(field="file", text=language.gettext("Choose a file.")))
        return tuple(missing)
