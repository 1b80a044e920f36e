"""Files into a case and out of it: streamed both ways, never whole in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from domain.case.application import Document
from domain.case.commands import AttachDocument, CommandContext
from domain.case.handling import Handled
from domain.case.lifecycle import Case
from infra.documents.errors import DocumentUnknown
from infra.postgres.read_models.case_snapshots import CaseSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedDocument:
    """A document of a case with its content, chunk by chunk."""

    document: Document
    content: Iterator[bytes]


class DocumentService:
    """The use cases of documents; safe between threads."""

    def __init__(self, program: Program, cases: CaseService) -> None:
        self._program = program
        self._cases = cases

    def attach(
        self,
        caller: AuthorisedCaller,
        snapshot: CaseSnapshot,
        context: CommandContext,
        *,
        kind: str,
        media_type: str,
        chunks: Iterable[bytes],
        announced: int | None,
    ) -> Handled:
        """Store a file of ``announced`` bytes, where that is known, and attach it to the case that was read.

        Raises ``DocumentRefused``, and what :meth:`CaseService.change` raises.
        """
        rules, case = self._program.document_rules, snapshot.case
        # Before it is read: a full case does not fill the disk with what it cannot take.
        expected = Document(kind=kind, sha256="", media_type=media_type, size=announced or 0)
        rules.require_room((*case.documents, expected))
        stored = self._program.documents.store(case.worker_subject, media_type, chunks, expected_size=announced)
        document = Document(kind=kind, sha256=stored.sha256, media_type=stored.media_type, size=stored.size)
        if document not in case.documents:
            rules.require_room((*case.documents, document))
        command, stream = AttachDocument(document=document), snapshot.stream
        return self._cases.change(caller, stream.case_id, command, context, known=stream)

    def received(self, case: Case) -> Callable[[str], bool]:
        """Whether a document of the case, by its digest, has been received: others were only announced."""
        return lambda sha256: self._program.documents.holds(case.worker_subject, sha256)

    def read(self, caller: AuthorisedCaller, case_id: UUID, sha256: str) -> ReceivedDocument:
        """A document of a case. Raises ``ApplicationUnknown``, ``DocumentUnknown`` and ``DocumentWithheld``."""
        case = self._cases.case(caller, case_id).case
        document = next((each for each in case.documents if each.sha256 == sha256), None)
        if document is None:
            raise DocumentUnknown
        return ReceivedDocument(document=document, content=self._program.documents.read(case.worker_subject, sha256))
