"""An event held against its own leaf: all that can be said of it without its neighbours.

This part of a verification can be done anywhere and in any order; what it gives is all that the rest needs
(:mod:`domain.audit.journal_chain`), and little of it: neither body nor leaf.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID


class Fault(StrEnum):
    """What can be wrong. Stable codes: reports are compared across runs."""

    MISSING_EVENT = "missingEvent"
    UNEXPECTED_POSITION = "unexpectedPosition"
    LEAF_HASH_DIFFERS = "leafHashDiffers"
    LEAF_UNREADABLE = "leafUnreadable"
    LEAF_DESCRIBES_ANOTHER_EVENT = "leafDescribesAnotherEvent"
    BODY_DIFFERS = "bodyDiffers"
    VERSION_NOT_NEXT = "versionNotNext"
    CHAIN_BROKEN = "chainBroken"
    KNOWN_AT_WRONG = "knownAtWrong"
    HEAD_DIFFERS = "headDiffers"
    SHORTER_THAN_CHECKPOINT = "shorterThanCheckpoint"
    ROOT_DIFFERS = "rootDiffers"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFinding:
    """One thing wrong; ``case_id`` and ``version`` are None where no event is left to ask."""

    position: int
    case_id: UUID | None
    version: int | None
    fault: Fault
    sentence: str


class StoredEvent(Protocol):
    """An event as stored. ``known_at`` counts microseconds since 2000-01-01 UTC."""

    @property
    def position(self) -> int: ...
    @property
    def stream(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def schema(self) -> int: ...
    @property
    def known_at(self) -> int: ...
    @property
    def leaf_hash(self) -> bytes: ...
    @property
    def envelope(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLeaf:
    """What the leaf of a stored event says.

    ``hashed`` is the hash of the leaf that its row makes, ``prev`` the leaf hash of the version before, as it was when
    the event was written; ``recorded_at`` as ``known_at``. The leaf may have been made for another place in the
    journal, or for another body.
    """

    hashed: bytes
    prev: bytes | None
    recorded_at: int
    is_of_the_place: bool
    is_of_the_body: bool


class ExaminedEvent(NamedTuple):
    """An event that was held against its own leaf, reduced to what its neighbours are held against."""

    position: int
    stream: bytes
    version: int
    known_at: int
    """As in :class:`StoredEvent`."""
    leaf_hash: bytes
    """As stored: what the next event of the case was written against."""
    hashed: bytes
    """What hash its leaf has, as stored if that cannot be read: what stands in the tree."""
    prev: bytes | None
    """As in :class:`RowLeaf`."""
    recorded_at: int | None
    """As in :class:`RowLeaf`; None if the leaf cannot be read, and so nothing is known of what it says."""
    faults: tuple[tuple[Fault, str], ...]
    """What is wrong with the event by itself, each with its sentence."""


def examined(event: StoredEvent, leaf: RowLeaf | None) -> ExaminedEvent:
    """Hold an event against its leaf, which is None if the row's envelope cannot be read."""
    return ExaminedEvent(
        event.position,
        event.stream.bytes,
        event.version,
        event.known_at,
        event.leaf_hash,
        # One object instead of two that are equal: it is sent to another process once.
        event.leaf_hash if leaf is None or leaf.hashed == event.leaf_hash else leaf.hashed,
        None if leaf is None else leaf.prev,
        None if leaf is None else leaf.recorded_at,
        tuple(_against_leaf(event, leaf)),
    )


def _against_leaf(event: StoredEvent, leaf: RowLeaf | None) -> Iterator[tuple[Fault, str]]:
    if leaf is None:
        yield Fault.LEAF_UNREADABLE, "the stored envelope of its leaf cannot be read"
        return
    if not leaf.is_of_the_place:
        yield (
            Fault.LEAF_DESCRIBES_ANOTHER_EVENT,
            "its leaf is that of another journal, case, version, type or schema than it is stored under",
        )
    if not leaf.is_of_the_body:
        yield Fault.BODY_DIFFERS, "its body does not match its leaf"
    if leaf.is_of_the_place and leaf.is_of_the_body and leaf.hashed != event.leaf_hash:
        yield Fault.LEAF_HASH_DIFFERS, "its leaf does not have the stored leaf hash"
