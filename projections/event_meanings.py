"""What recorded events mean to more than one read model: the status they bring about, the task they give.

The same meanings as :mod:`domain.case.lifecycle` and :mod:`domain.case.manual_tasks`, on clear fields alone, so
that a read model needs neither keys nor decoding.
"""

from __future__ import annotations

from datetime import date, datetime

from domain.case.commands import CIVIL_TIME
from domain.case.folding import StreamCorrupt
from domain.case.lifecycle import CaseStatus, CheckState
from domain.case.manual_tasks import ManualTask
from domain.law.findings import Verdict
from projections.recorded_event import RecordedEvent

GIVE_TASKS = frozenset({"CrossroadsCheckFailed", "CrossroadsCheckAnswered", "SalaryVerified"})
END_CASES = frozenset({"ApplicationDecided", "ApplicationWithdrawn"})


def moment(wire: str) -> datetime:
    """A stored time, aware."""
    return datetime.fromisoformat(wire)


def civil_day(wire: str) -> date:
    """The day of a stored time in the procedure: Europe/Brussels."""
    return datetime.fromisoformat(wire).astimezone(CIVIL_TIME).date()


def final_status(event: RecordedEvent) -> CaseStatus | None:
    """The status in which this event ends its case, or None if it does not end it."""
    match event.name:
        case "ApplicationWithdrawn":
            return CaseStatus.WITHDRAWN
        case "ApplicationDecided":
            granted = event.clear["outcome"] == "granted"
            return CaseStatus.DECIDED_GRANTED if granted else CaseStatus.DECIDED_REFUSED
        case _:
            return None


def task_given(event: RecordedEvent) -> ManualTask | None:
    """The task that this event gives a case handler, if any; the end of a case ends all of its tasks."""
    clear = event.clear
    match event.name:
        case "CrossroadsCheckFailed":
            return ManualTask(subject=clear["check"], reason=clear["reason"])
        case "CrossroadsCheckAnswered" if clear["outcome"] == CheckState.NO_DATA.value:
            return ManualTask(subject=clear["check"], reason=CheckState.NO_DATA.value)
        case "SalaryVerified" if clear["result"]["verdict"] == Verdict.UNDETERMINED.value:
            return ManualTask(subject="salary", reason=clear["result"]["reason"] or "undetermined")
        case _:
            return None


def without_beginning(event: RecordedEvent) -> StreamCorrupt:
    """The error for an event that has no case to change."""
    return StreamCorrupt(
        f"case {event.case_id}: version {event.version} ({event.name}) comes before any ApplicationSubmitted"
    )
