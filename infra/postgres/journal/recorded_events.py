"""Journal rows as the events that read models take."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from infra.event_codec import UnreadableEvent
from infra.event_formats import is_readable
from infra.postgres.journal.journal_events import JournalNotification
from infra.stored_form.compression import DictionaryUnknown
from infra.stored_form.keyed_parts import KeyedPart
from infra.stored_form.stored_body import StoredBody
from infra.upcasters import lifted
from projections.recorded_event import RecordedEvent

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

END_OF_JOURNAL: Final = 2**63 - 1

Shape = Callable[[str, int, dict[str, Any]], dict[str, Any]]
"""The clear part in the shape that is wanted, from the stored name and schema and the stored one."""


@dataclass(frozen=True, slots=True)
class UnopenedPart:
    """An encrypted part of an event, and the name of its key."""

    part: KeyedPart
    key: UUID

    @property
    def label(self) -> str:
        return self.part.kind.label

    def copied(self) -> str:
        return self.part.copied()


def handled_events(page: Iterable[JournalNotification], handles: Container[str]) -> list[RecordedEvent]:
    """The events of a page that a read model handles, in order and in the shape of today; only those are parsed.

    Raises :class:`UnreadableEvent` for an event that this program does not know: it was written by a later
    one, and passing over it would make rows that are wrong for ever; and for a body that is none.
    """
    return _of_names(page, handles, lifted)


def events_as_stored(page: Iterable[JournalNotification], names: Container[str]) -> list[RecordedEvent]:
    """As :func:`handled_events`, in the shapes in which they were stored, each of which the messages promise."""
    return _of_names(page, names, _as_stored)


def concerns(notification: JournalNotification, handles: Container[str]) -> bool:
    """Whether an event means something to a read model; of one that this program does not know nobody can say."""
    return notification.topic in handles or not is_readable(notification.topic, notification.schema)


def events_of_case(cursor: Cursor, case_id: UUID, handles: frozenset[str]) -> list[RecordedEvent]:
    """The events of one stream, in order; as :func:`handled_events`."""
    return handled_events(notifications_of(cursor, case_id), handles)


def notifications_of(
    cursor: Cursor, stream: UUID, *, first: int = 0, last: int = END_OF_JOURNAL
) -> list[JournalNotification]:
    """The events of one stream between two positions of the journal, both included, in order."""
    cursor.execute(
        "select stream, version, type, body, position, schema, known_at from journal"
        " where stream = %s and position between %s and %s order by version",
        (stream, first, last),
    )
    return [
        JournalNotification(stream, version, name, bytes(body), position, schema, known_at)
        for stream, version, name, body, position, schema, known_at in cursor.fetchall()
    ]


def _of_names(page: Iterable[JournalNotification], names: Container[str], shape: Shape) -> list[RecordedEvent]:
    events = []
    for notification in page:
        if not is_readable(notification.topic, notification.schema):
            raise UnreadableEvent(
                f"position {notification.id}: no event {notification.topic!r} of schema {notification.schema} is known"
            )
        if notification.topic in names:
            events.append(_recorded(notification, shape))
    return events


def _as_stored(_name: str, _schema: int, clear: dict[str, Any]) -> dict[str, Any]:
    return clear


def _recorded(notification: JournalNotification, shape: Shape) -> RecordedEvent:
    case_id = notification.originator_id
    if not isinstance(case_id, UUID):
        raise TypeError("streams of this journal are named by UUIDs")
    try:
        body = StoredBody.read(notification.state, notification.schema)
        clear = shape(notification.topic, notification.schema, body.clear)
        personal = [UnopenedPart(each, body.key_of(each)) for each in body.parts]
    except DictionaryUnknown as why:
        raise UnreadableEvent(f"position {notification.id}: {why}") from None
    except (ValueError, LookupError, TypeError, AttributeError) as why:
        raise UnreadableEvent(
            f"position {notification.id}: the body of {notification.topic!r} is not what is stored of an event"
            f" ({type(why).__name__})"
        ) from None
    return RecordedEvent(
        position=notification.id,
        case_id=case_id,
        version=notification.originator_version,
        name=notification.topic,
        schema=notification.schema,
        known_at=notification.known_at,
        clear=clear,
        personal=personal,
    )
