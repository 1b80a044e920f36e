"""The law over time, as people ask for it: the thresholds of a day, the days of change, and what changed on one.

A change is a change of what the law says: an entry that repeats its predecessor under a new date is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.codes import CATEGORIES
from domain.law import exact_pay, reasons
from domain.law.applicable_law import NothingInForce
from domain.law.provisions import job
from domain.law.provisions.effective_dated import Provision
from domain.law.provisions.employer import EmployerAge, EmployerCondition
from domain.law.provisions.pay import Fee, FeeExemption, PartTime, PayConversion, PayDefinition, SalaryThreshold
from domain.law.provisions.procedure import Duty, RequiredDocument, Retention, SelectedReading
from domain.law.published.amounts import amount_on
from domain.law.readers.law_files import FEDERAL
from domain.law.rulebook import Rulebook

RULE_KINDS: Final[tuple[type[Provision], ...]] = (
    job.CategoryRule,
    job.ClosedCategory,
    job.LabourMarketTestTerms,
    job.QualificationLevel,
    job.EmploymentShare,
    job.ContractForm,
    job.AgeLimit,
    job.MinimumAge,
    job.FreeMovement,
    job.ContractDuration,
    job.PermitDuration,
    job.PriorService,
    job.WorkHistoryTerms,
    job.ContractContent,
    EmployerAge,
    EmployerCondition,
    job.ShortageList,
    job.ShortageOccupation,
    job.BottleneckList,
    job.BottleneckOccupation,
    PayConversion,
    PayDefinition,
    PartTime,
    Fee,
    FeeExemption,
    RequiredDocument,
    Retention,
    Duty,
)
"""What is shown of the law beside the thresholds, in the order in which it is shown."""

_A_DAY: Final = timedelta(days=1)
_SCOPES: Final = ("categories", "nationalities")
"""Whom a provision concerns, which is looked up code by code and is no part of what it says."""

_COMMON: Final = frozenset(each.name for each in fields(Provision))


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryThreshold:
    """What is in force for a category.

    ``undated`` are amounts that a source gives without a day: never applied. ``last_published`` is the amount that
    applied until its publication ended, where nobody has published the next one yet.
    """

    category: str
    threshold: SalaryThreshold | NothingInForce
    undated: tuple[SalaryThreshold, ...] = ()
    last_published: SalaryThreshold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdChange:
    """The amount of a category on the day before and on the day; each may be absent, and then says why."""

    category: str
    before: SalaryThreshold | NothingInForce
    after: SalaryThreshold | NothingInForce

    @property
    def difference(self) -> Decimal | None:
        """After minus before, where both are amounts of one unit."""
        if isinstance(self.before, NothingInForce) or isinstance(self.after, NothingInForce):
            return None
        if self.before.unit != self.after.unit:
            return None
        return exact_pay.difference(self.after.amount, self.before.amount)

    @property
    def share(self) -> Decimal | None:
        """The difference as a share of the amount before, cut after six decimals: to be shown."""
        if self.difference is None or isinstance(self.before, NothingInForce):
            return None
        cut = exact_pay.shown_quotient(abs(self.difference), self.before.amount)
        return -cut if self.difference < 0 else cut


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """A rule of ``authority`` that begins (``before`` None), ends (``after`` None) or says something else.

    ``codes`` are those it concerns and for which it changes: categories, occupations or forms of contract.
    """

    authority: str
    codes: tuple[str, ...]
    before: Provision | None
    after: Provision | None

    @property
    def kind(self) -> str:
        provision = self.after or self.before
        return "" if provision is None else provision.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfChange:
    """All that changed from the day before ``day`` to ``day``."""

    day: date
    thresholds: tuple[ThresholdChange, ...]
    rules: tuple[RuleChange, ...]

    def __bool__(self) -> bool:
        return bool(self.thresholds or self.rules)


def thresholds_on(
    rulebook: Rulebook, authority: str, day: date, known_on: date | None = None
) -> tuple[CategoryThreshold, ...]:
    """Every category with its salary threshold on ``day``, or why it has none."""
    return tuple(threshold_on(rulebook, authority, category, day, known_on) for category in CATEGORIES)


def threshold_on(
    rulebook: Rulebook, authority: str, category: str, day: date, known_on: date | None = None
) -> CategoryThreshold:
    """The salary threshold of one category on ``day``, or why it has none."""
    in_force = rulebook.salary_threshold(authority, category, day, known_on)
    found = amount_on(rulebook, authority, category, day, known_on)
    return CategoryThreshold(
        category=category,
        threshold=found,
        undated=_undated(rulebook, authority, category) if _is_undated(found) else (),
        last_published=None if found is in_force or isinstance(in_force, NothingInForce) else in_force,
    )


def change_days(rulebook: Rulebook, authority: str, known_on: date | None = None) -> tuple[date, ...]:
    """The days on which the law of an authority, or federal law beside it, changes; the newest first."""
    found = {
        day for each in rulebook.provisions if each.authority in (authority, FEDERAL) for day in _turning_days(each)
    }
    return tuple(day for day in sorted(found, reverse=True) if changes_on(rulebook, authority, day, known_on))


def changes_between(
    rulebook: Rulebook, authority: str, after: date, until: date, known_on: date | None = None
) -> tuple[DayOfChange, ...]:
    """What changes after one day and up to another, day by day, the earliest first."""
    days = (day for day in reversed(change_days(rulebook, authority, known_on)) if after < day <= until)
    return tuple(changes_on(rulebook, authority, day, known_on) for day in days)


def changes_on(rulebook: Rulebook, authority: str, day: date, known_on: date | None = None) -> DayOfChange:
    """What the law says from ``day`` on and did not say the day before, as known on ``known_on``."""
    changing = _provisions_changing(rulebook, day)
    return DayOfChange(
        day=day,
        thresholds=tuple(_threshold_changes(rulebook, authority, day, known_on, changing)),
        rules=tuple(
            change
            for kind in RULE_KINDS
            for held_by in (authority, FEDERAL)
            for change in _rule_changes(rulebook, kind, held_by, day, known_on, changing)
        ),
    )


def _provisions_changing(rulebook: Rulebook, day: date) -> tuple[Provision, ...]:
    """The provisions that begin or end on ``day``, also because another reading is selected from that day on.

    An amount ends too on the day after the last for which it is published.
    """
    turning = [each for each in rulebook.provisions if day in _turning_days(each)]
    questions = {(each.authority, each.scope[0]) for each in turning if isinstance(each, SelectedReading)}
    if not questions:
        return tuple(turning)
    read_otherwise = [each for each in rulebook.provisions if (each.authority, each.question) in questions]
    return (*turning, *read_otherwise)


def _turning_days(provision: Provision) -> tuple[date, ...]:
    ended = provision.published_until if isinstance(provision, SalaryThreshold) else None
    days = (provision.valid_from, provision.valid_to, None if ended is None else ended + _A_DAY)
    return tuple(day for day in days if day is not None)


def _threshold_changes(
    rulebook: Rulebook, authority: str, day: date, known_on: date | None, changing: tuple[Provision, ...]
) -> Iterator[ThresholdChange]:
    """A category whose reason alone changes has changed its rule, which is shown there."""
    touched = {
        code
        for each in changing
        if each.authority == authority and isinstance(each, SalaryThreshold | job.CategoryRule)
        for code in each.scope
    }
    for category in CATEGORIES:
        if category not in touched:
            continue
        before = amount_on(rulebook, authority, category, day - _A_DAY, known_on)
        after = amount_on(rulebook, authority, category, day, known_on)
        if _amount(before) != _amount(after):
            yield ThresholdChange(category=category, before=before, after=after)


def _rule_changes(
    rulebook: Rulebook,
    kind: type[Provision],
    authority: str,
    day: date,
    known_on: date | None,
    changing: tuple[Provision, ...],
) -> Iterator[RuleChange]:
    """The changes of one kind; codes that go from the same rule to the same rule are together."""
    codes = dict.fromkeys(
        code for each in changing if isinstance(each, kind) and each.authority == authority for code in each.scope
    )
    alike: dict[tuple[str | None, str | None], list[str]] = {}
    found: dict[tuple[str | None, str | None], tuple[Provision | None, Provision | None]] = {}
    for code in codes:
        before = rulebook.find(kind, authority, code, day - _A_DAY, known_on)
        after = rulebook.find(kind, authority, code, day, known_on)
        if _says(before) == _says(after):
            continue
        pair = (None if before is None else before.id, None if after is None else after.id)
        alike.setdefault(pair, []).append(code)
        found[pair] = (before, after)
    for pair, together in alike.items():
        before, after = found[pair]
        yield RuleChange(authority=authority, codes=tuple(together), before=before, after=after)


def _says(provision: Provision | None) -> tuple[object, ...] | None:
    """What a provision says, without its dates and its origin; None says nothing."""
    if provision is None:
        return None
    own = (each.name for each in fields(provision) if each.name not in _COMMON and each.name not in _SCOPES)
    return tuple(getattr(provision, name) for name in own)


def _amount(threshold: SalaryThreshold | NothingInForce) -> tuple[Decimal, str, tuple[Decimal, ...]] | None:
    if isinstance(threshold, NothingInForce):
        return None
    return threshold.amount, threshold.unit, tuple(each.amount for each in threshold.other_values)


def _is_undated(found: SalaryThreshold | NothingInForce) -> bool:
    return isinstance(found, NothingInForce) and found.reason == reasons.AMOUNT_UNDATED


def _undated(rulebook: Rulebook, authority: str, category: str) -> tuple[SalaryThreshold, ...]:
    return tuple(each for each in rulebook.every(SalaryThreshold, authority, category) if each.valid_from is None)
