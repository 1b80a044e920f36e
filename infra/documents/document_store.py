"""The document store: encrypted files, by data subject and by the SHA-256 of their content.

What is coming in lies in ``unfinished`` until it is whole and durable and a case names it; see
:mod:`infra.documents.unfinished`. Destroying a subject's key makes all files of that subject unreadable, copies of
them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from domain.case.document_rules import DocumentRules
from infra.documents.content_check import ContentCheck
from infra.documents.errors import DocumentDamaged, DocumentTypeUncheckable, DocumentUnknown, DocumentWithheld
from infra.documents.incoming_document import ComparedDocument, IncomingDocument, room_on_the_disk
from infra.documents.scanning import Scanner
from infra.documents.sealed_content import HEADER_BYTES, ContentAddress, ContentSealer, opened_content, was_scanned
from infra.documents.storage import ContentStorage
from infra.documents.stored_files import StoredFiles
from infra.documents.structure import FORMS
from infra.documents.unfinished import DocumentPlace, LeftUpload, UnfinishedUploads
from infra.keys import ContentKeys, KeyMissing

_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class DocumentState(StrEnum):
    """How a document that was received is now."""

    WHOLE = "whole"
    ERASED = "erased"
    MISSING = "missing"
    DAMAGED = "damaged"


class DocumentStore:
    """Keeps the content of documents; safe to share between threads and processes."""

    def __init__(
        self,
        root: Path,
        keys: ContentKeys,
        rules: DocumentRules,
        origin: str,
        *,
        storage: ContentStorage | None = None,
        scanner: Scanner | None = None,
    ) -> None:
        """Open the store, with what is coming in under ``root`` and what is stored in ``storage``, else there too.

        With a ``scanner`` nothing is kept that it has not seen.

        Directories are made for the first document: who only reads makes nothing. Raises
        :class:`DocumentTypeUncheckable`.
        """
        for each in rules.types:
            if each.media_type not in FORMS:
                raise DocumentTypeUncheckable(
                    f"the document rules take {each.media_type}, whose content cannot be checked: "
                    f"take only {', '.join(FORMS)}"
                )
        self._keys = keys
        self._rules = rules
        self._origin = origin
        self._storage = StoredFiles(root) if storage is None else storage
        self._uploads = UnfinishedUploads(root)
        self._scanner = scanner

    def begin(self, case_id: UUID, subject: UUID, media_type: str, *, expected_size: int | None) -> IncomingDocument:
        """Begin a document of a case; ``expected_size`` is what the sender announced, if anything.

        Raises :class:`~domain.case.document_rules.DocumentRefused`, :class:`~infra.keys.KeyMissing` and
        :class:`~infra.documents.errors.StorageFull`.
        """
        comparing = self.compare(media_type, expected_size=expected_size)
        key, address = self._keys.key_to_encrypt(subject), self._address(subject)
        with room_on_the_disk():
            file, path = self._uploads.new_file()
            sealer = ContentSealer(file, key, address)
        scanner = self._scanner

        def scan(sealed: BinaryIO, sha256: str) -> None:
            if scanner is not None:
                scanner.require_clean(opened_content(sealed, key, address, sha256))

        return IncomingDocument(
            comparing,
            case_id,
            subject,
            self._uploads,
            self._storage,
            sealer=(sealer, file, path),
            scan=None if scanner is None else scan,
        )

    def compare(self, media_type: str, *, expected_size: int | None) -> ComparedDocument:
        """Begin with content that is not kept. Raises :class:`~domain.case.document_rules.DocumentRefused`."""
        return ComparedDocument(media_type, ContentCheck(self._rules.type_of(media_type), expected_size))

    def read(self, subject: UUID, sha256: str) -> Iterator[bytes]:
        """The content in chunks, none of which is given before it is known to be what was stored.

        Raises :class:`DocumentUnknown`, :class:`DocumentWithheld` and, here or from the iterator,
        :class:`~infra.documents.errors.DocumentDamaged`.
        """
        content = self._content(subject, sha256)
        # The first chunk now, so that what cannot be read is refused here, before an answer has begun.
        return chain((next(content),), content)

    def holds(self, subject: UUID, sha256: str) -> bool:
        """Whether the document was stored and not erased since."""
        return (
            _DIGEST.fullmatch(sha256) is not None
            and self._storage.holds(subject, sha256)
            and self._keys.key_to_decrypt(subject) is not None
        )

    def was_scanned(self, subject: UUID, sha256: str) -> bool:
        """Whether a scanner found nothing in the document when it came.

        Raises :class:`DocumentUnknown`, :class:`DocumentWithheld` and :class:`DocumentDamaged`.
        """
        try:
            beginning, length = self._storage.beginning(subject, sha256, HEADER_BYTES)
        except FileNotFoundError:
            raise DocumentUnknown from None
        except OSError:  # as in reading it
            raise DocumentDamaged(subject, sha256) from None
        return was_scanned(beginning, length, self._key_to_read(subject), self._address(subject), sha256)

    def examine(self, subject: UUID, sha256: str, *, whole: bool) -> DocumentState:
        """How a document is that was received: read to its end with ``whole``, else only its header and its length."""
        try:
            if whole:
                for _ in self._content(subject, sha256):
                    pass
            else:
                self.was_scanned(subject, sha256)
        except DocumentUnknown:
            return DocumentState.MISSING
        except DocumentWithheld:
            return DocumentState.ERASED
        except (DocumentDamaged, KeyMissing):
            return DocumentState.DAMAGED
        return DocumentState.WHOLE

    def left_uploads(self, *, for_seconds: float) -> Iterator[LeftUpload]:
        """What a crash or a lost answer left of uploads: nobody has written to them for longer than that."""
        return self._uploads.left(for_seconds=for_seconds)

    def put_right(self, copy: Path, place: DocumentPlace, *, is_named: bool) -> None:
        """The content of such an upload is in its place after this where a case names it, and else is not.

        The caller holds the lock of the document, and has asked the journal meanwhile. ``copy`` stays.
        """
        if not is_named:
            self._storage.remove(place.subject, place.sha256)
        elif not self._storage.holds(place.subject, place.sha256):
            self._storage.place(copy, place.subject, place.sha256)

    def forget(self, left: LeftUpload) -> None:
        """End such an upload: it never was whole, or its content is known to be where it has to be."""
        left.path.unlink(missing_ok=True)

    def remove(self, subject: UUID, sha256: str) -> None:
        """There is no such document after this. The caller holds its lock, and knows that nothing names it."""
        self._storage.remove(subject, sha256)

    def forget_subject(self, subject: UUID) -> None:
        """Nothing is kept of this subject any more: its place goes too."""
        self._storage.forget_subject(subject)

    def _content(self, subject: UUID, sha256: str) -> Iterator[bytes]:
        if _DIGEST.fullmatch(sha256) is None:
            raise DocumentUnknown
        try:
            with self._storage.open(subject, sha256) as file:
                yield from opened_content(file, self._key_to_read(subject), self._address(subject), sha256)
        except FileNotFoundError:
            raise DocumentUnknown from None
        except OSError:  # it is there, and the disk or its rights do not let it be read
            raise DocumentDamaged(subject, sha256) from None

    def _key_to_read(self, subject: UUID) -> bytes:
        key = self._keys.key_to_decrypt(subject)
        if key is None:
            raise DocumentWithheld
        return key

    def _address(self, subject: UUID) -> ContentAddress:
        return ContentAddress(origin=self._origin, subject=subject)
