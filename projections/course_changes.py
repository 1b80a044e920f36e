"""What each event changes in the course of a case: a table by event and by word of the course.

The same meanings as :mod:`domain.case.folding` and :mod:`domain.case.manual_tasks`, on clear fields alone, so that a
read model needs neither keys nor decoding; a test compares the two over random histories. The table also says which
events a read model has to be given: those that change the words it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from types import MappingProxyType
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
from domain.civil_time import beginning_of, civil_day
from domain.codes import OPEN_STATUSES
from domain.copies import replace, with_changes
from domain.crossroads.answers import CheckKind
from domain.deadlines.clocks import BREACHED, WARNED
from domain.law.findings import Verdict
from projections.course import GRANTED, AlarmRaised, CheckSpan, Course, PauseSpan, RequestSpan
from projections.recorded_event import RecordedEvent, day

Clear = Mapping[str, Any]
WordChange = Callable[[Course, Clear, datetime], Any]
"""What a word of the course is after an event: derived from the course before it, its clear fields and its time."""

Tasks = tuple[ManualTask, ...]

BEGINNINGS: Final = frozenset({"ApplicationSubmitted", "LegacyRecordRetold"})

_NOTHING_YET: Final = Course(filed_at=datetime.fromisoformat("0001-01-01T00:00Z"), status=CaseStatus.SUBMITTED)


def course_after(course: Course | None, event: RecordedEvent) -> Course:
    """The course after ``event``. Raises StreamCorrupt for an event that has no case to change."""
    if course is None:
        if event.name not in BEGINNINGS:
            raise without_beginning(event)
        course = _NOTHING_YET
    changes = CHANGES.get(event.name)
    if changes is None:
        return course
    at = event.effective_at
    return with_changes(course, {word: derive(course, event.clear, at) for word, derive in changes.items()})


def without_beginning(event: RecordedEvent) -> StreamCorrupt:
    """The error for an event that has no case to change."""
    return StreamCorrupt(
        f"case {event.case_id}: version {event.version} ({event.name}) comes before the first event of the case"
    )


def events_that_change(*words: str) -> frozenset[str]:
    """The names of the events after which one of these words of a course may be another; beginnings among them."""
    needed = set(words).union(*(_TOLD_FROM.get(word, ()) for word in words))
    return BEGINNINGS.union(name for name, changes in CHANGES.items() if needed & changes.keys())


_TOLD_FROM: Final = {"status": ("admissible_at", "requests", "pauses"), "requests": ("pauses",)}
"""What else of the course has to be known to derive a word of it."""


def _always(value: Any) -> WordChange:
    return lambda _course, _clear, _at: value


def _word(word: str) -> WordChange:
    return lambda _course, clear, _at: clear[word]


def _then(_course: Course, _clear: Clear, at: datetime) -> datetime:
    return at


# Status: what it becomes again when the applicant no longer has the file, and how a decision ends it.


def _in_hand(course: Course, _clear: Clear, _at: datetime) -> CaseStatus:
    return CaseStatus.SUBMITTED if course.admissible_at is None else CaseStatus.ADMISSIBLE


def _resumed(course: Course, clear: Clear, at: datetime) -> CaseStatus:
    """If the pause was that of an open request, the region has the file again, answered or not."""
    request = course.open_request
    return _in_hand(course, clear, at) if request is not None and request.pause == clear["pause"] else course.status


def _decided(_course: Course, clear: Clear, _at: datetime) -> CaseStatus:
    return CaseStatus.DECIDED_GRANTED if clear["outcome"] == GRANTED else CaseStatus.DECIDED_REFUSED


# The requests, the pauses and the alarms.


def _requests(course: Course, clear: Clear, at: datetime) -> tuple[RequestSpan, ...]:
    # Its pause, the next by number, follows in the same breath.
    pause, reply_by = len(course.pauses) + 1, date.fromisoformat(clear["replyBy"])
    return (*course.requests, RequestSpan(id=clear["requestId"], pause=pause, asked_at=at, reply_by=reply_by))


def _answered(course: Course, clear: Clear, at: datetime) -> tuple[RequestSpan, ...]:
    return tuple(replace(each, answered_at=at) if each.id == clear["requestId"] else each for each in course.requests)


def _paused(course: Course, clear: Clear, at: datetime) -> tuple[PauseSpan, ...]:
    return _with_pause(course, PauseSpan(number=clear["pause"], ground=clear["ground"], from_=at))


def _ended(course: Course, clear: Clear, at: datetime) -> tuple[PauseSpan, ...]:
    return _with_pause(course, replace(_pause(course, clear["pause"]), to=at))


def _restated(course: Course, clear: Clear, _at: datetime) -> tuple[PauseSpan, ...]:
    """A day that a correction leaves as it was keeps its moment."""
    pause, to = _pause(course, clear["pause"]), day(clear["pausedTo"])
    from_ = _kept_or_beginning(pause.from_, date.fromisoformat(clear["pausedFrom"]))
    return _with_pause(course, replace(pause, from_=from_, to=None if to is None else _kept_or_beginning(pause.to, to)))


def _kept_or_beginning(known: datetime | None, on: date) -> datetime:
    return known if known is not None and civil_day(known) == on else beginning_of(on)


def _pause(course: Course, number: int) -> PauseSpan:
    (found,) = (each for each in course.pauses if each.number == number)
    return found


def _with_pause(course: Course, pause: PauseSpan) -> tuple[PauseSpan, ...]:
    others = (each for each in course.pauses if each.number != pause.number)
    return tuple(sorted((*others, pause), key=lambda each: each.number))


def _raised(kind: str) -> WordChange:
    def alarms(course: Course, clear: Clear, at: datetime) -> tuple[AlarmRaised, ...]:
        due_on = date.fromisoformat(clear["dueOn"])
        return (*course.alarms, AlarmRaised(clock=clear["clock"], run=clear["run"], kind=kind, due_on=due_on, at=at))

    return alarms


# The questions to the Crossroads Bank.


def _questioned(course: Course, clear: Clear, at: datetime) -> tuple[CheckSpan, ...]:
    """A repeated question takes the place of one that was still open."""
    span = CheckSpan(check=clear["check"], revision=clear["revision"], state=CheckState.REQUESTED.value, asked_at=at)
    settled = (
        replace(each, settled_at=at) if each.check == span.check and each.settled_at is None else each
        for each in course.checks
    )
    return (*settled, span)


def _settled(state: Callable[[Clear], str]) -> WordChange:
    def checks(course: Course, clear: Clear, at: datetime) -> tuple[CheckSpan, ...]:
        place = (clear["check"], clear["revision"])
        return tuple(
            replace(each, state=state(clear), settled_at=at) if (each.check, each.revision) == place else each
            for each in course.checks
        )

    return checks


# The tasks: what an event settles counts no more, whether or not the same event gives a task.


def _tasks(settled: Callable[[Clear], Collection[str]], given: Callable[[Clear], ManualTask | None]) -> WordChange:
    def tasks(course: Course, clear: Clear, _at: datetime) -> Tasks:
        gone, task = settled(clear), given(clear)
        left = tuple(each for each in course.manual_tasks if each.subject not in gone)
        return left if task is None else (*left, task)

    return tasks


def _of_filing(_course: Course, clear: Clear, _at: datetime) -> Tasks:
    return () if (task := _content(clear)) is None else (task,)


def _of_record(_course: Course, clear: Clear, _at: datetime) -> Tasks:
    return (ManualTask(subject=LEGACY_RECORD, reason=TO_BE_CONFIRMED),) if clear["status"] in OPEN_STATUSES else ()


def _content(clear: Clear) -> ManualTask | None:
    return ManualTask(subject=CONTRACT_CONTENT, reason=NOT_STATED) if clear["leftOpen"] else None


def _corrected(clear: Clear) -> Collection[str]:
    return (LEGACY_RECORD,) if clear["employment"] is None else (LEGACY_RECORD, CONTRACT_CONTENT)


def _check(clear: Clear) -> Collection[str]:
    return (clear["check"],)


def _no_data(clear: Clear) -> ManualTask | None:
    no_data = CheckState.NO_DATA.value
    return ManualTask(subject=clear["check"], reason=no_data) if clear["outcome"] == no_data else None


def _no_answer(clear: Clear) -> ManualTask:
    return ManualTask(subject=clear["check"], reason=clear["reason"])


def _register_incomplete(clear: Clear) -> ManualTask | None:
    return ManualTask(subject=_REGISTER, reason=REGISTER_INCOMPLETE) if clear["leftOpen"] else None


def _not_declared(clear: Clear) -> ManualTask | None:
    return None if clear["covered"] else ManualTask(subject=_DECLARED, reason=NOT_DECLARED)


def _undetermined(clear: Clear) -> ManualTask | None:
    result = clear["result"]
    if result["verdict"] != Verdict.UNDETERMINED.value:
        return None
    return ManualTask(subject=SALARY, reason=result["reason"] or "undetermined")


_REGISTER: Final = CheckKind.EMPLOYER_REGISTER.value
_DECLARED: Final = CheckKind.DECLARED_EMPLOYMENT.value


# A record of another system: as :func:`domain.case.retold.retold` has it, what happened here meanwhile stays.


def _filed_before(_course: Course, clear: Clear, _at: datetime) -> datetime:
    return beginning_of(date.fromisoformat(clear["filedOn"]))


def _admissible_before(_course: Course, clear: Clear, _at: datetime) -> datetime | None:
    on = day(clear["admissibleOn"])
    return None if on is None else beginning_of(on)


def _closed_before(_course: Course, clear: Clear, at: datetime) -> datetime | None:
    """Of a closed case whose record has no day of decision: the day on which the record last changed."""
    if clear["status"] in OPEN_STATUSES:
        return None
    return beginning_of(day(clear["decidedOn"]) or civil_day(at))


def _status_before(_course: Course, clear: Clear, _at: datetime) -> CaseStatus:
    return CaseStatus(clear["status"])


def _outcome_before(_course: Course, clear: Clear, _at: datetime) -> str | None:
    return {"decidedGranted": GRANTED, "decidedRefused": "refused"}.get(clear["status"])


def _closing(status: WordChange, outcome: WordChange) -> dict[str, WordChange]:
    return {"status": status, "closed_at": _then, "outcome": outcome, "manual_tasks": _always(())}


CHANGES: Final[Mapping[str, Mapping[str, WordChange]]] = MappingProxyType(
    {
        "ApplicationSubmitted": {"filed_at": _then, "manual_tasks": _of_filing},
        "LegacyRecordRetold": {
            "filed_at": _filed_before,
            "status": _status_before,
            "admissible_at": _admissible_before,
            "closed_at": _closed_before,
            "outcome": _outcome_before,
            "manual_tasks": _of_record,
            "is_retold": _always(True),
        },
        "CaseCorrected": {"manual_tasks": _tasks(_corrected, _content)},
        "CrossroadsCheckRequested": {"checks": _questioned, "manual_tasks": _tasks(_check, lambda _: None)},
        "CrossroadsCheckAnswered": {
            "checks": _settled(lambda clear: str(clear["outcome"])),
            "manual_tasks": _tasks(_check, _no_data),
        },
        "CrossroadsCheckFailed": {
            "checks": _settled(lambda _: CheckState.FAILED.value),
            "manual_tasks": _tasks(_check, _no_answer),
        },
        "EmployerIdentified": {"manual_tasks": _tasks(lambda _: (_REGISTER,), _register_incomplete)},
        "EmploymentVerified": {"manual_tasks": _tasks(lambda _: (_DECLARED,), _not_declared)},
        "SalaryVerified": {"manual_tasks": _tasks(lambda _: (SALARY,), _undetermined)},
        "CaseAssigned": {"handler": _word("handler")},
        "AssignmentWithdrawn": {"handler": _always(None)},
        "InformationRequested": {"status": _always(CaseStatus.INFORMATION_REQUESTED), "requests": _requests},
        "InformationProvided": {"status": _in_hand, "requests": _answered},
        "ApplicationDeclaredAdmissible": {"status": _always(CaseStatus.ADMISSIBLE), "admissible_at": _then},
        "WorkPartDecided": {
            "status": _always(CaseStatus.ADMISSIBLE),
            "work_part": _word("outcome"),
            "work_part_at": _then,
            "manual_tasks": _always(()),
        },
        "ApplicationForwardedToImmigrationOffice": {"forwarded_at": _then},
        "ResidencePartDecided": {"residence_part": _word("outcome")},
        "ApplicationDecided": _closing(_decided, _word("outcome")),
        "ApplicationDeclaredInadmissible": _closing(_always(CaseStatus.INADMISSIBLE), _always(None)),
        "ApplicationWithdrawn": _closing(_always(CaseStatus.WITHDRAWN), _always(None)),
        "ClockPaused": {"pauses": _paused},
        "ClockResumed": {"status": _resumed, "pauses": _ended},
        "ClockCorrected": {"pauses": _restated},
        "DeadlineWarned": {"alarms": _raised(WARNED)},
        "DeadlineBreached": {"alarms": _raised(BREACHED)},
    }
)
