"""Where a page of a list ended, as its reader is given it: sealed, so that nobody can read it or make one up.

What lies in the places of these lists goes into a query as it is. So a place that this service has not given, or has
given for another list, is no place: the caller is told, and no query sees it.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, urlsafe_b64encode
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from projections.lists.keyset_pages import Page, PlaceUnusable

Item = TypeVar("Item")


class Listing(StrEnum):
    """The lists that are given in pages; a place fits one of them."""

    APPLICATIONS = "applications"
    WORK_QUEUE = "workQueue"
    BOARD_CASES = "boardCases"
    DRAFTS = "drafts"
    WEBHOOK_DELIVERIES = "webhookDeliveries"


class SealedPlaces:
    """Seals with AES-SIV (RFC 5297): the same place is always given as the same text. Safe between threads."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def opened(self, given: str | None, of: Listing) -> str | None:
        """The place behind what a reader gives back. Raises ``PlaceUnusable`` for what this list has not given."""
        if given is None:
            return None
        try:
            sealed = b64decode(given.encode("ascii") + b"=" * (-len(given) % 4), altchars=b"-_", validate=True)
            return self._cipher.decrypt(sealed, [of.encode()]).decode()
        except (UnicodeEncodeError, binascii.Error, InvalidTag, ValueError):
            raise PlaceUnusable(
                "it is not a position in this list: give the one received with the page before"
            ) from None

    def sealed(self, page: Page[Item], of: Listing) -> Page[Item]:
        """The page with its end sealed."""
        if page.next is None:
            return page
        sealed = self._cipher.encrypt(page.next.encode(), [of.encode()])
        return replace(page, next=urlsafe_b64encode(sealed).decode().rstrip("="))
