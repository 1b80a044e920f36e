"""What the law requires and nobody has stated: a person looks into it, and no verdict is made of it."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.case.lifecycle import Case
from domain.case.verification import facts_at_decision
from domain.law.assessment import Part, judge_part
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook
from domain.law.rules.employer import judge_employer
from domain.law.rules.occupation import judge_contract_content

ABOUT_THE_EMPLOYER: Final = judge_employer
"""Rules on facts that the register of enterprises gives, or leaves out."""

ABOUT_THE_CONTRACT: Final = judge_contract_content
"""Rules on facts that the application gives, or leaves out."""


def left_open(case: Case, part: Part, today: date, rulebook: Rulebook) -> tuple[str, ...]:
    """Those rules of ``part`` that the file leaves undetermined by the law of today."""
    judged = judge_part(part, rulebook, facts_at_decision(case, today), today)
    return tuple(each.rule.value for each in judged if each.verdict is Verdict.UNDETERMINED)
