"""What happens on applications becomes deliveries to those who subscribed to it, in the transaction of the position.

Whose an application is, is told by its stream as it is now. Where nobody subscribed, nothing is read. An application
whose events cannot be read is parked, as for every other follower of the journal, and the rest goes on.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING, Final
from uuid import UUID

from consumers.webhook_notices import OF_A_CLOCK, TOLD, is_told
from domain.case.parties import Parties
from infra.postgres.journal.event_faults import apply_around, faults_of_events, stream_of
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorded_events import handled_events, notifications_of
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.read_models.parked_streams import ParkedStream, count_skipped, park, parked_by, release
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.webhooks.deliveries import Deliveries, NewDelivery, add_deliveries
from infra.postgres.webhooks.subscriptions import INTAKE
from infra.structured_logs import get_logger
from projections.parties import PARTIES_FROM, parties_of

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_PAGE: Final = 500
_LOOK_AGAIN: Final = 0.25
_TRY_AGAIN_SECONDS: Final = 600.0
_FORGET_EVERY_SECONDS: Final = 3_600.0
_SCHEMA: Final = 1

_log = get_logger(__name__)


class WebhookIntake:
    """Several processes may do this at once: who moves the position has written the deliveries.

    What was taken in longer than ``kept`` ago by ``now`` is forgotten, delivered or not.
    """

    def __init__(
        self,
        recorder: JournalRecorder,
        writers: ConnectionPool,
        deliveries: Deliveries,
        *,
        kept: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._recorder = recorder
        self._writers = writers
        self._deliveries = deliveries
        self._kept = kept
        self._now = now
        self._try_again_at = 0.0
        self._forget_at = 0.0
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the page it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Take in until stopped. Raises ``DatabaseUnavailable``."""
        while not self._stopping.is_set():
            if time.monotonic() >= self._forget_at:
                self._forget_at = time.monotonic() + _FORGET_EVERY_SECONDS
                self._deliveries.forget(self._now() - self._kept)
            if not self.take_in():
                self._stopping.wait(_LOOK_AGAIN)

    def take_in(self) -> bool:
        """Take in what comes next; whether the position moved. Raises ``DatabaseUnavailable``."""
        position = self._position()
        if position is None:
            return False
        if time.monotonic() >= self._try_again_at:
            self._try_again_at = time.monotonic() + _TRY_AGAIN_SECONDS
            self._take_up_parked(position)
        head = self._recorder.max_notification_id() or 0
        if head <= position:
            return False
        page = self._recorder.select_notifications(position, _PAGE, stop=head, topics=TOLD, inclusive_of_start=False)
        return self._move(page, after=position, to=page[-1].id if len(page) == _PAGE else head)

    def _position(self) -> int | None:
        """How far the journal has been read; None where nobody is to be told of anything."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_POSITION, (INTAKE,))
            return next((int(position) for (position,) in cursor.fetchall()), None)

    def _move(self, page: Sequence[JournalNotification], *, after: int, to: int) -> bool:
        with self._writers.transaction() as connection, connection.cursor() as cursor:
            # First of all: whoever subscribes now waits for it, and is told of what comes after.
            cursor.execute(_ADVANCE, {"name": INTAKE, "expected": after, "to": to})
            if cursor.rowcount == 0:
                return True
            waiting = frozenset(each.stream for each in parked_by(cursor, INTAKE))
            new: list[NewDelivery] = []

            def attempt(part: Sequence[JournalNotification]) -> None:
                with faults_of_events():
                    new.extend(_deliveries_of(cursor, part))

            left = apply_around([each for each in page if each.originator_id not in waiting], attempt)
            add_deliveries(cursor, sorted(new))
            count_skipped(cursor, INTAKE, Counter(stream_of(each) for each in page if each.originator_id in waiting))
            park(cursor, INTAKE, left, schema_version=_SCHEMA)
        for each in left:
            _log.error("webhooks.parks", case=str(each.stream), position=each.position, event_type=each.event)
        return True

    def _take_up_parked(self, position: int) -> None:
        """Take in what waits of each parked stream, where it can be read by now."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            parked = parked_by(cursor, INTAKE)
        for each in parked:
            self._take_up(each, position)

    def _take_up(self, parked: ParkedStream, position: int) -> None:
        with self._writers.transaction() as connection, connection.cursor() as cursor:
            cursor.execute("select from tracking where name = %s and position = %s for update", (INTAKE, position))
            if cursor.rowcount == 0:
                return
            missed = [
                each
                for each in notifications_of(cursor, parked.stream, first=parked.position, last=position)
                if each.topic in TOLD
            ]

            def attempt(part: Sequence[JournalNotification]) -> None:
                with faults_of_events():
                    add_deliveries(cursor, sorted(_deliveries_of(cursor, part)))

            if not apply_around(missed, attempt):
                release(cursor, INTAKE, parked.stream)


def _deliveries_of(cursor: Cursor, page: Sequence[JournalNotification]) -> list[NewDelivery]:
    """What parties are told of these events. Raises what an event that cannot be read raises."""
    clocks = {each.position: each.clear["clock"] for each in handled_events(page, OF_A_CLOCK)}
    told = [each for each in page if is_told(each.topic, clocks.get(each.id))]
    parties = _parties_of(cursor, {stream_of(each) for each in told})
    return [
        NewDelivery(
            position=each.id,
            case_id=stream_of(each),
            version=each.originator_version,
            event=each.topic,
            employer=parties[stream_of(each)].employer,
            representative=parties[stream_of(each)].representative,
        )
        for each in told
    ]


def _parties_of(cursor: Cursor, cases: Iterable[UUID]) -> dict[UUID, Parties]:
    return {
        case_id: parties_of(
            handled_events(
                (each for each in notifications_of(cursor, case_id) if each.topic in PARTIES_FROM), PARTIES_FROM
            )
        )
        for case_id in cases
    }


_POSITION: Final = """
select position from tracking where name = %s and exists (select from webhook_subscription)
"""

_ADVANCE: Final = "update tracking set position = %(to)s where name = %(name)s and position = %(expected)s"
