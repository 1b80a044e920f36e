"""The course of a case: where it stands in the procedure and how it came there, told by clear fields alone.

The same meanings as :mod:`domain.case.folding`; a test compares the two over random histories. Times are aware.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from domain.case.lifecycle import OPEN_STATUSES, CaseStatus, CheckState, Stage
from domain.case.manual_tasks import ManualTask
from domain.civil_time import beginning_of, civil_day
from domain.deadlines.clocks import BREACHED, WARNED
from domain.deadlines.pauses import Pause
from projections.event_meanings import (
    GRANTED,
    INFORMATION_REQUESTED,
    LEGACY_OUTCOMES,
    day,
    final_status,
    legacy_closing_day,
    moment,
    tasks_after,
    without_beginning,
)
from projections.recorded_event import RecordedEvent


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
            to=None if self.to is None else civil_day(self.to),
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
        """In whose hands the file is; None once the case has ended."""
        if not self.is_open:
            return None
        if any(pause.to is None and pause.ground == INFORMATION_REQUESTED for pause in self.pauses):
            return "applicant"
        if self.with_immigration_office_at is not None:
            return "immigrationOffice"
        return "crossroadsBank" if self.pending_checks else "region"


def course_after(course: Course | None, event: RecordedEvent) -> Course:
    """The course after ``event``. Raises StreamCorrupt for an event that has no case to change."""
    if event.name == "ApplicationSubmitted":
        filed_at = moment(event.clear["effectiveAt"])
        return Course(filed_at=filed_at, status=CaseStatus.SUBMITTED, manual_tasks=tasks_after((), event))
    if event.name == "LegacyRecordRetold":
        return _retold(course, event)
    if course is None:
        raise without_beginning(event)
    course = _changed(course, event, moment(event.clear["effectiveAt"]))
    tasks = tasks_after(course.manual_tasks, event)
    return course if tasks is course.manual_tasks else replace(course, manual_tasks=tasks)


def _retold(course: Course | None, event: RecordedEvent) -> Course:
    """As :func:`domain.case.retold.retold`: what happened here meanwhile stays."""
    clear = event.clear
    filed_at = beginning_of(date.fromisoformat(clear["filedOn"]))
    admissible_on, closed_on = day(clear["admissibleOn"]), legacy_closing_day(clear)
    return replace(
        course or Course(filed_at=filed_at, status=CaseStatus.SUBMITTED),
        filed_at=filed_at,
        status=CaseStatus(clear["status"]),
        admissible_at=None if admissible_on is None else beginning_of(admissible_on),
        closed_at=None if closed_on is None else beginning_of(closed_on),
        outcome=LEGACY_OUTCOMES.get(clear["status"]),
        manual_tasks=tasks_after((), event),
        is_retold=True,
    )


def course_of(events: Iterable[RecordedEvent]) -> Course | None:
    """The course that the events of one stream make, or None when there are none."""
    course: Course | None = None
    for event in events:
        course = course_after(course, event)
    return course


def _changed(course: Course, event: RecordedEvent, at: datetime) -> Course:
    clear = event.clear
    match event.name:
        case "CrossroadsCheckRequested":
            return _asked(course, clear, at)
        case "CrossroadsCheckAnswered":
            return _settled(course, clear, clear["outcome"], at)
        case "CrossroadsCheckFailed":
            return _settled(course, clear, CheckState.FAILED.value, at)
        case "CaseAssigned":
            return replace(course, handler=clear["handler"])
        case "InformationRequested":
            asked = RequestSpan(
                id=clear["requestId"],
                pause=len(course.pauses) + 1,
                asked_at=at,
                reply_by=date.fromisoformat(clear["replyBy"]),
            )
            return replace(course, status=CaseStatus.INFORMATION_REQUESTED, requests=(*course.requests, asked))
        case "InformationProvided":
            requests = tuple(
                replace(each, answered_at=at) if each.id == clear["requestId"] else each for each in course.requests
            )
            return replace(course, status=_status_in_hand(course), requests=requests)
        case "ApplicationDeclaredAdmissible":
            return replace(course, status=CaseStatus.ADMISSIBLE, admissible_at=at)
        case "WorkPartDecided":
            return replace(course, status=CaseStatus.ADMISSIBLE, work_part=clear["outcome"], work_part_at=at)
        case "ApplicationForwardedToImmigrationOffice":
            return replace(course, forwarded_at=at)
        case "ResidencePartDecided":
            return replace(course, residence_part=clear["outcome"])
        case "ApplicationDecided" | "ApplicationDeclaredInadmissible" | "ApplicationWithdrawn":
            status = final_status(event) or course.status
            return replace(course, status=status, closed_at=at, outcome=clear.get("outcome"))
        case "ClockPaused":
            return _with_pause(course, PauseSpan(number=clear["pause"], ground=clear["ground"], from_=at))
        case "ClockResumed":
            return _resumed(course, clear["pause"], at)
        case "ClockCorrected":
            return _with_pause(course, _restated(_pause(course, clear["pause"]), clear))
        case "DeadlineWarned" | "DeadlineBreached":
            alarm = AlarmRaised(
                clock=clear["clock"],
                run=clear["run"],
                kind=WARNED if event.name == "DeadlineWarned" else BREACHED,
                due_on=date.fromisoformat(clear["dueOn"]),
                at=at,
            )
            return replace(course, alarms=(*course.alarms, alarm))
        case _:
            return course


def _status_in_hand(course: Course) -> CaseStatus:
    return CaseStatus.SUBMITTED if course.admissible_at is None else CaseStatus.ADMISSIBLE


def _asked(course: Course, clear: Mapping[str, Any], at: datetime) -> Course:
    """A question asked anew takes the place of one that was still out."""
    asked = CheckSpan(check=clear["check"], revision=clear["revision"], state=CheckState.REQUESTED.value, asked_at=at)
    settled = tuple(
        replace(each, settled_at=at) if each.check == asked.check and each.settled_at is None else each
        for each in course.checks
    )
    return replace(course, checks=(*settled, asked))


def _settled(course: Course, clear: Mapping[str, Any], state: str, at: datetime) -> Course:
    place = (clear["check"], clear["revision"])
    return replace(
        course,
        checks=tuple(
            replace(each, state=state, settled_at=at) if (each.check, each.revision) == place else each
            for each in course.checks
        ),
    )


def _pause(course: Course, number: int) -> PauseSpan:
    (found,) = (each for each in course.pauses if each.number == number)
    return found


def _resumed(course: Course, number: int, at: datetime) -> Course:
    """If the pause was that of an open request, the file is back in the region's hands, answered or not."""
    asked = course.open_request
    if asked is not None and asked.pause == number:
        course = replace(course, status=_status_in_hand(course))
    return _with_pause(course, replace(_pause(course, number), to=at))


def _restated(pause: PauseSpan, clear: Mapping[str, Any]) -> PauseSpan:
    """A day that a correction leaves as it was keeps its moment."""
    from_, to = date.fromisoformat(clear["pausedFrom"]), clear["pausedTo"]
    return replace(
        pause,
        from_=pause.from_ if civil_day(pause.from_) == from_ else beginning_of(from_),
        to=None if to is None else _kept_or_beginning(pause.to, date.fromisoformat(to)),
    )


def _kept_or_beginning(known: datetime | None, day: date) -> datetime:
    return known if known is not None and civil_day(known) == day else beginning_of(day)


def _with_pause(course: Course, pause: PauseSpan) -> Course:
    others = (each for each in course.pauses if each.number != pause.number)
    return replace(course, pauses=tuple(sorted((*others, pause), key=lambda each: each.number)))
