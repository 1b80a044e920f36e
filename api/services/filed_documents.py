"""The documents of a draft on their way into a case: from under the key of the draft to under that of the worker.

First the content, then the event, as for every document: each file is checked once more and lies where those of the
case lie before the command that files the application names it. A crash in between leaves copies that say whose they
are, and the worker of leftovers asks the journal about them.

Nobody else knows the person that is minted for the case before the journal has answered, so no lock is needed here.
"""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from api.composition import Program
from domain.case.application import Document
from infra.documents.errors import DocumentDamaged, DocumentUnknown, DocumentWithheld, StorageUnavailable
from infra.documents.incoming_document import IncomingDocument

_LONGEST_SECONDS: Final = 15 * 60.0
"""Half of the time after which the worker of leftovers takes a copy for one that nobody goes on with."""


class DocumentsOfDraft:
    """Implements :class:`api.services.cases.BroughtDocuments` for one attempt at filing; of one thread."""

    def __init__(self, program: Program, draft_id: UUID, documents: tuple[Document, ...]) -> None:
        self._program = program
        self._draft_id = draft_id
        self._documents = documents
        self._placed: list[IncomingDocument] = []

    @property
    def documents(self) -> tuple[Document, ...]:
        return self._documents

    def place(self, case_id: UUID, subject: UUID) -> None:
        """Raises ``DocumentRefused``, ``DocumentFailure`` and ``DatabaseUnavailable``."""
        began = time.monotonic()
        try:
            for each in {each.sha256: each for each in self._documents}.values():
                self._bring(each, case_id, subject)
            if time.monotonic() - began > _LONGEST_SECONDS:
                raise StorageUnavailable("too slow")
        except BaseException:
            self.take_back()
            raise

    def take_back(self) -> None:
        while self._placed:
            self._placed.pop().drop()

    def settle(self) -> None:
        while self._placed:
            self._placed.pop().settle()

    def _bring(self, document: Document, case_id: UUID, subject: UUID) -> None:
        incoming = self._program.documents.begin(case_id, subject, document.media_type, expected_size=document.size)
        self._placed.append(incoming)
        try:
            for chunk in self._program.draft_documents.read(self._draft_id, document.sha256):
                incoming.take(chunk)
        except (DocumentUnknown, DocumentWithheld):
            # The draft names it: it is not there any more, or the draft was deleted meanwhile.
            raise DocumentDamaged(self._draft_id, document.sha256) from None
        if incoming.whole().sha256 != document.sha256:
            raise DocumentDamaged(self._draft_id, document.sha256)
        incoming.place()
