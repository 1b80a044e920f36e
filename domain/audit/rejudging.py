"""One recorded verdict against what the law of its day says of its recorded facts, field by field.

A verdict of an earlier engine is held to what it concluded and to the facts that engine knew: its reasoning is shown
in other words today, and the words may be bettered; the conclusion may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Final, TypeAlias

from domain.case.commands import DecideWorkPart
from domain.case.decision import OUTCOMES, require_allowed
from domain.case.events import (
    ApplicationDecidedAtOnce,
    LabourMarketTestAssessed,
    RuleApplied,
    SalaryVerified,
    WorkPartDecided,
)
from domain.case.lifecycle import Case
from domain.case.openness import require_admitted, require_work_part_open
from domain.case.personal_data import Withheld, as_read
from domain.case.refusals import CommandRefused
from domain.case.verification import (
    CONTRACT,
    facts_at_decision,
    facts_from_declared_wages,
    rule_applied,
)
from domain.copies import replace
from domain.law.assessment import Assessment, assess
from domain.law.facts import ApplicationFacts, RecruitmentFacts
from domain.law.findings import Finding
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from domain.law.rules.labour_market_test import assess_labour_market_test
from domain.law.rules.salary import assess_salary

VerdictEvent: TypeAlias = SalaryVerified | LabourMarketTestAssessed | WorkPartDecided | ApplicationDecidedAtOnce
"""The events that record a verdict with the facts and the law it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """``field`` is the path in the event as stored. The values are None where they are personal data."""

    field: str
    recorded: str | None
    recomputed: str | None

    @property
    def sentence(self) -> str:
        """What is wrong, in plain words and without personal data."""
        if self.recorded is None:
            return f"{self.field} differs (personal data: the values are not shown)"
        return f"{self.field} was recorded as {self.recorded} and recomputed as {self.recomputed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """``conclusion`` holds no personal data; None when the recorded facts cannot be judged at all."""

    differences: tuple[Difference, ...]
    conclusion: dict[str, object] | None


def rejudge(
    case: Case,
    event: VerdictEvent,
    rulebook: Rulebook,
    *,
    file_is_whole: bool,
) -> Rejudged | None:
    """Judge again what ``event`` judged of ``case`` (as it was before the event).

    None when the facts have been erased. ``file_is_whole``: nothing of the case itself has been erased, so the
    recorded facts can be held against it.
    """
    if not isinstance(event, LabourMarketTestAssessed) and event.worker_subject != case.worker_subject:
        # Told apart from an erasure: facts under the key of another person may seem erased and are not this worker's.
        difference = _seen("workerSubject", event.worker_subject, case.worker_subject)
        return Rejudged(differences=(difference,), conclusion=None)
    try:
        match event:
            case SalaryVerified():
                return _salary(case, event, rulebook, file_is_whole)
            case LabourMarketTestAssessed():
                return _labour_market_test(case, event, rulebook)
            case WorkPartDecided() | ApplicationDecidedAtOnce():
                return _decision(case, event, rulebook, file_is_whole)
    except (ValueError, ArithmeticError):
        # The law's own facts refuse it: negative pay, an unknown code, digits beyond any real amount.
        return Rejudged(differences=(_unseen("facts"),), conclusion=None)


def _salary(case: Case, event: SalaryVerified, rulebook: Rulebook, file_is_whole: bool) -> Rejudged | None:
    facts, quarters, recorded = event.facts, event.declared_quarters, as_read(event.finding)
    if isinstance(facts, Withheld) or isinstance(quarters, Withheld) or isinstance(recorded, Withheld):
        return None
    recomputed = assess_salary(rulebook, facts, event.known_on)
    in_the_file = case.facts if event.basis == CONTRACT else facts_from_declared_wages(case, quarters)
    return Rejudged(
        differences=(
            *(_changed_facts(event, facts, in_the_file) if file_is_whole else ()),
            *_finding_differences("finding", recorded, recomputed, _compared(event), _PUBLIC),
            *_result_differences("result", event.result, recorded),
            *_field_differences("legalReferenceDate", event.legal_reference_date, recomputed.legal_reference_date),
        ),
        conclusion=_conclusion(recomputed),
    )


def _labour_market_test(case: Case, event: LabourMarketTestAssessed, rulebook: Rulebook) -> Rejudged:
    recomputed = assess_labour_market_test(rulebook, event.facts.application(), event.known_on)
    return Rejudged(
        differences=(
            *(() if event.facts == _recruitment(case, event) else (_unseen("facts"),)),
            *_finding_differences("finding", event.finding, recomputed, _compared(event), _ALL),
            *_field_differences("legalReferenceDate", event.legal_reference_date, recomputed.legal_reference_date),
        ),
        conclusion=_conclusion(recomputed),
    )


def _decision(
    case: Case, event: WorkPartDecided | ApplicationDecidedAtOnce, rulebook: Rulebook, file_is_whole: bool
) -> Rejudged | None:
    facts, recorded = as_read(event.facts), as_read(event.findings)
    if isinstance(facts, Withheld) or isinstance(recorded, Withheld) or isinstance(event.motivation, Withheld):
        return None
    assessment = assess(rulebook, facts, event.known_on)
    differences = [
        *(_changed_facts(event, facts, facts_at_decision(case, event.known_on)) if file_is_whole else ()),
        *_field_differences("verdict", event.verdict, assessment.verdict.value),
        *_field_differences("legalReferenceDate", event.legal_reference_date, assessment.legal_reference_date),
        *_field_differences("findings", _rules(recorded), _rules(assessment.findings)),
        *_field_differences("results", [r.rule for r in event.results], _rules(recorded)),
        *_outcome_differences(replace(case, facts=facts), event, event.motivation, assessment),
    ]
    for n, (was, now) in enumerate(zip(recorded, assessment.findings, strict=False)):
        differences += _finding_differences(f"findings[{n}]", was, now, _compared(event), _PUBLIC)
    for n, (result, finding) in enumerate(zip(event.results, recorded, strict=False)):
        differences += _result_differences(f"results[{n}]", result, finding)
    return Rejudged(
        differences=tuple(differences),
        conclusion={
            "verdict": assessment.verdict.value,
            "legalReferenceDate": _iso(assessment.legal_reference_date),
            "findings": [_conclusion(finding) for finding in assessment.findings],
        },
    )


def _outcome_differences(
    case: Case, event: WorkPartDecided | ApplicationDecidedAtOnce, motivation: str | None, assessment: Assessment
) -> Iterator[Difference]:
    """The outcome against what the decider would allow on this assessment."""
    if event.outcome not in OUTCOMES:
        yield Difference(field="outcome", recorded=event.outcome, recomputed=f"one of {', '.join(OUTCOMES)}")
        return
    command = DecideWorkPart(outcome=event.outcome, grounds=event.grounds, motivation=motivation)
    try:
        require_work_part_open(case)
        if isinstance(event, WorkPartDecided):
            require_admitted(case)
        require_allowed(case, command, assessment)
    except CommandRefused as refused:
        yield Difference(field="outcome", recorded=event.outcome, recomputed=f"not allowed ({refused})")


_ALL: Final = frozenset(each.name for each in fields(Finding))
_PUBLIC: Final = frozenset(each.name for each in fields(RuleApplied)) | {"legal_reference_date"}
"""The parts of a finding that say nothing about a person's pay."""


