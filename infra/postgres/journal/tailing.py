"""Tail the journal by position. Appends never NOTIFY: that would take a database-wide lock at each commit.

Positions are dense and appear in commit order, so asking for what lies beyond the last position seen misses
nothing. Readers in the process that appended are woken at once; readers elsewhere look again after a short wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Condition
from typing import Final, Protocol

from eventsourcing.persistence import ApplicationRecorder, Subscription

from infra.postgres.journal.journal_events import JournalNotification

_PAGE: Final = 2_000
_LOOK_AGAIN: Final = 0.05
"""Seconds between looks when nothing woke the reader: the price of other processes' events."""


class AppendSignal:
    """Rings when this process has appended something."""

    def __init__(self) -> None:
        self._rung = 0
        self._condition = Condition()

    def ring(self) -> None:
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

    def rung(self) -> int:
        """How often it has rung so far: to be taken before looking, and given to :meth:`wait_beyond`."""
        return self._rung

    def wait_beyond(self, rung: int, timeout: float) -> None:
        """Wait until it has rung more often than ``rung``, or for ``timeout`` seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._rung != rung, timeout)


class SelectNotifications(Protocol):
    """How the journal's recorder gives a page of what was appended."""

    def __call__(
        self, start: int | None, limit: int, *, topics: Sequence[str], inclusive_of_start: bool
    ) -> Sequence[JournalNotification]: ...


class JournalSubscription(Subscription[ApplicationRecorder]):
    """The event library's subscription over our recorder: an endless iterator that blocks at the end."""

    def __init__(
        self,
        recorder: ApplicationRecorder,
        select: SelectNotifications,
        gt: int | None,
        topics: Sequence[str],
        signal: AppendSignal,
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._select_notifications = select
        self._signal = signal
        self._page: Sequence[JournalNotification] = ()
        self._index = 0

    def stop(self) -> None:
        super().stop()
        self._signal.ring()

    def __next__(self) -> JournalNotification:
        if self._has_been_stopped:
            raise StopIteration
        while self._index == len(self._page):
            self._page = self.next_page(timeout=_LOOK_AGAIN)
            self._index = 0
            if self._has_been_stopped:
                raise StopIteration
        notification = self._page[self._index]
        self._index += 1
        return notification

    def next_page(self, *, timeout: float, limit: int = _PAGE) -> Sequence[JournalNotification]:
        """What has been appended since the last page; empty when nothing comes within ``timeout`` seconds.

        Projections take pages, because they write a page in one transaction.
        """
        rung = self._signal.rung()
        page = self._select(limit)
        if not page and not self._has_been_stopped:
            self._signal.wait_beyond(rung, timeout)
            page = self._select(limit)
        if page:
            self._last_notification_id = page[-1].id
        return page

    def _select(self, limit: int) -> Sequence[JournalNotification]:
        return self._select_notifications(
            self._last_notification_id or 0, limit, topics=self._topics, inclusive_of_start=False
        )
