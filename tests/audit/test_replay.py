"""`audit replay` over a real journal: verdicts as recorded, forged under valid seals, and under changed law."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.audit.replay import CaseReplay, ReplayOutcome
from domain.case.events import LabourMarketTestAssessed, SalaryVerified, WorkPartDecided
from domain.law.findings import Finding, Verdict
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import PACKAGED_VALUES, Rulebook
from infra.audit.replaying import CaseUnknown, replay_all, replay_one
from tests.audit.case_book import CaseBook
from tests.audit.replays import fields_of, replayed, the_one_difference

pytestmark = pytest.mark.server


@pytest.fixture
def amended_law(tmp_path: Path) -> Callable[[str, str], Rulebook]:
    """The packaged law with one text put in the place of another."""

    def amended(old: str, new: str) -> Rulebook:
        values = tmp_path / "values"
        shutil.copytree(PACKAGED_VALUES, values)
        found = [file for file in values.rglob("*.toml") if old in file.read_text(encoding="utf-8")]
        assert len(found) == 1, "the text to amend stands in one file"
        found[0].write_text(found[0].read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        return Rulebook.load(values)

    return amended


# As recorded


def test_every_verdict_comes_out_as_it_was_recorded(book: CaseBook) -> None:
    report = replayed(book)

    # four decisions on the work part, five checks of pay (one in the case still open) and one recruitment search
    assert (report.cases, report.verdicts, report.identical) == (5, 10, 10)
    assert (report.different_count, report.withheld, report.unreadable_count, report.other_rule_sets) == (0, 0, 0, 0)
    assert report.is_sound


def test_one_case_is_replayed_alone(book: CaseBook, cases: list[UUID]) -> None:
    replay = replay_one(book.readers, book.codec, RuleSets(book.law), cases[2])

    assert isinstance(replay, CaseReplay)
    assert replay.outcome is ReplayOutcome.IDENTICAL
    assert [(v.version, v.event) for v in replay.verdicts] == [
        (3, "LabourMarketTestAssessed"),
        (6, "SalaryVerified"),
        (9, "WorkPartDecided"),
    ]


def test_a_case_that_is_not_there_is_said_to_be_unknown(book: CaseBook) -> None:
    with pytest.raises(CaseUnknown):
        replay_one(book.readers, book.codec, RuleSets(book.law), uuid4())


def test_a_replay_up_to_a_position_leaves_out_what_came_later(book: CaseBook, cases: list[UUID]) -> None:
    decided_at = book.position(cases[0], 8)
    assert replay_all(book.log, RuleSets(book.law), up_to=decided_at).verdicts == 2
    assert replay_all(book.log, RuleSets(book.law), up_to=decided_at - 1).verdicts == 1


def test_two_replays_have_one_digest_and_progress_ends_with_all_events(book: CaseBook) -> None:
    calls: list[tuple[int, int]] = []
    first = replay_all(book.log, RuleSets(book.law), on_progress=lambda done, of: calls.append((done, of)))
    assert replayed(book) == first
    assert calls[-1] == (first.up_to, first.up_to)


# Verdicts forged under valid seals


def test_a_forged_verdict_is_named_with_what_was_recorded_and_what_comes_out(book: CaseBook, cases: list[UUID]) -> None:
    # given a pay that was not enough, recorded as enough throughout the event
    version, event = book.event(cases[1], SalaryVerified)
    finding = replace(event.finding, verdict=Verdict.MET)
    book.rewrite(
        cases[1], version, replace(event, finding=finding, result=replace(event.result, verdict=Verdict.MET.value))
    )

    verdict = the_one_difference(book)

    assert (verdict.case_id, verdict.version, verdict.event) == (cases[1], version, "SalaryVerified")
    assert [(d.field, d.recorded, d.recomputed) for d in verdict.differences] == [("finding.verdict", "met", "notMet")]


def test_a_verdict_forged_in_clear_disagrees_with_the_finding_beside_it(book: CaseBook, cases: list[UUID]) -> None:
    version, event = book.event(cases[1], SalaryVerified)
    book.rewrite(cases[1], version, replace(event, result=replace(event.result, verdict="met", threshold="1.00")))

    verdict = the_one_difference(book)

    assert (verdict.version, fields_of(verdict)) == (version, ["result.verdict", "result.threshold"])


def test_a_forged_pay_is_named_without_showing_it(book: CaseBook, cases: list[UUID]) -> None:
    version, event = book.event(cases[1], SalaryVerified)
    book.rewrite(cases[1], version, replace(event, finding=replace(event.finding, observed="48912.00")))

    verdict = the_one_difference(book)

    assert [(d.field, d.recorded, d.recomputed) for d in verdict.differences] == [("finding.observed", None, None)]
    assert "48912" not in verdict.differences[0].sentence
    assert "40000" not in verdict.differences[0].sentence


def test_facts_that_were_not_in_the_file_are_named(book: CaseBook, cases: list[UUID]) -> None:
    # given a decision judged, consistently, on more pay than was ever filed
    granted_version, granted = book.event(cases[0], WorkPartDecided)
    version, refused = book.event(cases[1], WorkPartDecided)
    assert granted_version == version
    forged = replace(
        refused, outcome="granted", grounds=(), verdict="met",
        facts=replace(granted.facts), findings=granted.findings, results=granted.results,
    )  # fmt: skip
    book.rewrite(cases[1], version, forged)

    verdict = the_one_difference(book)

    assert (verdict.case_id, verdict.version, fields_of(verdict)) == (cases[1], version, ["facts.grossPay"])


def test_a_sum_that_is_not_that_of_the_declared_quarters_is_named(book: CaseBook, cases: list[UUID]) -> None:
    version, event = book.event(cases[3], SalaryVerified)
    quarters = (replace(event.declared_quarters[0], gross=Decimal("1.00")), *event.declared_quarters[1:])
    book.rewrite(cases[3], version, replace(event, declared_quarters=quarters))
    assert fields_of(the_one_difference(book)) == ["facts.grossPay"]


def test_a_grant_against_a_requirement_that_is_not_met_is_named(book: CaseBook, cases: list[UUID]) -> None:
    version, event = book.event(cases[1], WorkPartDecided)
    book.rewrite(cases[1], version, replace(event, outcome="granted", grounds=()))

    verdict = the_one_difference(book)

    (difference,) = verdict.differences
    assert (verdict.version, difference.field, difference.recorded) == (version, "outcome", "granted")
    assert "requirementNotMet" in str(difference.recomputed)


def test_a_decision_with_another_overall_verdict_is_named(book: CaseBook, cases: list[UUID]) -> None:
    version, event = book.event(cases[1], WorkPartDecided)
    book.rewrite(cases[1], version, replace(event, verdict="undetermined"))
    (difference,) = the_one_difference(book).differences
    assert (difference.field, difference.recorded, difference.recomputed) == ("verdict", "undetermined", "notMet")


@pytest.mark.parametrize(
    ("outcome", "grounds", "code"),
    [
        ("refused", ("labourMarketTest",), "groundNotSupported"),
        ("refused", (), "groundRequired"),
        ("refused", ("other",), "motivationRequired"),
        ("deemedGranted", (), "one of granted, refused"),
    ],
)
def test_an_outcome_that_the_file_does_not_bear_is_named(
    book: CaseBook, cases: list[UUID], outcome: str, grounds: tuple[str, ...], code: str
) -> None:
    version, event = book.event(cases[0], WorkPartDecided)
    book.rewrite(cases[0], version, replace(event, outcome=outcome, grounds=grounds))
    (difference,) = the_one_difference(book).differences
    assert difference.field == "outcome"
    assert code in str(difference.recomputed)


def test_a_labour_market_test_forged_as_not_met_is_named(book: CaseBook, cases: list[UUID]) -> None:
    version, event = book.event(cases[2], LabourMarketTestAssessed)
    book.rewrite(cases[2], version, replace(event, finding=replace(event.finding, verdict=Verdict.NOT_MET)))
    verdict = the_one_difference(book)
    assert [(d.field, d.recorded, d.recomputed) for d in verdict.differences] == [("finding.verdict", "notMet", "met")]


def test_a_branch_of_a_finding_forged_is_named_by_its_path(book: CaseBook, cases: list[UUID]) -> None:
    version, event = book.event(cases[2], WorkPartDecided)
    either: Finding = event.findings[0]
    forged = replace(either, branches=(replace(either.branches[0], verdict=Verdict.MET), *either.branches[1:]))
    book.rewrite(cases[2], version, replace(event, findings=(forged, *event.findings[1:])))
    assert fields_of(the_one_difference(book)) == ["findings[0].branches[0].verdict"]


def test_a_finding_left_out_is_named(book: CaseBook, cases: list[UUID]) -> None:
    version, event = book.event(cases[0], WorkPartDecided)
    book.rewrite(cases[0], version, replace(event, findings=(), results=()))
    assert fields_of(the_one_difference(book)) == ["findings"]


def test_facts_that_no_law_can_judge_are_named(book: CaseBook, cases: list[UUID]) -> None:
    version, event = book.event(cases[0], SalaryVerified)
    book.rewrite(cases[0], version, replace(event, facts=replace(event.facts, gross_pay=Decimal(-1))))
    report = replayed(book)
    # the decision after it is judged on its own facts, which no longer are those of the file
    assert [(v.version, fields_of(v)) for v in report.different] == [(5, ["facts"]), (8, ["facts.grossPay"])]


# The law changed


def test_a_threshold_changed_in_the_law_is_named_with_both_amounts(
    book: CaseBook, amended_law: Callable[[str, str], Rulebook], cases: list[UUID]
) -> None:
    # given a threshold for medium-skilled work that is another than on the day of the decision
    law = amended_law('amount = "43396.00"', 'amount = "43395.99"')

    report = replayed(book, law)

    # then the case with a pay between the two is named, check of pay and decision, and no other
    assert [(v.case_id, v.version) for v in report.different] == [(cases[2], 6), (cases[2], 9)]
    shown = {d.field: (d.recorded, d.recomputed) for d in report.different[0].differences if d.recorded is not None}
    assert shown["finding.threshold"] == ("43396.00", "43395.99")
    assert shown["finding.verdict"] == ("notMet", "met")
    assert "findings[0].branches[0].threshold" in fields_of(report.different[1])
    assert report.other_rule_sets == report.verdicts
    assert report.digest != replayed(book).digest


def test_a_rule_set_that_says_the_same_of_these_cases_is_information_and_no_difference(
    book: CaseBook, amended_law: Callable[[str, str], Rulebook]
) -> None:
    law = amended_law('["athlete"]\namount = "101019.00"', '["athlete"]\namount = "101020.00"')
    report = replayed(book, law)
    assert (report.identical, report.different_count, report.other_rule_sets) == (10, 0, 10)
    assert report.digest == replayed(book).digest


def test_law_that_became_known_after_the_verdict_does_not_reach_back(
    book: CaseBook, amended_law: Callable[[str, str], Rulebook]
) -> None:
    # given a correction of the threshold, in force on the day of filing and published months later
    correction = """
[[salary_threshold]]
id = "FL-MED-SEED-CORRECTED"
categories = ["mediumSkilledOther"]
amount = "40000.00"
unit = "EUR/year"
basis = "unknown"
from = 2026-01-01
known_from = 2026-09-01
known_from_basis = "published"
legal_reference = "a correction"
supersedes = ["FL-MED-SEED"]
sources = ["a test"]
confidence = "confirmed"

[[salary_threshold]]
id = "FL-MED-SEED"
"""
    law = amended_law('[[salary_threshold]]\nid = "FL-MED-SEED"\n', correction.lstrip())
    report = replayed(book, law)
    assert (report.different_count, report.other_rule_sets) == (0, 10)
