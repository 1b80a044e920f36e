"""What a person was told they did, as the address of the page after it carries it: sealed, so that nobody makes one up.

A page is shown again after a form was sent, and says what was done. A link that somebody else wrote must not say it.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV


class SealedNotes:
    """Seals with AES-SIV (RFC 5297), for one reader and one subject. Safe between threads."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def sealed(self, what: str, *, by: str, about: str) -> str:
        """That ``by`` did ``what`` to ``about``, as a part of an address."""
        sealed = self._cipher.encrypt(what.encode(), [by.encode(), about.encode()])
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def opened(self, given: str | None, *, by: str, about: str) -> str | None:
        """What that reader did to that subject; None for what was not sealed for both of them."""
        if given is None:
            return None
        try:
            sealed = b64decode(given.encode("ascii") + b"=" * (-len(given) % 4), altchars=b"-_", validate=True)
            return self._cipher.decrypt(sealed, [by.encode(), about.encode()]).decode()
        except (UnicodeEncodeError, binascii.Error, InvalidTag, ValueError):
            return None
