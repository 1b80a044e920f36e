"""Sessions whose bearers have signed out: their tokens are worth nothing any more, though they have not expired.

Each is an empty file under PERMIT_HOME, named by the digest of the token's id and as old as the signing out. All
processes that accept the tokens of one development issuer share its home, so they know of it at once and after a
restart. A file is removed once no token can be as old.

Asking for the file at each request would give up the interpreter lock at each, and getting it back among busy threads
takes longer than all else that is done about a token. So each end is also counted, in a file that every process has
mapped into its memory: while the count stands still, what was read of the directory before still holds.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final, NamedTuple

from infra.identity.access_tokens import LEEWAY, LONGEST_LIFETIME

_COUNT_BYTES: Final = 8
_NEVER_COUNTED: Final = b""


class _Known(NamedTuple):
    """The names of the ended sessions when the count stood ``at`` this."""

    at: bytes
    names: frozenset[str]


class EndedSessions:
    """The ended sessions of the service of one PERMIT_HOME, for the processes of one machine; safe between threads."""

    def __init__(self, home: Path) -> None:
        self._directory = home / "ended-sessions"
        self._counted = home / "ended-sessions.count"
        self._count: mmap | None = None
        self._known = _Known(_NEVER_COUNTED, frozenset())

    def end(self, token_id: str, *, now: datetime) -> None:
        """Accept no token of this id from now on; ``now`` is the system clock's."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._directory / _name(token_id)
        file.touch(mode=0o600)
        os.utime(file, (now.timestamp(), now.timestamp()))
        # Before anything else can fail: the file is there, and no process may go on without having read of it.
        self._count_one_more()
        self._forget(now)

    def has_ended(self, token_id: str) -> bool:
        """Whether the bearer of the token of this id has signed out."""
        # The count is looked at before the directory: what ends in between is counted after it, and read again.
        count = self._mapped()[:]
        known = self._known
        if known.at != count:
            known = self._known = _Known(count, self._names())
        return bool(known.names) and _name(token_id) in known.names

    def _forget(self, now: datetime) -> None:
        oldest = (now - LONGEST_LIFETIME - 2 * LEEWAY).timestamp()
        for file in self._directory.iterdir():
            if _moment_of(file) < oldest:
                file.unlink(missing_ok=True)

    def _names(self) -> frozenset[str]:
        try:
            return frozenset(os.listdir(self._directory))
        except FileNotFoundError:
            return frozenset()

    def _mapped(self) -> mmap:
        """The count as it is in the memory of all processes."""
        if self._count is None:
            with self._count_file() as file:
                self._count = mmap(file, _COUNT_BYTES, access=ACCESS_READ)
        return self._count

    def _count_one_more(self) -> None:
        with self._count_file() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            count = int.from_bytes(os.pread(file, _COUNT_BYTES, 0)) + 1
            os.pwrite(file, count.to_bytes(_COUNT_BYTES), 0)

    @contextmanager
    def _count_file(self) -> Iterator[int]:
        self._counted.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._counted, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(file).st_size < _COUNT_BYTES:
                os.ftruncate(file, _COUNT_BYTES)  # to the same zeros, whoever comes first
            yield file
        finally:
            os.close(file)


def _name(token_id: str) -> str:
    return sha256(token_id.encode()).hexdigest()


def _moment_of(file: Path) -> float:
    """When it was made; one that another process removed meanwhile is as young as any."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
