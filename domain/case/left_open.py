"""What the law requires and nobody has stated: a person looks into it, and no verdict is made of it."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.case.lifecycle import Case
from domain.case.verification import facts_at_decision
from domain.law.assessment import assess
from domain.law.findings import Verdict
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook

ABOUT_THE_EMPLOYER: Final = frozenset(
    {Rule.EMPLOYER_AGE, Rule.EMPLOYER_STAFF, Rule.EMPLOYER_ACTIVITY, Rule.EMPLOYER_DEBTS}
)
"""Rules on facts that the register of enterprises gives, or leaves out."""

ABOUT_THE_CONTRACT: Final = frozenset({Rule.CONTRACT_CONTENT})
"""Rules on facts that the application gives, or leaves out."""


def left_open(case: Case, rules: frozenset[Rule], today: date, rulebook: Rulebook) -> tuple[str, ...]:
    """Those of ``rules`` that the file leaves undetermined by the law of today."""
    assessment = assess(rulebook, facts_at_decision(case, today), today)
    return tuple(
        each.rule.value for each in assessment.judged if each.rule in rules and each.verdict is Verdict.UNDETERMINED
    )
