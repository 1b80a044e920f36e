"""Everything the law says of one category on one day: looked up once, asked for many applications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.law.findings import Step
from domain.law.job_provisions import (
    AgeLimit,
    CategoryRule,
    ContractDuration,
    ContractForm,
    EmploymentShare,
    LabourMarketTestTerms,
    PriorService,
    QualificationLevel,
    WorkHistoryTerms,
)
from domain.law.pay_provisions import PartTime, PayConversion, SalaryThreshold


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingInForce:
    """No amount applies; ``reason`` is a stable code of ``domain.law.reasons``."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ApplicableLaw:
    """The law of ``authority`` for ``category`` in force on ``day``, as far as it was known on the day asked.

    None is a rule that is not in force or was not found. ``conversions`` are by form of contract,
    ``work_history`` by nationality (or ``all``). ``law_step`` and ``threshold_step`` open the reasoning.
    """

    authority: str
    category: str
    day: date
    category_rule: CategoryRule | None
    threshold: SalaryThreshold | NothingInForce
    threshold_step: Step | None
    conversions: Mapping[str, PayConversion]
    part_time: PartTime | None
    labour_market_test: LabourMarketTestTerms | None
    qualification_level: QualificationLevel | None
    employment_share: EmploymentShare | None
    contract_form: ContractForm | None
    age_limit: AgeLimit | None
    contract_duration: ContractDuration | None
    prior_service: PriorService | None
    work_history: Mapping[str, WorkHistoryTerms]

    @property
    def each_test_alone(self) -> bool:
        """Whether pay and labour-market test are required each by itself, and are no alternatives."""
        return self.category_rule is None or self.category_rule.combination == "each"
