"""A row of the SLA board: the days of a case that any past day can be judged by, folded from clear fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from domain.case.lifecycle import CaseStatus, CheckState
from domain.case.manual_tasks import ManualTask
from domain.deadlines.pauses import Pause, paused_days
from projections.event_meanings import (
    CHECK_EVENTS,
    END_CASES,
    END_TASKS,
    PAUSE_EVENTS,
    SETTLE_TASKS,
    civil_day_of,
    day,
    final_status,
    legacy_closing_day,
    tasks_after,
    without_beginning,
)
from projections.recorded_event import RecordedEvent

HANDLED: Final = (
    frozenset(
        {
            "ApplicationSubmitted",
            "LegacyRecordRetold",
            "CaseAssigned",
            "InformationRequested",
            "InformationProvided",
            "ApplicationDeclaredAdmissible",
            "ApplicationForwardedToImmigrationOffice",
        }
    )
    | PAUSE_EVENTS
    | SETTLE_TASKS
    | CHECK_EVENTS
    | END_TASKS
    | END_CASES
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The days ``[from_, to)``; ``to`` None goes on."""

    from_: date
    to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCase:
    """``with_applicant`` are the days on which a request for information was open; ``request_pause`` is its pause.

    ``items`` is all that was asked for, in that order, repetitions included; ``checks`` the state of each question
    to the Crossroads Bank. ``work_part`` is ``granted`` or ``refused``.
    """

    case_id: UUID
    version: int
    reference: str
    authority: str
    category: str
    kind: str
    renewal: bool
    status: CaseStatus
    filed_on: date
    handler: str | None = None
    admissible_on: date | None = None
    work_part: str | None = None
    work_part_on: date | None = None
    forwarded_on: date | None = None
    closed_on: date | None = None
    pauses: tuple[Pause, ...] = ()
    with_applicant: tuple[Stretch, ...] = ()
    request_pause: int | None = None
    items: tuple[str, ...] = ()
    manual_tasks: tuple[ManualTask, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)


def evolve(case: BoardCase | None, event: RecordedEvent) -> BoardCase:
    """The row after ``event``. Raises StreamCorrupt for an event that has no case to change."""
    if event.name == "ApplicationSubmitted":
        return _filed(event)
    if event.name == "LegacyRecordRetold":
        return _retold(case, event)
    if case is None:
        raise without_beginning(event)
    on = civil_day_of(event.clear["effectiveAt"])
    changed = _changed(case, event, on)
    if case.status is CaseStatus.INFORMATION_REQUESTED and changed.status is not CaseStatus.INFORMATION_REQUESTED:
        changed = _returned(changed, on)
    return replace(changed, version=event.version, manual_tasks=tasks_after(case.manual_tasks, event))


def written(case: BoardCase) -> dict[str, Any]:
    """The columns of the row, as JSON has them.

    ``paused_from`` is where the pause of an open case begins that goes on, ``paused_days`` counts the paused days
    before it, or before the case closed.
    """
    pauses = [replace(each, from_=max(each.from_, case.filed_on)) for each in case.pauses if _counts(each, case)]
    open_from = min((each.from_ for each in pauses if each.to is None), default=None)
    paused_from = open_from if case.closed_on is None else None
    return {
        "case_id": case.case_id,
        "version": case.version,
        "reference": case.reference,
        "authority": case.authority,
        "category": case.category,
        "kind": case.kind,
        "renewal": case.renewal,
        "status": case.status,
        "filed_on": case.filed_on,
        "handler": case.handler,
        "admissible_on": case.admissible_on,
        "work_part": case.work_part,
        "work_part_on": case.work_part_on,
        "forwarded_on": case.forwarded_on,
        "closed_on": case.closed_on,
        "paused": _multirange((each.from_, each.to) for each in pauses),
        "paused_days": paused_days(pauses, case.closed_on or paused_from or date.max),
        "paused_from": paused_from,
        "with_applicant": _multirange((each.from_, each.to) for each in case.with_applicant),
        "requests": len(case.with_applicant),
        "request_pause": case.request_pause,
        "items": case.items,
        "manual_tasks": len(case.manual_tasks),
        "checks": [f"{check}:{state}" for check, state in sorted(case.checks.items())],
        "nested": {"pauses": case.pauses, "with_applicant": case.with_applicant, "manual_tasks": case.manual_tasks},
    }


def read_back(row: Mapping[str, Any]) -> BoardCase:
    """The case of a row that holds the columns ``version`` to ``nested`` by name."""
    nested = row["nested"]
    plain = {name: row[name] for name in _PLAIN}
    return BoardCase(
        **plain,
        status=CaseStatus(row["status"]),
        items=tuple(row["items"]),
        checks=dict(each.split(":", 1) for each in row["checks"]),
        pauses=tuple(
            Pause(
                number=each["number"],
                from_=date.fromisoformat(each["from_"]),
                to=day(each["to"]),
                ground=each["ground"],
            )
            for each in nested["pauses"]
        ),
        with_applicant=tuple(
            Stretch(from_=date.fromisoformat(each["from_"]), to=day(each["to"])) for each in nested["with_applicant"]
        ),
        manual_tasks=tuple(ManualTask(**each) for each in nested["manual_tasks"]),
    )


