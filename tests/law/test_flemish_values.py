"""The Flemish amounts as published: id, categories, amount, first day, last day, confidence, percentage."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.codes import CATEGORIES
from domain.law.provisions.pay import SalaryThreshold
from domain.law.readers.law_files import read_law
from domain.law.rulebook import PACKAGED_VALUES, Rulebook

PUBLISHED = """
FL-HS-2023     highlySkilled                       45984.00  2023-01-01 2023-12-31 confirmed     100
FL-HS-2024     highlySkilled                       46632.00  2024-01-01 2024-12-31 confirmed     100
FL-HS-2025     highlySkilled                       48912.00  2025-01-01 -          confirmed     100
FL-U30-2024    highlySkilledUnder30                37305.60  2024-01-01 2024-12-31 confirmed     80
FL-NURSE-2024  nurse                               37305.60  2024-01-01 2024-12-31 confirmed     80
FL-TEACH-2024  teacher                             37305.60  2024-05-01 2024-12-31 confirmed     80
FL-U30-2025    highlySkilledUnder30                39129.60  2025-01-01 -          confirmed     80
FL-NURSE-2025  nurse,teacher                       39129.60  2025-01-01 -          confirmed     80
FL-EXEC-2024   executive                           74611.00  2024-01-01 2024-12-31 confirmed     160
FL-ICTM-2024   ictManager                          74611.00  2024-01-01 2024-12-31 confirmed     160
FL-EXEC-2025   executive                           78259.00  2025-01-01 -          confirmed     160
FL-ICTM-2025   ictManager                          78259.00  2025-01-01 -          confirmed     160
FL-BC-2024a    euBlueCard                          55958.00  2024-01-01 2024-04-30 confirmed     120
FL-BC-2024b    euBlueCard                          60621.60  2024-05-01 2024-12-31 confirmed     130
FL-BC-2025     euBlueCard                          63586.00  2025-01-01 -          confirmed     130
FL-ICTS-2024   ictSpecialist,ictTrainee            46632.00  2024-01-01 2024-12-31 confirmed     100
FL-ICTS-2025   ictSpecialist,ictTrainee            48912.00  2025-01-01 -          confirmed     100
FL-ATH-2024    athlete                             98356.00  2024-01-01 2024-12-31 single-source -
FL-ATH-2025    athlete                             101019.00 2025-01-01 2025-12-31 confirmed     -
FL-COACH-2025  coach                               50509.50  2025-01-01 2025-12-31 confirmed     50
FL-ART-2025    artist                              42313.00  2025-01-01 2025-12-31 confirmed     -
FL-MED-SEED    mediumSkilledOther                  43396.00  2026-01-01 -          project-brief -
"""
ROWS = [line.split() for line in PUBLISHED.strip().splitlines()]
THRESHOLDS = {
    each.id: each
    for each in read_law(PACKAGED_VALUES)
    if isinstance(each, SalaryThreshold) and each.authority == "flanders"
}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_an_amount_stands_as_it_was_published(row: list[str]) -> None:
    rule_id, categories, amount, first_day, last_day, confidence, percentage = row

    threshold = THRESHOLDS[rule_id]

    assert threshold.scope == tuple(sorted(categories.split(",")))
    assert str(threshold.amount) == amount
    assert threshold.valid_from == date.fromisoformat(first_day)
    assert threshold.valid_to == (None if last_day == "-" else date.fromisoformat(last_day) + timedelta(days=1))
    assert threshold.confidence == confidence
    assert threshold.percentage == (None if percentage == "-" else Decimal(percentage))
    assert (threshold.known_from, threshold.known_from_basis) == (threshold.valid_from, "assumed")


def test_since_2024_there_is_no_amount_that_is_not_in_this_table() -> None:
    earlier = {"FL-ART-2024", "FL-COACH-2024"}
    recent = {name for name, each in THRESHOLDS.items() if each.valid_from and each.valid_from >= date(2024, 1, 1)}

    assert recent - earlier == {row[0] for row in ROWS} - {"FL-HS-2023"}


@pytest.mark.parametrize("year", [2024, 2025])
def test_percentages_give_the_published_amounts_to_the_euro(year: int) -> None:
    law = Rulebook.load()
    day = date(year, 6, 1)
    average = law.salary_threshold("flanders", "highlySkilled", day)
    assert isinstance(average, SalaryThreshold)

    for threshold in THRESHOLDS.values():
        if threshold.basis == "statbelAverageWage" and threshold.in_force_on(day):
            assert threshold.percentage is not None
            derived = average.amount * threshold.percentage / 100
            assert abs(derived - threshold.amount) < 1, threshold.id


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("day", [date(2019, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2027, 6, 1)])
def test_every_category_has_a_rule_and_a_deciding_date(law: Rulebook, category: str, day: date) -> None:
    assert law.category_rule("flanders", category, day) is not None
    assert law.law_of_filing("flanders", category, day).reference_date is not None


def test_an_amount_without_a_last_day_says_until_when_it_is_published(law: Rulebook) -> None:
    open_ended = [
        each for each in law.provisions if isinstance(each, SalaryThreshold) and each.valid_from and not each.valid_to
    ]

    assert {each.authority for each in open_ended} == {"flanders", "brussels", "wallonia"}
    assert {each.published_until for each in open_ended} == {date(2026, 12, 31)}
