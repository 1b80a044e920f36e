"""Keep one read model up to date: pages of the journal in, rows and position out in one transaction.

Whatever kills the runner, rows and position are those of the same moment, so the next run goes on exactly
where this one stopped. Several runners of one read model may be at work: the position is compared and set, so
a page counts once, and a runner that lost the race goes on from where the other came.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from threading import Event
from typing import Final

from infra.postgres.connections import ConnectionPool, DatabaseUnavailable
from infra.postgres.journal_events import JournalNotification
from infra.postgres.recorded_events import handled_events
from infra.postgres.recorder import JournalRecorder
from projections.read_model import ReadModel

_PAGE: Final = 2_000
_LOOK_AGAIN: Final = 0.1
GATHER_SECONDS: Final = 0.02
"""How long to let events gather after a page that was not full: one transaction for many, not one for each."""

_AFTER_TROUBLE: Final = 0.5

_log = logging.getLogger(__name__)


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
    ) -> None:
        self._recorder = recorder
        self._read_model = read_model
        self._pool = pool
        self._page_size = page_size
        self._gather = gather
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the page it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Follow the journal until stopped; a database that is away is waited for.

        Raises what the read model or an unreadable event raises: such a page stops the runner before it, with
        rows and position as they were.
        """
        while not self._stopping.is_set():
            try:
                self._follow()
            except DatabaseUnavailable as why:
                _log.warning("projection.waits", extra={"read_model": self._read_model.name, "why": str(why)})
                self._stopping.wait(_AFTER_TROUBLE)

    def catch_up(self) -> int:
        """Project all that is in the journal by now and return the position reached. Raises as :meth:`run`."""
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

        False, with nothing written, when it does not: another runner is at work.
        """
        events = handled_events(page, self._read_model.handles)
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            cursor.execute(
                _BEGIN if after == 0 else _ADVANCE,
                {
                    "name": self._read_model.name,
                    "position": page[-1].id,
                    "after": after,
                },
            )
            if cursor.rowcount == 0:
                return False
            self._read_model.project(events, cursor)
        return True

    def _follow(self) -> None:
        """Follow the journal from the stored position, until stopped or overtaken by another runner."""
        position = self.position()
        with self._recorder.subscribe(gt=position) as subscription:
            while not self._stopping.is_set():
                page = subscription.next_page(timeout=_LOOK_AGAIN, limit=self._page_size)
                if not page:
                    continue
                if not self.project_page(page, after=position):
                    return
                position = page[-1].id
                if len(page) < self._page_size:
                    self._stopping.wait(self._gather)


_BEGIN: Final = """
insert into tracking as t (name, position) values (%(name)s, %(position)s)
    on conflict (name) do update set position = excluded.position where t.position = %(after)s
"""

_ADVANCE: Final = "update tracking set position = %(position)s where name = %(name)s and position = %(after)s"
