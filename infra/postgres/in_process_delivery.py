"""Delivery without Kafka: a consumer's messages straight from the journal, through the same inbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Final

from consumers.consumer import Consumer
from infra.message_wire import to_wire
from infra.postgres.connections import ConnectionPool
from infra.postgres.dead_letters import Coordinates
from infra.postgres.inbox import Arrived, Inbox, PositionMoved
from infra.postgres.journal_messages import JournalMessages
from infra.postgres.recorder import JournalRecorder

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

JOURNAL: Final = "journal"
"""The cluster under which the coordinates of messages that came straight from the journal are kept."""

_PAGE: Final = 500
_LOOK_AGAIN: Final = 0.1

_log = logging.getLogger(__name__)


class InProcessDelivery:
    """Brings a consumer its messages from its recorded position on; several processes may do it at once."""

    def __init__(self, recorder: JournalRecorder, pool: ConnectionPool, consumer: Consumer, inbox: Inbox) -> None:
        self._recorder = recorder
        self._pool = pool
        self._consumer = consumer
        self._inbox = inbox
        self._source = f"urn:single-permit:{recorder.origin}"
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the page it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Deliver until stopped. Raises what the inbox raises for which a person or the database is needed."""
        self._inbox.require_running()
        while not self._stopping.is_set():
            try:
                self._deliver()
            except PositionMoved as why:
                _log.info("consumer.takes_up_again", extra={"consumer": self._consumer.name, "why": str(why)})

    def _deliver(self) -> None:
        position = self._recorder.max_tracking_id(self._consumer.name) or 0
        messages = JournalMessages(self._pool)
        with self._recorder.subscribe(gt=position) as subscription:
            while not self._stopping.is_set():
                page = subscription.next_page(timeout=_LOOK_AGAIN, limit=_PAGE)
                if not page:
                    continue
                arrived = [
                    Arrived(Coordinates(JOURNAL, each.topic, 0, each.position), each.topic, to_wire(each, self._source))
                    for each in messages.of(page, self._consumer.topics)
                ]
                self._inbox.receive(arrived, self._moving(position, page[-1].id))
                position = page[-1].id

    def _moving(self, expected: int, to: int) -> Callable[[Cursor], None]:
        def move(cursor: Cursor) -> None:
            statement = _BEGIN if expected == 0 else _ADVANCE
            cursor.execute(statement, {"name": self._consumer.name, "expected": expected, "to": to})
            if cursor.rowcount == 0:
                raise PositionMoved(f"{self._consumer.name} does not stand at position {expected} any more")

        return move


_BEGIN: Final = """
insert into tracking as t (name, position) values (%(name)s, %(to)s)
    on conflict (name) do update set position = excluded.position where t.position = %(expected)s
"""

_ADVANCE: Final = "update tracking set position = %(to)s where name = %(name)s and position = %(expected)s"
