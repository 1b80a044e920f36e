"""Judging pay and recruitment, and writing down the verdict with all that it looked at."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.case.commands import CommandContext
from domain.case.events import (
    CaseEvent,
    DeclaredQuarter,
    DeclaredRelation,
    EmploymentVerified,
    LabourMarketTestAssessed,
    RuleApplied,
    SalaryVerified,
)
from domain.case.lifecycle import Case
from domain.copies import replace
from domain.crossroads.answers import DeclaredEmployment
from domain.law.facts import ApplicationFacts, RecruitmentFacts, WorkDone
from domain.law.findings import Finding
from domain.law.rulebook import Rulebook
from domain.law.rules.labour_market_test import assess_labour_market_test
from domain.law.rules.salary import assess_salary

ENGINE_VERSION: Final = 3
"""Raised when the evaluator would judge the same facts under the same rules differently."""

QUARTERS_OF_A_YEAR: Final = 4

CONTRACT: Final = "contract"
DECLARED_WAGES: Final = "declaredWages"


def employment_verified(case: Case, declared: DeclaredEmployment, context: CommandContext) -> EmploymentVerified:
    """Compare the work history in the application with what employers declared to be employed (Dimona)."""
    relations = tuple(
        DeclaredRelation(enterprise_number=each.enterprise_number, start=each.start, last_day=each.last_day)
        for each in declared.relations
    )
    claimed = case.facts.work_history or ()
    return EmploymentVerified(
        effective_at=context.now,
        covered=all(_declared_throughout(each, relations) for each in claimed),
        worker_subject=case.worker_subject,
        relations=relations,
    )


def _declared_throughout(work: WorkDone, relations: tuple[DeclaredRelation, ...]) -> bool:
    """Whether each day of ``[from_, to)`` lies in a relation."""
    open_from = work.from_
    for each in sorted(relations, key=lambda it: it.start):
        if each.start > open_from:
            break
        if each.last_day is None or each.last_day >= work.to:
            return True  # also where the calendar has no day after the last
        open_from = max(open_from, each.last_day + timedelta(days=1))
    return open_from >= work.to


def salary_from_contract(case: Case, context: CommandContext, rulebook: Rulebook) -> list[CaseEvent]:
    """Judge the pay in the contract, unless it is for declared wages to say (renewals).

    A worker still abroad has no declared wages: the contract is all there is (FACTS 6.5).
    """
    if case.renewal or case.salary is not None:
        return []
    return [_salary_verified(case, CONTRACT, case.facts, (), context, rulebook)]


def salary_reassessed(case: Case, context: CommandContext, rulebook: Rulebook) -> list[CaseEvent]:
    """Judge corrected pay, if the contract's pay had been judged before."""
    if case.renewal or case.salary is None:
        return []
    return [_salary_verified(case, CONTRACT, case.facts, (), context, rulebook)]


def salary_from_declared_wages(
    case: Case, quarters: tuple[DeclaredQuarter, ...], context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    """Judge the wages declared over the last four quarters; fewer leave the verdict undetermined."""
    if case.salary is not None:
        return []
    facts = facts_from_declared_wages(case, quarters)
    return [_salary_verified(case, DECLARED_WAGES, facts, quarters, context, rulebook)]


def facts_from_declared_wages(case: Case, quarters: tuple[DeclaredQuarter, ...]) -> ApplicationFacts:
    """The facts of the case with the wages declared over a whole year as its pay; unknown if the year is not whole."""
    whole_year = len(quarters) == QUARTERS_OF_A_YEAR
    pay = sum((each.gross for each in quarters), Decimal(0)) if whole_year else None
    return replace(case.facts, gross_pay=pay, pay_period="year")


def facts_at_decision(case: Case, decided_on: date) -> ApplicationFacts:
    """The facts of the case on the civil day on which its work part is decided."""
    return replace(case.facts, decided_on=decided_on)


def labour_market_test_assessed(case: Case, context: CommandContext, rulebook: Rulebook) -> list[CaseEvent]:
    """Judge the recruitment search on all publications in the file."""
    facts = RecruitmentFacts.of(case.facts)
    finding = assess_labour_market_test(rulebook, facts.application(), context.today)
    return [
        LabourMarketTestAssessed(
            effective_at=context.now,
            legal_reference_date=finding.legal_reference_date,
            known_on=context.today,
            rule_set=rulebook.sha256,
            engine_version=ENGINE_VERSION,
            facts=facts,
            finding=finding,
        )
    ]


def rule_applied(finding: Finding) -> RuleApplied:
    """The part of a finding that says nothing about a person's pay."""
    return RuleApplied(
        rule=finding.rule.value,
        required=finding.required,
        verdict=finding.verdict.value,
        rule_id=finding.rule_id,
        threshold=finding.threshold,
        unit=finding.unit,
        legal_reference=finding.legal_reference,
        sources=finding.sources,
        confidence=finding.confidence,
        reason=finding.reason,
        missing=finding.missing,
        provisions=finding.provisions,
    )


def _salary_verified(
    case: Case,
    basis: str,
    facts: ApplicationFacts,
    quarters: tuple[DeclaredQuarter, ...],
    context: CommandContext,
    rulebook: Rulebook,
) -> SalaryVerified:
    finding = assess_salary(rulebook, facts, context.today)
    return SalaryVerified(
        effective_at=context.now,
        basis=basis,
        legal_reference_date=finding.legal_reference_date,
        known_on=context.today,
        rule_set=rulebook.sha256,
        engine_version=ENGINE_VERSION,
        result=rule_applied(finding),
        worker_subject=case.worker_subject,
        facts=facts,
        declared_quarters=quarters,
        finding=finding,
    )
