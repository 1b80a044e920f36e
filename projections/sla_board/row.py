"""A row of the SLA board: the course of a case in the days that any past day can be judged by, from clear fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from domain.case.lifecycle import CaseStatus
from domain.civil_time import civil_day
from domain.copies import replace
from domain.deadlines.pauses import Pause, paused_days
from projections.case_fold import CaseFold, Taken, heading_of, reclassified
from projections.course import Course, civil_day_if
from projections.recorded_event import RecordedEvent, day
from projections.row_values import values_of
from projections.stored_course import course_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The days ``[from_, to)``; ``to`` None is open."""

    from_: date
    to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCase:
    """``with_applicant`` are the days on which a request for information was open.

    The correction of a pause does not move them. ``items`` is all that was requested, in that order, repetitions
    included.
    """

    case_id: UUID
    version: int
    reference: str
    authority: str
    category: str
    kind: str
    renewal: bool
    course: Course
    with_applicant: tuple[Stretch, ...] = ()
    items: tuple[str, ...] = ()


def _opened(event: RecordedEvent, course: Course) -> BoardCase:
    return BoardCase(**heading_of(event), course=course)


def _requested(case: BoardCase, event: RecordedEvent) -> Taken:
    return {
        "with_applicant": (*case.with_applicant, Stretch(from_=civil_day(event.effective_at))),
        "items": (*case.items, *event.clear["items"]),
    }


_FOLD: Final = CaseFold(
    _opened,
    shows=(
        "status", "handler", "admissible_at", "work_part", "work_part_at", "forwarded_at", "closed_at", "pauses",
        "checks", "manual_tasks",
    ),
    takes={"InformationRequested": _requested, "LegacyRecordRetold": reclassified},
)  # fmt: skip

HANDLED: Final = _FOLD.handles


def evolve(case: BoardCase | None, event: RecordedEvent) -> BoardCase:
    """The row after ``event``. Raises StreamCorrupt for an event that has no case to change."""
    changed = _FOLD.after(case, event)
    if case is None or not _is_with_applicant(case) or _is_with_applicant(changed):
        return changed
    return _returned(changed, event)


def _is_with_applicant(case: BoardCase) -> bool:
    return case.course.status is CaseStatus.INFORMATION_REQUESTED


def _returned(case: BoardCase, event: RecordedEvent) -> BoardCase:
    """The applicant no longer has the file. Of a case in another system nobody knows since when."""
    if not case.with_applicant or event.name == "LegacyRecordRetold":
        return case
    *before, last = case.with_applicant
    to = max(last.from_, civil_day(event.effective_at))
    return replace(case, with_applicant=(*before, replace(last, to=to)))


def written(case: BoardCase) -> dict[str, Any]:
    """The columns of the row, as JSON has them.

    ``paused_from`` is where the pause of an open case begins that goes on, ``paused_days`` counts the paused days
    before it, or before the case closed. ``checks`` is the state of each question to the Crossroads Bank.
    """
    course = case.course
    filed_on, closed_on = civil_day(course.filed_at), civil_day_if(course.closed_at)
    pauses = _pauses_since(filed_on, course)
    open_from = min((each.from_ for each in pauses if each.to is None), default=None)
    paused_from = open_from if closed_on is None else None
    states = {span.check: span.state for span in course.checks}
    return {
        **values_of(case),
        "status": course.status,
        "filed_on": filed_on,
        "handler": course.handler,
        "admissible_on": civil_day_if(course.admissible_at),
        "work_part": course.work_part,
        "work_part_on": civil_day_if(course.work_part_at),
        "forwarded_on": civil_day_if(course.forwarded_at),
        "closed_on": closed_on,
        "paused": _multirange((each.from_, each.to) for each in pauses),
        "paused_days": paused_days(pauses, closed_on or paused_from or date.max),
        "paused_from": paused_from,
        "with_applicant": _multirange((each.from_, each.to) for each in case.with_applicant),
        "requests": len(case.with_applicant),
        "manual_tasks": len(course.manual_tasks),
        "checks": [f"{check}:{state}" for check, state in sorted(states.items())],
        "stretches": case.with_applicant,
    }


KEPT: Final = (
    "case_id", "version", "reference", "authority", "category", "kind", "renewal", "items", "stretches", "course",
)  # fmt: skip
"""The columns from which a row is read back."""


def read_back(row: Mapping[str, Any]) -> BoardCase:
    """The case of a row that holds the columns :data:`KEPT` by name."""
    heading = {name: row[name] for name in KEPT[:7]}
    stretches = orjson.loads(row["stretches"])
    return BoardCase(
        **heading,
        items=tuple(row["items"]),
        with_applicant=tuple(
            Stretch(from_=date.fromisoformat(each["from_"]), to=day(each["to"])) for each in stretches
        ),
        course=course_from(orjson.loads(row["course"])),
    )


def _pauses_since(filed_on: date, course: Course) -> list[Pause]:
    """The pauses that have a day since filing, from that day on."""
    pauses = (span.in_days for span in course.pauses)
    cut = (each if each.from_ >= filed_on else replace(each, from_=filed_on) for each in pauses)
    return [each for each in cut if each.to is None or each.from_ < each.to]


def _multirange(stretches: Iterable[tuple[date, date | None]]) -> str:
    """As PostgreSQL writes a ``datemultirange``; stretches that meet it joins itself."""
    return "{" + ",".join(f"[{from_},{to or ''})" for from_, to in stretches) + "}"
