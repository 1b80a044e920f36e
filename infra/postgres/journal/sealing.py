"""Sealing: what a command decided becomes the request that the journal stores, byte for byte.

Every append is sealed here: that of a command, a record that is migrated, a cut-over, a sample. An event takes its
place in its stream, is encrypted for that place, and gets a leaf that binds its body to the leaf before it
(docs/adr/0002-journal.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from domain.audit.merkle import leaf_hash
from infra.postgres.journal.append_requests import (
    AppendRequest,
    AuthorityEpoch,
    CommandIdentity,
    SealedEvent,
    StreamHead,
    Touch,
    claims_of,
)
from infra.postgres.journal.conflicts import StreamMoved
from infra.postgres.journal.journal_events import EncodedEvent, EventToEncode
from infra.stored_form.leaf import Context, microseconds, place_of, sealed_leaf
from infra.wire_format import wire_time

if TYPE_CHECKING:
    from eventsourcing.persistence import StoredEvent, Tracking

    from domain.case.events import CaseEvent
    from domain.migration.authority_events import AuthorityEvent
    from infra.event_codec import EventCodec


def encoded_on(
    codec: EventCodec, stream: UUID, head: StreamHead, events: Iterable[CaseEvent | AuthorityEvent]
) -> list[EncodedEvent]:
    """The events, encrypted, as the next ones of a stream of the product, whose versions count from 1.

    Raises as :meth:`EventCodec.encode` does.
    """
    first = (head.version or 0) + 1
    return [
        EncodedEvent.of(stream, version, codec.encode(event, stream, version))
        for version, event in enumerate(events, first)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestToSeal:
    """A command whose events are encoded and sealed when it is its turn to be appended.

    Implements :class:`~infra.postgres.journal.append_requests.ToAppend`; the fields are those of
    :func:`sealed_request`.
    """

    origin: str
    command: CommandIdentity
    touches: tuple[Touch, ...]
    events: Sequence[StoredEvent]
    recorded_at: datetime
    causation_id: str | None
    rule_set: str | None
    tracking: Tracking | None
    rests_on: AuthorityEpoch | None

    @property
    def claims(self) -> set[object]:
        return claims_of(self.command, self.touches, self.tracking)

    @property
    def size(self) -> int:
        return len(self.events)

    def texts(self) -> list[bytes]:
        """Raises as :meth:`EventCodec.written`."""
        return [text for each in self.events if isinstance(each, EventToEncode) for text in each.written.texts]

    def sealed(self, frames: Sequence[bytes]) -> AppendRequest:
        """Raises as :func:`sealed_request`."""
        left = iter(frames)
        return sealed_request(
            [_encoded(each, left) for each in self.events],
            origin=self.origin,
            command=self.command,
            touches=self.touches,
            recorded_at=wire_time(self.recorded_at),
            causation_id=self.causation_id,
            rule_set=self.rule_set,
            tracking=self.tracking,
            rests_on=self.rests_on,
        )


def _encoded(event: StoredEvent, frames: Iterator[bytes]) -> EncodedEvent:
    """Events that another mapper than ours encoded have one schema, and nothing to commit to."""
    if isinstance(event, EventToEncode):
        return event.encode([*islice(frames, len(event.written.texts))])
    if isinstance(event, EncodedEvent):
        return event
    return EncodedEvent(event.originator_id, event.originator_version, event.topic, event.state)


def sealed_request(
    events: Sequence[EncodedEvent],
    *,
    origin: str,
    command: CommandIdentity,
    touches: tuple[Touch, ...],
    recorded_at: str,
    causation_id: str | None = None,
    rule_set: str | None = None,
    tracking: Tracking | None = None,
    rests_on: AuthorityEpoch | None = None,
) -> AppendRequest:
    """Seal the events (possibly none) of one command, each on top of the one before it in its stream.

    ``touches`` has every stream of the events, at the head on which the command was decided; ``recorded_at`` is a
    ``wire_time``, ``rule_set`` the SHA-256 of the law of the decision. Raises :class:`StreamMoved` when an event is not
    the next one of its stream.
    """
    heads = {touch.stream: touch.head for touch in touches}
    recorded = microseconds(recorded_at)
    context = Context(command.actor, command.id, causation_id, rule_set).to_bytes()
    sealed: list[SealedEvent] = []
    for event in events:
        stream = event.originator_id
        if not isinstance(stream, UUID):
            raise TypeError("streams of this journal are named by UUIDs")
        head = heads[stream]
        if event.originator_version not in _versions_after(head.version):
            raise StreamMoved(head.version)
        place = place_of(origin, stream, event.originator_version, event.topic, event.schema)
        leaf, envelope = sealed_leaf(place, event.state, recorded, head.leaf_hash, event.roots, context)
        made = SealedEvent(
            stream, event.originator_version, event.topic, event.schema, recorded_at, leaf_hash(leaf), envelope,
            event.state,
        )  # fmt: skip
        heads[stream] = StreamHead(made.version, made.leaf_hash)
        sealed.append(made)
    return AppendRequest(command, recorded_at, touches, tuple(sealed), tracking, rests_on)


def _versions_after(version: int | None) -> tuple[int, ...]:
    """A new stream may start at 0 (as the event library's own do) or at 1 (as the product's do)."""
    return (0, 1) if version is None else (version + 1,)
