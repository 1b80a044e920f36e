"""Crossroads checks without Kafka: tail the journal in process, several checks under way at once.

The recorded position moves only over checks whose outcome is in the journal, so a kill loses nothing: what was
under way is asked again, and the case takes the first answer only.
"""

from __future__ import annotations

import logging
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event
from typing import Final
from uuid import UUID

import orjson
from eventsourcing.persistence import Tracking

from consumers.crossroads import BankHeldBack, CheckRequest, CrossroadsChecks
from domain.crossroads.answers import CheckKind
from infra.postgres.conflicts import TrackingConflict
from infra.postgres.journal_events import JournalNotification
from infra.postgres.recorder import JournalRecorder

POSITION_NAME: Final = "crossroads-checks"

_AT_ONCE: Final = 16
_OUTSTANDING: Final = 512
_LOOK_AGAIN: Final = 0.1
_SETTLE_AGAIN: Final = 0.02
_HELD_BACK: Final = 1.0
"""Seconds before a check is tried again that the breaker held back."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _UnderWay:
    """A position that has been read; ``outcome`` is None where there is nothing to ask."""

    position: int
    outcome: Future[None] | None


class InProcessChecks:
    """Runs the checks that the journal asks for, from its own recorded position on."""

    def __init__(self, recorder: JournalRecorder, checks: CrossroadsChecks) -> None:
        self._recorder = recorder
        self._checks = checks
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end; checks under way are finished first, those that wait are left to the next run."""
        self._stopping.set()

    def run(self) -> None:
        """Carry out checks until stopped. Raises what a check raised for which there is no outcome to record.

        Such an error ends this run: its position stays before the check, which the next run asks again.
        """
        ending = Event()
        done = self._recorder.max_tracking_id(POSITION_NAME) or 0
        outstanding: deque[_UnderWay] = deque()
        with (
            ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="crossroads-check") as workers,
            self._recorder.subscribe(gt=done) as subscription,
        ):
            try:
                while not self._stopping.is_set():
                    room = _OUTSTANDING - len(outstanding)
                    if room > 0:
                        timeout = _LOOK_AGAIN if not outstanding else _SETTLE_AGAIN
                        for notification in subscription.next_page(timeout=timeout, limit=room):
                            outstanding.append(self._begun(workers, notification, ending))
                    done = self._settle(outstanding, done, patiently=room <= 0)
            finally:
                ending.set()
                wait([each.outcome for each in outstanding if each.outcome is not None and not each.outcome.cancel()])
                self._settle(outstanding, done, patiently=False)

    def _begun(self, workers: ThreadPoolExecutor, notification: JournalNotification, ending: Event) -> _UnderWay:
        request = _check_requested(notification)
        outcome = None if request is None else workers.submit(self._carry_out, request, ending)
        return _UnderWay(notification.id, outcome)

    def _carry_out(self, request: CheckRequest, ending: Event) -> None:
        while True:
            try:
                self._checks.carry_out(request)
            except BankHeldBack:
                if ending.wait(_HELD_BACK):
                    raise
            else:
                return

    def _settle(self, outstanding: deque[_UnderWay], done: int, *, patiently: bool) -> int:
        """Record how far everything has been carried out, in order; raise the first error met there.

        A check that the breaker still held back when the run ended is no error: the next run asks it again.
        """
        if patiently and outstanding and outstanding[0].outcome is not None:
            wait([outstanding[0].outcome], timeout=_LOOK_AGAIN)
        reached = done
        error: BaseException | None = None
        while outstanding:
            outcome = outstanding[0].outcome
            if outcome is not None:
                if not outcome.done() or outcome.cancelled():
                    break
                error = outcome.exception()
                if error is not None:
                    break
            reached = outstanding.popleft().position
        if reached > done:
            self._record(reached)
        if error is not None and not isinstance(error, BankHeldBack):
            raise error
        return reached

    def _record(self, reached: int) -> None:
        try:
            self._recorder.insert_tracking(Tracking(POSITION_NAME, reached))
        except TrackingConflict:
            # Another process carries out checks too and is further: all that it passed has its outcome.
            _log.info("checks.another_is_further", extra={"position": reached})


def _check_requested(notification: JournalNotification) -> CheckRequest | None:
    """The message that a notification carries, if it asks for a check: case, check and revision, no more."""
    if notification.topic != "CrossroadsCheckRequested":
        return None
    asked = orjson.loads(notification.state)["clear"]
    case_id = notification.originator_id
    if not isinstance(case_id, UUID):
        raise TypeError("streams of this journal are named by UUIDs")
    return CheckRequest(
        case_id=case_id,
        check=CheckKind(asked["check"]),
        revision=asked["revision"],
        event_id=f"{case_id}/{notification.originator_version}",
    )
