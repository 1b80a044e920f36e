"""The salary rule: gross pay a year against the threshold in force (FACTS 1.3, 1.4).

Pay is annualised exactly (a month's pay times the months that the form of contract has) and compared
unrounded: pay equal to the published amount meets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from domain.case.codes import CONTRACTS, PAY_PERIODS
from domain.law import reasons
from domain.law.deciding_date import DecidingDate, deciding_date
from domain.law.exact_pay import difference, euro_text, least_cents_reaching, product
from domain.law.findings import Finding, Verdict
from domain.law.provisions import CategoryRule, PayConversion, SalaryThreshold
from domain.law.rulebook import NothingInForce, Rulebook

SALARY_THRESHOLD: Final = "salaryThreshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class SalaryFacts:
    """What the salary rule looks at; None is a fact that is not known.

    ``gross_pay`` is EUR per ``pay_period`` (``year`` or ``month``), ``contract`` ``belgian`` or ``posted``.
    Raises ValueError for pay that is negative or no number, and for a code that does not exist.
    """

    authority: str
    category: str
    filed_on: date
    contract: str | None = None
    gross_pay: Decimal | None = None
    pay_period: str | None = None

    def __post_init__(self) -> None:
        if self.gross_pay is not None and (not self.gross_pay.is_finite() or self.gross_pay < 0):
            raise ValueError("gross pay must be a number that is not negative")
        if self.contract is not None and self.contract not in CONTRACTS:
            raise ValueError(f"a contract is one of {', '.join(CONTRACTS)}")
        if self.pay_period is not None and self.pay_period not in PAY_PERIODS:
            raise ValueError(f"a pay period is one of {', '.join(PAY_PERIODS)}")


def assess_salary(rulebook: Rulebook, facts: SalaryFacts, known_on: date | None = None) -> Finding:
    """Judge pay under the law of the deciding date, as known on ``known_on`` (None: all that is known).

    Undetermined when no amount is in force (``reason`` says why) or a fact is missing (``missing`` says
    which); never a guess.
    """
    deciding = deciding_date(rulebook, facts.authority, facts.category, facts.filed_on, known_on)
    rule = rulebook.category_rule(facts.authority, facts.category, deciding.day, known_on)
    threshold = rulebook.salary_threshold(facts.authority, facts.category, deciding.day, known_on)
    if isinstance(threshold, NothingInForce):
        return _without_amount(facts, deciding, rule, threshold.reason)

    required = rule is None or rule.combination == "each"
    missing = _missing(facts)
    if missing or facts.gross_pay is None:
        return _undetermined(
            required,
            deciding,
            threshold,
            reason=reasons.FACT_MISSING,
            missing=missing,
            because=f"The facts do not give {' and '.join(missing)}: undetermined.",
        )
    if facts.pay_period == "year":
        return _compared(required, deciding, threshold, facts.gross_pay, conversion=None)

    conversion = (
        None
        if facts.contract is None
        else rulebook.pay_conversion(facts.authority, facts.contract, deciding.day, known_on)
    )
    if conversion is None:
        return _undetermined(
            required,
            deciding,
            threshold,
            reason=reasons.NO_CONVERSION_IN_FORCE,
            because="No rule that turns pay a month into pay a year is in force: undetermined.",
        )
    return _compared(required, deciding, threshold, facts.gross_pay, conversion=conversion)


def _missing(facts: SalaryFacts) -> tuple[str, ...]:
    contract_matters = facts.pay_period != "year"
    return tuple(
        path
        for path, absent in (
            ("employment.grossPay.amount", facts.gross_pay is None),
            ("employment.grossPay.period", facts.pay_period is None),
            ("employment.contract", contract_matters and facts.contract is None),
        )
        if absent
    )


def _compared(
    required: bool,
    deciding: DecidingDate,
    threshold: SalaryThreshold,
    gross_pay: Decimal,
    conversion: PayConversion | None,
) -> Finding:
    if conversion is None:
        observed = gross_pay
        annualised = f"Gross pay is EUR {euro_text(gross_pay)} a year."
        sources = threshold.sources
    else:
        observed = product(gross_pay, conversion.months_per_year)
        annualised = (
            f"Gross pay is EUR {euro_text(gross_pay)} a month x {conversion.months_per_year} = "
            f"EUR {euro_text(observed)} a year ({conversion.id}: {conversion.legal_reference})."
        )
        sources = tuple(dict.fromkeys(threshold.sources + conversion.sources))
    met = observed >= threshold.amount
    relation = "is not below" if met else "is below"
    verdict = Verdict.MET if met else Verdict.NOT_MET
    return Finding(
        rule=SALARY_THRESHOLD,
        required=required,
        verdict=verdict,
        legal_reference_date=deciding.day,
        rule_id=threshold.id,
        legal_reference=threshold.legal_reference,
        sources=sources,
        confidence=threshold.confidence_on(deciding.day),
        threshold=euro_text(threshold.amount),
        unit=threshold.unit,
        observed=euro_text(observed),
        difference=euro_text(difference(observed, threshold.amount)),
        counterfactual=None if met else _what_would_have_met(threshold, gross_pay, observed, conversion),
        trace=(
            deciding.step,
            _threshold_step(threshold, deciding.day),
            annualised,
            f"EUR {euro_text(observed)} {relation} EUR {euro_text(threshold.amount)}: {verdict}.",
        ),
    )


def _what_would_have_met(
    threshold: SalaryThreshold, gross_pay: Decimal, observed: Decimal, conversion: PayConversion | None
) -> str:
    short = euro_text(difference(threshold.amount, observed))
    if conversion is None:
        return (
            f"Gross pay of at least EUR {euro_text(threshold.amount)} a year, EUR {short} more, "
            "would have met the threshold."
        )
    monthly = least_cents_reaching(threshold.amount, conversion.months_per_year)
    return (
        f"Gross pay of at least EUR {euro_text(monthly)} a month, EUR "
        f"{euro_text(difference(monthly, gross_pay))} more, would have met the threshold of EUR "
        f"{euro_text(threshold.amount)} a year (EUR {short} short)."
    )


def _threshold_step(threshold: SalaryThreshold, day: date) -> str:
    return (
        f"The threshold is EUR {euro_text(threshold.amount)} a year, in force from {threshold.valid_from} "
        f"({threshold.id}: {threshold.legal_reference}; {threshold.confidence_on(day)})."
    )


def _undetermined(
    required: bool,
    deciding: DecidingDate,
    threshold: SalaryThreshold,
    *,
    reason: str,
    because: str,
    missing: tuple[str, ...] = (),
) -> Finding:
    return Finding(
        rule=SALARY_THRESHOLD,
        required=required,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=deciding.day,
        rule_id=threshold.id,
        legal_reference=threshold.legal_reference,
        sources=threshold.sources,
        confidence=threshold.confidence_on(deciding.day),
        threshold=euro_text(threshold.amount),
        unit=threshold.unit,
        reason=reason,
        missing=missing,
        trace=(deciding.step, _threshold_step(threshold, deciding.day), because),
    )


def _without_amount(facts: SalaryFacts, deciding: DecidingDate, rule: CategoryRule | None, reason: str) -> Finding:
    step = f"No amount of {facts.authority} for {facts.category} applies on {deciding.day} ({reason})"
    return Finding(
        rule=SALARY_THRESHOLD,
        required=rule is None or rule.combination == "each",
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=deciding.day,
        rule_id=None if rule is None else rule.id,
        legal_reference=None if rule is None else rule.legal_reference,
        sources=() if rule is None else rule.sources,
        confidence=None if rule is None else rule.confidence_on(deciding.day),
        reason=reason,
        trace=(deciding.step, f"{step}: undetermined."),
    )
