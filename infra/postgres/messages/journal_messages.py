"""The messages of journal events: what is published of each, with the authority and the cause that are elsewhere."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson

from consumers.messages import Message, names_published_on, published
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorded_events import events_as_stored
from infra.postgres.server.connections import ConnectionPool
from projections.recorded_event import RecordedEvent

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_REMEMBERED: Final = 100_000


class JournalMessages:
    """Turns pages of the journal into messages; for one thread."""

    def __init__(self, readers: ConnectionPool) -> None:
        self._readers = readers
        self._authorities: OrderedDict[UUID, str] = OrderedDict()

    def of(self, page: Sequence[JournalNotification], topics: Collection[str]) -> list[Message]:
        """The messages on ``topics`` of the events of a page, in the order of the journal.

        Raises ``UnreadableEvent`` for an event that this program does not know.
        """
        events = events_as_stored(page, names_published_on(topics))
        if not events:
            return []
        causes = self._look_up(events)
        return [
            message
            for event in events
            for message in published(event, self._authorities[event.case_id], causes.get(event.position))
            if message.topic in topics
        ]

    def _look_up(self, events: Sequence[RecordedEvent]) -> dict[int, str]:
        """Remember the authorities of these events' cases; give the causes of those events that have one."""
        for event in events:
            if event.version == 1:
                self._remember(event.case_id, event.clear)
        unknown = {event.case_id for event in events if event.case_id not in self._authorities}
        with self._readers.connection() as connection, connection.cursor() as cursor:
            if unknown:
                self._ask_for(unknown, cursor)
            cursor.execute(_CAUSES, ([event.position for event in events],))
            return dict(cursor.fetchall())

    def _ask_for(self, cases: set[UUID], cursor: Cursor) -> None:
        cursor.execute("select stream, body from journal where version = 1 and stream = any(%s)", (list(cases),))
        for case_id, body in cursor.fetchall():
            self._remember(case_id, orjson.loads(bytes(body))["clear"])

    def _remember(self, case_id: UUID, clear: Any) -> None:
        self._authorities[case_id] = clear["authority"]
        self._authorities.move_to_end(case_id)
        # Never so few that a page's own cases could be forgotten before they are used.
        if len(self._authorities) > _REMEMBERED:
            self._authorities.popitem(last=False)


_CAUSES: Final = """
select position, substring(convert_from(leaf, 'UTF8') from '"causationId":"([^"]*)"')
  from journal where position = any(%s) and convert_from(leaf, 'UTF8') like '%%"causationId":%%'
"""
"""A cause is an event's id, which holds nothing that JSON would escape."""
