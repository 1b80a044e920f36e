"""The kinds of provision a law file can hold. Amounts are EUR as exact decimals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final, assert_never

from domain.law.durations import CalendarDuration
from domain.law.effective_dated import Provision

UNITS: Final = ("EUR/year",)
BASES: Final = ("statbelAverageWage", "ownIndex", "athleteThreshold", "unknown")
PAY_TESTS: Final = (
    "threshold", "jointCommitteeScale", "sectorScale", "underlyingCategory", "contract", "notStated",
)  # fmt: skip
LABOUR_MARKET_TESTS: Final = ("required", "notRequired", "underlyingCategory")
COMBINATIONS: Final = ("each", "either")
INTERRUPTIONS: Final = ("addUp", "continuous")


class ReferenceDateBasis(StrEnum):
    FILED_ON = "filedOn"


@dataclass(frozen=True, slots=True, kw_only=True)
class SalaryThreshold(Provision):
    """The least gross pay for a category, as published.

    ``basis`` and ``percentage`` say from what it was derived; the published amount is what applies.
    """

    kind: ClassVar[str] = "salary_threshold"

    amount: Decimal
    unit: str
    basis: str
    percentage: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayConversion(Provision):
    """Pay a year is pay a month times ``months_per_year``, by the form of the contract."""

    kind: ClassVar[str] = "pay_conversion"

    months_per_year: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceDateRule(Provision):
    """Which day of a file decides which law applies to it."""

    kind: ClassVar[str] = "reference_date"

    basis: ReferenceDateBasis

    def day(self, *, filed_on: date) -> date:
        """The day whose law applies to a file with these dates."""
        match self.basis:
            case ReferenceDateBasis.FILED_ON:
                return filed_on
            case _:
                assert_never(self.basis)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRule(Provision):
    """What a category is tested on.

    None means that the test was looked for and not found. ``combination`` ``either`` makes pay and the
    labour-market test alternatives of which one is enough.
    """

    kind: ClassVar[str] = "category_rule"

    pay_test: str | None
    labour_market_test: str | None
    combination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabourMarketTestTerms(Provision):
    """A vacancy must be published for ``publication_days`` on every channel within ``within`` before filing.

    ``interruptions``: ``addUp`` counts all days together, ``continuous`` only the longest run. That choice
    has a confidence of its own, because it is policy and not found in a text.
    """

    kind: ClassVar[str] = "labour_market_test"

    channels: tuple[str, ...]
    publication_days: int
    within: CalendarDuration
    interruptions: str
    interruptions_confidence: str
