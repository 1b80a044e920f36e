"""The clocks and the holders of a case as its file shows them: nothing of this is stored, for it depends on the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from domain.civil_time import civil_day
from domain.codes import HOLDERS
from domain.deadlines.clocks import Clock, ClockRules, ClockState, clocks_of
from domain.deadlines.holders import HolderChange, ledger
from domain.deadlines.service_levels import ServiceStatus
from projections.case_file.shape import CaseFile
from projections.course import INFORMATION_REQUESTED, Course, times_of


def clocks_at(file: CaseFile, rules: ClockRules, now: datetime, *, explained: bool) -> tuple[Clock, ...]:
    """The clocks that have started: of an open case as of ``now``, of a closed one as when it closed.

    With their derivations only if ``explained``.
    """
    closed_at = file.course.closed_at
    on = civil_day(now if closed_at is None else max(now, closed_at))
    return clocks_of(times_of(file.course, file.authority, file.category), rules, on, explained=explained)


def clock_content(clock: Clock) -> dict[str, Any]:
    """A clock by wire name, with nulls, without its derivation; one that has stopped is no longer at risk."""
    in_time = clock.state is ClockState.STOPPED and clock.status is ServiceStatus.AT_RISK
    return {
        "termId": clock.term_id,
        "startsOn": clock.starts_on.isoformat(),
        "dueOn": clock.due_on.isoformat(),
        "atRiskFrom": None if clock.at_risk_from is None else clock.at_risk_from.isoformat(),
        "stoppedOn": None if clock.stopped_on is None else clock.stopped_on.isoformat(),
        "state": clock.state.value,
        "status": (ServiceStatus.IN_TIME if in_time else clock.status).value,
        "onExpiry": clock.on_expiry,
    }


def holder_changes(course: Course) -> tuple[HolderChange, ...]:
    """Who had the file from when on, by the times that count and not by those of recording.

    So a pause that was recorded late, or corrected, moves the time of others too. The rule is that of `Course.holder`,
    applied in one pass over the moments at which it may give another answer.
    """
    with_applicant = _begun_and_ended(
        (pause.from_, pause.to) for pause in course.pauses if pause.ground == INFORMATION_REQUESTED
    )
    with_bank = _begun_and_ended((check.asked_at, check.settled_at) for check in course.checks)
    office = course.with_immigration_office_at
    moments = {course.filed_at, *with_applicant, *with_bank} | (set() if office is None else {office})
    pauses = checks = 0
    changes: list[HolderChange] = []
    for at in sorted(moments):
        pauses += with_applicant[at]
        checks += with_bank[at]
        if at < course.filed_at:
            continue
        if pauses:
            holder = "applicant"
        elif office is not None and office <= at:
            holder = "immigrationOffice"
        else:
            holder = "crossroadsBank" if checks else "region"
        if not changes or changes[-1].holder != holder:
            changes.append(HolderChange(at=at, holder=holder))
    return tuple(changes)


def _begun_and_ended(spans: Iterable[tuple[datetime, datetime | None]]) -> Counter[datetime]:
    """By how many the open spans become more at each moment; one that ends when it begins never was."""
    more: Counter[datetime] = Counter()
    for begins, ends in spans:
        if ends is None or begins < ends:
            more[begins] += 1
        if ends is not None and begins < ends:
            more[ends] -= 1
    return more


def time_by_holder(course: Course, now: datetime) -> dict[str, timedelta]:
    """How long each holder has had the file until ``now`` or its end; the sum is exactly that time."""
    until = now if course.closed_at is None else course.closed_at
    if until <= course.filed_at:
        return dict.fromkeys(HOLDERS, timedelta(0))
    return ledger(holder_changes(course), until)


def seconds_by_holder(course: Course, now: datetime) -> dict[str, int]:
    """`time_by_holder` in whole seconds, which sum to the whole seconds that have passed."""
    found: dict[str, int] = {}
    passed, counted = timedelta(0), 0
    for holder, held in time_by_holder(course, now).items():
        passed += held
        found[holder] = passed // timedelta(seconds=1) - counted
        counted += found[holder]
    return found
