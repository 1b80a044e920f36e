"""Files into a case and out of it: streamed both ways, never whole in memory.

A file is judged twice. Before anything of it is read: whether this caller may attach a document of this kind to the
case as it stands. And when it is there: the command that names it is decided like any other. What is refused leaves
nothing; what a crash leaves, :mod:`infra.workers.leftovers` collects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from api.services.refusals import ServiceRefused
from domain.case.application import Document
from domain.case.commands import AttachDocument, CommandContext
from domain.case.document_rules import DocumentRules
from domain.case.events import DocumentAttached
from domain.case.folding import fold
from domain.case.handling import CaseStream, Handled, TooManyWriters, repeated
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused
from infra.documents.errors import DocumentDamaged, DocumentUnknown, DocumentUnreadable
from infra.documents.incoming_document import ComparedDocument, IncomingDocument
from infra.keys import KeyDestroyed
from infra.postgres.journal.document_locks import document_lock
from infra.postgres.read_models.case_snapshots import CaseSnapshot

_NOT_YET: Final = "0" * 64
"""Stands for the digest of a file that has not come yet."""

_CERTAIN: Final = (CommandRefused, ServiceRefused, KeyDestroyed, TooManyWriters)
"""Refusals after which it is known that nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedDocument:
    """A document of a case with its content, chunk by chunk."""

    document: Document
    content: Iterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentToCome:
    """What is known of a file before it is read; ``announced`` is its size in bytes, where that is known."""

    kind: str
    media_type: str
    announced: int | None


class ReceivingDocument:
    """A file on its way into a case: :meth:`take` its chunks, then :meth:`finish`, or :meth:`drop` it."""

    def __init__(
        self,
        program: Program,
        kind: str,
        rules: DocumentRules,
        case: Case,
        incoming: IncomingDocument,
        change: Callable[[AttachDocument], Handled],
        stream: CaseStream,
    ) -> None:
        self._program = program
        self._kind = kind
        self._rules = rules
        self._case = case
        self._incoming = incoming
        self._change = change
        self._stream = stream

    def take(self, chunk: bytes) -> None:
        """The next bytes of the file. Raises ``DocumentRefused`` and ``StorageFull``."""
        self._incoming.take(chunk)

    def finish(self) -> Handled:
        """There is no more: store the file and attach it. It is settled after this, whatever is raised.

        Raises ``DocumentRefused``, ``StorageFull``, and what :meth:`CaseService.change` raises.
        """
        try:
            stored = self._incoming.whole()
            document = Document(kind=self._kind, sha256=stored.sha256, media_type=stored.media_type, size=stored.size)
            if document not in self._case.documents:
                self._rules.require_room((*self._case.documents, document))
        except BaseException:
            self._incoming.drop()
            raise
        # Nobody else places the same content, or removes it, between here and the answer of the journal.
        with document_lock(self._program.writers, self._case.worker_subject, stored.sha256):
            try:
                self._incoming.place()
            except BaseException:
                self._drop_unless_named(stored.sha256)
                raise
            try:
                handled = self._change(AttachDocument(document=document))
            except _CERTAIN:
                self._drop_unless_named(stored.sha256)
                raise
            # After any other error it is not known whether the journal names it: that is found out later.
            self._incoming.keep()
        return handled

    def drop(self) -> None:
        """Nothing of the file stays."""
        self._incoming.drop()

    def _drop_unless_named(self, sha256: str) -> None:
        case = fold(self._program.journal.read(self._stream.case_id).events)
        if case is not None and any(each.sha256 == sha256 for each in case.documents):
            self._incoming.keep()
        else:
            self._incoming.drop()


class RepeatedDocument:
    """A file that is sent under a key that was used before: it is compared with the first, and not stored again."""

    def __init__(
        self,
        program: Program,
        kind: str,
        compared: ComparedDocument,
        stream: CaseStream,
        context: CommandContext,
    ) -> None:
        self._program = program
        self._kind = kind
        self._compared = compared
        self._stream = stream
        self._context = context

    def take(self, chunk: bytes) -> None:
        """The next bytes of the file. Raises ``DocumentRefused``."""
        self._compared.take(chunk)

    def finish(self) -> Handled:
        """What the first sending left. Raises ``CommandRefused`` where it was another command."""
        sent = self._compared.whole()
        document = Document(kind=self._kind, sha256=sent.sha256, media_type=sent.media_type, size=sent.size)
        first = repeated(self._program.journal, self._stream, AttachDocument(document=document), self._context)
        if first is None:
            # Forgotten since it was seen, which happens once after 90 days: the next attempt is a new command.
            raise TooManyWriters("the command was forgotten while it was repeated")
        return first

    def drop(self) -> None:
        """Nothing was kept."""


class DocumentService:
    """The use cases of documents; safe between threads."""

    def __init__(self, program: Program, cases: CaseService) -> None:
        self._program = program
        self._cases = cases

    def begin(
        self, caller: AuthorisedCaller, snapshot: CaseSnapshot, context: CommandContext, coming: DocumentToCome
    ) -> ReceivingDocument | RepeatedDocument:
        """Judge, before any of it is read, whether the file can become a document of the case that was read.

        Raises ``DocumentRefused``, ``CommandRefused``, ``KeyDestroyed`` and ``StorageFull``; nothing is kept then.
        """
        case, stream, store = snapshot.case, snapshot.stream, self._program.documents
        if self._program.journal.was_recorded(context):
            compared = store.compare(coming.media_type, expected_size=coming.announced)
            return RepeatedDocument(self._program, coming.kind, compared, stream, context)
        expected = Document(kind=coming.kind, sha256=_NOT_YET, media_type=coming.media_type, size=coming.announced or 0)
        self._program.require_possible(stream, AttachDocument(document=expected), context)
        rules = self._program.document_rules
        rules.require_room((*case.documents, expected))
        incoming = store.begin(stream.case_id, case.worker_subject, coming.media_type, expected_size=coming.announced)

        def change(command: AttachDocument) -> Handled:
            return self._cases.change(caller, stream.case_id, command, context, known=stream)

        return ReceivingDocument(self._program, coming.kind, rules, case, incoming, change, stream)

    def received(self, case: Case) -> Callable[[str], bool]:
        """Whether a document of the case, by its digest, has been received: others were only announced."""
        return lambda sha256: self._program.documents.holds(case.worker_subject, sha256)

    def scanned(self, case: Case) -> Callable[[str], bool]:
        """Whether a virus scanner found nothing in a document that was received, when it came."""

        def was_scanned(sha256: str) -> bool:
            try:
                return self._program.documents.was_scanned(case.worker_subject, sha256)
            except DocumentUnreadable:
                return False

        return was_scanned

    def read(self, caller: AuthorisedCaller, case_id: UUID, sha256: str) -> ReceivedDocument:
        """A document of a case.

        Raises ``ApplicationUnknown``, ``DocumentUnknown``, ``DocumentWithheld`` and ``DocumentDamaged``: that also
        where a document was received and is not there any more.
        """
        snapshot = self._cases.case(caller, case_id)
        subject = snapshot.case.worker_subject
        document = next((each for each in snapshot.case.documents if each.sha256 == sha256), None)
        if document is None:
            raise DocumentUnknown
        try:
            return ReceivedDocument(document=document, content=self._program.documents.read(subject, sha256))
        except DocumentUnknown:
            if any(isinstance(each, DocumentAttached) and each.document == document for each in snapshot.stream.events):
                raise DocumentDamaged(subject, sha256) from None
            raise
