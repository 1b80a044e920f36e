"""An event held against its own leaf: all that can be said of it without its neighbours.

This part of a verification can be done anywhere and in any order; what it gives is all that the rest needs
(:mod:`domain.audit.journal_chain`), and little of it: neither body nor leaf.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from domain.audit.merkle import leaf_hash

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_IN_THE_ROW_TOO: Final = ("origin", "stream", "version", "type", "schema")


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
    def leaf(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...


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
    """What hash the stored leaf has: what stands in the tree."""
    is_readable: bool
    """Whether the leaf is a canonical JSON object; else nothing is known of what it says."""
    prev: object
    """The leaf hash (hex) of the event before it in the case, as the leaf gives it; None of the first."""
    recorded_at: int | None
    """When it was recorded, in microseconds since 2000-01-01 UTC; None if the leaf gives no aware time."""
    faults: tuple[tuple[Fault, str], ...]
    """What is wrong with the event by itself, each with its sentence."""


def examined(event: StoredEvent, envelope: Mapping[str, object] | None, origin: str) -> ExaminedEvent:
    """Hold an event of the log ``origin`` against its leaf as parsed: ``envelope``, None if it is no canonical JSON."""
    hashed = leaf_hash(event.leaf)
    faults: list[tuple[Fault, str]] = []
    if hashed == event.leaf_hash:
        hashed = event.leaf_hash  # one object instead of two, so that it is sent to another process once
    else:
        faults.append((Fault.LEAF_HASH_DIFFERS, "the stored leaf does not have the stored leaf hash"))
    if envelope is None:
        faults.append((Fault.LEAF_UNREADABLE, "the stored leaf is not a canonical JSON object"))
    else:
        faults.extend(_against_leaf(event, envelope, origin))
    return ExaminedEvent(
        event.position,
        event.stream.bytes,
        event.version,
        event.known_at,
        event.leaf_hash,
        hashed,
        envelope is not None,
        None if envelope is None else envelope.get("prev"),
        None if envelope is None else _microseconds(envelope.get("recordedAt")),
        tuple(faults),
    )


def _against_leaf(event: StoredEvent, envelope: Mapping[str, object], origin: str) -> Iterator[tuple[Fault, str]]:
    stored = (origin, str(event.stream), event.version, event.type, event.schema)
    given = tuple(map(envelope.get, _IN_THE_ROW_TOO))
    if given != stored:
        for key, of_leaf, of_row in zip(_IN_THE_ROW_TOO, given, stored, strict=True):
            if of_leaf != of_row:
                yield Fault.LEAF_DESCRIBES_ANOTHER_EVENT, f"its leaf gives another {key} than the event is stored under"
    if envelope.get("bodySha256") != sha256(event.body).hexdigest():
        yield Fault.BODY_DIFFERS, "its body does not match its leaf"


def _microseconds(recorded_at: object) -> int | None:
    """Microseconds since 2000-01-01 UTC, or None for anything that is not an aware time."""
    if not isinstance(recorded_at, str):
        return None
    try:
        return (datetime.fromisoformat(recorded_at) - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError):
        return None
