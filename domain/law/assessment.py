"""An application against all rules of its category: one verdict, and the findings it rests on.

``assess`` is pure: the same rulebook, facts and day of knowledge give the same assessment on any machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from domain.law import reasons
from domain.law.deciding_date import deciding_date
from domain.law.findings import Finding, Verdict
from domain.law.labour_market_test import Publication, RecruitmentFacts, assess_labour_market_test
from domain.law.provisions import CategoryRule
from domain.law.rulebook import Rulebook
from domain.law.salary_rules import SalaryFacts, assess_salary

SALARY_OR_LABOUR_MARKET_TEST: Final = "salaryOrLabourMarketTest"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFacts:
    """What an assessment looks at; None is a fact that is not known."""

    authority: str
    category: str
    filed_on: date
    contract: str | None = None
    gross_pay: Decimal | None = None
    pay_period: str | None = None
    publications: tuple[Publication, ...] | None = None

    def salary(self) -> SalaryFacts:
        return SalaryFacts(
            authority=self.authority,
            category=self.category,
            filed_on=self.filed_on,
            contract=self.contract,
            gross_pay=self.gross_pay,
            pay_period=self.pay_period,
        )

    def recruitment(self) -> RecruitmentFacts:
        return RecruitmentFacts(
            authority=self.authority,
            category=self.category,
            filed_on=self.filed_on,
            publications=self.publications or (),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """``rule_set`` is the rulebook's sha256; ``known_on`` the day of knowledge asked (None: all known)."""

    rule_set: str
    verdict: Verdict
    legal_reference_date: date
    known_on: date | None
    findings: tuple[Finding, ...]


def assess(rulebook: Rulebook, facts: ApplicationFacts, known_on: date | None = None) -> Assessment:
    """Judge pay and labour-market test, as far as the category requires them.

    A category whose rule is not known, or whose test was not found, is undetermined and never passed.
    """
    deciding = deciding_date(rulebook, facts.authority, facts.category, facts.filed_on, known_on)
    rule = rulebook.category_rule(facts.authority, facts.category, deciding.day, known_on)
    salary = assess_salary(rulebook, facts.salary(), known_on)
    labour_market_test = assess_labour_market_test(rulebook, facts.recruitment(), known_on)

    findings: tuple[Finding, ...]
    if rule is not None and rule.combination == "either":
        findings = (_either(rule, deciding.day, deciding.step, salary, labour_market_test),)
    elif rule is not None and rule.labour_market_test == "notRequired":
        findings = (salary,)
    else:
        findings = (salary, labour_market_test)
    return Assessment(
        rule_set=rulebook.sha256,
        verdict=overall_verdict(findings),
        legal_reference_date=deciding.day,
        known_on=known_on,
        findings=findings,
    )


def overall_verdict(findings: Iterable[Finding]) -> Verdict:
    """Not met if any required finding is; else undetermined if any is or nothing was required; else met."""
    required = {finding.verdict for finding in findings if finding.required}
    if Verdict.NOT_MET in required:
        return Verdict.NOT_MET
    return Verdict.MET if required == {Verdict.MET} else Verdict.UNDETERMINED


def _either(rule: CategoryRule, day: date, deciding_step: str, *branches: Finding) -> Finding:
    """One required finding over alternatives: met if one is, not met only if all are not.

    Pay below the threshold with no recruitment evidence stays undetermined, because evidence can still be
    added and would settle it: silence about recruitment is not proof that there was none.
    """
    verdicts = {branch.verdict for branch in branches}
    if Verdict.MET in verdicts:
        verdict = Verdict.MET
    elif verdicts == {Verdict.NOT_MET}:
        verdict = Verdict.NOT_MET
    else:
        verdict = Verdict.UNDETERMINED
    undetermined = verdict is Verdict.UNDETERMINED
    open_branches = tuple(branch for branch in branches if branch.verdict is Verdict.UNDETERMINED)
    return Finding(
        rule=SALARY_OR_LABOUR_MARKET_TEST,
        required=True,
        verdict=verdict,
        legal_reference_date=day,
        rule_id=rule.id,
        legal_reference=rule.legal_reference,
        sources=rule.sources,
        confidence=rule.confidence_on(day),
        counterfactual=(
            " Or: ".join(branch.counterfactual for branch in branches if branch.counterfactual is not None)
            if verdict is Verdict.NOT_MET
            else None
        ),
        reason=_reason(open_branches) if undetermined else None,
        missing=tuple(path for branch in open_branches for path in branch.missing) if undetermined else (),
        branches=branches,
        trace=(
            deciding_step,
            f"One of {' or '.join(branch.rule for branch in branches)} is enough "
            f"({rule.id}: {rule.legal_reference}; {rule.confidence_on(day)}).",
            *(f"{branch.rule}: {branch.verdict}." for branch in branches),
            f"Together: {verdict}.",
        ),
    )


def _reason(open_branches: tuple[Finding, ...]) -> str | None:
    if any(branch.missing for branch in open_branches):
        return reasons.EVIDENCE_MISSING
    return next((branch.reason for branch in open_branches), None)
