"""Workers at the Crossroads Bank: claim what is due, as much as the gate lets through, and carry it out.

Any number of processes may do this at once; they share the table, the gate and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from threading import Event
from typing import Final

from consumers.check_queue import DueCheck
from consumers.crossroads import CheckWorker
from domain.crossroads.service_calendar import ServiceCalendar
from infra.postgres.checks.check_queue import CheckQueue
from infra.postgres.checks.crossroads_gate import CrossroadsGate
from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.server.connections import DatabaseUnavailable
from infra.structured_logs import get_logger

_AT_ONCE: Final = 16
_LOOK_AGAIN: Final = 0.05
_OVERDUE_EVERY: Final = timedelta(seconds=30)
_WITHOUT_DATABASE: Final = 0.5
_AFTER_A_FAULT: Final = timedelta(minutes=1)

_log = get_logger(__name__)


class LoggedCheckAlarms:
    """Implements :class:`consumers.check_queue.CheckAlarms`: errors in the log, on which monitoring rests."""

    def access_denied(self, check: str, reason: str, attempts: int) -> None:
        _log.error("crossroads.access_denied", check=check, reason=reason, attempts=attempts)

    def not_unregistered(self, reason: str) -> None:
        _log.error("crossroads.not_unregistered", reason=reason)


class CheckWorkerPool:
    """Claims and carries out until it is stopped; what was under way is finished first."""

    def __init__(
        self,
        table: CheckQueue,
        gate: CrossroadsGate,
        worker: CheckWorker,
        calendar: ServiceCalendar,
        now: Callable[[], datetime],
        *,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._table = table
        self._gate = gate
        self._worker = worker
        self._calendar = calendar
        self._now = now
        self._at_once = at_once
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end once what is under way is finished."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped. Raises ``DatabaseUnavailable`` when nothing can be claimed."""
        looked_for_overdue = self._now() - _OVERDUE_EVERY
        busy: set[Future[None]] = set()
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="crossroads-check") as threads:
            while not self._stopping.is_set():
                busy = {each for each in busy if not each.done()}
                now = self._now()
                claimed = self._claimed(self._at_once - len(busy), now)
                busy.update(threads.submit(self._until_done, self._worker.carry_out, work) for work in claimed)
                if now >= looked_for_overdue + _OVERDUE_EVERY:
                    looked_for_overdue = now
                    overdue = self._overdue(now)
                    busy.update(threads.submit(self._until_done, self._worker.give_up, work) for work in overdue)
                if not claimed:
                    wait(busy, timeout=_LOOK_AGAIN) if busy else self._stopping.wait(_LOOK_AGAIN)

    def _claimed(self, free: int, now: datetime) -> list[DueCheck]:
        """As much as is due, as there are free workers for it, and as the bank may be called now."""
        if free <= 0 or not self._calendar.is_open(now) or not self._table.is_anything_due(now):
            return []
        admitted = self._gate.admit(free, now)
        if not admitted:
            return []
        claimed = self._table.claim(admitted, now)
        if len(claimed) < admitted:
            self._gate.give_back(admitted - len(claimed))
        return claimed

    def _overdue(self, now: datetime) -> list[DueCheck]:
        """What has waited for too long, while the bank is away for everybody."""
        if not self._gate.is_shut(now):
            return []
        return self._table.claim_overdue(self._at_once, now, now - self._worker.patience.give_up_after)

    def _until_done(self, act: Callable[[DueCheck], None], work: DueCheck) -> None:
        """Until it is done: a database that is away is waited for, a fault of our own put off for a while."""
        about = {"check": work.what, "case": str(work.case_id)}
        while True:
            try:
                try:
                    act(work)
                except (DatabaseUnavailable, OutcomeUnknown):
                    raise
                except Exception:
                    _log.exception("crossroads.work_failed", **about)
                    self._table.put_back(work, self._now() + _AFTER_A_FAULT, None)
            except (DatabaseUnavailable, OutcomeUnknown) as why:
                _log.warning("crossroads.work_waits", **about, why=str(why))
                if self._stopping.wait(_WITHOUT_DATABASE):
                    return  # the claim runs out, and the work falls due again
            else:
                return