_ENGINE_1: Final = 1
_FACTS_OF_ENGINE_1: Final = ("authority", "category", "filed_on", "contract", "gross_pay", "pay_period", "publications")
_ENGINE_2: Final = 2
_FACTS_SINCE_ENGINE_3: Final = (
    "family_in_belgium", "employer_founded_on", "employer_has_staff", "employer_active", "employer_has_debts",
    "contract_states",
)  # fmt: skip
"""Facts that no earlier engine looked at: its events do not hold them, also where the file now does."""

_NOT_HELD_TO: Final[Mapping[int, frozenset[str]]] = MappingProxyType(
    {
        _ENGINE_1: frozenset({"trace", "counterfactual", "provisions"}),
        _ENGINE_2: frozenset({"trace", "counterfactual"}),
    }
)
"""The parts of a finding in which an earlier engine explains itself: the first wrote sentences or nothing."""


def _compared(event: VerdictEvent) -> tuple[str, ...]:
    """The parts of a finding that are held against what comes out today."""
    words = _NOT_HELD_TO.get(event.engine_version, frozenset())
    return tuple(each.name for each in fields(Finding) if each.name != "branches" and each.name not in words)


def _finding_differences(
    path: str, recorded: Finding, recomputed: Finding, compared: tuple[str, ...], shown: frozenset[str]
) -> Iterator[Difference]:
    if recorded.rule == Rule.CONTRACT_DURATION and "trace" not in compared:
        # Earlier engines gave the first day after a contract that is long enough, where today's gives its last day.
        compared = tuple(name for name in compared if name not in ("threshold", "difference"))
    for name in compared:
        was, now = getattr(recorded, name), getattr(recomputed, name)
        if was != now:
            field = f"{path}.{_wire(name)}"
            yield _seen(field, was, now) if name in shown else _unseen(field)
    branches = f"{path}.branches"
    yield from _field_differences(branches, _rules(recorded.branches), _rules(recomputed.branches))
    for n, (one, other) in enumerate(zip(recorded.branches, recomputed.branches, strict=False)):
        yield from _finding_differences(f"{branches}[{n}]", one, other, compared, shown)


