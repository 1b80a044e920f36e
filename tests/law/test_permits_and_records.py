"""How long a permit lasts, how long records are kept, and what is owed without a term: loaded, dated and shown."""

from __future__ import annotations

from datetime import date

import pytest

from domain.law.durations import CalendarDuration
from domain.law.provisions.job import PermitDuration
from domain.law.provisions.procedure import Duty, Retention
from domain.law.rulebook import Rulebook

IN_2026 = date(2026, 2, 2)
THREE_YEARS = CalendarDuration.parse("P3Y")


@pytest.fixture(scope="module")
def law() -> Rulebook:
    return Rulebook.load()


@pytest.mark.parametrize("category", ["highlySkilled", "highlySkilledUnder30", "executive", "ictManager"])
def test_in_flanders_a_permit_lasts_three_years_at_most(law: Rulebook, category: str) -> None:
    found = law.find(PermitDuration, "flanders", category, IN_2026)
    assert found is not None
    assert found.most == THREE_YEARS
    # who is under thirty has it until the day before the birthday
    assert found.ends_before_age == (30 if category == "highlySkilledUnder30" else None)


def test_of_what_no_source_speaks_nothing_is_said(law: Rulebook) -> None:
    assert law.find(PermitDuration, "flanders", "ictTrainee", IN_2026) is None
    assert law.find(PermitDuration, "brussels", "highlySkilled", IN_2026) is None


def test_a_blue_card_lasts_24_months_or_the_shorter_contract_and_three_months(law: Rulebook) -> None:
    found = law.find(PermitDuration, "federal", "euBlueCard", date(2024, 5, 1))
    assert found is not None
    assert (found.least, found.beyond_contract) == (CalendarDuration(months=24), CalendarDuration(months=3))
    assert law.find(PermitDuration, "federal", "euBlueCard", date(2024, 4, 30)) is None


def test_the_log_of_consultations_is_kept_ten_years_six_months_of_them_online(law: Rulebook) -> None:
    found = law.find(Retention, "federal", "auditLog", IN_2026)
    assert found is not None
    assert (found.keep, found.online) == (CalendarDuration(months=120), CalendarDuration(months=6))


def test_that_the_worker_is_told_the_status_is_shown_and_not_applied(law: Rulebook) -> None:
    found = law.find(Duty, "federal", "tellWorkerTheStatus", date(2026, 5, 21))
    assert found is not None
    assert (found.transposed, found.legal_reference) == (False, "directive20241233 art. 5 § 3")
    assert law.find(Duty, "federal", "tellWorkerTheStatus", date(2026, 5, 20)) is None


def test_years_are_months_and_more_than_two_are_told_as_years() -> None:
    assert (THREE_YEARS.months, str(THREE_YEARS)) == (36, "P36M")
    assert CalendarDuration.parse("P1Y").after(date(2028, 2, 29)) == date(2029, 2, 28)
