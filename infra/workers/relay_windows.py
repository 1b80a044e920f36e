"""What the relay sends: the journal from a position on as windows of records, made while those before are sent.

Reading and making take a thread of their own, which is a few windows ahead. What ends it, an event of which no message
can be made for one, is told behind the windows that were made before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import Final

from consumers.topics import APPLICATIONS, CHECK_ANSWERS, CHECK_REQUESTS
from infra.kafka.producers import Outgoing
from infra.message_wire import to_wire
from infra.postgres.journal.event_faults import EventAtFault, faults_of_events
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.journal.tailing import JournalSubscription
from infra.postgres.messages.journal_messages import JournalMessages
from infra.postgres.server.connections import ConnectionPool
from infra.workers.errors import EventUnpublishable

_TOPICS: Final = frozenset({APPLICATIONS.name, CHECK_REQUESTS.name, CHECK_ANSWERS.name})
_AHEAD: Final = 2
_LOOK_AGAIN: Final = 0.25


@dataclass(frozen=True, slots=True)
class Window:
    """The records of some events, in the order of the journal; ``up_to`` is the position of the last."""

    records: Sequence[Outgoing]
    up_to: int


class RelayWindows:
    """The windows of one journal behind a position, none of more than ``size`` events."""

    def __init__(
        self, recorder: JournalRecorder, pool: ConnectionPool, *, source: str, prefix: str, after: int, size: int
    ) -> None:
        self._recorder = recorder
        self._messages = JournalMessages(pool)
        self._after = after
        self._size = size
        self._prefix = prefix
        self._source = source

    def until(self, stopped: Event) -> Iterator[Window]:
        """Raises :class:`EventUnpublishable` at an event of which no message can be made, behind those before it."""
        with self._recorder.subscribe(gt=self._after) as subscription:
            while not stopped.is_set():
                yield from self._next_of(subscription)

    def _next_of(self, subscription: JournalSubscription) -> Iterator[Window]:
        page = subscription.next_page(timeout=_LOOK_AGAIN, limit=self._size)
        if page:
            yield from self._made_of(page)

    def _made_of(self, page: Sequence[JournalNotification]) -> Iterator[Window]:
        try:
            with faults_of_events():
                records = [
                    Outgoing(self._prefix + each.topic, to_wire(each, self._source))
                    for each in self._messages.each_of(page, _TOPICS)
                ]
        except EventAtFault as why:
            if len(page) == 1:
                raise EventUnpublishable(_unpublishable(page[0], why.reason)) from None
            half = len(page) // 2
            yield from self._made_of(page[:half])
            yield from self._made_of(page[half:])
        else:
            yield Window(records, page[-1].id)


class MadeAhead:
    """Makes windows in a thread until the block ends."""

    def __init__(self, windows: RelayWindows) -> None:
        self._windows = windows
        self._made: Queue[Window | Exception] = Queue(_AHEAD)
        self._ended: Exception | None = None
        self._stopped = Event()
        self._thread = Thread(target=self._make, name="relay-windows", daemon=True)

    def __enter__(self) -> MadeAhead:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        while not self._made.empty():  # it may be waiting for room
            self._made.get()
        self._thread.join()

    def take(self, timeout: float) -> Window | None:
        """The next window; none when none is made within ``timeout`` seconds, or none is made any more."""
        if self._ended is not None:
            return None
        try:
            made = self._made.get(timeout=timeout) if timeout else self._made.get_nowait()
        except Empty:
            return None
        if isinstance(made, Exception):
            self._ended = made
            return None
        return made

    def raise_if_ended(self) -> None:
        """Raise what ended the making, once all windows before that have been taken."""
        if self._ended is not None:
            raise self._ended

    def _make(self) -> None:
        try:
            for window in self._windows.until(self._stopped):
                self._made.put(window)
                if self._stopped.is_set():
                    return
        except Exception as why:  # whatever it is: the relay's own thread raises it
            self._made.put(why)


def _unpublishable(event: JournalNotification, reason: str) -> str:
    return (
        f"position {event.id} of the journal: no message can be made of {event.topic}.v{event.schema} of case "
        f"{event.originator_id} ({reason}). The relay has published everything before it and stops, because a topic "
        "must not have a gap: start a version of the program that can read the event"
    )