def _result_differences(path: str, result: RuleApplied, finding: Finding) -> Iterator[Difference]:
    """The public part of a finding against the whole that is encrypted in the same event."""
    public = rule_applied(finding)
    for each in fields(RuleApplied):
        yield from _field_differences(
            f"{path}.{_wire(each.name)}", getattr(result, each.name), getattr(public, each.name)
        )


def _field_differences(field: str, recorded: object, recomputed: object) -> Iterator[Difference]:
    if recorded != recomputed:
        yield _seen(field, recorded, recomputed)


def _changed_facts(
    event: VerdictEvent, judged: ApplicationFacts, in_the_file: ApplicationFacts
) -> Iterator[Difference]:
    """Each fact that was judged and is not what the file held at that moment."""
    known = tuple(each.name for each in fields(ApplicationFacts))
    if event.engine_version == _ENGINE_1:
        known = _FACTS_OF_ENGINE_1
    elif event.engine_version == _ENGINE_2:
        known = tuple(name for name in known if name not in _FACTS_SINCE_ENGINE_3)
    for name in known:
        if getattr(judged, name) != getattr(in_the_file, name):
            yield _unseen(f"facts.{_wire(name)}")


def _recruitment(case: Case, event: LabourMarketTestAssessed) -> RecruitmentFacts:
    """The publications in the file, with the dates that the engine of the event knew."""
    held = RecruitmentFacts.of(case.facts)
    if event.engine_version == _ENGINE_1:
        return replace(held, admissible_on=None, employment_start=None)
    return held


def _seen(field: str, recorded: object, recomputed: object) -> Difference:
    return Difference(field=field, recorded=_text(recorded), recomputed=_text(recomputed))


def _unseen(field: str) -> Difference:
    return Difference(field=field, recorded=None, recomputed=None)


def _text(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, tuple | list):
        return ", ".join(str(each) for each in value) or "nothing"
    return str(value)


def _rules(findings: Iterable[Finding]) -> list[str]:
    return [finding.rule.value for finding in findings]


def _conclusion(finding: Finding) -> dict[str, object]:
    return {
        **{_wire(name): value for name, value in asdict(rule_applied(finding)).items()},
        "legalReferenceDate": _iso(finding.legal_reference_date),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _wire(name: str) -> str:
    """A Python name as it is stored: ``rule_id`` is ``ruleId``."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
