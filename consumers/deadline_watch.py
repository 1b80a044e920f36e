"""What the passing of a day means: the warnings and breaches that the clocks of a case have given are recorded, once.

Nothing is decided by the moment of looking: which alarms there are, and on which day each fell, follows from the case
and the calendar. So a watch that was away raises afterwards what it missed, on the days on which that was true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID

from domain.case.case_times import times_of
from domain.case.commands import CaseCommand, CommandContext, RaiseDeadline
from domain.case.events import CaseEvent
from domain.case.folding import StreamCorrupt, fold
from domain.case.handling import Receipt
from domain.case.lifecycle import Case
from domain.case.openness import CLOCK
from domain.case.refusals import CommandRefused, Reason
from domain.civil_time import civil_day
from domain.deadlines.clocks import ANSWER, Alarm, ClockRules, alarms_due

_ROUNDS: Final = 20

_SOMEBODY_WAS_QUICKER: Final = frozenset({Reason.STALE_VERSION, Reason.IDEMPOTENCY_KEY_REUSED})
"""The case has moved since it was read, or another watch raised this very alarm: read the case again."""


class CaseUnreadable(Exception):
    """An event of a case cannot be read, so that nobody can say what the case is. The text says nothing personal."""


class Cases(Protocol):
    """The cases as this watch reads and changes them."""

    def events_of(self, case_id: UUID) -> Sequence[CaseEvent]:
        """Raises :class:`CaseUnreadable`."""

    def handle(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt: ...


class DeadlineWatch:
    """Raises what is due; several may be at it, and any may be killed: each alarm is recorded once a run of its clock.

    ``due`` gives the cases to look at on a civil day. It may name too many, never too few.
    """

    def __init__(
        self,
        cases: Cases,
        due: Callable[[date], Iterable[UUID]],
        rules: ClockRules,
        now: Callable[[], datetime],
        unreadable: Callable[[UUID, Exception], None],
    ) -> None:
        """``unreadable`` is called with each case that had to be passed over, and why."""
        self._cases = cases
        self._due = due
        self._rules = rules
        self._now = now
        self._unreadable = unreadable

    def watch(self) -> int:
        """Raise the alarms that the cases due today have given by now; the number of those that were not known yet.

        A case that others change again and again meanwhile is left as it is: their events call for another look.
        One that cannot be read is passed over and reported: it must not keep the alarms of all others waiting.
        """
        return sum(self._raise_or_pass_over(case_id) for case_id in self._due(civil_day(self._now())))

    def _raise_or_pass_over(self, case_id: UUID) -> int:
        try:
            return self._raise_all(case_id)
        except (CaseUnreadable, StreamCorrupt) as why:
            self._unreadable(case_id, why)
            return 0

    def _raise_all(self, case_id: UUID) -> int:
        """One alarm after the other, each judged on the case as the one before left it.

        A term of answering that ran out lets the target run again, from that day on, and so changes what is due.
        """
        raised = 0
        done: set[tuple[str, int, str]] = set()
        for _ in range(_ROUNDS):
            events = self._cases.events_of(case_id)
            now = self._now()
            alarm = self._first_alarm(fold(events), civil_day(now), done)
            if alarm is None:
                break
            run, given = alarm
            command = RaiseDeadline(
                clock=given.clock, kind=given.kind, due_on=given.due_on, crossed_on=given.crossed_on
            )
            context = CommandContext(
                actor=CLOCK,
                command_id=f"{case_id}/{given.clock}/{run}/{given.kind}",
                now=now,
                # An alarm of a case that has moved may be none: a new request for information runs another term.
                expected_version=len(events),
            )
            try:
                receipt = self._cases.handle(case_id, command, context)
            except CommandRefused as why:
                if why.reason is Reason.AUTHORITY_NOT_LIVE:
                    # It went back to its former system, and its clocks with it.
                    break
                if why.reason not in _SOMEBODY_WAS_QUICKER:
                    raise
            else:
                done.add((given.clock, run, given.kind))
                raised += receipt.position is not None and not receipt.repeated
        return raised

    def _first_alarm(
        self, case: Case | None, today: date, done: AbstractSet[tuple[str, int, str]]
    ) -> tuple[int, Alarm] | None:
        """The earliest alarm given by ``today`` that is neither raised nor ``done``, after the run of its clock."""
        if case is None or not case.is_open:
            return None
        given = [(_run_of(case, each.clock), each) for each in alarms_due(times_of(case), self._rules, today)]
        known = case.alarms | done
        fresh = [(run, each) for run, each in given if (each.clock, run, each.kind) not in known]
        return min(fresh, key=lambda found: found[1].crossed_on, default=None)


def _run_of(case: Case, clock: str) -> int:
    """Each request for information runs the answer clock again; the other clocks run once."""
    return len(case.requests) if clock == ANSWER else 1
