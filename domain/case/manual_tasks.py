"""What a person has to look at: outcomes that the engine may neither pass nor refuse."""

from __future__ import annotations

from dataclasses import dataclass

from domain.case.events import CaseEvent, CrossroadsCheckAnswered, CrossroadsCheckFailed, SalaryVerified
from domain.law.findings import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTask:
    """``subject`` is what to judge by hand, ``reason`` the code of why it could not be judged otherwise."""

    subject: str
    reason: str


def manual_task_of(event: CaseEvent) -> ManualTask | None:
    """The task that this event gives a case handler, if any; a decision or withdrawal ends all tasks."""
    match event:
        case CrossroadsCheckFailed():
            return ManualTask(subject=event.check, reason=event.reason)
        case CrossroadsCheckAnswered(outcome="noData"):
            return ManualTask(subject=event.check, reason="noData")
        case SalaryVerified() if event.result.verdict == Verdict.UNDETERMINED.value:
            return ManualTask(subject="salary", reason=event.result.reason or "undetermined")
        case _:
            return None
