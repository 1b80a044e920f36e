"""What one recorded event means to more than one read model: the tasks it gives, the case it ends, the pause it makes.

The same meanings as :mod:`domain.case.folding` and :mod:`domain.case.manual_tasks`, on clear fields alone, so that a
read model needs neither keys nor decoding. What the events of a case mean together is in :mod:`projections.course`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from domain.case.folding import StreamCorrupt
from domain.case.lifecycle import CaseStatus, CheckState
from domain.case.manual_tasks import (
    CONTRACT_CONTENT,
    LEGACY_RECORD,
    NOT_DECLARED,
    NOT_STATED,
    REGISTER_INCOMPLETE,
    SALARY,
    TO_BE_CONFIRMED,
    ManualTask,
)
from domain.civil_time import civil_day
from domain.codes import OPEN_STATUSES
from domain.crossroads.answers import CheckKind
from domain.law.findings import Verdict
from projections.recorded_event import RecordedEvent

GIVE_TASKS: Final = frozenset(
    {
        "ApplicationSubmitted", "CaseCorrected", "CrossroadsCheckFailed", "CrossroadsCheckAnswered",
        "EmployerIdentified", "EmploymentVerified", "SalaryVerified", "LegacyRecordRetold",
    }
)  # fmt: skip
SETTLE_TASKS: Final = GIVE_TASKS | {"CrossroadsCheckRequested"}
"""Events after which nothing that was said before about their subject counts any more; some give a task anew."""

END_CASES: Final = frozenset({"ApplicationDecided", "ApplicationDeclaredInadmissible", "ApplicationWithdrawn"})
END_TASKS: Final = END_CASES | {"WorkPartDecided"}

CHECK_EVENTS: Final = frozenset({"CrossroadsCheckRequested", "CrossroadsCheckAnswered", "CrossroadsCheckFailed"})
PAUSE_EVENTS: Final = frozenset({"ClockPaused", "ClockResumed", "ClockCorrected"})

GRANTED: Final = "granted"
LEGACY_OUTCOMES: Final = {"decidedGranted": GRANTED, "decidedRefused": "refused"}
"""An outcome; the other one is ``refused``."""

INFORMATION_REQUESTED: Final = "informationRequested"
"""The ground of a pause during which the applicant holds the file."""


def moment(wire: str) -> datetime:
    """A stored time, aware."""
    return datetime.fromisoformat(wire)


def day(wire: str | None) -> date | None:
    """A stored civil day, or None."""
    return None if wire is None else date.fromisoformat(wire)


def civil_day_of(wire: str) -> date:
    """The day of a stored time in the procedure: Europe/Brussels."""
    return civil_day(moment(wire))


def final_status(event: RecordedEvent) -> CaseStatus | None:
    """The status in which this event ends its case, or None if it does not end it."""
    match event.name:
        case "ApplicationWithdrawn":
            return CaseStatus.WITHDRAWN
        case "ApplicationDeclaredInadmissible":
            return CaseStatus.INADMISSIBLE
        case "ApplicationDecided":
            granted = event.clear["outcome"] == GRANTED
            return CaseStatus.DECIDED_GRANTED if granted else CaseStatus.DECIDED_REFUSED
        case _:
            return None


def task_given(event: RecordedEvent) -> ManualTask | None:
    """The task that this event gives a case handler, if any."""
    clear = event.clear
    match event.name:
        case "CrossroadsCheckFailed":
            return ManualTask(subject=clear["check"], reason=clear["reason"])
        case "CrossroadsCheckAnswered" if clear["outcome"] == CheckState.NO_DATA.value:
            return ManualTask(subject=clear["check"], reason=CheckState.NO_DATA.value)
        case "EmployerIdentified" if clear.get("leftOpen"):
            return ManualTask(subject=CheckKind.EMPLOYER_REGISTER.value, reason=REGISTER_INCOMPLETE)
        case "ApplicationSubmitted" | "CaseCorrected" if clear.get("leftOpen"):
            return ManualTask(subject=CONTRACT_CONTENT, reason=NOT_STATED)
        case "EmploymentVerified" if not clear["covered"]:
            return ManualTask(subject=CheckKind.DECLARED_EMPLOYMENT.value, reason=NOT_DECLARED)
        case "LegacyRecordRetold" if clear["status"] in OPEN_STATUSES:
            return ManualTask(subject=LEGACY_RECORD, reason=TO_BE_CONFIRMED)
        case "SalaryVerified" if clear["result"]["verdict"] == Verdict.UNDETERMINED.value:
            return ManualTask(subject=SALARY, reason=clear["result"]["reason"] or "undetermined")
        case _:
            return None


_SUBJECTS: Final = {
    "SalaryVerified": SALARY,
    "EmployerIdentified": CheckKind.EMPLOYER_REGISTER.value,
    "EmploymentVerified": CheckKind.DECLARED_EMPLOYMENT.value,
}


def subjects_settled(event: RecordedEvent) -> tuple[str, ...]:
    """The subjects about which nothing that was said before counts any more once this event has happened."""
    if event.name in CHECK_EVENTS:
        return (event.clear["check"],)
    if event.name == "CaseCorrected":
        return (LEGACY_RECORD,) if event.clear.get("employment") is None else (LEGACY_RECORD, CONTRACT_CONTENT)
    return (_SUBJECTS[event.name],) if event.name in _SUBJECTS else ()


def tasks_after(tasks: tuple[ManualTask, ...], event: RecordedEvent) -> tuple[ManualTask, ...]:
    """The tasks that are open once ``event`` has happened."""
    if event.name in END_TASKS:
        return ()
    if event.name not in SETTLE_TASKS:
        return tasks
    settled, given = subjects_settled(event), task_given(event)
    left = tuple(task for task in tasks if task.subject not in settled)
    return left if given is None else (*left, given)


def legacy_closing_day(clear: Mapping[str, Any]) -> date | None:
    """When a case told by a record of another system closed there; None for an open one."""
    if clear["status"] in OPEN_STATUSES:
        return None
    return day(clear["decidedOn"]) or civil_day_of(clear["effectiveAt"])


def without_beginning(event: RecordedEvent) -> StreamCorrupt:
    """The error for an event that has no case to change."""
    return StreamCorrupt(
        f"case {event.case_id}: version {event.version} ({event.name}) comes before any beginning of it"
    )
