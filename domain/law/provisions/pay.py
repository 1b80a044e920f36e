"""Kinds of provision about money: thresholds and what they are compared with, and fees. EUR as exact decimals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Final

from domain.copies import replace
from domain.law.durations import CalendarDuration
from domain.law.provisions.effective_dated import Provision

YEARLY: Final = "EUR/year"
MONTHLY: Final = "EUR/month"
UNITS: Final = (YEARLY, MONTHLY)

BASES: Final = ("statbelAverageWage", "regionalAverageWage", "ownIndex", "athleteThreshold", "unknown")

PAY_COMPONENTS: Final = (
    "baseWage", "thirteenthMonth", "doubleHolidayPay", "certainAmounts", "mealVouchers", "ecoVouchers",
    "sportCultureVouchers", "hospitalisationInsurance", "groupInsurance", "companyCar", "housing",
    "discretionaryBonus", "costOfLivingAllowance", "postingAllowances", "expenses",
    "ordinaryContributionBenefits", "foreignSocialSecurity",
)  # fmt: skip
"""What pay is made of, as far as a source says whether it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherValue:
    """Another amount that a source gives for the same thing."""

    amount: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedAmount:
    """A lower amount for workers with less experience than ``experience_below``, which no fact of a file gives."""

    amount: Decimal
    experience_below: CalendarDuration
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SalaryThreshold(Provision):
    """The least gross pay for a category, as published, in ``unit``.

    ``amount_a_month`` is what a month of a Belgian contract is held against, where it is published or rounded from an
    amount by the year: a publisher's cent decides nobody's case. Pay from one of the ``reduced_amounts`` on cannot be
    judged below ``amount``. ``basis`` and ``percentage`` say from what it was derived; the published amount is what
    applies. Where sources of equal weight give ``disputed_amounts``, pay between two of them cannot be judged;
    ``other_values`` are named and change nothing. ``published_until`` is the last day for which the amount is
    published: from the day after, another will apply that nobody has published yet.
    """

    kind: ClassVar[str] = "salary_threshold"

    amount: Decimal
    unit: str
    basis: str
    percentage: Decimal | None
    other_values: tuple[OtherValue, ...]
    disputed_amounts: tuple[OtherValue, ...] = ()
    reduced_amounts: tuple[ReducedAmount, ...] = ()
    amount_a_month: Decimal | None = None
    published_until: date | None = None

    def by_the_month(self) -> SalaryThreshold | None:
        """The threshold for pay by the month, where there is an amount for that."""
        if self.amount_a_month is None:
            return None
        # What others give, they give by the year.
        return replace(self, amount=self.amount_a_month, unit=MONTHLY, other_values=(), disputed_amounts=())

    def last_published_before(self, day: date) -> date | None:
        """The last day for which the amount is published where ``day`` lies after it; else None."""
        return None if self.published_until is None or day <= self.published_until else self.published_until


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseAmount(Provision):
    """The amount of which thresholds are percentages. It applies to nobody; it proves them. Scope: its basis."""

    kind: ClassVar[str] = "base_amount"

    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayConversion(Provision):
    """Pay a year is pay a month times ``months_per_year``, by the form of the contract (the scope)."""

    kind: ClassVar[str] = "pay_conversion"

    months_per_year: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PayDefinition(Provision):
    """What an authority counts as pay, in words of ``PAY_COMPONENTS``; on ``disputed`` the sources conflict."""

    kind: ClassVar[str] = "pay_definition"

    counts: tuple[str, ...]
    does_not_count: tuple[str, ...]
    disputed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTime(Provision):
    """Whether the threshold of a part-time job is reduced in proportion; None: looked for and not found."""

    kind: ClassVar[str] = "part_time"

    pro_rata: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(Provision):
    """What an application costs, in EUR, and to whom (``federal`` or ``regional``)."""

    kind: ClassVar[str] = "fee"

    recipient: str
    amount: Decimal
    other_values: tuple[OtherValue, ...]


RESIDENCE_EXTENDED: Final = "residenceExtended"
"""The residence is extended in the same status: the permit is renewed."""

EXEMPT_CIRCUMSTANCES: Final = (RESIDENCE_EXTENDED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeExemption(Provision):
    """Who does not owe the fee of ``authority``: nationals of ``nationalities``, or anybody in ``circumstances``.

    It concerns one of the two, which is its scope.
    """

    kind: ClassVar[str] = "fee_exemption"

    nationalities: tuple[str, ...] = ()
    circumstances: tuple[str, ...] = ()
