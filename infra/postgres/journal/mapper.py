"""The event library's mapper over our codec: an event at its place in a stream, to stored bytes and back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder

from domain.case.events import ApplicationSubmitted, CaseEvent, LabourMarketEvidenceAdded
from domain.case.personal_data import revealed
from infra.event_codec import EventCodec
from infra.postgres.journal.journal_events import EventToEncode, JournalEvent, JournalNotification
from infra.wire_format import canonical_json


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """A domain event with its place, as the library's ``DomainEventProtocol`` wants it.

    ``leaf_hash`` is known once the event has been read from its stream.
    """

    originator_id: UUID
    originator_version: int
    event: CaseEvent
    leaf_hash: bytes | None = None


class CanonicalJson(Transcoder):
    """Canonical JSON by orjson, in place of the library's own."""

    def encode(self, obj: Any) -> bytes:
        return canonical_json(obj)

    def decode(self, data: bytes) -> Any:
        return orjson.loads(data)


class EventMapper(Mapper[UUID]):
    """Encodes and encrypts on the way in, when it is the event's turn; decrypts and decodes on the way out.

    It serves those who fold a case: what lies apart in an event is not opened for them.
    """

    def __init__(self, codec: EventCodec) -> None:
        super().__init__(CanonicalJson())
        self._codec = codec

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        if not isinstance(domain_event, PlacedEvent):
            raise TypeError("the product appends placed events and nothing else")
        stream, version = domain_event.originator_id, domain_event.originator_version
        # In the caller's thread: whoever encodes for all who wait should not wait for a key of one of them.
        self._codec.require_keys(domain_event.event)
        return EventToEncode(stream, version, partial(self._codec.written, domain_event.event, stream, version))

    def candidates_in(self, stored_event: JournalEvent) -> int | None:
        """How many candidates an event describes; None for one that is no evidence of recruitment."""
        stream, version = stored_event.originator_id, stored_event.originator_version
        if not isinstance(stream, UUID):
            raise TypeError("streams of this journal are named by UUIDs")
        event = self._codec.decode(stored_event.topic, stored_event.schema, stored_event.state, stream, version)
        match event:
            case LabourMarketEvidenceAdded() | ApplicationSubmitted(publications=tuple()):
                return len(revealed(event.candidates) or ())
            case _:
                return None

    def to_domain_event(self, stored_event: StoredEvent) -> PlacedEvent:
        if not isinstance(stored_event, JournalEvent | JournalNotification):
            raise TypeError("the product reads events of its journal and nothing else")
        stream, version = stored_event.originator_id, stored_event.originator_version
        if not isinstance(stream, UUID):
            raise TypeError("streams of this journal are named by UUIDs")
        event = self._codec.decode(
            stored_event.topic, stored_event.schema, stored_event.state, stream, version, with_apart=False
        )
        leaf_hash = stored_event.leaf_hash if isinstance(stored_event, JournalEvent) else None
        return PlacedEvent(stream, version, event, leaf_hash)
