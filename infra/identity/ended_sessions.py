"""Sessions whose bearers have signed out: their tokens are worth nothing any more, though they have not expired.

Each is an empty file under PERMIT_HOME, named by the digest of the token's id and as old as the signing out. All
processes that accept the tokens of one development issuer share its home, so they know of it at once and after a
restart; looking costs no more than asking whether a file is there. A file is removed once no token can be as old.
"""

from __future__ import annotations

import os
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from infra.identity.access_tokens import LEEWAY, LONGEST_LIFETIME


class EndedSessions:
    """The ended sessions of the service of one PERMIT_HOME; safe between threads and processes."""

    def __init__(self, home: Path) -> None:
        self._directory = home / "ended-sessions"

    def end(self, token_id: str, *, now: datetime) -> None:
        """Accept no token of this id from now on; ``now`` is the system clock's."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._file(token_id)
        file.touch(mode=0o600)
        os.utime(file, (now.timestamp(), now.timestamp()))
        self._forget(now)

    def has_ended(self, token_id: str) -> bool:
        """Whether the bearer of the token of this id has signed out."""
        return self._file(token_id).exists()

    def _forget(self, now: datetime) -> None:
        oldest = (now - LONGEST_LIFETIME - 2 * LEEWAY).timestamp()
        for file in self._directory.iterdir():
            if _moment_of(file) < oldest:
                file.unlink(missing_ok=True)

    def _file(self, token_id: str) -> Path:
        return self._directory / sha256(token_id.encode()).hexdigest()


def _moment_of(file: Path) -> float:
    """When it was made; one that another process removed meanwhile is as young as any."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
