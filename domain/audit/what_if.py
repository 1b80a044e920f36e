"""What another rule set would have given for a recorded decision: its verdict, and which rules make the difference.

Pure. The facts are those the decision recorded. Both rule sets, the recorded one and the other, are queried today and
with all that they know, for the question is what the rules would do, not what was known when or by which engine: so
a rule set compared with itself changes nothing. What was decided stays decided: nothing here changes a case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.case.personal_data import Personal, Withheld
from domain.civil_time import civil_day
from domain.law.assessment import Assessment, assess
from domain.law.facts import ApplicationFacts
from domain.law.findings import Verdict
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedOnFacts:
    """As much of a decision as judging it again looks at: when, under which rule set, its verdict, and its facts."""

    effective_at: datetime
    rule_set: str
    verdict: str
    facts: Personal[ApplicationFacts]


_RANK: Final = {Verdict.NOT_MET: 0, Verdict.UNDETERMINED: 1, Verdict.MET: 2}


class Direction(StrEnum):
    WINS = "wins"
    LOSES = "loses"
    SAME = "same"
    WITHHELD = "withheld"
    """The facts have been erased: nothing can be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAgain:
    """A decision under other rules; ``was`` is what the rules of ``baseline`` (a rule set's sha256) make of its facts.

    ``rules`` names those that came out differently; empty when nothing did.
    """

    case_id: UUID
    version: int
    authority: str
    category: str
    decided_on: date
    baseline: str
    was: str
    becomes: str
    direction: Direction
    rules: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        return bool(self.rules) or self.direction in (Direction.WINS, Direction.LOSES)


@dataclass(slots=True, kw_only=True)
class CategoryTally:
    """What becomes of the decisions of one category of one authority."""

    cases: int = 0
    winners: int = 0
    losers: int = 0
    undetermined: int = 0
    """Decisions that had a verdict and would have none."""

    def add(self, again: JudgedAgain) -> None:
        self.cases += 1
        self.winners += again.direction is Direction.WINS
        self.losers += again.direction is Direction.LOSES
        self.undetermined += again.was != again.becomes and again.becomes == Verdict.UNDETERMINED

    def merge(self, other: CategoryTally) -> None:
        self.cases += other.cases
        self.winners += other.winners
        self.losers += other.losers
        self.undetermined += other.undetermined


@dataclass(slots=True, kw_only=True)
class Tally:
    """Many decisions judged again; two tallies of different cases merge into that of both."""

    decisions: int = 0
    withheld: int = 0
    unreadable: int = 0
    baselines: dict[str, int] = field(default_factory=dict)
    """How many of the decisions were judged under each recorded rule set, by its sha256."""
    by_category: dict[tuple[str, str], CategoryTally] = field(default_factory=dict)
    changed: list[JudgedAgain] = field(default_factory=list)

    def add(self, again: JudgedAgain) -> None:
        self.decisions += 1
        if again.direction is Direction.WITHHELD:
            self.withheld += 1
            return
        self.baselines[again.baseline] = self.baselines.get(again.baseline, 0) + 1
        self.by_category.setdefault((again.authority, again.category), CategoryTally()).add(again)
        if again.is_changed:
            self.changed.append(again)

    def merge(self, other: Tally) -> None:
        self.decisions += other.decisions
        self.withheld += other.withheld
        self.unreadable += other.unreadable
        for rule_set, judged in other.baselines.items():
            self.baselines[rule_set] = self.baselines.get(rule_set, 0) + judged
        for key, tally in other.by_category.items():
            self.by_category.setdefault(key, CategoryTally()).merge(tally)
        self.changed += other.changed


def decided_on(event: DecidedOnFacts) -> date:
    """The civil day of the decision."""
    return civil_day(event.effective_at)


def judge_again(
    case_id: UUID, version: int, event: DecidedOnFacts, rulebook: Rulebook, rule_sets: RuleSets
) -> JudgedAgain:
    """What ``rulebook`` says of the facts on which ``event`` was decided, beside what its own rule set says.

    Raises ValueError and ArithmeticError for recorded facts that no law can judge.
    """
    facts = event.facts
    if isinstance(facts, Withheld):
        return JudgedAgain(
            case_id=case_id,
            version=version,
            authority="",
            category="",
            decided_on=decided_on(event),
            baseline=event.rule_set,
            was=event.verdict,
            becomes=event.verdict,
            direction=Direction.WITHHELD,
            rules=(),
        )
    recorded = rule_sets.of_decision(event.rule_set)
    becomes = assess(rulebook, facts)
    was = becomes if recorded.sha256 == rulebook.sha256 else assess(recorded, facts)
    return JudgedAgain(
        case_id=case_id,
        version=version,
        authority=facts.authority,
        category=facts.category,
        decided_on=decided_on(event),
        baseline=event.rule_set,
        was=was.verdict.value,
        becomes=becomes.verdict.value,
        direction=_direction(was.verdict, becomes.verdict),
        rules=() if was is becomes else _differing(_by_rule(was), _by_rule(becomes)),
    )


def _direction(was: Verdict, becomes: Verdict) -> Direction:
    if was == becomes:
        return Direction.SAME
    return Direction.WINS if _RANK[becomes] > _RANK[was] else Direction.LOSES


def _by_rule(assessment: Assessment) -> dict[tuple[str, bool], Verdict]:
    return {(each.rule.value, each.required): each.verdict for each in assessment.judged}


def _differing(was: dict[tuple[str, bool], Verdict], now: dict[tuple[str, bool], Verdict]) -> tuple[str, ...]:
    """Rules that are there on one side only, or came out otherwise."""
    keys = was.keys() | now.keys()
    return tuple(sorted({rule for rule, required in keys if was.get((rule, required)) != now.get((rule, required))}))
