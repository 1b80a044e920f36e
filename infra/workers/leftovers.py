"""The worker that collects what was begun for a case and never became part of one, at its start and every ten minutes.

A refusal cleans up after itself. What is left for this worker is what nobody could clean up: the process died, the
lock of the document was lost, or the answer of the database, so that it was not known whether the journal names the
thing. Nothing is collected that is younger than :data:`LEFT_FOR_SECONDS`, far longer than an append can be under way,
or that the journal names.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Event
from typing import Final, Protocol
from uuid import UUID

from domain.case.handling import CaseStream
from infra.documents.document_store import DocumentStore
from infra.documents.errors import StorageUnavailable
from infra.documents.unfinished import DocumentPlace, LeftUpload
from infra.event_codec import UnreadableEvent
from infra.keys import KeyMissing
from infra.postgres.journal.document_locks import DocumentLocks
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.troubles import Trouble
from infra.structured_logs import get_logger

LEFT_FOR_SECONDS: Final = 30 * 60.0
"""After which what was begun is no longer under way: an upload takes at most half as long, an append seconds."""

_LOOK_AGAIN_SECONDS: Final = 10 * 60.0

_log = get_logger(__name__)


class Collection(Protocol):
    """Collects what is left of one kind."""

    def collect(self) -> int:
        """How many things were collected. Raises what a lost database raises."""


class Cases(Protocol):
    """The journal, as far as it is asked what a case names."""

    def read(self, case_id: UUID) -> CaseStream: ...


class Leftovers:
    """Collects everything of ``collections``, again and again."""

    def __init__(self, collections: Iterable[Collection]) -> None:
        self._collections = tuple(collections)
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the look it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Collect until stopped. Raises what a lost database raises."""
        while not self._stopping.is_set():
            for each in self._collections:
                each.collect()
            self._stopping.wait(_LOOK_AGAIN_SECONDS)


class LeftUploads:
    """Collects uploads of which nothing was written for ``left_for`` seconds."""

    def __init__(
        self, documents: DocumentStore, cases: Cases, locks: DocumentLocks, *, left_for: float = LEFT_FOR_SECONDS
    ) -> None:
        self._documents = documents
        self._cases = cases
        self._locks = locks
        self._left_for = left_for

    def collect(self) -> int:
        collected = 0
        for left in self._documents.left_uploads(for_seconds=self._left_for):
            try:
                collected += self._settled(left)
            except (StorageUnavailable, DatabaseUnavailable) as why:
                if isinstance(why, DatabaseUnavailable) and why.trouble is not Trouble.BUSY:
                    raise
                # The next look tries again; others need not wait for it, or for who holds its lock.
                _log.warning("upload.not_collected", error=type(why).__name__)
        if collected:
            _log.info("uploads.collected", count=collected)
        return collected

    def _settled(self, left: LeftUpload) -> bool:
        place = left.place
        if place is not None:
            with self._locks.hold(place.subject, place.sha256) as lock:
                is_named = self._is_named(place)
                if is_named is None:
                    return False
                lock.require()
                self._documents.put_right(left.path, place, is_named=is_named)
        # Not before the lock is known to have held: without it somebody may have attached what was removed here, and
        # then the next look puts this copy in its place.
        self._documents.forget(left)
        return True

    def _is_named(self, place: DocumentPlace) -> bool | None:
        """Whether the case names the document; None where its stream cannot be read, so that this is not known."""
        try:
            case = self._cases.read(place.case_id).case
        except (UnreadableEvent, KeyMissing) as why:
            _log.warning("upload.not_collected", case=str(place.case_id), error=type(why).__name__)
            return None
        # A filing that was repeated has brought its documents for a person whom no case is about.
        return (
            case is not None
            and case.worker_subject == place.subject
            and any(each.sha256 == place.sha256 for each in case.named_documents)
        )
