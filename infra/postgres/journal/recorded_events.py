"""Journal rows as the events that read models take."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from infra.event_codec import UnreadableEvent
from infra.event_formats import is_readable
from infra.postgres.journal.journal_events import JournalNotification
from infra.stored_form.compression import DictionaryUnknown
from infra.stored_form.keyed_parts import KeyedPart
from infra.stored_form.stored_body import clear_fields, keyed_parts
from infra.upcasters import lifted
from projections.recorded_event import RecordedEvent

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

END_OF_JOURNAL: Final = 2**63 - 1
END_OF_STREAM: Final = 2**62

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


class UnopenedParts:
    """The encrypted parts of an event, found in its body by whoever goes through them; most read models never do."""

    __slots__ = ("_body", "_clear", "_name", "_position", "_schema")

    def __init__(self, body: bytes, schema: int, clear: Mapping[str, Any], position: int, name: str) -> None:
        """``clear`` are the clear fields as they were stored."""
        self._body = body
        self._schema = schema
        self._clear = clear
        self._position = position
        self._name = name

    def __iter__(self) -> Iterator[UnopenedPart]:
        """Raises :class:`UnreadableEvent` for a body whose parts are not what is stored of an event."""
        try:
            return iter([UnopenedPart(*each) for each in keyed_parts(self._body, self._schema, self._clear)])
        except _NO_BODY as why:
            raise no_body(self._position, self._name, why) from None


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


def events_of_case(
    cursor: Cursor, case_id: UUID, handles: frozenset[str], *, after: int = 0, up_to: int = END_OF_STREAM
) -> list[RecordedEvent]:
    """The events of one stream beyond version ``after``, in order; as :func:`handled_events`."""
    cursor.execute(_VERSIONS_OF_A_STREAM, (case_id, after, up_to))
    return handled_events(_notifications(cursor), handles)


def notifications_of(
    cursor: Cursor, stream: UUID, *, first: int = 0, last: int = END_OF_JOURNAL
) -> list[JournalNotification]:
    """The events of one stream between two positions of the journal, both included, in order."""
    cursor.execute(
        "select stream, version, type, body, position, schema, known_at from journal"
        " where stream = %s and position between %s and %s order by version",
        (stream, first, last),
    )
    return _notifications(cursor)


def _notifications(cursor: Cursor) -> list[JournalNotification]:
    return [
        JournalNotification(stream, version, name, bytes(body), position, schema, known_at)
        for stream, version, name, body, position, schema, known_at in cursor.fetchall()
    ]


def recorded_event(
    position: int, stream: UUID, version: int, name: str, schema: int, known_at: datetime, body: bytes, shape: Shape
) -> RecordedEvent:
    """A row of the journal in the shape that is wanted. Raises as :func:`handled_events`."""
    try:
        stored = clear_fields(body)
        clear = shape(name, schema, stored)
    except DictionaryUnknown as why:
        raise UnreadableEvent(f"position {position}: {why}") from None
    except _NO_BODY as why:
        raise no_body(position, name, why) from None
    parts = UnopenedParts(body, schema, stored, position, name)
    return RecordedEvent(position, stream, version, name, schema, known_at, clear, parts)


def require_readable(position: int, name: str, schema: int) -> None:
    """Raises :class:`UnreadableEvent` for an event that this program does not know."""
    if not is_readable(name, schema):
        raise UnreadableEvent(f"position {position}: no event {name!r} of schema {schema} is known")


def no_body(position: int, name: str, why: Exception) -> UnreadableEvent:
    """The error for a body that is none."""
    return UnreadableEvent(
        f"position {position}: the body of {name!r} is not what is stored of an event ({type(why).__name__})"
    )


def _of_names(page: Iterable[JournalNotification], names: Container[str], shape: Shape) -> list[RecordedEvent]:
    events = []
    for each in page:
        require_readable(each.id, each.topic, each.schema)
        if each.topic in names:
            stream = each.originator_id
            if not isinstance(stream, UUID):
                raise TypeError("streams of this journal are named by UUIDs")
            events.append(
                recorded_event(
                    each.id,
                    stream,
                    each.originator_version,
                    each.topic,
                    each.schema,
                    each.known_at,
                    each.state,
                    shape,
                )
            )
    return events


def _as_stored(_name: str, _schema: int, clear: dict[str, Any]) -> dict[str, Any]:
    return clear


_VERSIONS_OF_A_STREAM: Final = """
select stream, version, type, body, position, schema, known_at
  from journal
 where stream = %s and version > %s and version <= %s
 order by version
"""

_NO_BODY: Final = (ValueError, LookupError, TypeError, AttributeError)
