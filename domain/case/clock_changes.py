"""Pausing, resuming and correcting the service target, also for days gone by; warnings and breaches, once each."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.case.commands import CommandContext, CorrectPause, PauseClock, RaiseDeadline, ResumeClock
from domain.case.events import (
    CaseEvent,
    ClockCorrected,
    ClockPaused,
    ClockResumed,
    DeadlineBreached,
    DeadlineWarned,
)
from domain.case.lifecycle import Case
from domain.case.openness import answer_term_ran_out, require_open
from domain.case.refusals import CommandRefused, Reason
from domain.civil_time import beginning_of
from domain.copies import replace
from domain.deadlines.clocks import ANSWER, BREACHED, WARNED
from domain.deadlines.pauses import Pause


def pause(case: Case, command: PauseClock, context: CommandContext) -> list[CaseEvent]:
    require_open(case)
    if case.open_pause is not None:
        raise CommandRefused(
            Reason.CLOCK_PAUSED,
            f"the clock is already paused since {case.open_pause.from_} ({case.open_pause.ground})",
        )
    wanted = Pause(number=case.next_pause, from_=command.on, to=None, ground=command.ground)
    _require_possible(case, wanted, context)
    return [
        ClockPaused(
            effective_at=_moment(command.on, context),
            pause=wanted.number,
            ground=command.ground,
            legal_reference=command.legal_reference,
            by=context.actor,
            worker_subject=case.worker_subject,
            motivation=command.motivation,
        )
    ]


def resume(case: Case, command: ResumeClock, context: CommandContext) -> list[CaseEvent]:
    """End the open pause; one that a request for information began ends with the answer or its term instead."""
    require_open(case)
    pause = case.open_pause
    if pause is None:
        raise CommandRefused(Reason.CLOCK_NOT_PAUSED, "the clock is running: there is no pause to end")
    request = case.open_request
    if request is not None and context.today <= request.reply_by:
        raise CommandRefused(
            Reason.INFORMATION_OUTSTANDING,
            f"the applicant may answer until {request.reply_by}: the clock resumes with the answer",
        )
    if request is not None:
        return answer_term_ran_out(case)
    _require_in_order(pause.from_, command.on)
    _require_possible(case, replace(pause, to=command.on), context)
    return [
        ClockResumed(
            effective_at=_moment(command.on, context),
            pause=pause.number,
            by=context.actor,
            worker_subject=case.worker_subject,
            motivation=command.motivation,
        )
    ]


def correct_pause(case: Case, command: CorrectPause, context: CommandContext) -> list[CaseEvent]:
    """Correct when a pause lasted; one that ends on the day it begins never was."""
    require_open(case)
    known = next((each for each in case.pauses if each.number == command.pause), None)
    if known is None:
        raise CommandRefused(Reason.PAUSE_UNKNOWN, f"this case has no pause {command.pause}")
    request = case.open_request
    if request is not None and request.pause == command.pause:
        raise CommandRefused(
            Reason.INFORMATION_OUTSTANDING, "this pause belongs to an open request: it ends with the answer"
        )
    _require_in_order(command.from_, command.to)
    wanted = replace(known, from_=command.from_, to=command.to)
    if wanted == known:
        return []
    if wanted.to is None and known.to is not None:
        raise CommandRefused(
            Reason.PAUSE_NOT_POSSIBLE, "a pause that has ended cannot be reopened: pause the clock again"
        )
    _require_possible(case, wanted, context)
    return [
        ClockCorrected(
            effective_at=context.now,
            pause=command.pause,
            paused_from=command.from_,
            paused_to=command.to,
            by=context.actor,
            worker_subject=case.worker_subject,
            motivation=command.motivation,
        )
    ]


def raise_deadline(case: Case, command: RaiseDeadline, context: CommandContext) -> list[CaseEvent]:
    """Record a warning or a breach that has come about, unless it has been or the case has ended since."""
    run = len(case.requests) if command.clock == ANSWER else 1
    if not case.is_open or (command.clock, run, command.kind) in case.alarms or command.crossed_on > context.today:
        return []
    if command.clock == ANSWER:
        # The alarm may have been raised for a request that was answered, or followed by another, in the meantime.
        request = case.open_request
        if request is None or request.reply_by != command.due_on:
            return []
        if command.kind == BREACHED:
            return answer_term_ran_out(case) if context.today > request.reply_by else []
    raised = DeadlineWarned if command.kind == WARNED else DeadlineBreached
    return [raised(effective_at=beginning_of(command.crossed_on), clock=command.clock, run=run, due_on=command.due_on)]


def _require_possible(case: Case, wanted: Pause, context: CommandContext) -> None:
    """A pause lies between filing and today and shares no day with another."""
    until = wanted.to or context.today + timedelta(days=1)
    latest = max(until if wanted.to else context.today, wanted.from_)
    if wanted.from_ < case.filed_on or latest > context.today:
        raise CommandRefused(
            Reason.PAUSE_NOT_POSSIBLE,
            f"a pause must lie between the day of filing ({case.filed_on}) and today ({context.today})",
        )
    for other in case.pauses:
        if other.number != wanted.number and _share_a_day(other, wanted.from_, until):
            raise CommandRefused(
                Reason.PAUSE_NOT_POSSIBLE,
                f"it would overlap pause {other.number} ({other.from_} to {other.to or 'now'}): correct that one",
            )


def _require_in_order(from_: date, to: date | None) -> None:
    if to is not None and to < from_:
        raise CommandRefused(
            Reason.PAUSE_NOT_POSSIBLE,
            f"it would end on {to}, before it begins ({from_}): choose that day or a later one",
        )


def _share_a_day(pause: Pause, first: date, after_last: date) -> bool:
    """Whether both cover a day; one that ends on the day it begins never was and covers none."""
    begins = max(pause.from_, first)
    return begins < (after_last if pause.to is None else min(pause.to, after_last))


def _moment(on: date, context: CommandContext) -> datetime:
    """Now for today, the beginning of the day for a day gone by."""
    return context.now if on == context.today else beginning_of(on)
