"""What happens in a demonstration: who files what and when, and what becomes of it.

A plan is a pure function of its size and seed: played again it gives the same applications and the same steps, so
that an interrupted demonstration continues where it stopped, and two runs give the same figures.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from api.demonstration.course import course_of
from api.demonstration.filings import Filing, filing_of, occasion_of
from api.demonstration.papers import Paper
from api.demonstration.season import BACKLOG_FROM, BACKLOG_UNTIL, FILING_FROM, FILING_UNTIL, TODAY, filing_days
from api.demonstration.showcases import showcases
from api.demonstration.steps import Step
from domain.civil_time import CIVIL_TIME
from domain.codes import CATEGORIES
from domain.law.rulebook import Rulebook

_BACKLOG_SHARE: Final = 0.2
_TWO_PAPERS_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCase:
    """An application and its course: ``papers`` are attached right after filing, ``steps`` taken on later days."""

    number: int
    filed_at: datetime
    filing: Filing
    papers: tuple[Paper, ...]
    steps: tuple[Step, ...]

    def key(self, step: str) -> str:
        """The idempotency key of a step of this case: the same in every run of the same plan."""
        return str(uuid5(NAMESPACE_URL, f"single-permit-demonstration/{self.number}/{step}"))

    @property
    def steps_of_filing(self) -> int:
        return 1 + len(self.papers)

    @property
    def all_steps(self) -> int:
        """The number of steps on the case, if it does not end before."""
        return self.steps_of_filing + len(self.steps)

    def steps_on(self, day: date) -> tuple[Step, ...]:
        """What happens to the case on ``day``, in order."""
        return tuple(step for step in self.steps if step.on == day)


def plan(cases: int, seed: int, rulebook: Rulebook) -> list[PlannedCase]:
    """``cases`` applications in the order of their filing.

    First those to look at in the end, then one of each category, then what people file by chance.
    """
    backlog = round(cases * _BACKLOG_SHARE)
    season, autumn = filing_days(FILING_FROM, FILING_UNTIL), filing_days(BACKLOG_FROM, BACKLOG_UNTIL)
    shown = showcases(seed)
    certain = dict(enumerate(CATEGORIES, len(shown)))
    planned = []
    for number in range(cases):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311  # nosec B311 # a plan, not a secret
        if number < len(shown):
            occasion, filed_on, in_backlog = shown[number].occasion, shown[number].filed_on, False
        else:
            in_backlog = number >= cases - backlog
            filed_on = chance.choice(autumn if in_backlog else season)
            occasion = occasion_of(chance, seed=seed, cases=cases, category=certain.get(number))
        filing = filing_of(number, chance, filed_on, rulebook, occasion, seed=seed)
        at = datetime.combine(filed_on, time(8, 0), CIVIL_TIME) + timedelta(seconds=chance.randint(0, 9 * 3600))
        if number < len(shown):
            steps = shown[number].course(number, filing)
        else:
            steps = course_of(number, chance, filing, filed_on, in_backlog=in_backlog)
        planned.append(
            PlannedCase(
                number=number,
                filed_at=at,
                filing=filing,
                papers=_papers(number, chance),
                steps=tuple(step for step in steps if step.on <= TODAY),
            )
        )
    return sorted(planned, key=lambda case: (case.filed_at, case.number))


def _papers(number: int, chance: random.Random) -> tuple[Paper, ...]:
    kinds = ["employmentContract"]
    if chance.random() < _TWO_PAPERS_SHARE:
        kinds.append("passport")
    return tuple(Paper(kind=kind, case=number) for kind in kinds)
