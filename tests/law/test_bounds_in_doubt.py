"""Where the law itself is in doubt: between two amounts or two lengths nobody decides, beyond both everybody can."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from domain.law.facts import ApplicationFacts, Publication
from domain.law.findings import Finding, Verdict
from domain.law.rulebook import Rulebook
from domain.law.rules.labour_market_test import assess_labour_market_test
from domain.law.rules.salary import assess_salary
from tests.law.small_laws import entry, origin, threshold

WriteLaw = Callable[..., Path]

FILED: date = date(2019, 6, 3)

ORIGIN = origin("2019-01-01", last_day="2019-12-31")
AMOUNT = threshold("HS-2019", "41868.00", ORIGIN)
DISPUTED = AMOUNT + 'disputed_amounts = [{ amount = "41739.00", source = "another" }]\n'
PART_TIME = entry("part_time", 'id = "PART-TIME"\ncategories = ["all"]', ORIGIN)
SEARCH = entry(
    "category_rule",
    """
id = "RULE"
categories = ["mediumSkilledOther"]
labour_market_test = "required"
combination = "each"
""",
    ORIGIN,
) + entry(
    "labour_market_test",
    """
id = "SEARCH"
categories = ["mediumSkilledOther"]
channels = ["FOREM"]
publication = "P5W"
interruptions = "addUp"
interruptions_confidence = "derived"
""",
    ORIGIN,
)


def pay_judged(law: Rulebook, pay: str, *, share: str | None = None, filed_on: date = FILED) -> Finding:
    facts = ApplicationFacts(
        authority="flanders",
        category="highlySkilled",
        filed_on=filed_on,
        contract="belgian",
        gross_pay=Decimal(pay),
        pay_period="year",
        full_time_equivalent=None if share is None else Decimal(share),
    )
    return assess_salary(law, facts)


def search_judged(law: Rulebook, publications: tuple[Publication, ...] | None) -> Finding:
    facts = ApplicationFacts(
        authority="flanders", category="mediumSkilledOther", filed_on=FILED, publications=publications
    )
    return assess_labour_market_test(law, facts)


def search_of(days: int) -> tuple[Publication, ...]:
    start = date.fromordinal(FILED.toordinal() - days)
    return (Publication(channel="FOREM", published_from=start, published_to=FILED),)


@pytest.mark.parametrize(
    ("pay", "verdict"),
    [
        ("41868.00", Verdict.MET),
        ("41867.99", Verdict.UNDETERMINED),
        ("41739.00", Verdict.UNDETERMINED),
        ("41738.99", Verdict.NOT_MET),
    ],
)
def test_between_two_disputed_amounts_pay_is_undetermined(write_law: WriteLaw, pay: str, verdict: Verdict) -> None:
    finding = pay_judged(Rulebook.load(write_law(DISPUTED)), pay)

    assert finding.verdict is verdict
    assert finding.threshold == "41868.00", "the amount that is beyond doubt"
    assert finding.reason == ("amountDisputed" if verdict is Verdict.UNDETERMINED else None)
    (step,) = [each for each in finding.trace if not isinstance(each, str) and each.code == "amountsDisputed"]
    assert step.values["amounts"] == "41739.00 41868.00", "both are named, whatever the verdict"


def test_what_would_surely_have_met_a_disputed_amount_is_the_higher_one(write_law: WriteLaw) -> None:
    finding = pay_judged(Rulebook.load(write_law(DISPUTED)), "41738.99")

    assert isinstance(finding.counterfactual, tuple)
    assert [(each.threshold, each.distance) for each in finding.counterfactual] == [("41868.00", "129.01")]


@pytest.mark.parametrize(
    ("filed_on", "verdict"), [(date(2019, 6, 30), Verdict.MET), (date(2019, 7, 1), Verdict.UNDETERMINED)]
)
def test_beyond_the_day_for_which_it_is_published_no_amount_is_claimed(
    write_law: WriteLaw, filed_on: date, verdict: Verdict
) -> None:
    law = Rulebook.load(write_law(AMOUNT + "published_until = 2019-06-30\n"))

    finding = pay_judged(law, "99000.00", filed_on=filed_on)

    assert finding.verdict is verdict
    if verdict is Verdict.UNDETERMINED:
        assert (finding.reason, finding.threshold, finding.confidence) == ("amountNotPublishedYet", None, None)


@pytest.mark.parametrize(
    ("pay", "verdict"),
    [
        ("41868.00", Verdict.MET),
        ("41867.99", Verdict.UNDETERMINED),
        ("33494.40", Verdict.UNDETERMINED),
        ("33494.39", Verdict.NOT_MET),
    ],
)
def test_where_no_rule_for_part_time_is_known_pay_between_the_two_is_undetermined(
    write_law: WriteLaw, pay: str, verdict: Verdict
) -> None:
    law = Rulebook.load(write_law(AMOUNT + PART_TIME + "rule_not_found = true\n"))

    finding = pay_judged(law, pay, share="0.8")

    assert finding.verdict is verdict
    assert finding.reason == ("partTimeRuleUnknown" if verdict is Verdict.UNDETERMINED else None)
    assert "PART-TIME" in finding.provisions


def test_full_time_work_asks_for_no_rule_on_part_time(write_law: WriteLaw) -> None:
    law = Rulebook.load(write_law(AMOUNT + PART_TIME + "rule_not_found = true\n"))

    assert pay_judged(law, "41867.99", share="1.0").verdict is Verdict.NOT_MET


@pytest.mark.parametrize(
    ("days", "verdict"),
    [(35, Verdict.MET), (34, Verdict.UNDETERMINED), (28, Verdict.UNDETERMINED), (27, Verdict.NOT_MET)],
)
def test_between_two_disputed_lengths_a_search_is_undetermined(
    write_law: WriteLaw, days: int, verdict: Verdict
) -> None:
    disputed = SEARCH + 'disputed_publications = [{ publication = "P4W", source = "another" }]\n'

    finding = search_judged(Rulebook.load(write_law(disputed)), search_of(days))

    assert finding.verdict is verdict
    assert finding.threshold == "35"
    assert finding.reason == ("publicationDisputed" if verdict is Verdict.UNDETERMINED else None)


@pytest.mark.parametrize(
    ("complete", "publications", "verdict"),
    [
        ("true", (), Verdict.NOT_MET),
        ("true", None, Verdict.UNDETERMINED),
        ("false", (), Verdict.UNDETERMINED),
        ("false", None, Verdict.UNDETERMINED),
    ],
)
def test_an_empty_list_says_that_there_was_no_search_and_an_absent_one_says_nothing(
    write_law: WriteLaw, complete: str, publications: tuple[Publication, ...] | None, verdict: Verdict
) -> None:
    law = Rulebook.load(write_law(SEARCH + f"complete_when_filed = {complete}\n"))

    finding = search_judged(law, publications)

    assert finding.verdict is verdict
    assert finding.reason == ("evidenceMissing" if verdict is Verdict.UNDETERMINED else None)
