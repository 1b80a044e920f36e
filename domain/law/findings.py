"""What a rule found: the verdict with the law, the facts and the steps it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from domain.law.reasons import LEFT_TO_THE_AUTHORITY
from domain.law.rule_codes import Rule


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "notMet"
    UNDETERMINED = "undetermined"

    @classmethod
    def between(cls, *, meets_every: bool, meets_some: bool) -> Verdict:
        """The verdict where several bounds may be the right one: undetermined when it depends on which."""
        if meets_every:
            return cls.MET
        return cls.UNDETERMINED if meets_some else cls.NOT_MET


# Steps and findings are written once and read by many, and yet not frozen: a frozen value takes four times as long
# to make, and what-if runs make a million of them.


@dataclass(slots=True, kw_only=True)
class Step:
    """One step of the reasoning: a stable code and the values it is about, all as exact text.

    Sentences in the languages of the country are made of it where people read; what is stored is this.
    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change in one fact: ``fact`` (a path in the application) at ``threshold`` is ``distance`` away."""

    fact: str
    threshold: str
    distance: str
    unit: str


@dataclass(slots=True, kw_only=True)
class Finding:
    """The outcome of one rule. Amounts and counts are strings, exact, in ``unit``.

    ``difference`` is observed minus threshold. ``counterfactual`` says, for a test that failed, which changes
    would together have met it. ``reason`` (a code of ``domain.law.reasons``) and ``missing`` (paths in the
    application) say why a finding is undetermined, or why one that is not met leaves the choice to the authority.
    ``trace`` holds the steps in order: it is the letter's reasoning. ``sources`` and ``confidence`` are those of the
    provision ``rule_id`` on the legal reference date; ``provisions`` names every provision the verdict rests on.

    Decisions of the first engine hold sentences where there are steps and changes now: they stay as written.
    """

    rule: Rule
    required: bool
    verdict: Verdict
    legal_reference_date: date | None
    rule_id: str | None = None
    legal_reference: str | None = None
    sources: tuple[str, ...] = ()
    confidence: str | None = None
    threshold: str | None = None
    unit: str | None = None
    observed: str | None = None
    difference: str | None = None
    counterfactual: tuple[Change, ...] | str | None = None
    reason: str | None = None
    missing: tuple[str, ...] = ()
    branches: tuple[Finding, ...] = ()
    trace: tuple[Step | str, ...] = ()
    provisions: tuple[str, ...] = ()

    @property
    def leaves_choice(self) -> bool:
        return self.reason == LEFT_TO_THE_AUTHORITY

    def finding(self) -> Finding:
        """Itself: a finding is a judgement whose reasons have been written."""
        return self

    def each(self) -> Iterator[Finding]:
        """The finding, and behind it the alternatives it was made of."""
        yield self
        for branch in self.branches:
            yield from branch.each()


class Judged(Protocol):
    """The result of a rule. Its reasons are written when they are read: most are never read."""

    @property
    def rule(self) -> Rule: ...

    @property
    def required(self) -> bool: ...

    @property
    def verdict(self) -> Verdict: ...

    @property
    def leaves_choice(self) -> bool:
        """Whether it is not met and the authority may refuse on it without having to."""
        ...

    def finding(self) -> Finding:
        """The finding: the verdict with the law, the facts and the steps it rests on."""
        ...


@dataclass(slots=True)
class Judgement:
    """A verdict on one rule; ``reasons`` writes the finding from the same comparison."""

    rule: Rule
    required: bool
    verdict: Verdict
    reasons: Callable[[], Finding]
    leaves_choice: bool = False

    def finding(self) -> Finding:
        return self.reasons()
