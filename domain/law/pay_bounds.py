"""The amounts that pay may have to reach: one where the law is certain, two where it is in doubt."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from domain.law import reasons
from domain.law.exact_pay import euro_text, product
from domain.law.facts import ApplicationFacts
from domain.law.findings import Step
from domain.law.pay_provisions import PartTime, ReducedAmount, SalaryThreshold

_FULL_TIME: Final = Decimal(1)


class Bounds(NamedTuple):
    """Pay from ``least`` on meets every amount that may apply, pay below ``lowest`` none of them.

    Between the two ``doubt`` says why nobody can tell; where the law is certain both are one amount.
    """

    lowest: Decimal
    least: Decimal
    steps: tuple[Step, ...]
    doubt: str | None


def amount_bounds(threshold: SalaryThreshold) -> Bounds:
    """The bounds of full-time work: what sources dispute, and amounts that hold for some only."""
    amount = threshold.amount
    bounds = Bounds(amount, amount, (), None)
    if threshold.disputed_amounts:
        amounts = sorted((amount, *(each.amount for each in threshold.disputed_amounts)))
        values = {"amounts": " ".join(euro_text(each) for each in amounts), "unit": threshold.unit}
        step = Step(code="amountsDisputed", values=values | {"provision": threshold.id})
        bounds = Bounds(amounts[0], amounts[-1], (step,), reasons.AMOUNT_DISPUTED)
    if threshold.reduced_amounts:
        lowest = min(each.amount for each in threshold.reduced_amounts)
        told = tuple(_reduced_step(threshold, each) for each in threshold.reduced_amounts)
        bounds = Bounds(
            lowest=min(lowest, bounds.lowest),
            least=bounds.least,
            steps=(*bounds.steps, *told),
            doubt=bounds.doubt or reasons.REDUCED_AMOUNT_POSSIBLE,
        )
    return bounds


def bounds_of_part_time(
    bounds: Bounds, threshold: SalaryThreshold, part_time: PartTime, job: ApplicationFacts, day: date
) -> Bounds:
    """The bounds of a part-time job: in proportion, where the law of ``day`` says so."""
    share = job.full_time_equivalent or _FULL_TIME
    values = {
        "share": str(share),
        "provision": part_time.id,
        "confidence": part_time.confidence_on(day),
    }
    lowest, least = product(bounds.lowest, share), product(bounds.least, share)
    if part_time.pro_rata is None:
        said = values | {"threshold": euro_text(lowest), "unit": threshold.unit}
        unknown = Step(code="partTimeRuleUnknown", values=said)
        return Bounds(lowest, bounds.least, (*bounds.steps, unknown), reasons.PART_TIME_RULE_UNKNOWN)
    if not part_time.pro_rata:
        return bounds._replace(steps=(*bounds.steps, Step(code="partTimeCountsFully", values=values)))
    said = values | {"threshold": euro_text(least), "unit": threshold.unit}
    reduced = Step(code="partTimeInProportion", values=said)
    return Bounds(lowest, least, (*bounds.steps, reduced), bounds.doubt)


def _reduced_step(threshold: SalaryThreshold, reduced: ReducedAmount) -> Step:
    return Step(
        code="amountReduced",
        values={
            "amount": euro_text(reduced.amount),
            "unit": threshold.unit,
            "experienceBelow": str(reduced.experience_below),
            "provision": threshold.id,
        },
    )


def is_part_time(job: ApplicationFacts) -> bool:
    return job.full_time_equivalent is not None and job.full_time_equivalent < _FULL_TIME
