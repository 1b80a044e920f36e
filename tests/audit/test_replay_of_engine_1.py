"""Cases as the first engine stored them, judged again: its conclusions stand, its words are left as they were.

The file was written by the program of that time and is never edited.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.audit.replay import CaseReplay, ReplayOutcome, VerdictReplay, replay_case
from domain.case.events import CaseEvent, LabourMarketTestAssessed, SalaryVerified, WorkPartDecided
from domain.law.findings import Finding, Verdict
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook
from infra.event_codec import EventCodec
from tests.case.vocabulary import WORKER
from tests.keys.keys_in_memory import KeysInMemory

STORED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases_of_engine_1.json").read_text())
CODEC = EventCodec("tests", KeysInMemory({WORKER: b"k" * 32}))
RULE_SETS = RuleSets.load()

GRANTED, REFUSED, _, BY_RECRUITMENT, *_ = STORED


def case_id(stored: dict[str, Any]) -> UUID:
    return UUID(stored["case"])


def read(stored: dict[str, Any]) -> list[CaseEvent]:
    return [
        CODEC.decode(each["name"], each["schema"], each["body"].encode(), case_id(stored), each["version"])
        for each in stored["events"]
    ]


def replayed(stored: dict[str, Any], events: list[CaseEvent] | None = None) -> CaseReplay:
    return replay_case(case_id(stored), enumerate(events or read(stored), 1), RULE_SETS)


def forged(
    stored: dict[str, Any], event_type: type[CaseEvent], change: Callable[[Any], CaseEvent]
) -> list[VerdictReplay]:
    """What is different once the events of a type have been changed."""
    events = [change(each) if isinstance(each, event_type) else each for each in read(stored)]
    return [each for each in replayed(stored, events).verdicts if each.outcome is ReplayOutcome.DIFFERENT]


def fields_of(verdicts: list[VerdictReplay]) -> list[str]:
    return [difference.field for each in verdicts for difference in each.differences]


# As they were stored


@pytest.mark.parametrize("stored", STORED, ids=lambda stored: stored["label"])
def test_a_case_of_the_first_engine_comes_out_as_it_was_recorded(stored: dict[str, Any]) -> None:
    verdicts = replayed(stored).verdicts

    assert {each.outcome for each in verdicts} == {ReplayOutcome.IDENTICAL}
    assert verdicts[-1].event == "WorkPartDecided"
    assert all(each.same_rule_set for each in verdicts), "the law of then is kept"


def test_the_file_is_of_the_first_engine_and_of_another_rule_set_than_today() -> None:
    judged = [
        each
        for stored in STORED
        for each in read(stored)
        if isinstance(each, SalaryVerified | LabourMarketTestAssessed | WorkPartDecided)
    ]

    assert {each.engine_version for each in judged} == {1}
    assert RULE_SETS.current.sha256 not in {each.rule_set for each in judged}
    findings = [each.finding for each in judged if isinstance(each, SalaryVerified)]
    assert {type(step) for each in findings if isinstance(each, Finding) for step in each.trace} == {str}


# The words may change, the conclusion may not


def test_other_words_of_the_first_engine_are_no_difference() -> None:
    def reworded(event: Any) -> CaseEvent:
        return replace(event, finding=replace(event.finding, trace=("in other words",), counterfactual=None))

    assert forged(REFUSED, SalaryVerified, reworded) == []


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("verdict", Verdict.MET),
        ("threshold", "1.00"),
        ("observed", "48912.00"),
        ("difference", "0.00"),
        ("rule_id", "FL-HS-2024"),
        ("legal_reference", "another article"),
        ("sources", ("hearsay",)),
        ("confidence", "derived"),
        ("reason", "notFound"),
        ("missing", ("employment.contract",)),
    ],
)
def test_another_conclusion_of_the_first_engine_is_a_difference(part: str, value: object) -> None:
    found = forged(REFUSED, SalaryVerified, lambda each: replace(each, finding=replace(each.finding, **{part: value})))

    first, *others = part.split("_")
    assert f"finding.{first}{''.join(each.capitalize() for each in others)}" in fields_of(found)


def test_a_forged_branch_and_a_forged_outcome_of_the_first_engine_are_differences() -> None:
    def with_forged_branch(event: Any) -> CaseEvent:
        either, *others = event.findings
        pay, search = either.branches
        return replace(event, findings=(replace(either, branches=(replace(pay, verdict=Verdict.MET), search)), *others))

    branch = forged(BY_RECRUITMENT, WorkPartDecided, with_forged_branch)
    outcome = forged(REFUSED, WorkPartDecided, lambda each: replace(each, outcome="granted", grounds=()))

    assert fields_of(branch) == ["findings[0].branches[0].verdict"]
    assert fields_of(outcome) == ["outcome"]


def test_of_the_facts_those_that_the_first_engine_knew_are_held_against_the_file() -> None:
    def with_pay(event: Any) -> CaseEvent:
        return replace(event, facts=replace(event.facts, gross_pay=Decimal("60000.01")))

    def with_a_level(event: Any) -> CaseEvent:
        return replace(event, facts=replace(event.facts, qualification_level=1))

    assert "facts.grossPay" in fields_of(forged(GRANTED, WorkPartDecided, with_pay))
    assert forged(GRANTED, WorkPartDecided, with_a_level) == []


def test_a_rule_set_that_is_kept_nowhere_is_stood_in_for_by_the_one_in_use(tmp_path: Path) -> None:
    # given a program that keeps no earlier rule sets
    forgetful = RuleSets(Rulebook.load(), earlier=tmp_path)

    replay = replay_case(case_id(REFUSED), enumerate(read(REFUSED), 1), forgetful)

    assert not any(each.same_rule_set for each in replay.verdicts)
    # the law of today has rules for this category that the first engine did not know: that shows, it is not hidden
    assert "findings" in [each.field for each in replay.verdicts[-1].differences]
