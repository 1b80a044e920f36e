"""What goes into the journal in one command, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from eventsourcing.persistence import Tracking


@dataclass(frozen=True, slots=True)
class CommandIdentity:
    """A command and its actor, which the journal records; the keyed digest distinguishes one body from another.

    The id is unique within its ``holder``: a person, for whom or where the person acts, whatever the role. Without a
    ``key_holder`` that is the actor.
    """

    actor: str
    id: str
    digest: bytes
    key_holder: str | None = None

    @property
    def holder(self) -> str:
        """Within whose commands the id is unique: the column ``actor`` of the table ``command``."""
        return self.actor if self.key_holder is None else self.key_holder


@dataclass(frozen=True, slots=True)
class StreamHead:
    """Where a stream was when it was read; ``version`` None means that it did not exist."""

    version: int | None
    leaf_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Touch:
    """A stream that a command read, and the head on which its decision rests."""

    stream: UUID
    head: StreamHead


@dataclass(frozen=True, slots=True)
class AuthorityEpoch:
    """The cut-over epoch of an authority on which an append rests: odd while the authority is live here."""

    authority: str
    epoch: int


class SealedEvent(NamedTuple):
    """An event as the journal stores it: the exact bytes of its envelope and of its body."""

    stream: UUID
    version: int
    type: str
    schema: int
    recorded_at: str
    leaf_hash: bytes
    envelope: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class AppendRequest:
    """One command: all of its events are appended, or none, and its outcome is its own."""

    command: CommandIdentity
    recorded_at: str
    touches: tuple[Touch, ...]
    events: tuple[SealedEvent, ...]
    tracking: Tracking | None = None
    rests_on: AuthorityEpoch | None = None

    @property
    def result(self) -> StreamHead:
        """The head of the first stream touched once this request is in the journal."""
        if self.events:
            return StreamHead(self.events[-1].version, self.events[-1].leaf_hash)
        return self.touches[0].head if self.touches else StreamHead(None, None)

    @property
    def claims(self) -> set[object]:
        return claims_of(self.command, self.touches, self.tracking)

    @property
    def size(self) -> int:
        return len(self.events)

    def texts(self) -> list[bytes]:
        """None: it is sealed."""
        return []

    def sealed(self, _frames: Sequence[bytes]) -> AppendRequest:
        return self


def claims_of(command: CommandIdentity, touches: Sequence[Touch], tracking: Tracking | None) -> set[object]:
    """What no two requests of one transaction may share: a stream, a reader, a command id."""
    claims: set[object] = {(command.holder, command.id)}
    claims.update(touch.stream for touch in touches)
    if tracking is not None:
        claims.add(tracking.application_name)
    return claims


class ToAppend(Protocol):
    """One command on its way into the journal, sealed or to be sealed when it is its turn."""

    @property
    def claims(self) -> set[object]:
        """See :func:`claims_of`."""

    @property
    def size(self) -> int:
        """How many events it has."""

    def texts(self) -> list[bytes]:
        """What of it is compressed before it is sealed. Raises what writing its events raises."""

    def sealed(self, frames: Sequence[bytes]) -> AppendRequest:
        """The bytes to be stored, of its texts compressed. Raises what sealing raises."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What a command left in the journal; positions are None when it decided to nothing."""

    stream: UUID | None
    version: int | None
    first_position: int | None
    last_position: int | None
    leaf_hash: bytes | None


class Outcome(NamedTuple):
    """A row that ``journal_append`` gives for a request; the comment before it gives the meaning of ``outcome``."""

    outcome: str
    first_position: int | None
    stream: UUID | None
    version: int | None
    last_position: int | None
    leaf_hash: bytes | None
    actual_version: int | None
