"""Play a plan day by day: the demonstration's clock moves, people file, decide and withdraw over HTTP."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from api.demonstration.counter import Counter, Decided, FiledCase
from api.demonstration.plan import TODAY, PlannedCase
from domain.case.commands import CIVIL_TIME
from infra.clock import DemonstrationClock

_CLIENTS: Final = 16

_AFTERNOON: Final = time(17, 30)
"""When the day's applications and answers are in and the people at the counter decide."""


@dataclass(slots=True)
class Played:
    """What became of the plan, as its players saw it: to be held against what the service counts."""

    filed: int = 0
    turned_away: int = 0
    withdrawn: int = 0
    decisions: Tally[Decided] = field(default_factory=Tally)


def play(
    planned: Sequence[PlannedCase],
    counter: Counter,
    clock: DemonstrationClock,
    *,
    on_filed: Callable[[int], None],
) -> Played:
    """Play ``planned`` from its first day to ``TODAY``; ``on_filed`` is told of every batch filed."""
    played = Played()
    cases: list[FiledCase] = []
    with ThreadPoolExecutor(_CLIENTS) as people:
        for day in _days(planned):
            for batch in _in_order([each for each in planned if each.filed_at.date() == day]):
                clock.set(batch[0].filed_at)
                cases += people.map(counter.file, batch)
                played.filed += len(batch)
                played.turned_away += sum(each.defect is not None for each in batch)
                on_filed(len(batch))
            clock.set(datetime.combine(day, _AFTERNOON, CIVIL_TIME))
            list(people.map(counter.add_evidence, [each for each in cases if each.planned.evidence_on == day]))
            withdrawn = people.map(counter.withdraw, [each for each in cases if each.planned.withdrawn_on == day])
            played.withdrawn += sum(withdrawn)
            played.decisions.update(
                people.map(counter.decide, [each for each in cases if each.planned.decided_on == day])
            )
    clock.set(datetime.combine(TODAY, _AFTERNOON, CIVIL_TIME))
    return played


def _days(planned: Sequence[PlannedCase]) -> list[date]:
    """The days on which something happens, in order."""
    days = {TODAY}
    for each in planned:
        days |= {each.filed_at.date()}
        days |= {day for day in (each.evidence_on, each.withdrawn_on, each.decided_on) if day is not None}
    return sorted(day for day in days if day <= TODAY)


def _in_order(of_a_day: list[PlannedCase]) -> list[list[PlannedCase]]:
    """A day's applications in the order of filing, as many at a time as there are clients."""
    return [of_a_day[n : n + _CLIENTS] for n in range(0, len(of_a_day), _CLIENTS)]
