"""Journal rows as the events that read models take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from infra.event_codec import UnreadableEvent, is_readable
from infra.postgres.journal_events import JournalNotification
from projections.recorded_event import RecordedEvent

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor


def handled_events(page: Iterable[JournalNotification], handles: frozenset[str]) -> list[RecordedEvent]:
    """The events of a page that a read model handles, in order; only their bodies are parsed.

    Raises :class:`UnreadableEvent` for an event that this program does not know: it was written by a later
    one, and passing over it would make rows that are wrong for ever.
    """
    events = []
    for notification in page:
        if not is_readable(notification.topic, notification.schema):
            raise UnreadableEvent(
                f"position {notification.id}: no event {notification.topic!r} of schema {notification.schema} is known"
            )
        if notification.topic in handles:
            events.append(_recorded(notification))
    return events


def events_of_case(cursor: Cursor, case_id: UUID, handles: frozenset[str]) -> list[RecordedEvent]:
    """The events of one stream, in order; as :func:`handled_events`."""
    cursor.execute(
        "select stream, version, type, body, position, schema, known_at from journal"
        " where stream = %s order by version",
        (case_id,),
    )
    rows = (
        JournalNotification(stream, version, name, bytes(body), position, schema, known_at)
        for stream, version, name, body, position, schema, known_at in cursor.fetchall()
    )
    return handled_events(rows, handles)


def _recorded(notification: JournalNotification) -> RecordedEvent:
    case_id = notification.originator_id
    if not isinstance(case_id, UUID):
        raise TypeError("streams of this journal are named by UUIDs")
    body: dict[str, Any] = orjson.loads(notification.state)
    return RecordedEvent(
        position=notification.id,
        case_id=case_id,
        version=notification.originator_version,
        name=notification.topic,
        schema=notification.schema,
        known_at=notification.known_at,
        clear=body["clear"],
        personal=body.get("personal", {}),
    )
