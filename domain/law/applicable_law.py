"""Everything the law says of one category on one day: looked up once, used for many applications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.law.findings import Step
from domain.law.pay_bounds import Bounds
from domain.law.provisions.employer import EmployerAge, EmployerCondition
from domain.law.provisions.job import (
    AgeLimit,
    BottleneckList,
    CategoryRule,
    ClosedCategory,
    ContractContent,
    ContractDuration,
    ContractForm,
    EmploymentShare,
    FreeMovement,
    LabourMarketTestTerms,
    MinimumAge,
    PermitDuration,
    PriorService,
    QualificationLevel,
    ShortageList,
    WorkHistoryTerms,
)
from domain.law.provisions.pay import PartTime, PayConversion, SalaryThreshold
from domain.law.provisions.procedure import CompetenceOrder, ReferenceDateRule


@dataclass(slots=True, eq=False)
class DecidingDate:
    """The legal reference date, and the rule in force on the day of filing that says which day it is.

    Without a rule the day of filing is used.
    """

    day: date
    rule: ReferenceDateRule | None
    authority: str
    filed_on: date
    _step: Step | None = field(default=None, init=False)

    @property
    def step(self) -> Step:
        """The step of the reasoning that says where the date comes from: one for all findings, as all begin with it."""
        if self._step is None:
            day = self.day.isoformat()
            if self.rule is None:
                self._step = Step(code="filingDateStandsIn", values={"authority": self.authority, "day": day})
            else:
                self._step = Step(code="decidingDate", values=values_of_rule(self.rule, self.filed_on) | {"day": day})
        return self._step

    @property
    def provisions(self) -> tuple[str, ...]:
        return () if self.rule is None else (self.rule.id,)


def values_of_rule(rule: ReferenceDateRule, filed_on: date) -> dict[str, str]:
    """What a step says of the rule on the deciding date."""
    return {"basis": rule.basis.value, "provision": rule.id, "confidence": rule.confidence_on(filed_on)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecidingDateUnknown:
    """The facts do not hold the day that decides; ``missing`` names it."""

    step: Step
    missing: tuple[str, ...]
    rule: ReferenceDateRule


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingInForce:
    """No amount applies; ``reason`` is a stable code of ``domain.law.reasons``."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LawOfFiling:
    """What is taken from the law of the day of filing, whatever day decides the rest."""

    reference_date: ReferenceDateRule | None
    shortage_list: ShortageList | None
    bottleneck_list: BottleneckList | None
    competence_order: CompetenceOrder | None

    @property
    def has_lists(self) -> bool:
        return self.shortage_list is not None or self.bottleneck_list is not None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ApplicableLaw:
    """The law of ``authority`` for ``category`` in force on a day, as far as it was known on the given day.

    None is a rule that is not in force or was not found. ``conversions`` are by form of contract,
    ``work_history`` by nationality (or ``all``). ``minimum_age`` and ``free_movement``, by nationality, are federal law
    beside that of the authority. ``threshold_step`` opens the reasoning on pay; ``threshold_a_month`` is the amount for
    pay by the month under a Belgian contract, where the law has one of its own for it. ``bounds`` are those of either,
    by its unit.
    """

    authority: str
    category: str
    category_rule: CategoryRule | None
    closed_category: ClosedCategory | None
    threshold: SalaryThreshold | NothingInForce
    threshold_step: Step | None
    threshold_text: str
    threshold_a_month: SalaryThreshold | None
    bounds: Mapping[str, Bounds]
    conversions: Mapping[str, PayConversion]
    part_time: PartTime | None
    labour_market_test: LabourMarketTestTerms | None
    qualification_level: QualificationLevel | None
    employment_share: EmploymentShare | None
    contract_form: ContractForm | None
    age_limit: AgeLimit | None
    permit_duration: PermitDuration | None
    contract_duration: ContractDuration | None
    prior_service: PriorService | None
    work_history: Mapping[str, WorkHistoryTerms]
    minimum_age: MinimumAge | None
    free_movement: Mapping[str, FreeMovement]
    employer_age: EmployerAge | None
    employer_conditions: tuple[EmployerCondition, ...]
    contract_content: ContractContent | None

    @property
    def each_test_alone(self) -> bool:
        """Whether pay and labour-market test are required each by itself, and are no alternatives."""
        return self.category_rule is None or self.category_rule.combination == "each"
