"""Pay against the threshold in force: a cent below, exactly at, per month, posted, and what is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.law.facts import ApplicationFacts
from domain.law.findings import Change, Finding, Step, Verdict
from domain.law.rulebook import Rulebook
from domain.law.rules.salary import assess_salary

LAW = Rulebook.load()


def judged(
    pay: str | None,
    per: str | None = "year",
    *,
    category: str = "highlySkilled",
    contract: str | None = "belgian",
    filed_on: date = date(2026, 2, 2),
    authority: str = "flanders",
) -> Finding:
    return assess_salary(
        LAW,
        ApplicationFacts(
            authority=authority,
            category=category,
            filed_on=filed_on,
            contract=contract,
            gross_pay=None if pay is None else Decimal(pay),
            pay_period=per,
        ),
    )


def pay_change(threshold: str, distance: str, unit: str) -> Change:
    return Change(fact="employment.grossPay.amount", threshold=threshold, distance=distance, unit=unit)


def test_good_pay_meets_the_threshold_and_says_by_which_rule() -> None:
    finding = judged("52000.00")

    assert finding.verdict is Verdict.MET
    assert finding.rule == "salaryThreshold"
    assert finding.required
    assert finding.rule_id == "FL-HS-2025"
    assert (finding.threshold, finding.unit) == ("48912.00", "EUR/year")
    assert (finding.observed, finding.difference) == ("52000.00", "3088.00")
    assert finding.legal_reference_date == date(2026, 2, 2)
    assert finding.counterfactual is None
    assert finding.missing == ()
    assert any("KPMG-2024-223" in source for source in finding.sources)


@pytest.mark.parametrize(
    ("category", "threshold"),
    [
        ("highlySkilled", "48912.00"),
        ("highlySkilledUnder30", "39129.60"),
        ("nurse", "39129.60"),
        ("teacher", "39129.60"),
        ("executive", "78259.00"),
        ("euBlueCard", "63586.00"),
        ("ictManager", "78259.00"),
        ("ictSpecialist", "48912.00"),
        ("ictTrainee", "48912.00"),
    ],
)
def test_exactly_the_threshold_is_met_and_a_cent_below_is_not(category: str, threshold: str) -> None:
    a_cent_below = str(Decimal(threshold) - Decimal("0.01"))

    assert judged(threshold, category=category).verdict is Verdict.MET
    below = judged(a_cent_below, category=category)
    assert below.verdict is Verdict.NOT_MET
    assert (below.observed, below.difference) == (a_cent_below, "-0.01")


def test_a_failed_test_says_what_would_have_met_it() -> None:
    finding = judged("48911.99")

    assert finding.counterfactual == (pay_change("48912.00", "0.01", "EUR/year"),)


def test_a_month_under_a_belgian_contract_counts_thirteen_point_ninety_two_times_unrounded() -> None:
    # 48,912 / 13.92 = 3,513.7931...: the cent above reaches it, the cent below does not.
    reached, short = judged("3513.80", "month"), judged("3513.79", "month")

    assert (reached.verdict, reached.observed) == (Verdict.MET, "48912.096")
    assert (short.verdict, short.observed) == (Verdict.NOT_MET, "48911.9568")
    assert short.difference == "-0.0432"
    assert short.counterfactual == (pay_change("3513.80", "0.01", "EUR/month"),)


def test_a_month_of_a_posted_worker_counts_twelve_times() -> None:
    assert judged("4076.00", "month", contract="posted").verdict is Verdict.MET
    short = judged("4075.99", "month", contract="posted")
    assert (short.verdict, short.difference) == (Verdict.NOT_MET, "-0.12")


def test_the_trace_reads_as_the_reasoning_of_a_letter() -> None:
    trace = judged("3513.79", "month").trace

    steps = {each.code: each.values for each in trace if isinstance(each, Step)}
    assert list(steps) == ["decidingDate", "threshold", "payConverted", "payCompared"]
    assert steps["decidingDate"] == {
        "day": "2026-02-02", "basis": "filedOn", "provision": "FL-REFERENCE-DATE", "confidence": "disputed",
    }  # fmt: skip
    assert (steps["threshold"]["amount"], steps["threshold"]["provision"]) == ("48912.00", "FL-HS-2025")
    assert (steps["payConverted"]["amount"], steps["payConverted"]["months"]) == ("3513.79", "13.92")
    assert steps["payCompared"] == {
        "observed": "48911.9568", "threshold": "48912.00", "unit": "EUR/year", "verdict": "notMet",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("filed_on", "category", "rule_id"),
    [
        (date(2023, 12, 31), "highlySkilled", "FL-HS-2023"),
        (date(2024, 1, 1), "highlySkilled", "FL-HS-2024"),
        (date(2024, 12, 31), "highlySkilled", "FL-HS-2024"),
        (date(2025, 1, 1), "highlySkilled", "FL-HS-2025"),
        (date(2024, 2, 29), "euBlueCard", "FL-BC-2024a"),
        (date(2024, 4, 30), "euBlueCard", "FL-BC-2024a"),
        (date(2024, 5, 1), "euBlueCard", "FL-BC-2024b"),
        (date(2024, 5, 1), "teacher", "FL-TEACH-2024"),
        (date(2025, 12, 31), "artist", "FL-ART-2025"),
    ],
)
def test_the_law_of_the_day_of_filing_applies(filed_on: date, category: str, rule_id: str) -> None:
    assert judged("200000.00", category=category, filed_on=filed_on).rule_id == rule_id


def test_confidence_falls_when_a_second_source_no_longer_confirms_the_amount() -> None:
    assert judged("52000.00", filed_on=date(2026, 2, 28)).confidence == "confirmed"
    assert judged("52000.00", filed_on=date(2026, 3, 1)).confidence == "single-source"


@pytest.mark.parametrize(
    ("pay", "per", "contract", "missing"),
    [
        (None, "year", "belgian", ("employment.grossPay.amount",)),
        ("52000.00", None, "belgian", ("employment.grossPay.period",)),
        ("4000.00", "month", None, ("employment.contract",)),
        (
            None,
            None,
            None,
            ("employment.grossPay.amount", "employment.grossPay.period", "employment.contract"),
        ),
    ],
)
def test_a_missing_fact_is_named_and_never_guessed(
    pay: str | None, per: str | None, contract: str | None, missing: tuple[str, ...]
) -> None:
    finding = judged(pay, per, contract=contract)

    assert finding.verdict is Verdict.UNDETERMINED
    assert finding.reason == "factMissing"
    assert finding.missing == missing
    assert finding.threshold == "48912.00"


def test_the_form_of_contract_does_not_matter_for_pay_stated_per_year() -> None:
    assert judged("52000.00", "year", contract=None).verdict is Verdict.MET


@pytest.mark.parametrize(
    ("category", "filed_on", "reason"),
    [
        ("athlete", date(2026, 1, 1), "noAmountInForce"),
        ("teacher", date(2024, 4, 30), "noAmountInForce"),
        ("highlySkilled", date(2015, 12, 31), "noAmountInForce"),
        ("mediumSkilledShortage", date(2026, 2, 2), "jointCommitteeScaleUnknown"),
        ("mediumSkilledOther", date(2025, 12, 31), "jointCommitteeScaleUnknown"),
        ("seasonal", date(2026, 2, 2), "sectorScaleUnknown"),
        ("frontierWorker", date(2026, 2, 2), "underlyingCategoryUnknown"),
        ("unlimited", date(2026, 2, 2), "decidedByContract"),
        ("researcher", date(2026, 2, 2), "notStated"),
        ("auPair", date(2026, 2, 2), "notFound"),
    ],
)
def test_without_an_amount_in_force_pay_is_undetermined_with_the_reason(
    category: str, filed_on: date, reason: str
) -> None:
    finding = judged("99000.00", category=category, filed_on=filed_on)

    assert (finding.verdict, finding.reason) == (Verdict.UNDETERMINED, reason)
    assert finding.threshold is None


def test_a_category_that_the_authoritys_law_does_not_name_is_undetermined() -> None:
    finding = judged("99000.00", authority="german-community", category="journalist")

    assert (finding.verdict, finding.reason) == (Verdict.UNDETERMINED, "noAmountInForce")
    assert finding.rule_id is None


@pytest.mark.parametrize("pay", ["-0.01", "NaN", "Infinity"])
def test_pay_that_is_no_amount_is_refused(pay: str) -> None:
    with pytest.raises(ValueError, match="gross pay"):
        judged(pay)


@pytest.mark.parametrize(("per", "contract"), [("week", "belgian"), ("month", "verbal")])
def test_an_unknown_code_is_refused(per: str, contract: str) -> None:
    with pytest.raises(ValueError, match="one of"):
        judged("4000.00", per, contract=contract)


def test_the_threads_decimal_context_does_not_change_a_verdict() -> None:
    with localcontext() as careless:
        careless.prec = 4
        finding = judged("3513.79", "month")

    assert (finding.verdict, finding.observed) == (Verdict.NOT_MET, "48911.9568")


ORDER = [Verdict.NOT_MET, Verdict.MET]
PAY = st.decimals(min_value=0, max_value=200_000, places=2)


@given(one=PAY, more=PAY, per=st.sampled_from(["year", "month"]), contract=st.sampled_from(["belgian", "posted"]))
def test_more_pay_never_worsens_the_verdict(one: Decimal, more: Decimal, per: str, contract: str) -> None:
    less, greater = sorted([one, more])

    worse = judged(str(less), per, contract=contract).verdict
    better = judged(str(greater), per, contract=contract).verdict
    assert ORDER.index(better) >= ORDER.index(worse)


@given(pay=st.decimals(min_value=0, max_value="3513.79", places=2))
def test_the_counterfactual_pay_would_indeed_have_met_the_test(pay: Decimal) -> None:
    finding = judged(str(pay), "month")
    assert isinstance(finding.counterfactual, tuple)
    (change,) = finding.counterfactual
    advised = change.threshold

    assert judged(advised, "month").verdict is Verdict.MET
    assert judged(str(Decimal(advised) - Decimal("0.01")), "month").verdict is Verdict.NOT_MET
