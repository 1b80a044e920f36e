"""What a person has to look at: outcomes that the engine may neither pass nor refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.case.events import (
    ApplicationDecided,
    ApplicationDecidedAtOnce,
    ApplicationDeclaredInadmissible,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CaseCorrected,
    CaseEvent,
    CrossroadsCheckAnswered,
    CrossroadsCheckFailed,
    CrossroadsCheckRequested,
    EmployerIdentified,
    EmploymentVerified,
    LegacyRecordRetold,
    SalaryVerified,
    WorkPartDecided,
)
from domain.crossroads.answers import CheckKind
from domain.law.findings import Verdict

SALARY: Final = "salary"
NOT_DECLARED: Final = "employmentNotDeclared"
"""Some of the work history in an application was declared by no employer."""

LEGACY_RECORD: Final = "legacyRecord"
CONTRACT_CONTENT: Final = "contractContent"
NOT_STATED: Final = "contentNotStated"
"""It is not known what the contract of employment states; the law requires that it states certain things."""

REGISTER_INCOMPLETE: Final = "registerIncomplete"
"""The register does not say of the employer all that the law requires."""

TO_BE_CONFIRMED: Final = "toBeConfirmed"
"""An open case came over from another system: a handler looks whether the record is right before going on with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTask:
    """``subject`` is what to judge by hand, ``reason`` the code of why it could not be judged otherwise."""

    subject: str
    reason: str


def manual_task_of(event: CaseEvent) -> ManualTask | None:
    """The task that this event gives a case handler, if any."""
    match event:
        case CrossroadsCheckFailed():
            return ManualTask(subject=event.check, reason=event.reason)
        case CrossroadsCheckAnswered(outcome="noData"):
            return ManualTask(subject=event.check, reason="noData")
        case EmployerIdentified() if event.left_open:
            return ManualTask(subject=CheckKind.EMPLOYER_REGISTER.value, reason=REGISTER_INCOMPLETE)
        case ApplicationSubmitted() | CaseCorrected() if event.left_open:
            return ManualTask(subject=CONTRACT_CONTENT, reason=NOT_STATED)
        case EmploymentVerified(covered=False):
            return ManualTask(subject=CheckKind.DECLARED_EMPLOYMENT.value, reason=NOT_DECLARED)
        case LegacyRecordRetold(is_open=True):
            return ManualTask(subject=LEGACY_RECORD, reason=TO_BE_CONFIRMED)
        case SalaryVerified() if event.result.verdict == Verdict.UNDETERMINED.value:
            return ManualTask(subject=SALARY, reason=event.result.reason or "undetermined")
        case _:
            return None


def subjects_settled_by(event: CaseEvent) -> tuple[str, ...]:
    """The subjects about which no earlier statement counts any more once this event has happened."""
    match event:
        case CrossroadsCheckRequested() | CrossroadsCheckAnswered() | CrossroadsCheckFailed():
            return (event.check,)
        case EmployerIdentified():
            return (CheckKind.EMPLOYER_REGISTER.value,)
        case EmploymentVerified():
            return (CheckKind.DECLARED_EMPLOYMENT.value,)
        case SalaryVerified():
            return (SALARY,)
        case CaseCorrected():
            return (LEGACY_RECORD,) if event.employment is None else (LEGACY_RECORD, CONTRACT_CONTENT)
        case _:
            return ()


_ENDS_ALL_TASKS: Final = (
    WorkPartDecided,
    ApplicationDecided,
    ApplicationDecidedAtOnce,
    ApplicationDeclaredInadmissible,
    ApplicationWithdrawn,
)
"""After these nothing is left to judge: the work part is decided, or the case has ended before."""


def tasks_after(tasks: tuple[ManualTask, ...], event: CaseEvent) -> tuple[ManualTask, ...]:
    """The tasks that are open once ``event`` has happened."""
    if isinstance(event, _ENDS_ALL_TASKS):
        return ()
    settled, given = subjects_settled_by(event), manual_task_of(event)
    left = tuple(task for task in tasks if task.subject not in settled)
    return left if given is None else (*left, given)
