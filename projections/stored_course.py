"""A course as a read model keeps it in its row: JSON as ``orjson`` writes it, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from domain.case.lifecycle import CaseStatus
from domain.case.manual_tasks import ManualTask
from projections.course import AlarmRaised, CheckSpan, Course, PauseSpan, RequestSpan
from projections.recorded_event import moment


def course_from(stored: Mapping[str, Any]) -> Course:
    """The course as it was written to JSON."""
    return Course(
        filed_at=moment(stored["filed_at"]),
        status=CaseStatus(stored["status"]),
        handler=stored["handler"],
        admissible_at=_moment_if(stored["admissible_at"]),
        work_part=stored["work_part"],
        work_part_at=_moment_if(stored["work_part_at"]),
        forwarded_at=_moment_if(stored["forwarded_at"]),
        residence_part=stored["residence_part"],
        closed_at=_moment_if(stored["closed_at"]),
        outcome=stored["outcome"],
        requests=tuple(
            RequestSpan(
                id=each["id"],
                pause=each["pause"],
                asked_at=moment(each["asked_at"]),
                reply_by=date.fromisoformat(each["reply_by"]),
                answered_at=_moment_if(each["answered_at"]),
            )
            for each in stored["requests"]
        ),
        pauses=tuple(
            PauseSpan(
                number=each["number"],
                ground=each["ground"],
                from_=moment(each["from_"]),
                to=_moment_if(each["to"]),
            )
            for each in stored["pauses"]
        ),
        checks=tuple(
            CheckSpan(
                check=each["check"],
                revision=each["revision"],
                state=each["state"],
                asked_at=moment(each["asked_at"]),
                settled_at=_moment_if(each["settled_at"]),
            )
            for each in stored["checks"]
        ),
        is_retold=stored["is_retold"],
        manual_tasks=tuple(ManualTask(**each) for each in stored["manual_tasks"]),
        alarms=tuple(
            AlarmRaised(
                clock=each["clock"],
                run=each["run"],
                kind=each["kind"],
                due_on=date.fromisoformat(each["due_on"]),
                at=moment(each["at"]),
            )
            for each in stored["alarms"]
        ),
    )


def _moment_if(wire: str | None) -> datetime | None:
    return None if wire is None else moment(wire)
