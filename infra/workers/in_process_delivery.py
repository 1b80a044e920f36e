"""Delivery without Kafka: a consumer's messages straight from the journal, through the same inbox.

An event of which no message can be made parks its stream for this consumer, as it does for a read model: the messages
of all other streams are delivered, those of this one wait in the journal until they can be, in their order.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from threading import Event
from typing import TYPE_CHECKING, Final
from uuid import UUID

from consumers.consumer import Consumer
from consumers.messages import Message, names_published_on
from infra.message_wire import to_wire
from infra.postgres.journal.event_faults import LeftBehind, apply_around, faults_of_events, stream_of
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorded_events import concerns, notifications_of
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.messages.dead_letters import Coordinates
from infra.postgres.messages.inbox import Arrived, Inbox, PositionMoved
from infra.postgres.messages.journal_messages import JournalMessages
from infra.postgres.read_models.parked_streams import (
    ParkedStream,
    count_skipped,
    park,
    parked_by,
    parked_stream,
    release,
)
from infra.postgres.server.connection_pool import ConnectionPool
from infra.structured_logs import get_logger

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

JOURNAL: Final = "journal"
"""The cluster under which the coordinates of messages that came straight from the journal are kept."""

_PAGE: Final = 500
_LOOK_AGAIN: Final = 0.1
_TRY_AGAIN_SECONDS: Final = 600.0
_SCHEMA: Final = 1
"""Consumers keep no tables of their own that could change."""

_log = get_logger(__name__)


class InProcessDelivery:
    """Brings a consumer its messages from its recorded position on; several processes may do it at once."""

    def __init__(self, recorder: JournalRecorder, pool: ConnectionPool, consumer: Consumer, inbox: Inbox) -> None:
        self._recorder = recorder
        self._pool = pool
        self._consumer = consumer
        self._inbox = inbox
        self._published = names_published_on(consumer.topics)
        self._messages = JournalMessages(pool)
        self._source = f"urn:single-permit:{recorder.origin}"
        self._try_again_at = 0.0
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the page it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Deliver until stopped. Raises what the inbox raises for which a person or the database is needed.

        Parked streams are tried again at the start and every ten minutes.
        """
        self._inbox.require_running()
        while not self._stopping.is_set():
            try:
                if time.monotonic() >= self._try_again_at:
                    self._take_up_parked()
                self._deliver()
            except PositionMoved as why:
                _log.info("consumer.takes_up_again", consumer=self._consumer.name, why=str(why))

    def _deliver(self) -> None:
        position = self._position()
        with self._recorder.subscribe(gt=position) as subscription:
            while not self._stopping.is_set() and time.monotonic() < self._try_again_at:
                page = subscription.next_page(timeout=_LOOK_AGAIN, limit=_PAGE)
                if page:
                    self._deliver_page(page, after=position)
                    position = page[-1].id

    def _deliver_page(self, page: Sequence[JournalNotification], *, after: int) -> None:
        name = self._consumer.name
        parked = self._parked()
        waiting = frozenset(each.stream for each in parked)
        arrived, left = self._arrived([each for each in page if each.originator_id not in waiting])
        skipped = Counter(
            stream_of(each) for each in page if each.originator_id in waiting and concerns(each, self._published)
        )

        def move(cursor: Cursor) -> None:
            cursor.execute(_BEGIN if after == 0 else _ADVANCE, {"name": name, "expected": after, "to": page[-1].id})
            if cursor.rowcount == 0:
                raise PositionMoved(f"{name} is no longer at position {after}")
            if _places(parked_by(cursor, name)) != _places(parked):
                raise PositionMoved(f"the parked streams of {name} have just changed")
            count_skipped(cursor, name, skipped)
            park(cursor, name, left, schema_version=_SCHEMA)

        self._inbox.receive(arrived, move)
        for each in left:
            _log.error(
                "consumer.parks",
                consumer=name,
                case=str(each.stream),
                position=each.position,
                event_type=each.event,
                why=each.reason,
            )

    def _take_up_parked(self) -> None:
        """Deliver what waits of each parked stream, as far as messages can be made of it."""
        self._try_again_at = time.monotonic() + _TRY_AGAIN_SECONDS
        for each in self._parked():
            with self._pool.connection() as connection, connection.cursor() as cursor:
                waiting = notifications_of(cursor, each.stream, first=each.position, last=self._position())
            arrived, left = self._arrived(waiting)
            self._inbox.receive(arrived, self._taking_up(each, left))

    def _taking_up(self, known: ParkedStream, left: Sequence[LeftBehind]) -> Callable[[Cursor], None]:
        name = self._consumer.name

        def move(cursor: Cursor) -> None:
            cursor.execute("select from tracking where name = %s for update", (name,))
            now = parked_stream(cursor, name, known.stream)
            if now is None or (now.position, now.skipped) != (known.position, known.skipped):
                raise PositionMoved(f"more of a parked stream has come for {name} meanwhile, or it was taken up")
            if left:
                park(cursor, name, left, schema_version=_SCHEMA)
            else:
                release(cursor, name, known.stream)

        return move

    def _arrived(self, events: Sequence[JournalNotification]) -> tuple[list[Arrived], Sequence[LeftBehind]]:
        """The messages of these events, in the order of the journal, and the streams that have to be left behind."""
        messages: list[Message] = []

        def attempt(part: Sequence[JournalNotification]) -> None:
            with faults_of_events():
                messages.extend(self._messages.of(part, self._consumer.topics))

        left = apply_around([each for each in events if concerns(each, self._published)], attempt)
        return [
            Arrived(Coordinates(JOURNAL, each.topic, 0, each.position), each.topic, to_wire(each, self._source))
            for each in sorted(messages, key=lambda message: message.position)
        ], left

    def _parked(self) -> list[ParkedStream]:
        with self._pool.connection() as connection, connection.cursor() as cursor:
            return parked_by(cursor, self._consumer.name)

    def _position(self) -> int:
        return self._recorder.max_tracking_id(self._consumer.name) or 0


def _places(parked: Sequence[ParkedStream]) -> list[tuple[UUID, int]]:
    return [(each.stream, each.position) for each in parked]


_BEGIN: Final = """
insert into tracking as t (name, position) values (%(name)s, %(to)s)
    on conflict (name) do update set position = excluded.position where t.position = %(expected)s
"""

_ADVANCE: Final = "update tracking set position = %(to)s where name = %(name)s and position = %(expected)s"
