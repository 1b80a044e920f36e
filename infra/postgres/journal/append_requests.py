"""What goes into the journal in one command, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from domain.audit.merkle import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventsourcing.persistence import Tracking

    from infra.event_codec import EncodedBody


@dataclass(frozen=True, slots=True)
class CommandIdentity:
    """Who asked for what: the id is unique per actor, the keyed digest tells one body from another."""

    actor: str
    id: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class StreamHead:
    """Where a stream stood when it was read; ``version`` None means that it did not exist."""

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


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event as the journal stores it: the exact bytes of its leaf and of its body."""

    stream: UUID
    version: int
    type: str
    schema: int
    recorded_at: str
    leaf_hash: bytes
    leaf: bytes
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


@dataclass(frozen=True, slots=True)
class Appended:
    """What a command left in the journal; positions are None when it decided to nothing."""

    stream: UUID | None
    version: int | None
    first_position: int | None
    last_position: int | None
    leaf_hash: bytes | None


def one_event(
    *,
    origin: str,
    stream: UUID,
    head: StreamHead,
    encoded: EncodedBody,
    command: CommandIdentity,
    recorded_at: str,
    rests_on: AuthorityEpoch,
) -> AppendRequest:
    """A command that brings about one event on top of ``head``, outside any law."""
    made = seal(
        origin=origin,
        stream=stream,
        version=(head.version or 0) + 1,
        prev=head.leaf_hash,
        type_=encoded.name,
        schema=encoded.schema,
        body=encoded.body,
        commitments=encoded.commitments,
        recorded_at=recorded_at,
        command=command,
        causation_id=None,
        rule_set=None,
    )
    return AppendRequest(command, recorded_at, (Touch(stream, head),), (made,), rests_on=rests_on)


def wire_time(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, the one form in which leaves hold a time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seal(
    *,
    origin: str,
    stream: UUID,
    version: int,
    prev: bytes | None,
    type_: str,
    schema: int,
    body: bytes,
    commitments: Mapping[str, str],
    recorded_at: str,
    command: CommandIdentity,
    causation_id: str | None,
    rule_set: str | None,
) -> SealedEvent:
    """Build the leaf of one event (AUDIT: small canonical envelope, no personal data in clear).

    ASCII keys, strings and small integers only, so sorted compact JSON has the bytes of RFC 8785.
    """
    envelope: dict[str, object] = {
        "v": 1,
        "origin": origin,
        "stream": str(stream),
        "version": version,
        "type": type_,
        "schema": schema,
        "recordedAt": recorded_at,
        "actor": command.actor,
        "commandId": command.id,
        "bodySha256": sha256(body).hexdigest(),
    }
    if prev is not None:
        envelope["prev"] = prev.hex()
    if causation_id is not None:
        envelope["causationId"] = causation_id
    if rule_set is not None:
        envelope["rulesetSha256"] = rule_set
    if commitments:
        envelope["commitments"] = commitments
    leaf = orjson.dumps(envelope, option=orjson.OPT_SORT_KEYS)
    return SealedEvent(stream, version, type_, schema, recorded_at, leaf_hash(leaf), leaf, body)
