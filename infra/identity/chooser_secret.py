"""The secret that opens the chooser of roles of the development issuer, which the service prints at its start.

Without it any account of the machine, and any page that a browser on it has open, could sign in as a case handler:
loopback keeps out other machines, not other users. It is a file under PERMIT_HOME for its owner's eyes, so that all
processes of a service share it and a start after a restart prints the same; removing the file makes another.
"""

from __future__ import annotations

import hmac
import os
import re
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from secrets import token_urlsafe
from threading import Lock
from typing import Final, Self

from infra.durable_files import write_whole_or_not_at_all
from infra.identity.errors import ChooserSecretUnusable

_SECRET_BYTES: Final = 20
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{20,64}", re.ASCII)
_ANYBODY_ELSE: Final = 0o077


class ChooserSecret:
    """What the chooser asks for. Safe between threads."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return "ChooserSecret(...)"

    @staticmethod
    def path(home: Path) -> Path:
        """Where it is kept."""
        return home / "development-secret"

    @classmethod
    def open(cls, home: Path) -> Self:
        """The secret of the service of this home, made at its first start. Raises :class:`ChooserSecretUnusable`."""
        path = cls.path(home)
        try:
            if not path.exists():
                home.mkdir(parents=True, exist_ok=True)
                write_whole_or_not_at_all(path, token_urlsafe(_SECRET_BYTES).encode("ascii"))
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                text = file.read(100).decode("ascii", errors="replace").strip()
        except OSError as why:
            raise ChooserSecretUnusable(
                f"the secret of the sign-in at {path} cannot be used ({why.strerror}): let the user of this program "
                "read and write there, or set PERMIT_HOME to another directory"
            ) from None
        if mode & _ANYBODY_ELSE or _SECRET.fullmatch(text) is None:
            raise ChooserSecretUnusable(
                f"others than its owner may use {path}, or it does not hold a secret of 20 to 64 letters and digits: "
                "remove it, a new one is made at the next start"
            )
        return cls(text)

    def is_it(self, given: str) -> bool:
        """Whether this is the secret, found out in the same time for every text."""
        return hmac.compare_digest(given.encode("utf-8", errors="replace"), self.text.encode("ascii"))


class FailedAttempts:
    """How many attempts failed of late in this process; after ``most`` within ``seconds`` there are no more.

    All callers count together: they come from one machine, and an address there is nobody's own.
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._failed: deque[float] = deque()
        self._mutex = Lock()

    def seconds_to_wait(self) -> int:
        """Whole seconds until an attempt is possible again; 0 while one is possible now."""
        with self._mutex:
            now = self._forget_old()
            if len(self._failed) < self._most:
                return 0
            return max(1, int(self._failed[0] + self._seconds - now) + 1)

    def add(self) -> None:
        """One more failed."""
        with self._mutex:
            self._failed.append(self._forget_old())

    def _forget_old(self) -> float:
        now = self._clock()
        while self._failed and self._failed[0] + self._seconds <= now:
            self._failed.popleft()
        return now
