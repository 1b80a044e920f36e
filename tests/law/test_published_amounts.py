"""An indexed amount ends with its publication: then nobody knows what applies, and a month before it is said."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from domain.law import reasons
from domain.law.applicable_law import NothingInForce
from domain.law.provisions.pay import SalaryThreshold
from domain.law.published.amounts import amount_on, unpublished_soon
from domain.law.published.law_changes import change_days, changes_on, threshold_on
from domain.law.published.law_checks import note_law
from domain.law.published.threshold import show
from domain.law.rulebook import Rulebook

LAST_DAY, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)

Write = Callable[..., Rulebook]


def amount(name: str, euros: str, first: str, *more: str) -> str:
    return "\n".join(
        (
            "[[salary_threshold]]",
            f'id = "{name}"',
            'categories = ["nurse", "teacher"]',
            f'amount = "{euros}"',
            'unit = "EUR/year"',
            'basis = "ownIndex"',
            f"from = {first}",
            f"known_from = {first}",
            'known_from_basis = "assumed"',
            'act = "flemishDecision2018"',
            'article = "17"',
            'sources = ["publisher: https://law.example/1"]',
            'confidence = "confirmed"',
            *more,
        )
    )


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """A law of Flanders that says no more than these entries."""

    def write(*entries: str) -> Rulebook:
        place = tmp_path / "flanders"
        place.mkdir()
        (place / "law.toml").write_text("\n\n".join(entries), encoding="utf-8")
        return Rulebook.load(tmp_path)

    return write


@pytest.fixture
def until_new_year(written: Write) -> Rulebook:
    return written(amount("FL-26", "40000.00", "2026-01-01", "published_until = 2026-12-31"))


def test_an_amount_applies_to_the_last_day_of_its_publication(until_new_year: Rulebook) -> None:
    on_the_last_day = amount_on(until_new_year, "flanders", "nurse", LAST_DAY)
    assert isinstance(on_the_last_day, SalaryThreshold)
    assert amount_on(until_new_year, "flanders", "nurse", NEW_YEAR) == NothingInForce(
        reason=reasons.AMOUNT_NOT_PUBLISHED_YET
    )


def test_after_it_the_last_amount_is_shown_as_the_last(until_new_year: Rulebook) -> None:
    after = threshold_on(until_new_year, "flanders", "nurse", NEW_YEAR)
    assert isinstance(after.threshold, NothingInForce)
    assert after.last_published is not None
    assert after.last_published.id == "FL-26"
    assert threshold_on(until_new_year, "flanders", "nurse", LAST_DAY).last_published is None
    assert threshold_on(until_new_year, "flanders", "researcher", NEW_YEAR).last_published is None


def test_the_end_of_a_publication_is_a_day_of_change(until_new_year: Rulebook) -> None:
    assert change_days(until_new_year, "flanders") == (NEW_YEAR, date(2026, 1, 1))
    (nurse, _) = changes_on(until_new_year, "flanders", NEW_YEAR).thresholds
    assert nurse.category == "nurse"
    assert isinstance(nurse.before, SalaryThreshold)
    assert nurse.after == NothingInForce(reason=reasons.AMOUNT_NOT_PUBLISHED_YET)


def test_what_is_told_of_one_amount_says_until_when_it_is_published(until_new_year: Rulebook) -> None:
    assert show(until_new_year, "flanders", "nurse", LAST_DAY)["publishedUntil"] == "2026-12-31"
    after = show(until_new_year, "flanders", "nurse", NEW_YEAR)
    assert (after["amount"], after["reason"]) == (None, "amountNotPublishedYet")


@pytest.mark.parametrize(
    ("day", "is_told"),
    [
        (date(2026, 11, 29), False),
        (date(2026, 11, 30), True),
        (LAST_DAY, True),
        (date(2027, 6, 1), True),
        (date.max, True),
    ],
)
def test_a_month_before_it_ends_and_ever_after_it_is_told(until_new_year: Rulebook, day: date, is_told: bool) -> None:
    """31 December less a month is 30 November, which has no 31st day."""
    found = unpublished_soon(until_new_year, "flanders", day)
    assert [(each.first_day, each.categories, each.last.id) for each in found] == (
        [(NEW_YEAR, ("nurse", "teacher"), "FL-26")] if is_told else []
    )
    notes = note_law(until_new_year, day)
    assert [each.entry for each in notes] == (["FL-26"] if is_told else [])


def test_once_the_next_amount_is_published_nothing_is_told(written: Write) -> None:
    law = written(
        amount("FL-26", "40000.00", "2026-01-01", "last_day = 2026-12-31", "published_until = 2026-12-31"),
        amount("FL-27", "41000.00", "2027-01-01"),
    )
    assert unpublished_soon(law, "flanders", LAST_DAY) == ()
    (nurse, _) = changes_on(law, "flanders", NEW_YEAR).thresholds
    assert isinstance(nurse.after, SalaryThreshold)


def test_an_amount_that_ends_without_another_is_told_too(written: Write) -> None:
    law = written(amount("FL-26", "40000.00", "2026-01-01", "last_day = 2026-12-31"))
    assert [each.first_day for each in unpublished_soon(law, "flanders", LAST_DAY)] == [NEW_YEAR]
    # From then on no amount is in force, and there is none whose publication could end.
    assert unpublished_soon(law, "flanders", NEW_YEAR) == ()


def test_a_category_that_needs_no_amount_any_more_lacks_none(written: Write) -> None:
    rule = amount("FL-CAT", "1.00", "2027-01-01").replace("salary_threshold", "category_rule")
    rule = "\n".join(line for line in rule.splitlines() if not line.startswith(("amount", "unit", "basis")))
    law = written(
        amount("FL-26", "40000.00", "2026-01-01", "last_day = 2026-12-31"),
        f'{rule}\npay_test = "contract"\nlabour_market_test = "notRequired"\ncombination = "each"',
    )
    assert unpublished_soon(law, "flanders", LAST_DAY) == ()
