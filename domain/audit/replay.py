"""Judge the recorded verdicts of a case again: the facts they recorded, the law of their day, known as then.

Pure: the same events and the same rule sets give the same replay on any machine, at any time. Each verdict is
judged by the rule set that it names. Where that is kept nowhere the one in use is taken, which is no difference by
itself; a verdict, a threshold or a rule that comes out differently is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

from domain.audit.rejudging import Difference, Rejudged, VerdictEvent, rejudge
from domain.case.events import (
    ApplicationDecidedAtOnce,
    ApplicationSubmitted,
    CaseCorrected,
    CaseEvent,
    LabourMarketTestAssessed,
    LegacyRecordRetold,
    SalaryVerified,
    WorkPartDecided,
)
from domain.case.folding import StreamCorrupt, evolve
from domain.case.lifecycle import Case
from domain.case.personal_data import Withheld
from domain.law.rule_sets import RuleSets

VERDICT_EVENTS: Final = (SalaryVerified, LabourMarketTestAssessed, WorkPartDecided, ApplicationDecidedAtOnce)


class ReplayOutcome(StrEnum):
    IDENTICAL = "identical"
    DIFFERENT = "different"
    WITHHELD = "withheld"
    """The personal data that were judged have been erased: nothing can be compared, so it counts as no difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictReplay:
    """One recorded verdict, judged again.

    ``conclusion`` is what came out now, in canonical JSON and without personal data; None when withheld or when
    the recorded facts cannot be judged. ``same_rule_set``: it was judged by the rule set named in the event.
    """

    case_id: UUID
    version: int
    event: str
    outcome: ReplayOutcome
    differences: tuple[Difference, ...]
    same_rule_set: bool
    conclusion: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReplay:
    """All verdicts of a case, judged again; two replays that concluded the same have the same ``digest`` (hex)."""

    case_id: UUID
    verdicts: tuple[VerdictReplay, ...]
    digest: str

    @property
    def outcome(self) -> ReplayOutcome:
        """Different if any verdict is, else withheld if any is."""
        outcomes = {verdict.outcome for verdict in self.verdicts}
        if ReplayOutcome.DIFFERENT in outcomes:
            return ReplayOutcome.DIFFERENT
        return ReplayOutcome.WITHHELD if ReplayOutcome.WITHHELD in outcomes else ReplayOutcome.IDENTICAL


def replay_case(case_id: UUID, events: Iterable[tuple[int, CaseEvent]], rule_sets: RuleSets) -> CaseReplay:
    """Replay the verdicts among ``events`` (each with its version, in order).

    Raises :class:`StreamCorrupt` when the events do not make a case.
    """
    case: Case | None = None
    file_is_whole = True
    verdicts = []
    for version, event in events:
        if case is not None and isinstance(event, VerdictEvent):
            rulebook = rule_sets.of_decision(event.rule_set)
            rejudged = rejudge(case, event, rulebook, file_is_whole=file_is_whole)
            same_rule_set = event.rule_set == rulebook.sha256
            verdicts.append(_verdict(case_id, version, event, rejudged, same_rule_set=same_rule_set))
        try:
            case = evolve(case, event)
        except ValueError as why:
            raise StreamCorrupt(f"version {version} holds a code that no {type(event).__name__} has") from why
        file_is_whole = file_is_whole and not _hides_facts(event)
    return CaseReplay(case_id=case_id, verdicts=tuple(verdicts), digest=_case_digest(verdicts))


class DigestOfAll:
    """One digest over the digests of many cases, which are added in the order of their ids."""

    def __init__(self) -> None:
        self._hash = sha256(b"[")
        self._between = ""

    def add(self, case_id: UUID, digest: str) -> None:
        self._hash.update((self._between + _canonical([str(case_id), digest])).encode())
        self._between = ","

    def hexdigest(self) -> str:
        """That of the cases added so far."""
        whole = self._hash.copy()
        whole.update(b"]")
        return whole.hexdigest()


def _verdict(
    case_id: UUID,
    version: int,
    event: VerdictEvent,
    rejudged: Rejudged | None,
    *,
    same_rule_set: bool,
) -> VerdictReplay:
    if rejudged is None:
        outcome = ReplayOutcome.WITHHELD
    else:
        outcome = ReplayOutcome.DIFFERENT if rejudged.differences else ReplayOutcome.IDENTICAL
    concluded = None if rejudged is None else rejudged.conclusion
    return VerdictReplay(
        case_id=case_id,
        version=version,
        event=type(event).__name__,
        outcome=outcome,
        differences=() if rejudged is None else rejudged.differences,
        same_rule_set=same_rule_set,
        conclusion=None if concluded is None else _canonical(concluded),
    )


def _hides_facts(event: CaseEvent) -> bool:
    """Whether erasure took from the fold something that later verdicts looked at."""
    match event:
        case ApplicationSubmitted() | CaseCorrected() | LegacyRecordRetold():
            return isinstance(event.gross_pay, Withheld)
        case SalaryVerified():
            return isinstance(event.facts, Withheld)
        case _:
            return False


def _case_digest(verdicts: Iterable[VerdictReplay]) -> str:
    """Over what is public of a verdict only: pay is quickly guessed from an unsalted hash."""
    return _sha256([[each.version, each.event, each.outcome.value, each.conclusion] for each in verdicts])


def _sha256(value: object) -> str:
    return sha256(_canonical(value).encode()).hexdigest()


def _canonical(value: object) -> str:
    """Sorted compact JSON; of strings, truth values and small integers it has the form of RFC 8785."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
