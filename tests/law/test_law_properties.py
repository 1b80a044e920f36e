"""What holds of every assessment, whatever the facts, the day and the reading of an open question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.law import reasons
from domain.law.assessment import Assessment, Part, assess, judge_part
from domain.law.facts import ApplicationFacts
from domain.law.findings import Finding, Verdict
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from domain.law.rules.employer import judge_employer
from domain.law.rules.occupation import judge_contract_content
from tests.law.any_application import (
    ABOUT_THE_EMPLOYER,
    LAW,
    RANK,
    TESTED_CATEGORIES,
    applications,
    every_finding,
    knowledge,
    pays,
    publications,
    rulebooks,
)
from tests.world.examples import examples

AT_LEAST: Final = frozenset(
    {
        "salaryThreshold",
        "labourMarketTest",
        "employmentShare",
        "contractDuration",
        "priorService",
        "workHistory",
        "minimumAge",
    }
)
KNOWN_REASONS: Final = frozenset(value for name, value in vars(reasons).items() if name.isupper())
BETWEEN_BOUNDS: Final = frozenset(
    {
        reasons.AMOUNT_DISPUTED,
        reasons.PART_TIME_RULE_UNKNOWN,
        reasons.PUBLICATION_DISPUTED,
        reasons.REDUCED_AMOUNT_POSSIBLE,
    }
)


@given(rulebooks, applications(), pays, pays, knowledge)
@settings(max_examples=examples(200))
def test_more_pay_never_worsens_a_verdict(
    law: Rulebook, facts: ApplicationFacts, one: Decimal, other: Decimal, known_on: date | None
) -> None:
    less = assess(law, replace(facts, gross_pay=min(one, other)), known_on)
    more = assess(law, replace(facts, gross_pay=max(one, other)), known_on)

    assert_not_worse(less, more)


@given(rulebooks, applications(), st.data(), knowledge)
@settings(max_examples=examples(200))
def test_a_longer_publication_never_worsens_a_verdict(
    law: Rulebook, facts: ApplicationFacts, data: st.DataObject, known_on: date | None
) -> None:
    """Where there is evidence: a first publication may show that what could have been proved was not done."""
    facts = replace(facts, category=data.draw(st.sampled_from((facts.category, *TESTED_CATEGORIES))))
    held = data.draw(st.lists(publications(facts.filed_on), min_size=1, max_size=3))
    at = data.draw(st.integers(0, len(held) - 1))
    sooner, later = data.draw(st.integers(0, 60)), data.draw(st.integers(0, 60))
    longer = replace(
        held[at],
        published_from=held[at].published_from - timedelta(days=sooner),
        published_to=held[at].published_to + timedelta(days=later),
    )
    added = data.draw(st.lists(publications(facts.filed_on), max_size=2))

    before = assess(law, replace(facts, publications=tuple(held)), known_on)
    after = assess(law, replace(facts, publications=(*held[:at], longer, *held[at + 1 :], *added)), known_on)

    assert_not_worse(before, after)


@pytest.mark.parametrize(
    ("part", "rules"),
    [(judge_employer, ABOUT_THE_EMPLOYER), (judge_contract_content, {Rule.CONTRACT_CONTENT})],
    ids=["employer", "contract"],
)
@given(law=rulebooks, facts=applications(), known_on=knowledge)
@settings(max_examples=examples(150))
def test_a_part_of_the_rules_finds_what_the_whole_finds_by_them(
    part: Part, rules: frozenset[str], law: Rulebook, facts: ApplicationFacts, known_on: date | None
) -> None:
    whole = assess(law, facts, known_on)

    found = tuple(each.finding() for each in judge_part(part, law, facts, known_on))

    assert found == tuple(each.finding() for each in whole.judged if each.rule in rules)


@given(rulebooks, applications(), knowledge)
@example(
    LAW,
    ApplicationFacts(authority="flanders", category="mediumSkilledOther", filed_on=date(2027, 1, 1), publications=()),
    None,
)
@settings(max_examples=examples(250))
def test_every_assessment_agrees_with_itself(law: Rulebook, facts: ApplicationFacts, known_on: date | None) -> None:
    assessment = assess(law, facts, known_on)

    assert assessment.verdict is verdict_of_required(assessment)
    for finding in every_finding(assessment):
        assert_difference_has_the_sign_of_the_verdict(finding)
        assert_undetermined_says_why(finding)
        assert_only_a_failed_test_says_what_would_have_met_it(finding)
        if finding.rule_id is not None:
            assert finding.rule_id in finding.provisions, finding
            assert finding.sources, finding
            # How sure a provision is, is said as of a day: of no day, and of an amount that is still to be published,
            # there is no saying. A rule of two ways is sure of itself where the amount of one of them is missing.
            unpublished = finding.reason == reasons.AMOUNT_NOT_PUBLISHED_YET and not finding.branches
            unsaid = finding.legal_reference_date is None or unpublished
            assert (finding.confidence is None) == unsaid, finding


@given(rulebooks, applications(), knowledge)
@settings(max_examples=examples(200))
def test_family_here_never_worsens_a_verdict(law: Rulebook, facts: ApplicationFacts, known_on: date | None) -> None:
    facts = replace(facts, category="unlimited")
    without, unknown, with_family = (
        assess(law, replace(facts, family_in_belgium=family), known_on) for family in (False, None, True)
    )

    assert RANK[without.verdict] <= RANK[unknown.verdict] <= RANK[with_family.verdict]


def verdict_of_required(assessment: Assessment) -> Verdict:
    required = {
        # What the authority may refuse and need not, a person decides.
        Verdict.UNDETERMINED if each.reason == reasons.LEFT_TO_THE_AUTHORITY else each.verdict
        for each in assessment.findings
        if each.required
    }
    if Verdict.NOT_MET in required:
        return Verdict.NOT_MET
    # Nothing required is nothing found out: it is no pass.
    return Verdict.UNDETERMINED if Verdict.UNDETERMINED in required or not required else Verdict.MET


def assert_not_worse(before: Assessment, after: Assessment) -> None:
    assert RANK[after.verdict] >= RANK[before.verdict]
    for earlier, later in zip(every_finding(before), every_finding(after), strict=True):
        assert earlier.rule == later.rule
        assert RANK[later.verdict] >= RANK[earlier.verdict], later
        if earlier.difference is not None:
            assert later.difference is not None, later
            assert Decimal(later.difference) >= Decimal(earlier.difference), later


def assert_difference_has_the_sign_of_the_verdict(finding: Finding) -> None:
    if finding.difference is None:
        return
    difference, met = Decimal(finding.difference), finding.verdict is Verdict.MET
    if finding.verdict is Verdict.UNDETERMINED:
        # Between two bounds of which either may apply: short of the one that is beyond doubt.
        assert finding.reason in BETWEEN_BOUNDS, finding
        assert difference < 0, finding
        return
    if finding.rule in AT_LEAST:
        assert met == (difference >= 0), finding
    elif finding.rule == "workerAge":
        assert met == (difference < 0), finding
    else:
        # A level has a lowest and may have a highest: below the one or above the other is not met.
        assert finding.rule == "qualificationLevel", finding
        assert met or difference != 0, finding
        assert not met or difference >= 0, finding
    if finding.rule in {"salaryThreshold", "labourMarketTest", "employmentShare"}:
        assert difference == Decimal(str(finding.observed)) - Decimal(str(finding.threshold)), finding


def assert_undetermined_says_why(finding: Finding) -> None:
    if finding.verdict is Verdict.UNDETERMINED:
        assert finding.reason is not None, finding
        assert finding.reason in KNOWN_REASONS, finding
    elif finding.reason is not None:
        assert (finding.verdict, finding.reason) == (Verdict.NOT_MET, reasons.LEFT_TO_THE_AUTHORITY), finding
        assert finding.rule in ABOUT_THE_EMPLOYER, finding
    if finding.reason in {reasons.FACT_MISSING, reasons.EVIDENCE_MISSING}:
        assert finding.missing, finding
    else:
        assert finding.missing == (), finding


def assert_only_a_failed_test_says_what_would_have_met_it(finding: Finding) -> None:
    """What would have met one of several alternatives stands with the alternative."""
    if finding.verdict is Verdict.NOT_MET and not finding.branches:
        assert finding.counterfactual, finding
    else:
        assert finding.counterfactual is None, finding
