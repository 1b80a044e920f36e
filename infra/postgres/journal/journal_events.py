"""Events on their way into the journal and out of it, in the event library's types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from infra.event_codec import EncodedBody, WrittenEvent


@dataclass(frozen=True, eq=False)
class EncodedEvent(StoredEvent):
    """An event on its way into the journal: what the codec made of it, before it is sealed."""

    schema: int = 1
    roots: bytes = b""
    """The kind and the root of each encrypted part."""

    @classmethod
    def of(cls, stream: UUID | str, version: int, encoded: EncodedBody) -> EncodedEvent:
        return cls(stream, version, encoded.name, encoded.body, encoded.schema, encoded.roots)


class EventToEncode(StoredEvent):
    """An event on its way into the journal that is encoded when it is its turn to be appended.

    Who appends for many takes the texts of each, compresses all of them at once, and has each encoded. ``write`` is
    called once; what it raises is raised to whoever first asks for the texts.
    """

    encoded: EncodedEvent

    def __init__(self, stream: UUID, version: int, write: Callable[[], WrittenEvent]) -> None:
        object.__setattr__(self, "originator_id", stream)
        object.__setattr__(self, "originator_version", version)
        object.__setattr__(self, "_write", write)

    @cached_property
    def written(self) -> WrittenEvent:
        written: WrittenEvent = self._write()  # type: ignore[attr-defined]
        return written

    def encode(self, frames: Sequence[bytes]) -> EncodedEvent:
        """Encode the event of its compressed texts."""
        encoded = EncodedEvent.of(self.originator_id, self.originator_version, self.written.encoded(frames))
        object.__setattr__(self, "encoded", encoded)
        return encoded

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
