"""Events on their way into the journal and out of it, in the event library's types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent


@dataclass(frozen=True, eq=False)
class EncodedEvent(StoredEvent):
    """An event on its way into the journal: what the codec made of it, before it is sealed."""

    schema: int = 1
    roots: bytes = b""
    """The kind and the root of each encrypted part."""


class EventToEncode(StoredEvent):
    """An event on its way into the journal that is encoded when it is its turn to be appended.

    ``encode`` is called once, by whoever first asks for what it makes; what it raises is raised there.
    """

    def __init__(self, stream: UUID, version: int, encode: Callable[[], EncodedEvent]) -> None:
        object.__setattr__(self, "originator_id", stream)
        object.__setattr__(self, "originator_version", version)
        object.__setattr__(self, "_encode", encode)

    @cached_property
    def encoded(self) -> EncodedEvent:
        made: EncodedEvent = self._encode()  # type: ignore[attr-defined]
        return made

    @property
    def topic(self) -> str:
        return self.encoded.topic

    @property
    def state(self) -> bytes:
        return self.encoded.state


@dataclass(frozen=True, eq=False)
class JournalEvent(StoredEvent):
    """An event read from its stream, with its place in the journal and the leaf hash on which the next must build."""

    schema: int
    leaf_hash: bytes
    position: int
    known_at: datetime

    def notification(self) -> JournalNotification:
        """The same as it is read in the order of the journal."""
        return JournalNotification(
            self.originator_id,
            self.originator_version,
            self.topic,
            self.state,
            self.position,
            self.schema,
            self.known_at,
        )

    def __eq__(self, other: object) -> bool:
        """An event read is equal to the stored event that was recorded."""
        if not isinstance(other, StoredEvent):
            return NotImplemented
        return _identity(self) == _identity(other)

    def __hash__(self) -> int:
        return hash(_identity(self))


@dataclass(frozen=True, eq=False)
class JournalNotification(Notification):
    """An event read in the order of the journal; ``id`` is its dense position, from 1."""

    schema: int
    known_at: datetime
    """When the system knew of it, aware, UTC; never goes back along the journal."""


def _identity(event: StoredEvent) -> tuple[object, ...]:
    return (event.originator_id, event.originator_version, event.topic, event.state)
