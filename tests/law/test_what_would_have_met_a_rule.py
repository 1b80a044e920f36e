"""Threshold, counterfactual and verdict come from one comparison: who does what was missing meets the rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from hypothesis import given, settings

from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts, Publication, WorkDone
from domain.law.findings import Change, Verdict
from domain.law.rulebook import Rulebook
from tests.law.any_application import applications, every_finding, knowledge, rulebooks
from tests.world.examples import examples

GRANTABLE: Final = (
    "employment.grossPay.amount",
    "employment.end",
    "employment.fullTimeEquivalent",
    "employment.qualificationLevel",
    "employment.contract",
    "transfer.priorServiceMonths",
    "labourMarketTest.publications.",
    "workHistory",
    "employer.",
    "employment.contractStates",
)
"""What an applicant could have done otherwise; nobody changes an age."""


@given(rulebooks, applications(), knowledge)
@settings(max_examples=examples(250))
def test_who_does_what_would_have_met_a_rule_meets_it(
    law: Rulebook, facts: ApplicationFacts, known_on: date | None
) -> None:
    for finding in every_finding(assess(law, facts, known_on)):
        ways = finding.counterfactual
        if isinstance(ways, tuple) and all(each.fact.startswith(GRANTABLE) for each in ways):
            granted = facts
            for change in ways:
                granted = with_change(granted, change)
            after = [each for each in every_finding(assess(law, granted, known_on)) if each.rule is finding.rule]
            assert [each.verdict for each in after] == [Verdict.MET], (finding, after)


def with_change(facts: ApplicationFacts, change: Change) -> ApplicationFacts:
    """The same application with what a counterfactual asks for."""
    fact, threshold = change.fact, change.threshold
    match fact:
        case "employment.grossPay.amount":
            return replace(facts, gross_pay=Decimal(threshold))
        case "employment.end":
            return replace(facts, employment_end=date.fromisoformat(threshold))
        case "employment.fullTimeEquivalent":
            return replace(facts, full_time_equivalent=Decimal(threshold))
        case "employment.qualificationLevel":
            return replace(facts, qualification_level=int(threshold.split("-")[0]))
        case "employment.contract":
            return replace(facts, contract=threshold.split()[0])
        case "transfer.priorServiceMonths":
            return replace(facts, prior_service_months=int(threshold))
        case "employer.foundedOn":
            return replace(facts, employer_founded_on=date.fromisoformat(threshold))
        case "employer.hasStaff":
            return replace(facts, employer_has_staff=True)
        case "employer.active":
            return replace(facts, employer_active=True)
        case "employer.hasDebts":
            return replace(facts, employer_has_debts=False)
        case "employment.contractStates":
            return replace(facts, contract_states=(*(facts.contract_states or ()), *threshold.split()))
        case "workHistory":
            start = facts.filed_on - timedelta(days=int(threshold))
            return replace(facts, work_history=(WorkDone(from_=start, to=facts.filed_on, basis="singlePermit"),))
        case _:
            channel = fact.removeprefix("labourMarketTest.publications.")
            start = facts.filed_on - timedelta(days=int(threshold))
            search = Publication(channel=channel, published_from=start, published_to=facts.filed_on)
            return replace(facts, publications=(*(facts.publications or ()), search))
