"""The document store: a directory of encrypted files, by data subject and by the SHA-256 of their content.

A file lies at ``<subject>/<sha256>`` from the moment it is whole and durable, never earlier; what is still coming in
lies in ``unfinished``. Destroying a subject's key makes all files of that subject unreadable, copies of them too.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO, Final
from uuid import UUID

from domain.case.document_rules import DocumentRules
from infra.documents.content_check import ContentCheck
from infra.documents.errors import DocumentTypeUncheckable, DocumentUnknown, DocumentWithheld
from infra.documents.sealed_content import ContentAddress, ContentSealer, opened_content
from infra.documents.structure import FORMS
from infra.durable_files import make_names_durable
from infra.keys import SubjectKeys

UNFINISHED: Final = "unfinished"
ABANDONED_AFTER_SECONDS: Final = 24 * 60 * 60
"""Seconds without a write after which an upload is no longer going on."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """What is stored: ``sha256`` of the content in lower-case hex, ``size`` in bytes."""

    sha256: str
    media_type: str
    size: int


class DocumentStore:
    """Keeps the content of documents; safe to share between threads and processes."""

    def __init__(
        self,
        root: Path,
        keys: SubjectKeys,
        rules: DocumentRules,
        origin: str,
        *,
        rename: Callable[[Path, Path], object] = os.replace,
    ) -> None:
        """Open the store under ``root`` and drop uploads that a killed process left.

        The directory is made for the first document: who only reads makes nothing. ``rename`` puts a file that is
        whole and durable in its place, over what is there.
        Raises :class:`DocumentTypeUncheckable`.
        """
        for each in rules.types:
            if each.media_type not in FORMS:
                raise DocumentTypeUncheckable(
                    f"the document rules take {each.media_type}, whose content cannot be checked: "
                    f"take only {', '.join(FORMS)}"
                )
        self._root = root
        self._keys = keys
        self._rules = rules
        self._origin = origin
        self._rename = rename
        self._unfinished = root / UNFINISHED
        self._drop_abandoned()

    def store(
        self, subject: UUID, media_type: str, chunks: Iterable[bytes], *, expected_size: int | None
    ) -> StoredDocument:
        """Read ``chunks`` to their end and keep the content; it is durable when this returns.

        Content that is there already stays one file. ``expected_size`` is what the sender announced, if anything.
        Raises :class:`~domain.case.document_rules.DocumentRefused`, without reading on, and
        :class:`~infra.keys.KeyMissing`. Whatever is raised, also by ``chunks``, nothing is kept.
        """
        check = ContentCheck(self._rules.type_of(media_type), expected_size)
        key = self._keys.key_to_encrypt(subject)
        digest = hashlib.sha256()
        with self._unfinished_file() as (file, path):
            sealer = ContentSealer(file, key, self._address(subject))
            for chunk in chunks:
                check.take(chunk)
                digest.update(chunk)
                sealer.write(chunk)
            check.finish()
            sha256 = digest.hexdigest()
            sealer.finish(sha256)
            file.flush()
            os.fsync(file.fileno())
            self._put_in_place(path, subject, sha256)
        return StoredDocument(sha256=sha256, media_type=media_type, size=check.size)

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
            and self._path(subject, sha256).is_file()
            and self._keys.key_to_decrypt(subject) is not None
        )

    def _content(self, subject: UUID, sha256: str) -> Iterator[bytes]:
        if _DIGEST.fullmatch(sha256) is None:
            raise DocumentUnknown
        try:
            file = self._path(subject, sha256).open("rb")
        except FileNotFoundError:
            raise DocumentUnknown from None
        with file:
            key = self._keys.key_to_decrypt(subject)
            if key is None:
                raise DocumentWithheld
            yield from opened_content(file, key, self._address(subject), sha256)

    def _put_in_place(self, unfinished: Path, subject: UUID, sha256: str) -> None:
        path = self._path(subject, sha256)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # Over what is there: the same content, or a damaged file that is repaired by sending it again.
        self._rename(unfinished, path)
        make_names_durable(path.parent)
        # Also when another thread made the subject's directory: it may not have come to this line yet.
        make_names_durable(self._root)

    @contextmanager
    def _unfinished_file(self) -> Iterator[tuple[BinaryIO, Path]]:
        """A new file, which is gone after the block unless it was put in its place."""
        self._make_root()
        descriptor, name = mkstemp(dir=self._unfinished)
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file, path
        finally:
            path.unlink(missing_ok=True)

    def _make_root(self) -> None:
        if not self._unfinished.is_dir():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._unfinished.mkdir(mode=0o700, exist_ok=True)
            make_names_durable(self._root.parent)

    def _drop_abandoned(self) -> None:
        for path in self._unfinished.iterdir() if self._unfinished.is_dir() else ():
            with suppress(FileNotFoundError):  # finished, or dropped by another process that starts
                if time.time() - path.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                    path.unlink()

    def _path(self, subject: UUID, sha256: str) -> Path:
        return self._root / str(subject) / sha256

    def _address(self, subject: UUID) -> ContentAddress:
        return ContentAddress(origin=self._origin, subject=subject)