_PLAIN: Final = (
    "case_id", "version", "reference", "authority", "category", "kind", "renewal", "filed_on", "handler",
    "admissible_on", "work_part", "work_part_on", "forwarded_on", "closed_on", "request_pause",
)  # fmt: skip


def _filed(event: RecordedEvent) -> BoardCase:
    clear = event.clear
    return BoardCase(
        case_id=event.case_id,
        version=event.version,
        reference=clear["reference"],
        authority=clear["authority"],
        category=clear["category"],
        kind=clear["kind"],
        renewal=clear["renewal"],
        status=CaseStatus.SUBMITTED,
        filed_on=civil_day_of(clear["effectiveAt"]),
        manual_tasks=tasks_after((), event),
    )


def _retold(case: BoardCase | None, event: RecordedEvent) -> BoardCase:
    """As another system's record has it; what happened here meanwhile stays."""
    clear = event.clear
    case = case or BoardCase(
        case_id=event.case_id,
        version=event.version,
        reference=clear["reference"],
        authority=clear["authority"],
        category=clear["category"],
        kind=clear["kind"],
        renewal=False,
        status=CaseStatus.SUBMITTED,
        filed_on=date.fromisoformat(clear["filedOn"]),
    )
    return replace(
        case,
        version=event.version,
        category=clear["category"],
        kind=clear["kind"],
        status=CaseStatus(clear["status"]),
        filed_on=date.fromisoformat(clear["filedOn"]),
        admissible_on=day(clear["admissibleOn"]),
        closed_on=legacy_closing_day(clear),
        manual_tasks=tasks_after((), event),
    )


def _changed(case: BoardCase, event: RecordedEvent, on: date) -> BoardCase:
    clear = event.clear
    match event.name:
        case "CaseAssigned":
            return replace(case, handler=clear["handler"])
        case "CrossroadsCheckRequested":
            return _with_check(case, clear["check"], CheckState.REQUESTED.value)
        case "CrossroadsCheckAnswered":
            return _with_check(case, clear["check"], clear["outcome"])
        case "CrossroadsCheckFailed":
            return _with_check(case, clear["check"], CheckState.FAILED.value)
        case "InformationRequested":
            return replace(
                case,
                status=CaseStatus.INFORMATION_REQUESTED,
                with_applicant=(*case.with_applicant, Stretch(from_=on)),
                request_pause=len(case.pauses) + 1,
                items=(*case.items, *clear["items"]),
            )
        case "InformationProvided":
            return replace(case, status=_status_in_hand(case))
        case "ApplicationDeclaredAdmissible":
            return replace(case, status=CaseStatus.ADMISSIBLE, admissible_on=on)
        case "WorkPartDecided":
            return replace(case, status=CaseStatus.ADMISSIBLE, work_part=clear["outcome"], work_part_on=on)
        case "ApplicationForwardedToImmigrationOffice":
            return replace(case, forwarded_on=on)
        case "ClockPaused":
            return _with_pause(case, Pause(number=clear["pause"], from_=on, to=None, ground=clear["ground"]))
        case "ClockResumed":
            pause = replace(_pause(case, clear["pause"]), to=on)
            request_ended = case.status is CaseStatus.INFORMATION_REQUESTED and case.request_pause == pause.number
            status = _status_in_hand(case) if request_ended else case.status
            return replace(_with_pause(case, pause), status=status)
        case "ClockCorrected":
            from_, to = date.fromisoformat(clear["pausedFrom"]), day(clear["pausedTo"])
            return _with_pause(case, replace(_pause(case, clear["pause"]), from_=from_, to=to))
        case _:
            status_at_end = final_status(event)
            return case if status_at_end is None else replace(case, status=status_at_end, closed_on=on)


def _status_in_hand(case: BoardCase) -> CaseStatus:
    return CaseStatus.SUBMITTED if case.admissible_on is None else CaseStatus.ADMISSIBLE


def _returned(case: BoardCase, on: date) -> BoardCase:
    """The applicant no longer has the file from ``on`` on."""
    if not case.with_applicant:
        return case  # it was asked in another system, nobody knows when
    *before, last = case.with_applicant
    return replace(case, with_applicant=(*before, replace(last, to=max(last.from_, on))), request_pause=None)


def _pause(case: BoardCase, number: int) -> Pause:
    (found,) = (each for each in case.pauses if each.number == number)
    return found


def _with_pause(case: BoardCase, pause: Pause) -> BoardCase:
    others = (each for each in case.pauses if each.number != pause.number)
    return replace(case, pauses=tuple(sorted((*others, pause), key=lambda each: each.number)))


def _with_check(case: BoardCase, check: str, state: str) -> BoardCase:
    return replace(case, checks={**case.checks, check: state})


def _counts(pause: Pause, case: BoardCase) -> bool:
    """Whether the pause has a day since filing."""
    return pause.to is None or max(pause.from_, case.filed_on) < pause.to


def _multirange(stretches: Iterable[tuple[date, date | None]]) -> str:
    """As PostgreSQL writes a ``datemultirange``; stretches that meet it joins itself."""
    return "{" + ",".join(f"[{from_},{to or ''})" for from_, to in stretches) + "}"
