"""The calendar of working days is the legal one, frozen: checked against the facts and against a library."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import holidays
import pytest

from domain.law.readers.entry_reader import LawDataUnusable
from domain.law.working_days import PACKAGED_CALENDAR, WorkingDays

CALENDAR = WorkingDays.load()
YEARS = range(2019, 2031)


def test_easter_monday_is_no_working_day_and_the_next_one_is_tuesday() -> None:
    assert CALENDAR.is_working_day(date(2026, 4, 3), "flanders")
    assert not CALENDAR.is_working_day(date(2026, 4, 6), "flanders")
    assert CALENDAR.next_working_day(date(2026, 4, 4), "flanders") == date(2026, 4, 7)
    assert CALENDAR.next_working_day(date(2026, 4, 7), "flanders") == date(2026, 4, 7)


def test_working_days_are_added_over_weekends_and_holidays() -> None:
    assert CALENDAR.add(date(2026, 4, 2), 1, None) == date(2026, 4, 3)
    assert CALENDAR.add(date(2026, 4, 2), 3, None) == date(2026, 4, 8)
    assert CALENDAR.add(date(2026, 4, 4), 1, None) == date(2026, 4, 7)


@pytest.mark.parametrize("count", [0, -1])
def test_only_a_number_of_working_days_above_nought_is_added(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} working days cannot be added; give 1 or more"):
        CALENDAR.add(date(2026, 4, 2), count, None)


def test_2026_and_2027_are_as_the_facts_have_them() -> None:
    days = "01-01 04-06 05-01 05-14 05-25 07-21 08-15 11-01 11-11 12-25", "01-01 03-29 05-01 05-06 05-17 07-21 08-15"
    expected = {date.fromisoformat(f"2026-{day}") for day in days[0].split()}
    expected |= {date.fromisoformat(f"2027-{day}") for day in (*days[1].split(), "11-01", "11-11", "12-25")}

    assert {day for day in CALENDAR.legal_holidays if day.year in (2026, 2027)} == expected


@pytest.mark.parametrize("year", YEARS)
def test_every_year_has_the_ten_legal_holidays_that_the_library_computes(year: int) -> None:
    computed = holidays.country_holidays("BE", years=year, language="en_US")
    # The library adds the two Sundays, which are no legal holidays (FACTS 5.5).
    expected = {day for day, name in computed.items() if name not in ("Easter Sunday", "Pentecost")}

    assert {day for day in CALENDAR.legal_holidays if day.year == year} == expected
    assert len(expected) == 10


def test_the_names_of_the_holidays_are_those_of_the_library() -> None:
    computed = holidays.country_holidays("BE", years=YEARS, language="en_US")
    pairs = {(name, computed[day]) for day, name in CALENDAR.legal_holidays.items()}

    assert pairs == {
        ("newYear", "New Year's Day"),
        ("easterMonday", "Easter Monday"),
        ("labourDay", "Labor Day"),
        ("ascensionDay", "Ascension Day"),
        ("whitMonday", "Pentecost Monday"),
        ("nationalDay", "National Day"),
        ("assumptionDay", "Assumption Day"),
        ("allSaints", "All Saints' Day"),
        ("armisticeDay", "Armistice Day"),
        ("christmasDay", "Christmas Day"),
    }


@pytest.mark.parametrize(
    ("authority", "day"),
    [
        ("brussels", date(2026, 5, 8)),
        ("flanders", date(2029, 7, 11)),
        ("wallonia", date(2027, 9, 27)),
        ("german-community", date(2027, 11, 15)),
    ],
)
def test_a_feast_day_closes_its_authority_only_and_is_only_plausible(authority: str, day: date) -> None:
    others = {"brussels", "flanders", "wallonia", "german-community"} - {authority}
    closure = CALENDAR.closure(day, authority)

    assert closure is not None
    assert (closure.name, closure.confidence) == ("feastDay", "plausible")
    assert all(CALENDAR.is_working_day(day, other) for other in (*others, None))


def test_a_closed_day_says_why() -> None:
    holiday, weekend = CALENDAR.closure(date(2026, 11, 1), None), CALENDAR.closure(date(2026, 11, 7), None)

    assert holiday is not None
    assert weekend is not None
    assert (holiday.name, holiday.confidence, weekend.name) == ("allSaints", "derived", "weekend")
    assert CALENDAR.closure(date(2026, 11, 9), None) is None


def test_the_portals_outage_is_in_the_calendar_as_the_project_brief_has_it() -> None:
    outage = next(each for each in CALENDAR.closing_days if each.name == "portalOutage")

    assert (outage.on, outage.authority, outage.confidence) == (date(2026, 1, 1), "all", "project-brief")
    assert outage.closes(date(2026, 1, 1), "flanders")


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2031, 1, 1)])
def test_a_day_outside_the_calendar_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match=rf"{day} is outside .*version 2026.1, which knows 2019 to 2030"):
        CALENDAR.is_working_day(day, "flanders")


def test_a_roll_past_the_last_year_is_refused_and_not_guessed() -> None:
    assert CALENDAR.next_working_day(date(2030, 12, 31), None) == date(2030, 12, 31)
    with pytest.raises(ValueError, match="2031-01-01 is outside"):
        CALENDAR.add(date(2030, 12, 31), 1, None)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            '  { on = 2026-04-06, name = "easterMonday" },\n',
            "",
            "entry 2026, key legal_holidays: these are not the ten",
        ),
        ("on = 2026-04-06", "on = 2027-04-06", "2027-04-06 is not in 2026"),
        ("on = 2026-04-06", "on = 2026-05-01", "2026-05-01 occurs twice"),
        ('on = 2026-04-06, name = "easterMonday"', 'on = 2026-04-06, name = "easter"', "'easter' is unknown"),
        ("[[calendar]]", "[[agenda]]", "key agenda"),
        ('version = "2026.1"\n', "", "key version: the key is missing"),
        ('each_year = "07-11"', 'each_year = "11 July"', "entry FL-FEAST-DAY, key each_year"),
        ('each_year = "07-11"', 'each_year = "07-11"\non = 2026-07-11', "entry FL-FEAST-DAY, key on"),
        ('each_year = "07-11"\n', "", "entry FL-FEAST-DAY, key on"),
        ('authority = "brussels"', 'authority = "antwerp"', "entry BR-FEAST-DAY, key authority"),
        ('confidence = "project-brief"', 'confidence = "sure"', "entry PORTAL-OUTAGE-2026, key confidence"),
    ],
)
def test_a_calendar_that_is_not_understood_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = PACKAGED_CALENDAR.read_text(encoding="utf-8")
    assert old in text
    bent = tmp_path / "bent.toml"
    bent.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(LawDataUnusable, match=f"bent.toml.*{says}"):
        WorkingDays.load(bent)


def test_a_calendar_with_a_year_left_out_is_refused(tmp_path: Path) -> None:
    text = PACKAGED_CALENDAR.read_text(encoding="utf-8")
    start, end = text.index('[[year]]\nid = "2022"'), text.index('[[year]]\nid = "2023"')
    bent = tmp_path / "bent.toml"
    bent.write_text(text[:start] + text[end:], encoding="utf-8")

    with pytest.raises(LawDataUnusable, match=r"bent.toml, key year: 2023 follows 2021"):
        WorkingDays.load(bent)
