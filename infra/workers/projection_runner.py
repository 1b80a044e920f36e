"""Keep one read model up to date: pages of the journal in, rows and position out in one transaction.

Whatever kills the runner, rows and position are those of the same moment, so the next run continues exactly
where this one stopped. Several runners of one read model may be at work: the position is compared and set, so
a page counts once, and a runner that lost the race continues from where the other came.

A read model that has seen nothing of a long journal is not filled page by page: its streams are folded whole, in all
cores, and all of it is one transaction.

An event that cannot be applied stops nobody but its own stream: that is parked, and tried again at each start and
every ten minutes, because only another program, or another look at the same one, can make anything of the event.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import Event, Lock
from typing import TYPE_CHECKING, Final
from uuid import UUID

from infra.child_process import ChildDidNotStart
from infra.postgres.journal.event_faults import EventAtFault, LeftBehind, stream_of
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorded_events import END_OF_JOURNAL, concerns, notifications_of
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.read_models.parked_streams import count_skipped, park, parked_by, parked_stream, release
from infra.postgres.read_models.projecting import project_around, project_in_one_go
from infra.postgres.read_models.whole_streams import AT_ONCE, LIVE_SCHEMA, WholeStreams
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable
from infra.shared_work.sharing import WorkerLost
from infra.structured_logs import get_logger
from projections.read_model import ReadModel

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

Apply = Callable[[ReadModel, Sequence[JournalNotification], "Cursor"], Sequence[LeftBehind]]

_PAGE: Final = 2_000
_LOOK_AGAIN: Final = 0.1
GATHER_SECONDS: Final = 0.02
"""How long to let events gather after a page that was not full: one transaction for many, not one for each."""

WHOLE_FROM: Final = 10_000
"""Events from which a new read model takes streams whole. Fewer are projected within the second in any way, and the
rows show as they come."""

NEVER: Final = END_OF_JOURNAL
"""As ``whole_from``: always page by page."""

_ONE_IS_FILLED: Final = Lock()
"""All read models of a process may be new at once; each would have as many processes as there are cores."""

TRY_AGAIN_SECONDS: Final = 600.0
"""How long parked streams rest between two attempts to take them up again."""

_AFTER_TROUBLE: Final = 0.5

_log = get_logger(__name__)


class _Stopped(Exception):
    """The runner was told to stop while it filled a read model: nothing of that is kept."""


class ProjectionRunner:
    """Projects the journal behind ``recorder`` into the tables of ``read_model``; ``pool`` writes them."""

    def __init__(
        self,
        recorder: JournalRecorder,
        read_model: ReadModel,
        pool: ConnectionPool,
        *,
        page_size: int = _PAGE,
        gather: float = GATHER_SECONDS,
        whole_from: int = WHOLE_FROM,
        workers: int | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        """``workers`` is the number of processes for a long journal that the read model has seen nothing of.

        Without it there is one for each core that has enough to do. Each takes about ``at_once`` events at a time.
        """
        self._recorder = recorder
        self._read_model = read_model
        self._pool = pool
        self._page_size = page_size
        self._gather = gather
        self._whole_from = whole_from
        self._workers = workers
        self._at_once = at_once
        self._try_again_at = 0.0
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the page it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Follow the journal until stopped; a database that is away is waited for.

        Raises what the read model raises for a reason that lies in no event: such a page stops the runner before
        it, with rows and position as they were.
        """
        while not self._stopping.is_set():
            try:
                if time.monotonic() >= self._try_again_at:
                    self.take_up_parked()
                self._fill_if_new()
                self._follow()
            except DatabaseUnavailable as why:
                _log.warning("projection.waits", read_model=self._read_model.name, why=str(why))
                self._stopping.wait(_AFTER_TROUBLE)

    def catch_up(self) -> int:
        """Project all that is in the journal by now and return the position reached. Raises as :meth:`run`."""
        self._fill_if_new()
        while True:
            position = self.position()
            page = self._recorder.select_notifications(position, self._page_size, inclusive_of_start=False)
            if not page:
                return position
            self.project_page(page, after=position)

    def position(self) -> int:
        """How far the read model has come, 0 if it has not begun."""
        return self._recorder.max_tracking_id(self._read_model.name) or 0

    def project_page(self, page: Sequence[JournalNotification], *, after: int) -> bool:
        """Write rows and position of a page in one transaction; the read model must stand at ``after``.

        Streams with an event that cannot be applied are parked in it; of those that were parked before, what the
        page holds is passed over. False, with nothing written, when the read model does not stand there: another
        runner is at work.
        """
        try:
            return self._project(page, after, project_in_one_go)
        except EventAtFault:
            # From the start of the transaction: an ordinary page does not pay for a way back within it.
            return self._project(page, after, project_around)

    def take_up_parked(self) -> int:
        """Try each parked stream again, from the event that could not be applied; how many were taken up.

        A stream that cannot be taken up whole is parked at the next event that cannot be applied. Raises as
        :meth:`run`.
        """
        self._try_again_at = time.monotonic() + TRY_AGAIN_SECONDS
        name = self._read_model.name
        with self._pool.connection() as connection, connection.cursor() as cursor:
            waiting = parked_by(cursor, name)
        return sum(self._take_up(each.stream) for each in waiting if not self._stopping.is_set())

    def _fill_if_new(self) -> None:
        """Take all streams whole, up to the end of the journal at this moment, if that is far from the beginning."""
        if self.position() == 0 and (self._recorder.max_notification_id() or 0) >= self._whole_from:
            try:
                with _ONE_IS_FILLED, suppress(_Stopped):
                    if not self._stopping.is_set():
                        self._fill()
            except (WorkerLost, ChildDidNotStart, OSError, MemoryError) as why:
                # Page by page needs neither processes nor their memory.
                self._whole_from = NEVER
                _log.warning("projection.goes_by_page", read_model=self._read_model.name, why=str(why))

    def _fill(self) -> None:
        """In one transaction with the position: readers see nothing of it, or all. Other runners wait for it.

        Raises :class:`_Stopped`.
        """
        name = self._read_model.name
        end = self._recorder.max_notification_id() or 0
        whole = WholeStreams(
            url=self._pool.url,
            read_model=self._read_model,
            schema=LIVE_SCHEMA,
            up_to=end,
            at_once=self._at_once,
        )
        left: list[LeftBehind] = []
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_BEGIN, {"name": name, "position": end, "after": 0})
            if not cursor.fetchall():
                return
            with whole.folded(workers=self._workers) as ranges:
                for each in ranges:
                    if self._stopping.is_set():
                        raise _Stopped
                    left += whole.write(cursor, each)
            park(cursor, name, left, schema_version=self._read_model.schema_version)
        self._log_parked(left)

    def _take_up(self, stream: UUID) -> bool:
        """In one transaction with the position locked: no page comes between."""
        name = self._read_model.name
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            cursor.execute("select position from tracking where name = %s for update", (name,))
            found = cursor.fetchall()
            parked = parked_stream(cursor, name, stream)
            if parked is None:
                return False
            missed = notifications_of(cursor, stream, first=parked.position, last=found[0][0])
            left = project_around(self._read_model, missed, cursor)
            if left:
                park(cursor, name, left, schema_version=self._read_model.schema_version)
            else:
                release(cursor, name, stream)
        if not left:
            _log.info("projection.takes_up_again", read_model=name, case=str(stream))
        return not left

    def _project(self, page: Sequence[JournalNotification], after: int, apply: Apply) -> bool:
        name = self._read_model.name
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_BEGIN if after == 0 else _ADVANCE, {"name": name, "position": page[-1].id, "after": after})
            moved = cursor.fetchall()
            if not moved:
                return False
            ((parked,),) = moved
            if parked:
                count_skipped(cursor, name, self._concerning(page, frozenset(parked)))
                page = [each for each in page if each.originator_id not in parked]
            left = apply(self._read_model, page, cursor)
            park(cursor, name, left, schema_version=self._read_model.schema_version)
        self._log_parked(left)
        return True

    def _log_parked(self, left: Iterable[LeftBehind]) -> None:
        for each in left:
            _log.error(
                "projection.parks",
                read_model=self._read_model.name,
                case=str(each.stream),
                position=each.position,
                event_type=each.event,
                why=each.reason,
            )

    def _concerning(self, page: Iterable[JournalNotification], streams: frozenset[UUID]) -> Counter[UUID]:
        """How many events of these streams the page holds for the read model."""
        return Counter(
            stream_of(each)
            for each in page
            if each.originator_id in streams and concerns(each, self._read_model.handles)
        )

    def _follow(self) -> None:
        """Follow the journal from the stored position, until stopped, overtaken by another runner, or for a while."""
        position = self.position()
        with self._recorder.subscribe(gt=position) as subscription:
            while not self._stopping.is_set() and time.monotonic() < self._try_again_at:
                page = subscription.next_page(timeout=_LOOK_AGAIN, limit=self._page_size)
                if not page:
                    continue
                if not self.project_page(page, after=position):
                    return
                position = page[-1].id
                if len(page) < self._page_size:
                    self._stopping.wait(self._gather)


# The position is locked by a statement of its own: the one after it then sees what is parked as of that moment, also
# where it had to wait for a rebuild or for another runner.
_LOCK: Final = "select from tracking where name = %(name)s for update;"

_PARKED: Final = """
returning (select coalesce(array_agg(stream), '{}') from parked_stream where follower = %(name)s)
"""

_BEGIN: Final = f"""{_LOCK}
insert into tracking as t (name, position) values (%(name)s, %(position)s)
    on conflict (name) do update set position = excluded.position where t.position = %(after)s
{_PARKED}"""  # noqa: S608  # nosec B608 # constants of this module

_ADVANCE: Final = f"""{_LOCK}
update tracking set position = %(position)s where name = %(name)s and position = %(after)s
{_PARKED}"""  # noqa: S608  # nosec B608 # constants of this module
