"""The amounts that pay may have to reach: one where the law is certain, two where it is in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from domain.law import reasons
from domain.law.exact_pay import euro_text, product
from domain.law.facts import ApplicationFacts
from domain.law.findings import Step
from domain.law.provisions.pay import PartTime, ReducedAmount, SalaryThreshold

_FULL_TIME: Final = Decimal(1)


class Bounds(NamedTuple):
    """Pay from ``least`` on meets every amount that may apply, pay below ``lowest`` none of them.

    Between the two ``doubt`` says why that is not known; where the law is certain both are one amount.
    """

    lowest: Decimal
    least: Decimal
    doubt: str | None


def amount_bounds(threshold: SalaryThreshold) -> Bounds:
    """The bounds of full-time work: what sources dispute, and amounts that hold for some only."""
    amounts = (threshold.amount, *(each.amount for each in threshold.disputed_amounts))
    reduced = tuple(each.amount for each in threshold.reduced_amounts)
    doubt = reasons.REDUCED_AMOUNT_POSSIBLE if reduced else None
    if threshold.disputed_amounts:
        doubt = reasons.AMOUNT_DISPUTED
    # One amount is one object, so that who compares with both bounds compares once.
    return Bounds(min(amounts + reduced) if doubt else threshold.amount, max(amounts), doubt)


def bounds_of_part_time(bounds: Bounds, part_time: PartTime, job: ApplicationFacts) -> Bounds:
    """The bounds of a part-time job: in proportion, where the law says so, and either where that was not found."""
    if part_time.pro_rata is False:
        return bounds
    share = job.full_time_equivalent or _FULL_TIME
    lowest = product(bounds.lowest, share)
    if part_time.pro_rata is None:
        return Bounds(lowest, bounds.least, reasons.PART_TIME_RULE_UNKNOWN)
    least = lowest if bounds.lowest is bounds.least else product(bounds.least, share)
    return Bounds(lowest, least, bounds.doubt)


def is_part_time(job: ApplicationFacts) -> bool:
    return job.full_time_equivalent is not None and job.full_time_equivalent < _FULL_TIME


def bound_steps(
    threshold: SalaryThreshold, bounds: Bounds, part_time: PartTime | None, job: ApplicationFacts, day: date
) -> Iterator[Step]:
    """The reasoning on the bounds: disputed and reduced amounts, and what becomes of them in a part-time job."""
    if threshold.disputed_amounts:
        amounts = sorted((threshold.amount, *(each.amount for each in threshold.disputed_amounts)))
        values = {"amounts": " ".join(euro_text(each) for each in amounts), "unit": threshold.unit}
        yield Step(code="amountsDisputed", values=values | {"provision": threshold.id})
    yield from (_reduced_step(threshold, each) for each in threshold.reduced_amounts)
    if part_time is None or not is_part_time(job):
        return
    values = {
        "share": str(job.full_time_equivalent),
        "provision": part_time.id,
        "confidence": part_time.confidence_on(day),
    }
    if part_time.pro_rata is None:
        in_proportion = {"threshold": euro_text(bounds.lowest), "unit": threshold.unit}
        yield Step(code="partTimeRuleUnknown", values=values | in_proportion)
    elif part_time.pro_rata:
        in_proportion = {"threshold": euro_text(bounds.least), "unit": threshold.unit}
        yield Step(code="partTimeInProportion", values=values | in_proportion)
    else:
        yield Step(code="partTimeCountsFully", values=values)


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
