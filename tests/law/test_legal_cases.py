"""The worked cases of ``tests/legal_cases``: the law applied to facts as they come in from outside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.case.stated_assessment import assess_stated
from domain.case.stated_checks import check_stated_facts
from domain.case.stated_facts import StatedFacts
from domain.law.assessment import Assessment
from domain.law.findings import Change, Finding
from domain.law.rulebook import Rulebook
from infra.wire_format import wire_adapter
from tests.law.legal_case_files import LEGAL_CASES, LegalCase, LegalCaseUnreadable, cases_of_amounts, worked_cases

WORKED = worked_cases()
FEWEST_WORKED_CASES = 400


@pytest.mark.parametrize("case", WORKED, ids=lambda case: case.title)
def test_worked_case(case: LegalCase) -> None:
    assessment = assessment_of(case)

    assert (assessment.verdict, assessment.legal_reference_date) == (case.verdict, case.legal_reference_date), case
    assert_found(assessment, case)


@pytest.mark.parametrize("case", cases_of_amounts(), ids=lambda case: case.title)
def test_case_of_a_table(case: LegalCase) -> None:
    assessment = assessment_of(case)

    assert assessment.legal_reference_date == case.legal_reference_date
    assert_found(assessment, case)


def test_there_are_enough_worked_cases_and_each_names_its_source() -> None:
    assert len(WORKED) >= FEWEST_WORKED_CASES
    assert all(each.because.startswith(("FACTS ", "CORRECTIONS", "issue ")) for each in WORKED)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[case]]\ntitle = "A"\nverdict = "met"', "verdict is not one of"),
        ('[[case]]\ntitle = "A"\nfacts.authority = "flanders"\nexpect.verdict = "met"', "write because"),
        ('[[case]]\ntitle = "A"\nbecause = "B"\nfacts.a = 1\nexpect.verdict = "met"\nexpect.without = ["pay"]', "pay"),
        ('[[case]]\ntitle = "A"\nbecause = "B"\nfacts.a = 1\nexpect.verdict = "met"\n'
         'expect.findings.workerAge.treshold = "30"', "treshold"),
        ('[[cases]]\ntitle = "A"', "cases"),
    ],
)  # fmt: skip
def test_a_case_in_another_form_is_refused_and_not_passed_over(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "wrong.toml").write_text(text, encoding="utf-8")

    with pytest.raises(LegalCaseUnreadable, match=complaint):
        worked_cases(tmp_path)


def test_two_cases_of_one_title_are_refused(tmp_path: Path) -> None:
    case = '[[case]]\ntitle = "A"\nbecause = "B"\nfacts.filedOn = 2026-01-01\nexpect.verdict = "met"\n'
    (tmp_path / "twice.toml").write_text(case * 2, encoding="utf-8")

    with pytest.raises(LegalCaseUnreadable, match="two cases"):
        worked_cases(tmp_path)


def assessment_of(case: LegalCase) -> Assessment:
    """The assessment by the way that facts take from outside: read, checked, judged."""
    stated = wire_adapter(StatedFacts).validate_json(orjson.dumps(case.facts))
    assert check_stated_facts(stated) == ()
    return assess_stated(law_for(case.rules, tuple(case.readings.items())), stated, case.known_on)


@cache
def law_for(rules: str | None, readings: tuple[tuple[str, str], ...]) -> Rulebook:
    return Rulebook.load(None if rules is None else LEGAL_CASES / "rules" / rules, dict(readings))


def assert_found(assessment: Assessment, case: LegalCase) -> None:
    findings = {each.rule: each for found in assessment.findings for each in found.each()}
    assert not [rule for rule in case.without if rule in findings]
    for rule, expected in case.findings.items():
        assert rule in findings, f"no finding on {rule}; there are findings on {sorted(findings)}"
        assert said(findings[rule], expected) == dict(expected), f"{rule}: {case.because}"


def said(finding: Finding, expected: Mapping[str, Any]) -> dict[str, Any]:
    """What the finding says of the things that are expected of it, in the form in which they are written."""
    return {key: _written(finding, key) for key in expected}


def _written(finding: Finding, key: str) -> object:
    if key == "provision":
        return finding.rule_id
    if key == "missing":
        return list(finding.missing)
    if key == "verdict":
        return finding.verdict.value
    if key == "counterfactual":
        assert not isinstance(finding.counterfactual, str)
        return [_change(each) for each in finding.counterfactual or ()]
    value = getattr(finding, key)
    return value.isoformat() if isinstance(value, date) else value


def _change(change: Change) -> dict[str, str]:
    return {"fact": change.fact, "threshold": change.threshold, "distance": change.distance}
