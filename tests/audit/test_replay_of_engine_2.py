"""Cases as the second engine stored them, judged again by today's: what it concluded stands, under its own law.

It decided between disputed amounts, applied a reading to conditions that nobody disputes and knew no list of
municipalities. Today's engine does not; that it would judge otherwise must not change what was decided then.
The file was written by the program of that time and is never edited.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.audit.replay import CaseReplay, ReplayOutcome, VerdictReplay, replay_case
from domain.case.events import CaseEvent, LabourMarketTestAssessed, SalaryVerified, WorkPartDecided
from domain.law.findings import Finding, Verdict
from domain.law.rule_codes import Rule
from domain.law.rule_sets import RuleSets
from infra.event_codec import EventCodec
from tests.case.vocabulary import WORKER
from tests.keys.keys_in_memory import KeysInMemory

STORED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases_of_engine_2.json").read_text())
BY_LABEL = {stored["label"]: stored for stored in STORED}
CODEC = EventCodec("tests", KeysInMemory({WORKER: b"k" * 32}))
RULE_SETS = RuleSets.load()


def read(stored: dict[str, Any]) -> list[CaseEvent]:
    return [
        CODEC.decode(each["name"], each["schema"], each["body"].encode(), UUID(stored["case"]), each["version"])
        for each in stored["events"]
    ]


def replayed(stored: dict[str, Any], events: list[CaseEvent] | None = None) -> CaseReplay:
    return replay_case(UUID(stored["case"]), enumerate(events or read(stored), 1), RULE_SETS)


def different(stored: dict[str, Any], change: Callable[[Finding], Finding]) -> list[str]:
    """The fields that are different once every finding of the decision has been changed."""

    def changed(event: CaseEvent) -> CaseEvent:
        if not isinstance(event, WorkPartDecided) or not isinstance(event.findings, tuple):
            return event
        return replace(event, findings=tuple(change(each) for each in event.findings))

    verdicts: list[VerdictReplay] = replayed(stored, [changed(each) for each in read(stored)]).verdicts
    return [difference.field for each in verdicts for difference in each.differences]


@pytest.mark.parametrize("stored", STORED, ids=lambda stored: stored["label"])
def test_a_case_of_the_second_engine_comes_out_as_it_was_recorded(stored: dict[str, Any]) -> None:
    verdicts = replayed(stored).verdicts

    assert {each.outcome for each in verdicts} == {ReplayOutcome.IDENTICAL}
    assert verdicts[-1].event == "WorkPartDecided"
    assert all(each.same_rule_set for each in verdicts), "the law of then is kept"


def test_the_file_is_of_the_second_engine_and_of_another_rule_set_than_today() -> None:
    judged = [
        each
        for stored in STORED
        for each in read(stored)
        if isinstance(each, SalaryVerified | LabourMarketTestAssessed | WorkPartDecided)
    ]

    assert {each.engine_version for each in judged} == {2}
    assert RULE_SETS.current.sha256 not in {each.rule_set for each in judged}


def test_another_verdict_is_a_difference() -> None:
    assert different(BY_LABEL["refused on pay"], lambda each: replace(each, verdict=Verdict.UNDETERMINED))


def test_another_threshold_is_a_difference() -> None:
    def forged(finding: Finding) -> Finding:
        return replace(finding, threshold="1.00") if finding.rule is Rule.SALARY_THRESHOLD else finding

    assert different(BY_LABEL["refused on pay"], forged) == ["findings[0].threshold", "results[0].threshold"]


def test_how_the_least_length_of_a_contract_was_told_is_no_difference() -> None:
    def retold(finding: Finding) -> Finding:
        return replace(finding, threshold="2026-09-01") if finding.rule is Rule.CONTRACT_DURATION else finding

    assert different(BY_LABEL["Blue Card, contract a day short"], retold) == []
