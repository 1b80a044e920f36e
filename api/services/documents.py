"""Files into a case and out of it: streamed both ways, never whole in memory.

A file is judged twice. Before anything of it is read: whether this caller may attach a document of this kind to the
case as it stands. And when it is there: the command that names it is decided like any other. What is refused leaves
nothing; what a crash leaves, or a database that went away meanwhile, :mod:`infra.workers.leftovers` collects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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
from domain.case.handling import CaseStream, Handled, TooManyWriters, repeated
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused
from infra.documents.errors import (
    DocumentDamaged,
    DocumentUnknown,
    DocumentUnreadable,
    StorageFull,
    StorageUnavailable,
)
from infra.documents.incoming_document import ComparedDocument, IncomingDocument
from infra.keys import KeyDestroyed
from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.journal.document_locks import HeldLock
from infra.postgres.read_models.case_snapshots import CaseSnapshot
from infra.postgres.server.connections import DatabaseUnavailable
from infra.structured_logs import get_logger

_NOT_YET: Final = "0" * 64
"""Stands for the digest of a file that has not come yet."""

_CERTAIN: Final = (CommandRefused, ServiceRefused, KeyDestroyed, TooManyWriters)
"""Refusals after which it is known that nothing was written."""

_log = get_logger(__name__)


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
        """There is no more: store the file and attach it. It is settled after this, or left to be collected.

        Raises ``DocumentRefused``, ``StorageFull``, ``StorageUnavailable``, ``DatabaseUnavailable`` and what
        :meth:`CaseService.change` raises.
        """
        document = self._whole()
        handled: Handled | None = None
        try:
            # Nobody else places the same content, or removes it, between here and the answer of the journal.
            with self._locked(document.sha256) as lock:
                handled = self._attached(document, lock)
        except DatabaseUnavailable:
            if handled is None:
                raise
            # The case names it, and the lock was lost: whoever looked before that may have taken it away since.
            _log.warning("document.lock_lost", case=str(self._stream.case_id), sha256=document.sha256)
            self._restore(document.sha256)
        self._incoming.settle()
        return handled

    def drop(self) -> None:
        """Nothing of the file stays."""
        self._incoming.drop()

    def _whole(self) -> Document:
        """The document that has come; nothing stays of one that is refused."""
        try:
            stored = self._incoming.whole()
            document = Document(kind=self._kind, sha256=stored.sha256, media_type=stored.media_type, size=stored.size)
            if document not in self._case.documents:
                self._rules.require_room((*self._case.named_documents, document))
        except BaseException:
            self._incoming.drop()
            raise
        return document

    @contextmanager
    def _locked(self, sha256: str) -> Iterator[HeldLock]:
        """Hold the lock of the document; nothing stays where it is not to be had."""
        with ExitStack() as held:
            try:
                lock = held.enter_context(self._program.document_locks.hold(self._case.worker_subject, sha256))
            except BaseException:
                self._incoming.drop()
                raise
            yield lock

    def _attached(self, document: Document, lock: HeldLock) -> Handled:
        try:
            self._incoming.place()
        except BaseException:
            self._take_back_unless_named(document.sha256, lock)
            raise
        # That took its time: the journal names nothing that somebody else may be taking away.
        lock.require()
        try:
            return self._change(AttachDocument(document=document))
        except _CERTAIN:
            self._take_back_unless_named(document.sha256, lock)
            raise
        # After any other error it is not known whether the journal names it: that is found out later.

    def _take_back_unless_named(self, sha256: str, lock: HeldLock) -> None:
        case = self._program.journal.read(self._stream.case_id).case
        if case is None or all(each.sha256 != sha256 for each in case.named_documents):
            lock.require()
            self._incoming.take_back()
        # Without the lock somebody may have attached what was taken away: the copy stays, to be put in its place.
        lock.require()
        self._incoming.settle()

    def _restore(self, sha256: str) -> None:
        try:
            with self._program.document_locks.hold(self._case.worker_subject, sha256):
                self._incoming.restore()
        except (StorageUnavailable, StorageFull) as why:
            # Neither of their sentences is true: something was stored.
            raise OutcomeUnknown from why


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
        rules.require_room((*case.named_documents, expected))
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
            events = self._program.journal.events_of(case_id)
            if any(isinstance(each, DocumentAttached) and each.document == document for each in events):
                raise DocumentDamaged(subject, sha256) from None
            raise
