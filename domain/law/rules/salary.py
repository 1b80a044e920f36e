"""The salary rule: gross pay against the threshold in force, by the year or by the month (FACTS 1.3, 1.4, 3.2).

Pay is converted exactly (a month's pay times the months that the form of contract has) and compared unrounded:
pay equal to the published amount meets it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from domain.codes import CONTRACTS, PAY_PERIODS
from domain.law import reasons
from domain.law.applicable_law import ApplicableLaw, DecidingDate, DecidingDateUnknown, NothingInForce
from domain.law.exact_pay import difference, euro_text
from domain.law.facts import ApplicationFacts
from domain.law.findings import Change, Finding, Judged, Judgement, Step, Verdict
from domain.law.pay_bounds import Bounds, bound_steps, bounds_of_part_time, is_part_time
from domain.law.provisions.pay import MONTHLY, YEARLY, SalaryThreshold
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from domain.law.rules.deciding_date import deciding_date
from domain.law.rules.stated_pay import Pay

_AMOUNT: Final = "employment.grossPay.amount"
_BELGIAN: Final = "belgian"
_PERIOD_OF_UNIT: Final = {YEARLY: "year", MONTHLY: "month"}
_PERIODS: Final = frozenset((None, *PAY_PERIODS))
_CONTRACTS: Final = frozenset((None, *CONTRACTS))
_MONTH: Final = _PERIOD_OF_UNIT[MONTHLY]
_UNIT_OF_PERIOD: Final = {"year": YEARLY, "month": MONTHLY}


def assess_salary(rulebook: Rulebook, facts: ApplicationFacts, known_on: date | None = None) -> Finding:
    """Judge pay under the law of the deciding date, as known on ``known_on`` (None: all that is known).

    Undetermined when no amount is in force (``reason`` says why) or a fact is missing (``missing`` says
    which); never a guess.
    """
    filing = rulebook.law_of_filing(facts.authority, facts.category, facts.filed_on, known_on)
    deciding = deciding_date(filing, facts, known_on)
    if isinstance(deciding, DecidingDateUnknown):
        return undated(Rule.SALARY_THRESHOLD, deciding)
    law = rulebook.law_on(facts.authority, facts.category, deciding.day, known_on)
    return judge_salary(law, deciding, facts).finding()


def undated(rule: Rule, deciding: DecidingDateUnknown) -> Finding:
    """The finding of a rule when the day whose law applies is not known."""
    return Finding(
        rule=rule,
        required=True,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=None,
        rule_id=deciding.rule.id,
        legal_reference=deciding.rule.legal_reference,
        sources=deciding.rule.sources,
        reason=reasons.FACT_MISSING,
        missing=deciding.missing,
        trace=(deciding.step,),
        provisions=(deciding.rule.id,),
    )


def judge_salary(law: ApplicableLaw, deciding: DecidingDate, facts: ApplicationFacts) -> Judged:
    """Judge pay under ``law``.

    Raises ValueError for pay that is negative or no number, and for a period or a contract that does not exist.
    """
    pay, period, contract = facts.gross_pay, facts.pay_period, facts.contract
    if not (pay is None or (pay.is_finite() and pay >= 0)) or period not in _PERIODS or contract not in _CONTRACTS:
        _refuse_impossible(facts)
    threshold = law.threshold
    if isinstance(threshold, NothingInForce):
        return _without_amount(law, deciding, threshold.reason)
    published_until = threshold.last_published_before(deciding.day)
    if published_until is not None:
        return _not_published_yet(law, deciding, threshold, published_until)
    if law.threshold_a_month is not None and period == _MONTH and contract == _BELGIAN:
        threshold = law.threshold_a_month
    conversion = None if contract is None else law.conversions.get(contract)
    converts = period is None or period != _PERIOD_OF_UNIT[threshold.unit]
    if pay is None or period is None or (converts and contract is None):
        missing = _missing(facts, converts=converts)
        return _undetermined(law, deciding, threshold, reason=reasons.FACT_MISSING, missing=missing)
    if not converts:
        conversion = None
    elif conversion is None:
        return _undetermined(law, deciding, threshold, reason=reasons.NO_CONVERSION_IN_FORCE)
    stated = Pay(pay, period, conversion)
    bounds = law.bounds[threshold.unit]
    if law.part_time is not None and is_part_time(facts):
        bounds = bounds_of_part_time(bounds, law.part_time, facts)
    verdict = _verdict(stated, bounds)
    return Judgement(
        Rule.SALARY_THRESHOLD,
        law.each_test_alone,
        verdict,
        lambda: _compared(law, deciding, threshold, facts, stated, bounds, verdict),
    )


def _verdict(pay: Pay, bounds: Bounds) -> Verdict:
    if bounds.lowest is bounds.least:
        return Verdict.MET if pay.reaches(bounds.least) else Verdict.NOT_MET
    return Verdict.between(meets_every=pay.reaches(bounds.least), meets_some=pay.reaches(bounds.lowest))


def _refuse_impossible(facts: ApplicationFacts) -> None:
    if facts.gross_pay is not None and not (facts.gross_pay.is_finite() and facts.gross_pay >= 0):
        raise ValueError("gross pay must be a number that is not negative")
    if facts.pay_period is not None and facts.pay_period not in PAY_PERIODS:
        raise ValueError(f"a pay period is one of {', '.join(PAY_PERIODS)}")
    if facts.contract is not None and facts.contract not in CONTRACTS:
        raise ValueError(f"a contract is one of {', '.join(CONTRACTS)}")


def _missing(facts: ApplicationFacts, *, converts: bool) -> tuple[str, ...]:
    return tuple(
        path
        for path, absent in (
            (_AMOUNT, facts.gross_pay is None),
            ("employment.grossPay.period", facts.pay_period is None),
            ("employment.contract", converts and facts.contract is None),
        )
        if absent
    )


def _compared(
    law: ApplicableLaw,
    deciding: DecidingDate,
    threshold: SalaryThreshold,
    facts: ApplicationFacts,
    pay: Pay,
    bounds: Bounds,
    verdict: Verdict,
) -> Finding:
    least = bounds.least
    converted = pay.converted()
    observed = euro_text(converted)
    as_printed = threshold is law.threshold and least is threshold.amount
    least_text = law.threshold_text if as_printed else euro_text(least)
    conversion = pay.conversion
    provisions = [*deciding.provisions, threshold.id]
    sources = threshold.sources
    if conversion is not None:
        provisions.append(conversion.id)
        sources = (*sources, *(each for each in conversion.sources if each not in sources))
    if law.part_time is not None and is_part_time(facts):
        provisions.append(law.part_time.id)
    return Finding(
        rule=Rule.SALARY_THRESHOLD,
        required=law.each_test_alone,
        verdict=verdict,
        legal_reference_date=deciding.day,
        rule_id=threshold.id,
        legal_reference=threshold.legal_reference,
        sources=sources,
        confidence=threshold.confidence_on(deciding.day),
        threshold=least_text,
        unit=threshold.unit,
        observed=observed,
        difference=euro_text(difference(converted, least)),
        counterfactual=(_what_would_have_met(pay, least),) if verdict is Verdict.NOT_MET else None,
        reason=bounds.doubt if verdict is Verdict.UNDETERMINED else None,
        trace=(
            *_opening(law, deciding, threshold),
            *bound_steps(threshold, bounds, law.part_time, facts, deciding.day),
            pay.step(threshold.unit, observed),
            Step(
                code="payCompared",
                values={
                    "observed": observed,
                    "threshold": least_text,
                    "unit": threshold.unit,
                    "verdict": verdict.value,
                },
            ),
        ),
        provisions=tuple(provisions),
    )


def _what_would_have_met(pay: Pay, least: Decimal) -> Change:
    needed = pay.reaching(least)
    return Change(
        fact=_AMOUNT,
        threshold=euro_text(needed),
        distance=euro_text(difference(needed, pay.amount)),
        unit=_UNIT_OF_PERIOD[pay.period],
    )


def _opening(law: ApplicableLaw, deciding: DecidingDate, threshold: SalaryThreshold) -> tuple[Step, ...]:
    """The law that is applied, and what other sources say of the amount."""
    opening = (deciding.step,) if law.threshold_step is None else (deciding.step, law.threshold_step)
    if threshold is not law.threshold:
        values = {"amount": euro_text(threshold.amount), "unit": threshold.unit, "provision": threshold.id}
        opening = (*opening, Step(code="amountAMonth", values=values))
    if not threshold.other_values:
        return opening
    others = tuple(
        Step(
            code="otherAmount", values={"amount": euro_text(each.amount), "unit": threshold.unit, "source": each.source}
        )
        for each in threshold.other_values
    )
    return (*opening, *others)


def _not_published_yet(
    law: ApplicableLaw, deciding: DecidingDate, threshold: SalaryThreshold, published_until: date
) -> Finding:
    """No amount is claimed for the day: the one that was published last is named in the reasoning."""
    step = Step(
        code="amountNotPublishedYet",
        values={
            "amount": euro_text(threshold.amount),
            "unit": threshold.unit,
            "until": published_until.isoformat(),
            "provision": threshold.id,
            "legalReference": threshold.legal_reference,
        },
    )
    return Finding(
        rule=Rule.SALARY_THRESHOLD,
        required=law.each_test_alone,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=deciding.day,
        rule_id=threshold.id,
        legal_reference=threshold.legal_reference,
        sources=threshold.sources,
        reason=reasons.AMOUNT_NOT_PUBLISHED_YET,
        trace=(deciding.step, step),
        provisions=(*deciding.provisions, threshold.id),
    )


def _undetermined(
    law: ApplicableLaw,
    deciding: DecidingDate,
    threshold: SalaryThreshold,
    *,
    reason: str,
    missing: tuple[str, ...] = (),
) -> Finding:
    return Finding(
        rule=Rule.SALARY_THRESHOLD,
        required=law.each_test_alone,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=deciding.day,
        rule_id=threshold.id,
        legal_reference=threshold.legal_reference,
        sources=threshold.sources,
        confidence=threshold.confidence_on(deciding.day),
        threshold=law.threshold_text,
        unit=threshold.unit,
        reason=reason,
        missing=missing,
        trace=_opening(law, deciding, threshold),
        provisions=(*deciding.provisions, threshold.id),
    )


def _without_amount(law: ApplicableLaw, deciding: DecidingDate, reason: str) -> Finding:
    rule = law.category_rule
    step = Step(code="noAmount", values={"authority": law.authority, "category": law.category, "reason": reason})
    return Finding(
        rule=Rule.SALARY_THRESHOLD,
        required=law.each_test_alone,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=deciding.day,
        rule_id=None if rule is None else rule.id,
        legal_reference=None if rule is None else rule.legal_reference,
        sources=() if rule is None else rule.sources,
        confidence=None if rule is None else rule.confidence_on(deciding.day),
        reason=reason,
        trace=(deciding.step, step),
        provisions=deciding.provisions if rule is None else (*deciding.provisions, rule.id),
    )
