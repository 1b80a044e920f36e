"""Where sealed content lies: a port with two adapters, and one contract for both (``tests/ports``).

What is given to an adapter is encrypted already; it sees neither keys nor content.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Final, Protocol
from uuid import UUID

STORAGE_SECONDS: Final = 125.0
"""After which a storage has placed or removed what it was told to, or said that it cannot: patience and repetitions."""


class ContentStorage(Protocol):
    """Keeps sealed files by data subject and by the SHA-256 of their content; safe between threads and processes.

    Each method may raise :class:`~infra.documents.errors.StorageUnavailable`.
    """

    def place(self, sealed: Path, subject: UUID, sha256: str) -> None:
        """Keep a copy of the file ``sealed``, over what is there; it is durable when this returns.

        Raises :class:`~infra.documents.errors.StorageFull` and ``OSError``.
        """

    def open(self, subject: UUID, sha256: str) -> AbstractContextManager[BinaryIO]:
        """The sealed file, at its beginning; it can be moved about in. Raises ``FileNotFoundError``, now or entered."""

    def beginning(self, subject: UUID, sha256: str, count: int) -> tuple[bytes, int]:
        """The first ``count`` bytes of the sealed file, and how many it has. Raises ``FileNotFoundError``."""

    def holds(self, subject: UUID, sha256: str) -> bool:
        """Whether there is such a file."""

    def remove(self, subject: UUID, sha256: str) -> None:
        """There is no such file after this, also if there was none before."""

    def forget_subject(self, subject: UUID) -> None:
        """Let go of the place of a subject of whom nothing is kept; where something is, it stays."""
