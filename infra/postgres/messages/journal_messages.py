"""The messages of journal events: what is published of each, with the authority and the cause that are elsewhere."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from consumers.messages import Message, names_published_on, published
from infra.postgres.journal.event_faults import stream_of
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorded_events import events_as_stored
from infra.postgres.server.connection_pool import ConnectionPool
from infra.stored_form.leaf import cause_of
from infra.stored_form.stored_body import clear_fields

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_REMEMBERED: Final = 100_000
_TOGETHER: Final = 100


class JournalMessages:
    """Turns pages of the journal into messages; for one thread."""

    def __init__(self, readers: ConnectionPool) -> None:
        self._readers = readers
        self._authorities: OrderedDict[UUID, str] = OrderedDict()

    def of(self, page: Sequence[JournalNotification], topics: Collection[str]) -> list[Message]:
        """The messages on ``topics`` of the events of a page, in the order of the journal.

        Raises ``UnreadableEvent`` for an event that this program does not know.
        """
        return list(self.each_of(page, topics))

    def each_of(self, page: Sequence[JournalNotification], topics: Collection[str]) -> Iterator[Message]:
        """As :meth:`of`, one after the other; what it raises comes behind the messages of the events before.

        Whoever makes something else of each message never has a whole page of them, which the garbage collector would
        look through again and again.
        """
        names = names_published_on(topics)
        causes = self._look_up([each for each in page if each.topic in names])
        for start in range(0, len(page), _TOGETHER):
            for event in events_as_stored(page[start : start + _TOGETHER], names):
                if event.version == 1:
                    self._remember(event.case_id, event.clear)
                for message in published(event, self._authorities[event.case_id], causes.get(event.position)):
                    if message.topic in topics:
                        yield message

    def _look_up(self, page: Sequence[JournalNotification]) -> dict[int, str]:
        """Have the authorities of all cases that begin before this page; give the causes of its events, by position."""
        if not page:
            return {}
        begun = {stream_of(each) for each in page if each.originator_version == 1}
        known = self._authorities
        unknown = {stream for each in page if (stream := stream_of(each)) not in known and stream not in begun}
        with self._readers.connection() as connection, connection.cursor() as cursor:
            if unknown:
                self._ask_for(unknown, cursor)
            cursor.execute(_ENVELOPES, ([each.id for each in page],))
            causes = {position: cause_of(bytes(envelope)) for position, envelope in cursor.fetchall()}
        return {position: cause for position, cause in causes.items() if cause is not None}

    def _ask_for(self, cases: set[UUID], cursor: Cursor) -> None:
        cursor.execute("select stream, body from journal where version = 1 and stream = any(%s)", (list(cases),))
        for case_id, body in cursor.fetchall():
            self._remember(case_id, clear_fields(bytes(body)))

    def _remember(self, case_id: UUID, clear: Any) -> None:
        self._authorities[case_id] = clear["authority"]
        self._authorities.move_to_end(case_id)
        # Never so few that a page's own cases could be forgotten before they are used.
        if len(self._authorities) > _REMEMBERED:
            self._authorities.popitem(last=False)


_ENVELOPES: Final = "select position, envelope from journal where position = any(%s)"
