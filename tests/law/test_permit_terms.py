"""Until when a permit lasts at most, when to renew it, and its pay against the amounts of two years."""

from datetime import date
from decimal import Decimal

import pytest

from domain.copies import replace
from domain.law import reasons
from domain.law.facts import ApplicationFacts
from domain.law.findings import Verdict
from domain.law.published.pay_outlook import pay_outlook
from domain.law.published.permit_terms import EndBasis, PermitFacts, PermitTerms, birthday_on
from domain.law.rulebook import Rulebook

TODAY = date(2026, 1, 20)
NURSE = PermitFacts(
    authority="flanders",
    category="nurse",
    kind="fixedTerm",
    granted_on=TODAY,
    work_from=date(2026, 3, 1),
    work_until=date(2028, 2, 29),
)
YOUNG = replace(NURSE, category="highlySkilledUnder30", birth_date=date(1997, 5, 14))


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return Rulebook.load()


def test_a_permit_lasts_at_the_latest_until_the_contract_ends(rulebook: Rulebook) -> None:
    term = PermitTerms(rulebook, TODAY).of(NURSE)
    assert (term.ends_on, term.basis, term.is_stated) == (date(2028, 2, 29), EndBasis.CONTRACT, False)
    assert term.window is not None
    assert (term.window.opens_on, term.window.closes_on) == (date(2027, 8, 29), date(2027, 12, 29))
    assert [term.window.is_open_on(date(2027, *day)) for day in ((8, 28), (8, 29), (12, 29), (12, 30))] == [
        False,
        True,
        True,
        False,
    ]


def test_with_the_reduced_amount_it_ends_the_day_before_the_birthday(rulebook: Rulebook) -> None:
    term = PermitTerms(rulebook, TODAY).of(YOUNG)
    assert (term.ends_on, term.basis) == (date(2027, 5, 13), EndBasis.BIRTHDAY)
    assert (term.birthday, term.birthday_age) == (date(2027, 5, 14), 30)


def test_without_a_date_of_birth_the_birthday_is_not_known(rulebook: Rulebook) -> None:
    term = PermitTerms(rulebook, TODAY).of(replace(YOUNG, birth_date=None))
    assert (term.ends_on, term.birthday, term.birthday_age) == (date(2028, 2, 29), None, 30)


def test_the_longest_duration_counts_where_the_contract_is_longer_or_open(rulebook: Rulebook) -> None:
    term = PermitTerms(rulebook, TODAY).of(replace(NURSE, category="highlySkilled", work_until=None))
    assert (term.ends_on, term.basis) == (date(2029, 2, 28), EndBasis.LONGEST_DURATION)


def test_a_day_that_a_record_states_is_the_day(rulebook: Rulebook) -> None:
    term = PermitTerms(rulebook, TODAY).of(replace(YOUNG, stated_until=date(2027, 9, 1)))
    assert (term.ends_on, term.is_stated) == (date(2027, 9, 1), True)


@pytest.mark.parametrize(
    "facts",
    [
        replace(NURSE, work_until=None),
        replace(NURSE, kind="unlimited", category="unlimited", work_until=None),
    ],
    ids=["an open-ended contract", "unlimited duration"],
)
def test_what_nobody_bounds_has_no_last_day_and_no_window(rulebook: Rulebook, facts: PermitFacts) -> None:
    term = PermitTerms(rulebook, TODAY).of(facts)
    assert (term.ends_on, term.basis, term.window) == (None, None, None)


def test_how_early_brussels_takes_a_renewal_is_not_known(rulebook: Rulebook) -> None:
    term = PermitTerms(rulebook, TODAY).of(replace(NURSE, authority="brussels"))
    assert term.window is not None
    assert (term.window.opens_on, term.window.closes_on) == (None, date(2027, 12, 29))


def test_no_window_is_made_up_for_an_authority_without_one(rulebook: Rulebook) -> None:
    term = PermitTerms(rulebook, TODAY).of(replace(NURSE, authority="wallonia"))
    assert term.ends_on == date(2028, 2, 29)
    assert term.window is None


def test_who_was_born_on_a_leap_day_is_thirty_on_the_first_of_march() -> None:
    assert birthday_on(date(1996, 2, 29), 30) == date(2026, 3, 1)
    assert birthday_on(date(1998, 2, 28), 30) == date(2028, 2, 28)
    assert birthday_on(date(1996, 2, 29), 28) == date(2024, 2, 29)


def test_pay_below_the_amount_says_by_how_much_and_that_the_next_is_not_published(rulebook: Rulebook) -> None:
    facts = ApplicationFacts(
        authority="flanders",
        category="nurse",
        filed_on=date(2024, 11, 20),
        contract="belgian",
        gross_pay=Decimal("38317.60"),
        pay_period="year",
        full_time_equivalent=Decimal(1),
    )
    now, next_year = pay_outlook(rulebook, facts, TODAY)
    assert (now.day, now.verdict, now.amount, now.short) == (
        TODAY, Verdict.NOT_MET, Decimal("39129.60"), Decimal("812.00"),
    )  # fmt: skip
    assert (next_year.day, next_year.amount, next_year.reason) == (
        date(2027, 1, 1), None, reasons.AMOUNT_NOT_PUBLISHED_YET,
    )  # fmt: skip


def test_pay_that_reaches_the_amount_to_the_cent_is_not_below_it(rulebook: Rulebook) -> None:
    facts = ApplicationFacts(
        authority="flanders",
        category="nurse",
        filed_on=date(2024, 11, 20),
        contract="belgian",
        gross_pay=Decimal("39129.60"),
        pay_period="year",
        full_time_equivalent=Decimal(1),
    )
    now, _ = pay_outlook(rulebook, facts, TODAY)
    assert (now.verdict, now.short) == (Verdict.MET, None)


def test_a_category_without_an_amount_is_held_against_none(rulebook: Rulebook) -> None:
    facts = ApplicationFacts(authority="german-community", category="nurse", filed_on=TODAY)
    now, next_year = pay_outlook(rulebook, facts, TODAY)
    assert (now.amount, next_year.amount) == (None, None)
    assert now.reason is not None
