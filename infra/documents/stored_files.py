"""Sealed content in a directory: a file lies at ``<subject>/<sha256>`` from the moment it is whole and durable."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from infra.durable_files import make_names_durable


class StoredFiles:
    """Implements :class:`infra.documents.storage.ContentStorage` under ``root``, which the first upload makes.

    What is given to be kept lies on the same file system. ``rename`` puts a file in its place, over what is there.
    """

    def __init__(self, root: Path, *, rename: Callable[[Path, Path], object] = os.replace) -> None:
        self._root = root
        self._rename = rename

    def place(self, sealed: Path, subject: UUID, sha256: str) -> None:
        path = self._path(subject, sha256)
        # A second name of the same file, so that the first stays until its upload is settled.
        second = sealed.with_name(f"{sealed.name}.placed")
        os.link(sealed, second)
        try:
            self._put(second, path)
        finally:
            # Also after the rename: it does nothing where both names are of one file already.
            second.unlink(missing_ok=True)
        make_names_durable(path.parent)
        # Also when another thread made the subject's directory: it may not have come to this line yet.
        make_names_durable(self._root)

    def open(self, subject: UUID, sha256: str) -> AbstractContextManager[BinaryIO]:
        return self._path(subject, sha256).open("rb")

    def beginning(self, subject: UUID, sha256: str, count: int) -> tuple[bytes, int]:
        with self._path(subject, sha256).open("rb") as file:
            return file.read(count), os.fstat(file.fileno()).st_size

    def holds(self, subject: UUID, sha256: str) -> bool:
        return self._path(subject, sha256).is_file()

    def remove(self, subject: UUID, sha256: str) -> None:
        path = self._path(subject, sha256)
        if path.parent.is_dir():
            path.unlink(missing_ok=True)
            make_names_durable(path.parent)

    def forget_subject(self, subject: UUID) -> None:
        with suppress(OSError):  # it is not there, or not empty: somebody is placing a file
            (self._root / str(subject)).rmdir()

    def _put(self, second: Path, path: Path) -> None:
        """Over what is there: the same content, or a damaged file that is repaired by sending it again."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            self._rename(second, path)
        except FileNotFoundError:
            # Somebody has just let go of the directory, which was empty.
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._rename(second, path)

    def _path(self, subject: UUID, sha256: str) -> Path:
        return self._root / str(subject) / sha256
