"""Sign-in links of a demonstration: a secret in an address that begins one session, once.

Each link is a file under PERMIT_HOME, readable by its owner only, named by the digest of its secret and holding the
access token that the session will have. The process that makes the links and the one that serves the pages are
different processes; removing the file is what uses the link up, so of two who follow it at the same moment one is let
in.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

from infra.durable_files import write_whole_or_not_at_all

_SECRET_BYTES: Final = 32
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class SignInLinks:
    """The unused links of the service of one PERMIT_HOME; safe between threads and processes."""

    def __init__(self, home: Path) -> None:
        self._directory = home / "sign-in-links"

    def make(self, token: str) -> str:
        """The secret of a new link, which begins a session with this access token and lasts no longer than it."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = token_urlsafe(_SECRET_BYTES)
        write_whole_or_not_at_all(self._file(secret), token.encode("ascii"))
        return secret

    def redeem(self, secret: str) -> str | None:
        """The access token of a link that nobody has used; None for every other text. The link is used up by it."""
        if _SECRET.fullmatch(secret) is None:
            return None
        file = self._file(secret)
        try:
            token = file.read_text(encoding="ascii")
            file.unlink()
        except FileNotFoundError:
            return None
        return token

    def withdraw_all(self) -> None:
        """Make every link useless: its demonstration no longer serves."""
        for file in self._directory.glob("*"):
            file.unlink(missing_ok=True)

    def _file(self, secret: str) -> Path:
        return self._directory / sha256(secret.encode("ascii")).hexdigest()
