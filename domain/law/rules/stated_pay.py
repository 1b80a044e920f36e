"""Pay as it is stated, and converted to the period of a threshold."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from domain.law.exact_pay import euro_text, least_cents_reaching, product, shown_quotient
from domain.law.findings import Step
from domain.law.provisions.pay import PayConversion


class Pay(NamedTuple):
    """Pay as stated, and the conversion to the period of the threshold where the two differ."""

    amount: Decimal
    period: str
    conversion: PayConversion | None

    def reaches(self, least: Decimal) -> bool:
        """Whether pay is not below ``least``, compared without division."""
        if self.conversion is None:
            return self.amount >= least
        months = self.conversion.months_per_year
        return (
            product(self.amount, months) >= least if self.period == "month" else self.amount >= product(least, months)
        )

    def converted(self) -> Decimal:
        """Pay in the period of the threshold. A quotient is cut, so that it never looks higher than it is."""
        if self.conversion is None:
            return self.amount
        months = self.conversion.months_per_year
        return product(self.amount, months) if self.period == "month" else shown_quotient(self.amount, months)

    def reaching(self, least: Decimal) -> Decimal:
        """The smallest pay in whole cents, in the period it was stated in, that reaches ``least``."""
        if self.conversion is None:
            return least_cents_reaching(least, Decimal(1))
        months = self.conversion.months_per_year
        if self.period == "month":
            return least_cents_reaching(least, months)
        return least_cents_reaching(product(least, months), Decimal(1))

    def step(self, unit: str, observed: str) -> Step:
        if self.conversion is None:
            return Step(code="payStated", values={"amount": observed, "period": self.period})
        return Step(
            code="payConverted",
            values={
                "amount": euro_text(self.amount),
                "period": self.period,
                "months": str(self.conversion.months_per_year),
                "converted": observed,
                "unit": unit,
                "provision": self.conversion.id,
                "legalReference": self.conversion.legal_reference,
            },
        )
