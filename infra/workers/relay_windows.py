"""What the relay sends: the journal from a position on as windows of records, made while those before are sent.

Reading and making take a thread of their own, which is a few windows ahead. What ends it, an event of which no message
can be made for one, is told behind the windows that were made before.

Making a record takes about as long as sending it. A relay that is far behind has them made by other processes, in as
many as there are cores, and takes their windows in the order of the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import Final

from consumers.topics import APPLICATIONS, CHECK_ANSWERS, CHECK_REQUESTS
from domain.unusable import Unusable
from infra.kafka.producers import Outgoing
from infra.message_wire import to_wire
from infra.postgres.journal.event_faults import EventAtFault, faults_of_events
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorder import JournalRecorder, copied_notifications
from infra.postgres.messages.journal_messages import JournalMessages
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role
from infra.shared_work.sharing import Work, available_cores, shared_out
from infra.structured_logs import get_logger
from infra.workers.errors import EventUnpublishable

_TOPICS: Final = frozenset({APPLICATIONS.name, CHECK_REQUESTS.name, CHECK_ANSWERS.name})
_AHEAD: Final = 2
_LOOK_AGAIN: Final = 0.25

FAR_BEHIND: Final = 20_000
"""Events that the relay itself would make records of in a second or two; a process takes half of one to start."""

_EVENTS_A_PROCESS: Final = 10_000

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Window:
    """The records of some events, in the order of the journal; ``up_to`` is the position of the last."""

    records: Sequence[Outgoing]
    up_to: int


class WindowMaker:
    """Makes records of pages of one journal; for one thread."""

    def __init__(self, pool: ConnectionPool, *, source: str, prefix: str) -> None:
        self._messages = JournalMessages(pool)
        self._prefix = prefix
        self._source = source

    def made_of(self, page: Sequence[JournalNotification]) -> Iterator[Window]:
        """One window; or those before an event of which no message can be made, and :class:`EventUnpublishable`."""
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
            yield from self.made_of(page[:half])
            yield from self.made_of(page[half:])
        else:
            yield Window(records, page[-1].id)


@dataclass(frozen=True, slots=True)
class PositionRange:
    """Positions of the journal: ``after`` is not one of them, ``up_to`` is."""

    after: int
    up_to: int


@dataclass(frozen=True, slots=True)
class MadeApart:
    """The windows of a range, and what ended the making of them, if anything did."""

    windows: list[Window]
    ended: EventUnpublishable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakingApart:
    """What a process does that makes windows for a relay; implements :class:`infra.shared_work.sharing.Work`."""

    url: str
    source: str
    prefix: str

    @contextmanager
    def open(self) -> Iterator[Callable[[PositionRange], MadeApart]]:
        with closing(ConnectionPool(self.url, Role.WRITER, size=1)) as pool:
            maker = WindowMaker(pool, source=self.source, prefix=self.prefix)
            yield lambda positions: _made_of_range(pool, maker, positions)


def _made_of_range(pool: ConnectionPool, maker: WindowMaker, positions: PositionRange) -> MadeApart:
    made = MadeApart([])
    with pool.connection() as connection:
        page = copied_notifications(connection, positions.after, positions.up_to)
    try:
        made.windows.extend(maker.made_of(page))
    except EventUnpublishable as why:
        return MadeApart(made.windows, why)
    return made


class RelayWindows:
    """The windows of one journal behind a position, none of more than ``size`` events."""

    def __init__(
        self,
        recorder: JournalRecorder,
        pool: ConnectionPool,
        *,
        source: str,
        prefix: str,
        after: int,
        size: int,
        far_behind: int = FAR_BEHIND,
        apart: Work[PositionRange, MadeApart] | None = None,
    ) -> None:
        """``far_behind`` is the number of events from which on other processes make the records; they do ``apart``."""
        self._recorder = recorder
        self._maker = WindowMaker(pool, source=source, prefix=prefix)
        self._apart = apart or MakingApart(url=pool.url, source=source, prefix=prefix)
        self._after = after
        self._size = size
        self._far_behind = far_behind

    def until(self, stopped: Event) -> Generator[Window]:
        """Raises :class:`EventUnpublishable` at an event of which no message can be made, behind those before it."""
        last = self._recorder.max_notification_id() or 0
        if last - self._after >= self._far_behind:
            yield from self._made_apart(last, stopped)
        with self._recorder.subscribe(gt=self._after) as subscription:
            while not stopped.is_set():
                page = subscription.next_page(timeout=_LOOK_AGAIN, limit=self._size)
                if page:
                    yield from self._maker.made_of(page)

    def _made_apart(self, last: int, stopped: Event) -> Iterator[Window]:
        """The windows up to ``last``, or fewer where the processes cannot go on: the others are made here.

        Whatever it was that went wrong there, if it lies in an event it is met again at that event.
        """
        workers = min(available_cores(), max(2, (last - self._after) // _EVENTS_A_PROCESS))
        starts = range(self._after, last, self._size)
        ranges = [PositionRange(start, min(start + self._size, last)) for start in starts]
        try:
            with shared_out(self._apart, ranges, workers=workers) as made:
                for each in made:
                    for window in each.windows:
                        self._after = window.up_to
                        yield window
                    if each.ended is not None:
                        raise each.ended
                    if stopped.is_set():
                        return
        except EventUnpublishable:
            raise
        except Exception as why:
            # No memory, no connections, no room for a process: one that makes records alone needs none of these.
            _log.warning("relay.makes_alone", why=str(why) if isinstance(why, Unusable) else type(why).__name__)


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
            with closing(self._windows.until(self._stopped)) as windows:
                for window in windows:
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
