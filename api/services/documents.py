"""Files into a case and out of it, the same for the interface and for the pages: streamed both ways, never whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse

from api.composition import Program
from api.http.requests import AuthorisedCommand
from api.services.cases import CaseService
from domain.case.application import Document
from domain.case.commands import AttachDocument
from domain.case.lifecycle import Case
from infra.documents.errors import DocumentUnknown

EXTENSIONS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class DocumentIntake:
    """Takes files into cases and hands them out again; whoever asks has been let through to the case before."""

    def __init__(self, program: Program, border: CaseService) -> None:
        self._program = program
        self._border = border

    def take(
        self,
        case_id: UUID,
        incoming: AuthorisedCommand,
        kind: str,
        media_type: str,
        chunks: Iterable[bytes],
        *,
        announced: int | None,
    ) -> Response:
        """Store the file and attach it to the case.

        Raises :class:`~api.http.problems.RequestRefused` (404), ``DocumentRefused``, and what a command raises.
        """
        rules, context = self._program.document_rules, self._border.context(incoming)
        _, case = self._border.case(case_id, incoming.granted)
        # Before it is read: a full case does not fill the disk with what it cannot take.
        expected = Document(kind=kind, sha256="", media_type=media_type, size=announced or 0)
        rules.require_room((*case.documents, expected))
        stored = self._program.documents.store(case.worker_subject, media_type, chunks, expected_size=announced)
        document = Document(kind=kind, sha256=stored.sha256, media_type=stored.media_type, size=stored.size)
        if document not in case.documents:
            rules.require_room((*case.documents, document))
        return self._border.change(case_id, AttachDocument(document=document), context, incoming)

    def held(self, case: Case) -> Callable[[str], bool]:
        """Whether a document of the case, by its digest, has been received: others were only announced."""
        return lambda sha256: self._program.documents.holds(case.worker_subject, sha256)

    def hand_out(self, case: Case, sha256: str) -> Response:
        """The file, to be saved and never to be run. Raises ``DocumentUnknown`` and ``DocumentWithheld``."""
        document = next((each for each in case.documents if each.sha256 == sha256), None)
        if document is None:
            raise DocumentUnknown
        name = f"{document.kind}-{sha256[:8]}.{EXTENSIONS.get(document.media_type, 'bin')}"
        return StreamingResponse(
            self._program.documents.read(case.worker_subject, sha256),
            media_type=document.media_type,
            headers={
                "Content-Length": str(document.size),
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )
