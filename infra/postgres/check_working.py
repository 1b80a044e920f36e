"""Workers at the Crossroads Bank: claim what is due, as much as the gate lets through, and carry it out.

Any number of processes may do this at once; they share the table, the gate and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from threading import Event
from typing import Final

from consumers.check_work import CheckWork
from consumers.crossroads import CheckWorker
from domain.crossroads.service_calendar import ServiceCalendar
from infra.postgres.check_work import CheckWorkTable
from infra.postgres.conflicts import OutcomeUnknown
from infra.postgres.connections import DatabaseUnavailable
from infra.postgres.crossroads_gate import CrossroadsGate

_AT_ONCE: Final = 16
_LOOK_AGAIN: Final = 0.05
_OVERDUE_EVERY: Final = timedelta(seconds=30)
_AFTER_A_FAULT: Final = timedelta(minutes=1)

_log = logging.getLogger(__name__)


class CheckWorking:
    """Claims and carries out until it is stopped; what was under way is finished first."""

    def __init__(
        self,
        table: CheckWorkTable,
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
                if now >= looked_for_overdue + _OVERDUE_EVERY:
                    looked_for_overdue = now
                    asked_before = now - self._worker.patience.give_up_after
                    claimed += self._table.claim_overdue(self._at_once, now, asked_before)
                busy.update(threads.submit(self._carry_out, work) for work in claimed)
                if not claimed:
                    wait(busy, timeout=_LOOK_AGAIN) if busy else self._stopping.wait(_LOOK_AGAIN)

    def _claimed(self, free: int, now: datetime) -> list[CheckWork]:
        """As much as is due, as there are hands for it, and as the bank may be asked now."""
        if free <= 0 or not self._calendar.is_open(now) or not self._table.is_anything_due(now):
            return []
        admitted = self._gate.admit(free, now)
        if not admitted:
            return []
        claimed = self._table.claim(admitted, now)
        if len(claimed) < admitted:
            self._gate.give_back(admitted - len(claimed))
        return claimed

    def _carry_out(self, work: CheckWork) -> None:
        told = {"check": work.what, "case": str(work.case_id)}
        try:
            self._worker.carry_out(work)
        except (DatabaseUnavailable, OutcomeUnknown) as why:
            # The claim runs out, and the work falls due again.
            _log.warning("crossroads.work_waits", extra={**told, "why": str(why)})
        except Exception:
            _log.exception("crossroads.work_failed", extra=told)
            self._table.put_back(work, self._now() + _AFTER_A_FAULT, None)
