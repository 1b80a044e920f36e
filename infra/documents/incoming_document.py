r"""A document that is coming in: taken chunk by chunk, by whoever waits for the chunks.

    taking --whole()--> whole --place()--> placed --settle()--> in its place
       \______________________\                |
                               \--drop()-->    \--take_back(), settle()--> nothing is left

Until it is settled its sealed content stays in ``unfinished`` too, whatever happens to what was placed.

Each call does its own work on the disk and never waits for a network: that is for the caller.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from infra.documents.content_check import ContentCheck
from infra.documents.errors import StorageFull
from infra.documents.sealed_content import ContentSealer
from infra.documents.storage import ContentStorage
from infra.documents.unfinished import DocumentPlace, UnfinishedUploads


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """What came: ``sha256`` of the content in lower-case hex, ``size`` in bytes."""

    sha256: str
    media_type: str
    size: int


class ComparedDocument:
    """Content that is only looked at: whether it is what was sent before. Nothing of it is kept anywhere."""

    def __init__(self, media_type: str, check: ContentCheck) -> None:
        self._media_type = media_type
        self._check = check
        self._digest = hashlib.sha256()

    def take(self, chunk: bytes) -> None:
        """The next bytes. Raises ``DocumentRefused`` as soon as it is clear that they cannot be taken."""
        self._check.take(chunk)
        self._digest.update(chunk)

    def whole(self) -> StoredDocument:
        """There is no more. Raises ``DocumentRefused``."""
        self._check.finish()
        return StoredDocument(sha256=self._digest.hexdigest(), media_type=self._media_type, size=self._check.size)


class IncomingDocument:
    """Content that is encrypted as it comes. One thread at a time; ends with :meth:`settle` or :meth:`drop`.

    Whatever a method raises, the document has still to be dropped or settled, or is left to be collected.
    """

    def __init__(
        self,
        comparing: ComparedDocument,
        case_id: UUID,
        subject: UUID,
        uploads: UnfinishedUploads,
        storage: ContentStorage,
        sealer: tuple[ContentSealer, BinaryIO, Path],
        scan: Callable[[BinaryIO, str], None] | None,
    ) -> None:
        """``scan`` looks at the sealed file of a digest and raises for what must not be kept."""
        self._comparing = comparing
        self._case_id = case_id
        self._subject = subject
        self._uploads = uploads
        self._storage = storage
        self._sealer, self._file, self._path = sealer
        self._scan = scan
        self._stored: StoredDocument | None = None
        self._is_placed = False

    def take(self, chunk: bytes) -> None:
        """The next bytes. Raises ``DocumentRefused`` as soon as it is clear that they cannot be taken, and
        :class:`~infra.documents.errors.StorageFull`."""
        self._comparing.take(chunk)
        with room_on_the_disk():
            self._sealer.write(chunk)

    def whole(self) -> StoredDocument:
        """There is no more: the content is sealed, scanned, durable, and not in its place yet.

        Raises as :meth:`take`, and :class:`~infra.documents.errors.ScannerUnavailable`.
        """
        stored = self._comparing.whole()
        with room_on_the_disk():
            self._sealer.finish(stored.sha256)
            self._file.flush()
        if self._scan is not None:
            with self._path.open("rb") as sealed:
                self._scan(sealed, stored.sha256)
            self._sealer.mark_scanned(stored.sha256)
        with room_on_the_disk():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        self._stored = stored
        return stored

    def place(self) -> None:
        """Put the content where readers find it, durably. Raises :class:`~infra.documents.errors.StorageFull`."""
        if self._stored is None:
            raise AssertionError("a document is placed once it is whole")
        place = DocumentPlace(case_id=self._case_id, subject=self._subject, sha256=self._stored.sha256)
        with room_on_the_disk():
            self._path = self._uploads.name(self._path, place)
            self._is_placed = True
            self._storage.place(self._path, self._subject, self._stored.sha256)

    def restore(self) -> None:
        """Put a placed document in its place again if it is gone; raises as :meth:`place`."""
        if self._stored is None:
            raise AssertionError("a document is restored once it was placed")
        if not self._storage.holds(self._subject, self._stored.sha256):
            with room_on_the_disk():
                self._storage.place(self._path, self._subject, self._stored.sha256)

    def take_back(self) -> None:
        """It is not in its place any more; only when no case names it, and nobody else is placing the same."""
        if self._is_placed and self._stored is not None:
            self._storage.remove(self._subject, self._stored.sha256)

    def settle(self) -> None:
        """It is where it has to be, and known to stay there: nobody needs the copy any more."""
        self._path.unlink(missing_ok=True)

    def drop(self) -> None:
        """Nothing of it stays; for a placed one as :meth:`take_back`."""
        self.take_back()
        with suppress(OSError):  # what is still in the buffer may not fit on the disk, and is not wanted
            self._file.close()
        self._path.unlink(missing_ok=True)


@contextmanager
def room_on_the_disk() -> Iterator[None]:
    """Raises :class:`~infra.documents.errors.StorageFull` where there is none."""
    try:
        yield
    except OSError as why:
        if why.errno in (ENOSPC, EDQUOT):
            raise StorageFull from None
        raise
