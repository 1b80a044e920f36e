"""The course of a case: where it is in the procedure and how it came there, from clear fields alone.

All read models are built on it. What each event changes in it is in :mod:`projections.course_changes`. Times are aware.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.case.lifecycle import OPEN_STATUSES, CaseStatus, Stage
from domain.case.manual_tasks import ManualTask
from domain.civil_time import civil_day
from domain.deadlines.clocks import CaseTimes
from domain.deadlines.pauses import Pause

GRANTED: Final = "granted"
"""An outcome; the other one is ``refused``."""

INFORMATION_REQUESTED: Final = "informationRequested"
"""The ground of a pause during which the applicant holds the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSpan:
    """A pause of the service target on ``[from_, to)``, as moments; ``to`` None is still paused."""

    number: int
    ground: str
    from_: datetime
    to: datetime | None = None

    @property
    def in_days(self) -> Pause:
        return Pause(
            number=self.number,
            from_=civil_day(self.from_),
            to=civil_day_if(self.to),
            ground=self.ground,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSpan:
    """A request for information with the number of the pause it began; it was answered, or not, in its term."""

    id: str
    pause: int
    asked_at: datetime
    reply_by: date
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpan:
    """A question to the Crossroads Bank, out on ``[asked_at, settled_at)``; ``state`` is a `CheckState`."""

    check: str
    revision: int
    state: str
    asked_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised:
    """A clock ``warned`` or was ``breached``, in its ``run`` of that number."""

    clock: str
    run: int
    kind: str
    due_on: date
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """``work_part`` and ``outcome`` are ``granted`` or ``refused``; ``checks`` holds the latest span last."""

    filed_at: datetime
    status: CaseStatus
    handler: str | None = None
    admissible_at: datetime | None = None
    work_part: str | None = None
    work_part_at: datetime | None = None
    forwarded_at: datetime | None = None
    residence_part: str | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    requests: tuple[RequestSpan, ...] = ()
    pauses: tuple[PauseSpan, ...] = ()
    checks: tuple[CheckSpan, ...] = ()
    manual_tasks: tuple[ManualTask, ...] = ()
    alarms: tuple[AlarmRaised, ...] = ()
    is_retold: bool = False
    """It came over from another system: no clock of ours raises alarms about it."""

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def stage(self) -> Stage:
        if not self.is_open:
            return Stage.CLOSED
        if self.status is CaseStatus.INFORMATION_REQUESTED:
            return Stage.ADDITIONAL_INFORMATION
        if self.admissible_at is None:
            return Stage.ADMISSIBILITY
        return Stage.WORK_PART if self.work_part is None else Stage.RESIDENCE_PART

    @property
    def open_request(self) -> RequestSpan | None:
        """The request that the applicant has to answer, if any; of one made in another system nothing is known."""
        if self.status is not CaseStatus.INFORMATION_REQUESTED or not self.requests:
            return None
        return self.requests[-1]

    @property
    def open_pause(self) -> PauseSpan | None:
        return next((pause for pause in self.pauses if pause.to is None), None)

    @property
    def pending_checks(self) -> tuple[str, ...]:
        return tuple(span.check for span in self.checks if span.settled_at is None)

    @property
    def with_immigration_office_at(self) -> datetime | None:
        """Since when the file lies with the Immigration Office: forwarded, and the work part granted."""
        if self.forwarded_at is None or self.work_part_at is None or self.work_part != GRANTED:
            return None
        return max(self.forwarded_at, self.work_part_at)

    @property
    def holder(self) -> str | None:
        """Who has the file; None once the case has ended."""
        if not self.is_open:
            return None
        if any(pause.to is None and pause.ground == INFORMATION_REQUESTED for pause in self.pauses):
            return "applicant"
        if self.with_immigration_office_at is not None:
            return "immigrationOffice"
        return "crossroadsBank" if self.pending_checks else "region"


def civil_day_if(at: datetime | None) -> date | None:
    """The day of a moment in the procedure, if there is one."""
    return None if at is None else civil_day(at)


def times_of(course: Course, authority: str, category: str) -> CaseTimes:
    """The days from which the clocks of the case are derived; as :func:`domain.case.case_times.times_of` gives."""
    request = course.open_request
    return CaseTimes(
        authority=authority,
        category=category,
        filed_on=civil_day(course.filed_at),
        pauses=tuple(span.in_days for span in course.pauses),
        admissible_on=civil_day_if(course.admissible_at),
        information_requested_on=None if request is None else civil_day(request.asked_at),
        work_part_decided_on=civil_day_if(course.work_part_at),
        forwarded_on=civil_day_if(course.forwarded_at),
        closed_on=civil_day_if(course.closed_at),
    )
