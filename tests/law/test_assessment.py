"""A whole application: which findings its category requires, and what they come to together."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal

import pytest

from domain.codes import CATEGORIES
from domain.law.assessment import assess, overall_verdict
from domain.law.facts import ApplicationFacts, Publication
from domain.law.findings import Change, Finding, Verdict
from domain.law.rule_codes import Rule
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook

NINE_WEEKS = tuple(
    Publication(channel=channel, published_from=date(2025, 10, 6), published_to=date(2025, 12, 8))
    for channel in ("VDAB", "EURES")
)
ONE_CHANNEL = NINE_WEEKS[:1]


def filed(
    pay: str | None,
    *,
    category: str = "mediumSkilledOther",
    on: date = date(2026, 1, 1),
    publications: tuple[Publication, ...] | None = None,
) -> ApplicationFacts:
    return ApplicationFacts(
        authority="flanders",
        category=category,
        filed_on=on,
        contract="belgian",
        gross_pay=None if pay is None else Decimal(pay),
        pay_period="year",
        publications=publications,
        qualification_level=4 if category.startswith("mediumSkilled") else 6,
        full_time_equivalent=Decimal(1),
        municipality_code="44021",
    )


def test_a_highly_skilled_worker_is_judged_on_pay_alone(law: Rulebook) -> None:
    assessment = assess(law, filed("52000.00", category="highlySkilled"))

    assert assessment.verdict is Verdict.MET
    assert [finding.rule for finding in assessment.findings if finding.required] == [
        "salaryThreshold",
        "qualificationLevel",
    ]
    assert assessment.rule_set == law.sha256
    assert assessment.legal_reference_date == date(2026, 1, 1)


def test_low_pay_of_a_highly_skilled_worker_is_not_met(law: Rulebook) -> None:
    assert assess(law, filed("40000.00", category="highlySkilled")).verdict is Verdict.NOT_MET


@pytest.mark.parametrize(
    ("pay", "publications", "verdict", "branches"),
    [
        ("43396.00", None, "met", ("met", "undetermined")),
        ("43396.00", ONE_CHANNEL, "met", ("met", "notMet")),
        ("43395.99", NINE_WEEKS, "met", ("notMet", "met")),
        ("43395.99", ONE_CHANNEL, "notMet", ("notMet", "notMet")),
        ("43395.99", None, "undetermined", ("notMet", "undetermined")),
        ("43395.99", (), "notMet", ("notMet", "notMet")),
        (None, NINE_WEEKS, "met", ("undetermined", "met")),
        (None, ONE_CHANNEL, "undetermined", ("undetermined", "notMet")),
        (None, None, "undetermined", ("undetermined", "undetermined")),
    ],
)
def test_from_2026_medium_skilled_work_off_the_list_needs_the_pay_or_the_recruitment(
    law: Rulebook,
    pay: str | None,
    publications: tuple[Publication, ...] | None,
    verdict: str,
    branches: tuple[str, str],
) -> None:
    assessment = assess(law, filed(pay, publications=publications))

    either = assessment.findings[0]
    # The list of the employment service is asked as well, and is not held: nothing is met as a whole.
    assert assessment.verdict == ("notMet" if verdict == "notMet" else "undetermined")
    assert (either.rule, either.required, either.verdict) == ("salaryOrLabourMarketTest", True, verdict)
    assert [branch.rule for branch in either.branches] == ["salaryThreshold", "labourMarketTest"]
    assert tuple(branch.verdict for branch in either.branches) == branches
    assert not any(branch.required for branch in either.branches)
    assert either.confidence == "project-brief"


def test_pay_below_without_evidence_names_the_evidence_that_would_settle_it(law: Rulebook) -> None:
    either = assess(law, filed("43395.99")).findings[0]

    assert either.reason == "evidenceMissing"
    assert either.missing == ("labourMarketTest.publications",)
    assert either.counterfactual is None


def test_a_refused_alternative_says_both_ways_in_which_it_would_have_been_met(law: Rulebook) -> None:
    either = assess(law, filed("43395.99", publications=ONE_CHANNEL)).findings[0]

    pay, recruitment = (branch.counterfactual for branch in either.branches)
    assert pay == (Change(fact="employment.grossPay.amount", threshold="43396.00", distance="0.01", unit="EUR/year"),)
    assert recruitment == (
        Change(fact="labourMarketTest.publications.EURES", threshold="63", distance="63", unit="days"),
    )


def test_until_31_december_2025_the_joint_committee_scale_and_the_recruitment_are_both_required(
    law: Rulebook,
) -> None:
    last_day = assess(law, filed("90000.00", on=date(2025, 12, 31), publications=NINE_WEEKS))
    next_day = assess(law, filed("90000.00", on=date(2026, 1, 1), publications=NINE_WEEKS))

    salary, recruitment = last_day.findings[:2]
    assert last_day.verdict is Verdict.UNDETERMINED
    assert (salary.required, salary.reason) == (True, "jointCommitteeScaleUnknown")
    assert (recruitment.required, recruitment.verdict) == (True, Verdict.MET)
    assert next_day.findings[0].verdict is Verdict.MET


def test_until_31_december_2025_too_little_recruitment_fails_whatever_the_pay(law: Rulebook) -> None:
    assessment = assess(law, filed("90000.00", on=date(2025, 12, 31), publications=ONE_CHANNEL))

    assert assessment.verdict is Verdict.NOT_MET


def test_a_category_with_a_test_that_was_not_found_is_never_passed(law: Rulebook) -> None:
    for category in CATEGORIES:
        with_evidence = filed("999999.00", category=category, publications=NINE_WEEKS)
        assessment = assess(law, with_evidence)
        if assessment.verdict is Verdict.MET:
            assert all(finding.rule_id for finding in assessment.findings), category
        else:
            assert any(finding.reason for finding in assessment.findings if finding.required), category


def test_a_category_that_an_authoritys_law_does_not_name_is_undetermined(law: Rulebook) -> None:
    elsewhere = replace(filed("999999.00", category="journalist"), authority="german-community")

    assert assess(law, elsewhere).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("authority", "category", "day", "step"),
    [
        ("brussels", "executive", date(2024, 10, 1), "categoryExempt"),
        ("brussels", "highlySkilledUnder30", date(2024, 9, 30), "categoryClosed"),
        ("wallonia", "highlySkilledUnder30", date(2024, 8, 31), "categoryClosed"),
    ],
)
def test_a_category_that_an_authority_does_not_have_is_never_passed(
    law: Rulebook, authority: str, category: str, day: date, step: str
) -> None:
    assessment = assess(law, replace(filed("999999.00", category=category, on=day), authority=authority))

    closed = assessment.findings[0]
    assert assessment.verdict is Verdict.NOT_MET
    assert assessment.unmet == (Rule.OPEN_CATEGORY,)
    assert [each.code for each in closed.trace if not isinstance(each, str)] == ["decidingDate", step]
    assert closed.legal_reference


def test_nothing_required_is_undetermined_and_a_finding_not_required_does_not_count() -> None:
    not_met = Finding(
        rule=Rule.WORKER_AGE, required=False, verdict=Verdict.NOT_MET, legal_reference_date=date(2026, 1, 1)
    )

    assert overall_verdict(()) is Verdict.UNDETERMINED
    assert overall_verdict((not_met,)) is Verdict.UNDETERMINED
    assert overall_verdict((not_met, replace(not_met, required=True))) is Verdict.NOT_MET
    assert overall_verdict((not_met, replace(not_met, required=True, verdict=Verdict.MET))) is Verdict.MET


def test_an_assessment_repeats_exactly_and_serialises_plainly(law: Rulebook) -> None:
    facts = filed("43395.99", publications=ONE_CHANNEL)

    once, again = assess(law, facts), assess(Rulebook.load(), facts)

    assert once == again
    written = json.dumps([asdict(each) for each in once.findings], default=lambda day: day.isoformat(), sort_keys=True)
    assert '"verdict": "notMet"' in written


def test_law_known_later_does_not_change_an_assessment_as_of_then(law: Rulebook) -> None:
    facts = filed("43396.00")

    before_it_was_known = assess(law, facts, known_on=date(2025, 12, 31))
    once_known = assess(law, facts, known_on=date(2026, 1, 1))

    assert before_it_was_known.findings[0].verdict is Verdict.UNDETERMINED
    assert once_known.findings[0].verdict is Verdict.MET
    assert once_known.known_on == date(2026, 1, 1)


def test_under_an_earlier_rule_set_a_renewal_in_brussels_is_judged_without_the_window_loaded_since() -> None:
    late = ApplicationFacts(
        authority="brussels",
        category="euBlueCard",
        filed_on=date(2026, 7, 1),
        contract="belgian",
        gross_pay=Decimal("70000.00"),
        pay_period="year",
        renewal=True,
        permit_expires_on=date(2026, 8, 31),
    )
    sets = RuleSets.load()
    earlier = [rulebook for each in sets.earlier() if (rulebook := sets.recorded(each)) is not None]
    assert len(earlier) >= 2

    for rulebook in earlier:
        assert Rule.RENEWAL_WINDOW not in {each.rule for each in assess(rulebook, late).findings}
        of_flanders = {each.rule for each in assess(rulebook, replace(late, authority="flanders")).findings}
        assert Rule.RENEWAL_WINDOW in of_flanders
    assert Rule.RENEWAL_WINDOW in {each.rule for each in assess(sets.current, late).findings}
