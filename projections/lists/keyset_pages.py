"""Pages of a list that goes on after the last row of the page before: nothing is skipped or repeated as rows change."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import orjson

LONGEST_PAGE: Final = 100

Item = TypeVar("Item")


class PlaceUnusable(ValueError):
    """A place to go on from that no page of this list has given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """``next`` is where the next page begins, opaque to the caller; None on the last page."""

    items: tuple[Item, ...]
    next: str | None


def place(order: str, *keys: str) -> str:
    """The place after the row with these keys in a list of this order."""
    return urlsafe_b64encode(orjson.dumps([order, *keys])).decode().rstrip("=")


def keys_of(given: str, order: str, number: int) -> tuple[str, ...]:
    """The ``number`` keys of a place. Raises PlaceUnusable when a list of this order has not given it."""
    try:
        read = orjson.loads(urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4)))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError):
        read = None
    if not isinstance(read, list) or len(read) != number + 1 or not all(isinstance(key, str) for key in read):
        raise PlaceUnusable("it is not a position in a list: give the one received with the previous page")
    if read[0] != order:
        raise PlaceUnusable(f"it is a position in a list by {read[0]}, not by {order}: begin at the first page")
    return tuple(read[1:])


def length_of_page(limit: int) -> int:
    """``limit`` itself; ValueError when a page may not be that long."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise ValueError(f"a page of {limit}: choose 1 to {LONGEST_PAGE}")
    return limit


def page_of(items: Sequence[tuple[str, Item]], limit: int) -> Page[Item]:
    """The page of the first ``limit`` of ``items``, of which one more was read; each comes with the place after it."""
    shown = items[:limit]
    return Page(items=tuple(item for _, item in shown), next=shown[-1][0] if len(items) > limit else None)
