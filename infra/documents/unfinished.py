"""Uploads that are not settled: what is coming in, and what is placed while nobody knows yet whether a case names it.

A file in this directory has a name of chance while it is written. Before its content is placed it is renamed to the
case, the subject and the digest; it keeps that name until the journal has answered. So whatever a crash or a lost
answer leaves behind says itself what it is and where to ask about it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO, Final
from uuid import UUID

from infra.durable_files import make_names_durable

UNFINISHED: Final = "unfinished"
_PLACED: Final = ".placed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPlace:
    """A document of a case: ``subject`` is the person it is about, ``sha256`` that of its content."""

    case_id: UUID
    subject: UUID
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftUpload:
    """An upload that nobody goes on with; ``place`` is None where its content never was whole."""

    path: Path
    place: DocumentPlace | None


class UnfinishedUploads:
    """The directory ``root/unfinished``, which the first upload makes; safe between threads and processes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._directory = root / UNFINISHED

    def new_file(self) -> tuple[BinaryIO, Path]:
        """A file to write to, for its owner's eyes only."""
        if not self._directory.is_dir():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._directory.mkdir(mode=0o700, exist_ok=True)
            make_names_durable(self._root.parent)
        descriptor, name = mkstemp(dir=self._directory, prefix="coming-")
        return os.fdopen(descriptor, "wb"), Path(name)

    def name(self, path: Path, place: DocumentPlace) -> Path:
        """Give a file that is whole the name of what it holds; it is durable when this returns."""
        chance = path.name.removeprefix("coming-")
        named = path.with_name(f"{place.case_id}.{place.subject}.{place.sha256}.{chance}")
        path.rename(named)
        make_names_durable(self._directory)
        return named

    def left(self, *, for_seconds: float) -> Iterator[LeftUpload]:
        """The uploads of which nothing was written for longer than ``for_seconds``."""
        for path in self._directory.iterdir() if self._directory.is_dir() else ():
            with suppress(FileNotFoundError):  # settled by its own process
                if time.time() - path.stat().st_mtime > for_seconds:
                    yield LeftUpload(path=path, place=_place_of(path.name))


def _place_of(name: str) -> DocumentPlace | None:
    parts = name.split(".")
    if len(parts) != 4 or name.endswith(_PLACED):
        return None
    try:
        return DocumentPlace(case_id=UUID(parts[0]), subject=UUID(parts[1]), sha256=parts[2])
    except ValueError:
        return None
