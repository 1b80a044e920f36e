"""Play a plan day by day: the demonstration's clock moves, people file, answer, decide and withdraw over HTTP."""

from __future__ import annotations

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, Protocol

from api.demonstration.people_at_work import FiledCase, Participants
from api.demonstration.plan import PlannedCase
from api.demonstration.season import TODAY
from domain.civil_time import CIVIL_TIME
from infra.clock import DemonstrationClock

_CLIENTS: Final = 16

_AFTERNOON: Final = time(17, 30)
"""When the day's applications are in and the participants continue those of the days before."""


OnStep = Callable[[date, int], None]
"""Given the day that is being played, and how many steps were taken in all."""


class Deadlines(Protocol):
    """What the watch over deadlines has still to do."""

    def due(self, day: date) -> Set[str]:
        """The ids of the cases that have a warning or a breach by ``day`` that is not recorded yet.

        Of what has happened up to the call; others may go on meanwhile.
        """

    def wait_until_recorded(self, day: date, cases: Set[str]) -> None:
        """Wait until none of these cases, which were due, is so any more."""

    def wait_until_all_is_recorded(self, day: date) -> None:
        """Wait until nothing is due in any case."""


@dataclass(slots=True)
class Played:
    """The cases, and what was done, as its players saw it: to be held against what the service counts."""

    cases: list[FiledCase] = field(default_factory=list)
    done: Tally[str] = field(default_factory=Tally)


def play(
    planned: Sequence[PlannedCase],
    participants: Participants,
    clock: DemonstrationClock,
    *,
    on_step: OnStep,
    deadlines: Deadlines,
) -> Played:
    """Play ``planned`` from its first day to ``TODAY``; ``on_step`` hears of every step.

    No case is continued before its warnings and breaches of the day are recorded.
    """
    played = Played()
    taken = 0
    filed_on, days_of = _by_day(planned)
    with ThreadPoolExecutor(_CLIENTS) as people, _given_up_together(people):

        def go_on(case: FiledCase, day: date) -> list[str]:
            return [each for step in case.planned.steps_on(day) for each in participants.take(case, step)]

        by_number: dict[int, FiledCase] = {}
        for day in sorted({TODAY, *filed_on, *days_of}):
            # Nothing that is filed today is due today: what is due shows while people file.
            due_today = people.submit(deadlines.due, day)
            for batch in _in_order(filed_on[day]):
                clock.set(batch[0].filed_at)
                for case, done in people.map(participants.file, batch):
                    played.cases.append(case)
                    played.done.update(done)
                    by_number[case.planned.number] = case
                    taken += case.planned.steps_of_filing
                    on_step(day, taken)
            clock.set(datetime.combine(day, _AFTERNOON, CIVIL_TIME))
            at_hand = [by_number[each.number] for each in days_of[day]]
            due = due_today.result()
            # Cases with nothing due come first: what is due is recorded in the meantime.
            under_way = [(case, people.submit(go_on, case, day)) for case in at_hand if case.id not in due]
            waiting = [case for case in at_hand if case.id in due]
            if waiting:
                deadlines.wait_until_recorded(day, {case.id for case in waiting})
            under_way += [(case, people.submit(go_on, case, day)) for case in waiting]
            for case, steps in under_way:
                played.done.update(steps.result())
                taken += len(case.planned.steps_on(day))
                on_step(day, taken)
    deadlines.wait_until_all_is_recorded(TODAY)
    return played


@contextmanager
def _given_up_together(people: ThreadPoolExecutor) -> Iterator[None]:
    """What goes wrong in the block ends it without waiting for the steps that nobody has begun."""
    try:
        yield
    except BaseException:
        people.shutdown(wait=False, cancel_futures=True)
        raise


def _by_day(
    planned: Sequence[PlannedCase],
) -> tuple[defaultdict[date, list[PlannedCase]], defaultdict[date, list[PlannedCase]]]:
    """The cases filed on each day, and those that are continued then."""
    filed_on: defaultdict[date, list[PlannedCase]] = defaultdict(list)
    days_of: defaultdict[date, list[PlannedCase]] = defaultdict(list)
    for each in planned:
        filed_on[each.filed_at.date()].append(each)
        for day in sorted({step.on for step in each.steps}):
            days_of[day].append(each)
    return filed_on, days_of


def _in_order(of_a_day: list[PlannedCase]) -> list[list[PlannedCase]]:
    """A day's applications in the order of filing, as many at a time as there are clients."""
    return [of_a_day[n : n + _CLIENTS] for n in range(0, len(of_a_day), _CLIENTS)]
