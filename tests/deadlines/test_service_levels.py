"""The 60-day service target: in time, at risk from ten days before the due day, late after it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.deadlines.service_levels import PACKAGED_TARGETS, ServiceStatus, ServiceTarget
from domain.law.durations import CalendarDuration
from domain.law.readers.entry_reader import LawDataUnusable

TARGET = ServiceTarget.load("flanders")


def test_a_case_filed_on_2_february_is_due_on_3_april() -> None:
    assert TARGET.due_on(date(2026, 2, 2)) == date(2026, 4, 3)
    assert TARGET.at_risk_from(date(2026, 2, 2)) == date(2026, 3, 24)


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (date(2026, 2, 2), "inTime"),
        (date(2026, 3, 23), "inTime"),
        (date(2026, 3, 24), "atRisk"),
        (date(2026, 4, 3), "atRisk"),
        (date(2026, 4, 4), "late"),
    ],
)
def test_the_status_changes_on_the_day_it_should(on: date, status: str) -> None:
    assert TARGET.status(date(2026, 2, 2), on) == status


def test_a_last_day_on_a_sunday_does_not_roll() -> None:
    filed_on = date(2026, 1, 7)

    assert TARGET.due_on(filed_on) == date(2026, 3, 8)
    assert TARGET.due_on(filed_on).isoweekday() == 7
    assert TARGET.status(filed_on, date(2026, 3, 9)) is ServiceStatus.LATE


def test_a_case_open_since_october_is_measured_once_the_target_is_in_force() -> None:
    assert TARGET.valid_from == date(2026, 1, 4)
    assert TARGET.status(date(2025, 10, 15), date(2026, 1, 4)) is ServiceStatus.LATE


def test_the_target_says_where_it_comes_from() -> None:
    assert (TARGET.id, TARGET.confidence, TARGET.valid_from) == (
        "TARGET",
        "project-brief",
        date(2026, 1, 4),
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"P60D"', '"sixty days"', "entry TARGET, key term"),
        ('"P60D"', '"P1M60D"', "entry TARGET, key term"),
        ('"P60D"', '"P0D"', "entry TARGET, key term"),
        ('roll = "none"', 'roll = "nextWorkingDay"', "entry TARGET, key roll"),
        ('authority = "flanders"', 'authority = "brussels"', "flanders has 0 targets"),
        ('warn = "P10D"\n', "", "key warn: the key is missing"),
        ("# In force", "colour = 1\n# In force", "key colour: the key is unknown"),
    ],
)
def test_a_target_that_is_not_understood_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = PACKAGED_TARGETS.read_text(encoding="utf-8")
    assert old in text
    bent = tmp_path / "bent.toml"
    bent.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(LawDataUnusable, match=f"bent.toml.*{says}"):
        ServiceTarget.load("flanders", bent)


def test_calendar_months_and_weeks_are_counted_as_the_calendar_has_them() -> None:
    assert CalendarDuration.parse("P9W").days == 63
    assert CalendarDuration.parse("P4M").before(date(2026, 3, 1)) == date(2025, 11, 1)
    assert CalendarDuration.parse("P4M").before(date(2024, 6, 30)) == date(2024, 2, 29)
    assert CalendarDuration.parse("P4M").after(date(2025, 10, 31)) == date(2026, 2, 28)
    assert CalendarDuration.parse("P10D").after(date(2026, 2, 28)) - date(2026, 2, 28) == timedelta(days=10)
