"""The law over time: the thresholds of a day, the days of change, and what changed on one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from domain.codes import AUTHORITIES, CATEGORIES
from domain.law import reasons
from domain.law.applicable_law import NothingInForce
from domain.law.provisions import job
from domain.law.provisions.pay import SalaryThreshold
from domain.law.published.law_changes import ThresholdChange, change_days, changes_on, thresholds_on
from domain.law.rulebook import Rulebook

NEW_YEAR_2025 = date(2025, 1, 1)

COMMON = """
from = {first}
known_from = {known}
known_from_basis = "published"
legal_reference = "Decision, art. 1"
sources = ["publisher: https://law.example/1"]
confidence = "confirmed"
"""


@pytest.fixture(scope="module")
def law() -> Rulebook:
    return Rulebook.load()


def changes_of(rulebook: Rulebook, authority: str, day: date) -> Mapping[str, ThresholdChange]:
    return {each.category: each for each in changes_on(rulebook, authority, day).thresholds}


def entry(kind: str, name: str, first: str, known: str, *more: str) -> str:
    return "\n".join((f"[[{kind}]]", f'id = "{name}"', COMMON.format(first=first, known=known), *more))


def amount(name: str, first: str, euros: str, *more: str, known: str | None = None) -> str:
    own = ('categories = ["nurse"]', f'amount = "{euros}"', 'unit = "EUR/year"', 'basis = "ownIndex"')
    return entry("salary_threshold", name, first, known or first, *own, *more)


def written(directory: Path, *entries: str) -> Rulebook:
    place = directory / "flanders"
    place.mkdir()
    (place / "law.toml").write_text("\n".join(entries), encoding="utf-8")
    return Rulebook.load(directory)


def test_flanders_raised_its_amounts_on_1_january_2025(law: Rulebook) -> None:
    change = changes_of(law, "flanders", NEW_YEAR_2025)["highlySkilled"]
    assert isinstance(change.before, SalaryThreshold)
    assert isinstance(change.after, SalaryThreshold)
    assert (change.before.amount, change.after.amount) == (Decimal("46632.00"), Decimal("48912.00"))
    assert change.difference == Decimal("2280.00")
    assert change.share == Decimal("0.048893")


def test_the_days_of_change_come_newest_first_and_every_one_changes_something(law: Rulebook) -> None:
    for authority in AUTHORITIES:
        days = change_days(law, authority)
        assert list(days) == sorted(days, reverse=True)
        assert all(changes_on(law, authority, day) for day in days)
    assert {NEW_YEAR_2025, date(2024, 5, 1), date(2026, 1, 1)} <= set(change_days(law, "flanders"))


def test_a_day_on_which_nothing_changes(law: Rulebook) -> None:
    found = changes_on(law, "flanders", date(2025, 1, 2))
    assert not found
    assert (found.thresholds, found.rules) == ((), ())


def test_every_category_has_an_amount_or_a_reason(law: Rulebook) -> None:
    for authority in AUTHORITIES:
        found = thresholds_on(law, authority, date(2026, 1, 20))
        assert tuple(each.category for each in found) == CATEGORIES
        for each in found:
            if isinstance(each.threshold, NothingInForce):
                assert each.threshold.reason
            else:
                assert each.threshold.in_force_on(date(2026, 1, 20))


def test_an_undated_amount_is_shown_beside_the_reason_and_never_as_the_amount(law: Rulebook) -> None:
    by_category = {each.category: each for each in thresholds_on(law, "german-community", date(2026, 1, 20))}
    skilled = by_category["highlySkilled"]
    assert skilled.threshold == NothingInForce(reason=reasons.AMOUNT_UNDATED)
    assert [each.amount for each in skilled.undated] == [Decimal("49830.00"), Decimal("83135.00")]
    assert by_category["nurse"].undated == ()


def test_an_amount_a_year_and_one_a_month_have_no_difference(law: Rulebook) -> None:
    change = changes_of(law, "brussels", date(2024, 10, 1))["highlySkilled"]
    assert isinstance(change.before, SalaryThreshold)
    assert isinstance(change.after, SalaryThreshold)
    assert (change.before.unit, change.after.unit) == ("EUR/year", "EUR/month")
    assert (change.difference, change.share) == (None, None)


def test_an_amount_that_ends_without_another_says_why(law: Rulebook) -> None:
    change = changes_of(law, "flanders", date(2026, 1, 1))["athlete"]
    assert isinstance(change.before, SalaryThreshold)
    assert change.after == NothingInForce(reason=reasons.NO_AMOUNT_IN_FORCE)
    assert change.difference is None


def test_rules_begin_and_end(law: Rulebook) -> None:
    rules = changes_on(law, "flanders", date(2026, 1, 1)).rules
    joined = {c for each in rules if each.kind == "shortage_occupation" and each.before is None for c in each.codes}
    left = {c for each in rules if each.kind == "shortage_occupation" and each.after is None for c in each.codes}
    assert "roofer" in joined
    assert "truck-driver" in left
    (levels,) = [each for each in rules if each.kind == "qualification_level" and "highlySkilled" in each.codes]
    assert levels.before is None
    assert isinstance(levels.after, job.QualificationLevel)
    assert "highlySkilledUnder30" in levels.codes


def test_federal_law_stands_beside_that_of_each_authority(law: Rulebook) -> None:
    for authority in AUTHORITIES:
        assert "federal" in {each.authority for each in changes_on(law, authority, date(2026, 1, 1)).rules}


def test_an_amount_that_is_repeated_under_a_new_date_is_no_change(tmp_path: Path) -> None:
    law = written(
        tmp_path,
        amount("ONE", "2024-01-01", "100.00", "last_day = 2024-12-31"),
        amount("TWO", "2025-01-01", "100.00", "last_day = 2025-12-31"),
        amount("THREE", "2026-01-01", "90.00"),
    )
    assert change_days(law, "flanders") == (date(2026, 1, 1), date(2024, 1, 1))
    lower = changes_of(law, "flanders", date(2026, 1, 1))["nurse"]
    assert (lower.difference, lower.share) == (Decimal("-10.00"), Decimal("-0.100000"))


def test_a_change_that_was_not_known_yet_is_not_told(tmp_path: Path) -> None:
    law = written(
        tmp_path,
        amount("ONE", "2024-01-01", "100.00"),
        amount("TWO", "2025-01-01", "120.00", 'supersedes = ["ONE"]', known="2025-03-01"),
    )
    assert change_days(law, "flanders", date(2025, 2, 28)) == (date(2024, 1, 1),)
    assert change_days(law, "flanders", date(2025, 3, 1)) == (date(2025, 1, 1), date(2024, 1, 1))


def test_another_reading_from_a_day_on_is_a_change(tmp_path: Path) -> None:
    levels = (
        entry("qualification_level", name, "2024-01-01", "2024-01-01", *words)
        for name, words in (
            ("L2", ('categories = ["nurse"]', "least = 2", "required = true", 'question = "q"', 'reading = "two"')),
            ("L3", ('categories = ["nurse"]', "least = 3", "required = true", 'question = "q"', 'reading = "three"')),
        )
    )
    law = written(
        tmp_path,
        *levels,
        entry(
            "selected_reading",
            "R2",
            "2024-01-01",
            "2024-01-01",
            'question = "q"',
            'reading = "two"',
            "last_day = 2024-12-31",
        ),
        entry("selected_reading", "R3", "2025-01-01", "2025-01-01", 'question = "q"', 'reading = "three"'),
    )
    (change,) = changes_on(law, "flanders", NEW_YEAR_2025).rules
    assert (change.before and change.before.id, change.after and change.after.id) == ("L2", "L3")
    assert change_days(law, "flanders") == (NEW_YEAR_2025, date(2024, 1, 1))


def test_a_share_is_of_the_amount_before() -> None:
    law = Rulebook.load()
    before = law.salary_threshold("flanders", "highlySkilled", date(2024, 12, 31))
    assert isinstance(before, SalaryThreshold)
    doubled = replace(before, amount=before.amount * 2)
    assert ThresholdChange(category="highlySkilled", before=before, after=doubled).share == 1
    assert ThresholdChange(category="highlySkilled", before=doubled, after=before).share == Decimal("-0.5")
