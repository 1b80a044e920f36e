"""Whether a case still accepts what is requested; every refusal says who settled it, and how."""

from __future__ import annotations

from datetime import timedelta

from domain.case.commands import CommandContext
from domain.case.events import CaseEvent, ClockResumed, DeadlineBreached
from domain.case.lifecycle import Case, CaseStatus
from domain.case.refusals import CommandRefused, Reason
from domain.civil_time import beginning_of
from domain.deadlines.clocks import ANSWER


def require_open(case: Case) -> None:
    """Refuse whatever changes a case that has ended."""
    if case.is_open:
        return
    how = "" if case.ended is None else f" ({case.ended})"
    match case.status:
        case CaseStatus.WITHDRAWN:
            raise CommandRefused(Reason.ALREADY_WITHDRAWN, f"the applicant has withdrawn this application{how}")
        case CaseStatus.INADMISSIBLE:
            raise CommandRefused(Reason.DECLARED_INADMISSIBLE, f"the application was declared inadmissible{how}")
        case _:
            raise CommandRefused(Reason.ALREADY_DECIDED, f"the application has been decided: {case.status.value}{how}")


def require_work_part_open(case: Case) -> None:
    """Refuse what would change the file on which the work part was decided."""
    require_open(case)
    if case.work_part is not None:
        raise CommandRefused(Reason.WORK_PART_DECIDED, f"the work part has been decided: {case.work_part}")


def require_admitted(case: Case) -> None:
    """Refuse what only an admissible application can have."""
    if case.admissible is None:
        raise CommandRefused(
            Reason.NOT_ADMISSIBLE_YET, "the application has not been declared admissible: do that first"
        )


def require_in_hand(case: Case, context: CommandContext) -> list[CaseEvent]:
    """Refuse to decide on a file that is with the applicant or whose clock is paused.

    Gives the events that a term of answering brought when it ran out and nobody has recorded them yet.
    """
    request = case.open_request
    if request is None:
        pause = case.open_pause
        if pause is not None:
            raise CommandRefused(
                Reason.CLOCK_PAUSED,
                f"the clock is paused since {pause.from_} ({pause.ground}): resume it before deciding",
            )
        return []
    if context.today <= request.reply_by:
        raise CommandRefused(
            Reason.INFORMATION_OUTSTANDING,
            f"the applicant may answer until {request.reply_by}: wait for the answer, or for that day",
        )
    return answer_term_ran_out(case)


def answer_term_ran_out(case: Case) -> list[CaseEvent]:
    """The request that nobody answered has lapsed: the region has the file again from the next day on."""
    request = case.open_request
    if request is None:
        return []
    next_day = beginning_of(request.reply_by + timedelta(days=1))
    return [
        DeadlineBreached(effective_at=next_day, clock=ANSWER, run=len(case.requests), due_on=request.reply_by),
        ClockResumed(
            effective_at=next_day, pause=request.pause, by=CLOCK, worker_subject=case.worker_subject, motivation=None
        ),
    ]


CLOCK = "system:clock"
"""The actor of what follows from a day that has passed, and from nobody's wish."""
