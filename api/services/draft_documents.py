"""Files into a draft, and out of it: with the checks of those of a case, under the key of the draft.

Nobody but those who share the draft sees them before it is filed; see :mod:`api.services.filed_documents` for what
becomes of them then, and :mod:`infra.postgres.drafts.draft_files` for what becomes of them else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.documents import DocumentToCome, ReceivedDocument
from api.services.drafts import DraftService
from api.services.refusals import DraftsFull, DraftUnknown, ServiceRefused
from domain.case.application import Document
from domain.case.document_rules import DocumentRefused
from domain.drafts.draft import Draft, StaleDraft
from infra.documents.errors import DocumentFailure, DocumentUnknown
from infra.documents.incoming_document import IncomingDocument
from infra.keys import KeyMissing
from infra.limit_counts import Limit
from infra.postgres.journal.document_locks import HeldLock
from infra.postgres.server.connections import DatabaseUnavailable

_NOT_YET: Final = "0" * 64
"""Stands for the digest of a file that has not come yet."""

_CERTAIN: Final = (ServiceRefused, DocumentRefused, DocumentFailure, StaleDraft)
"""Refusals after which it is known that the draft was not saved."""


class ReceivingDraftDocument:
    """A file on its way into a draft: :meth:`take` its chunks, then :meth:`finish`, or :meth:`drop` it."""

    def __init__(
        self,
        program: Program,
        drafts: DraftService,
        caller: AuthorisedCaller,
        draft_id: UUID,
        kind: str,
        incoming: IncomingDocument,
    ) -> None:
        self._program = program
        self._drafts = drafts
        self._caller = caller
        self._draft_id = draft_id
        self._kind = kind
        self._incoming = incoming

    def take(self, chunk: bytes) -> None:
        """The next bytes of the file. Raises ``DocumentRefused`` and ``StorageFull``."""
        self._incoming.take(chunk)

    def finish(self) -> Draft:
        """There is no more: store the file and name it in the draft. It is settled after this, or left to be collected.

        Raises ``DocumentRefused``, ``StorageFull``, ``StorageUnavailable``, ``DatabaseUnavailable``,
        ``DraftUnknown`` and ``DraftsFull``.
        """
        try:
            stored = self._incoming.whole()
        except BaseException:
            self._incoming.drop()
            raise
        document = Document(kind=self._kind, sha256=stored.sha256, media_type=stored.media_type, size=stored.size)
        saved: Draft | None = None
        try:
            with self._program.draft_files.hold(self._draft_id, document.sha256) as lock:
                saved = self._named(document, lock)
        except DatabaseUnavailable:
            if saved is None:
                raise
            # The draft names it, and the lock was lost: whoever looked before that may have taken it away since.
            with self._program.draft_files.hold(self._draft_id, document.sha256):
                self._incoming.restore()
        finally:
            # The table of the files of drafts says what may lie in the store: the copy says nothing more.
            self._incoming.settle()
        return saved

    def drop(self) -> None:
        """Nothing of the file stays."""
        self._incoming.drop()

    def _named(self, document: Document, lock: HeldLock) -> Draft:
        files = self._program.draft_files
        files.expect(self._drafts.owner(self._caller), self._draft_id, document)
        try:
            self._incoming.place()
            lock.require()
            return self._drafts.change(
                self._caller, self._draft_id, lambda draft, now: self._with(document, draft, now)
            )
        except _CERTAIN:
            files.remove_unless_named(self._draft_id, document.sha256, lock)
            raise

    def _with(self, document: Document, draft: Draft, now: datetime) -> Draft:
        held = draft.documents if document in draft.documents else (*draft.documents, document)
        self._program.document_rules.require_room(held)
        return draft.with_documents(held, now=now)


class DraftDocumentService:
    """The use cases of the documents of drafts, for callers who may file; safe between threads.

    All raise ``DatabaseUnavailable``, and :class:`DraftUnknown` for a draft that is not the caller's.
    """

    def __init__(self, program: Program, drafts: DraftService) -> None:
        self._program = program
        self._drafts = drafts

    def begin(self, caller: AuthorisedCaller, draft_id: UUID, coming: DocumentToCome) -> ReceivingDraftDocument:
        """Judge, before any of it is read, whether the file can become a document of the draft.

        Raises ``DocumentRefused``, :class:`DraftsFull` and ``StorageFull``; nothing is kept then.
        """
        draft = self._drafts.read(caller, draft_id)
        expected = Document(kind=coming.kind, sha256=_NOT_YET, media_type=coming.media_type, size=coming.announced or 0)
        self._program.document_rules.require_room((*draft.documents, expected))
        self._require_room(caller, coming.announced or 0)
        try:
            incoming = self._program.draft_documents.begin(
                draft_id, draft_id, coming.media_type, expected_size=coming.announced
            )
        except KeyMissing:
            raise DraftUnknown from None
        return ReceivingDraftDocument(self._program, self._drafts, caller, draft_id, coming.kind, incoming)

    def read(self, caller: AuthorisedCaller, draft_id: UUID, sha256: str) -> ReceivedDocument:
        """A document of a draft. Raises ``DocumentUnknown`` and ``DocumentDamaged``."""
        draft = self._drafts.read(caller, draft_id)
        for each in draft.documents:
            if each.sha256 == sha256:
                return ReceivedDocument(document=each, content=self._program.draft_documents.read(draft_id, sha256))
        raise DocumentUnknown

    def remove(self, caller: AuthorisedCaller, draft_id: UUID, kind: str, sha256: str) -> Draft:
        """Take a file out of a draft; one that is not in it stays out. Raises ``StaleDraft``."""

        def without_it(draft: Draft, now: datetime) -> Draft:
            kept = [each for each in draft.documents if (each.kind, each.sha256) != (kind, sha256)]
            return draft.with_documents(kept, now=now)

        changed = self._drafts.change(caller, draft_id, without_it)
        self._program.draft_files.remove_of(draft_id)
        return changed

    def _require_room(self, caller: AuthorisedCaller, size: int) -> None:
        """What is under way counts when it has come: so many files more there can be as come at once."""
        most = self._program.limits.drafts.document_bytes
        if self._program.draft_files.bytes_of(self._drafts.owner(caller)) + size > most:
            self._program.limit_counts.reached(Limit.DOCUMENTS_OF_DRAFTS)
            raise DraftsFull(
                f"The documents in your drafts may have at most {most} bytes together: file or delete some first."
            )
