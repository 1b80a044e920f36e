"""Who held a case for how long: nothing is lost and nothing counted twice, also when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import HOLDERS
from domain.deadlines.holders import HolderChange, ledger, shares

BRUSSELS = ZoneInfo("Europe/Brussels")
DAY = timedelta(days=1)


def change(holder: str, at: datetime) -> HolderChange:
    return HolderChange(at=at, holder=holder)


# Two changes to summer time and two back.
MOMENTS = st.datetimes(
    min_value=datetime.fromisoformat("2025-01-01"),
    max_value=datetime.fromisoformat("2026-12-31"),
    timezones=st.sampled_from((UTC, BRUSSELS)),
)
CHANGES = st.lists(st.builds(change, st.sampled_from(HOLDERS), MOMENTS), min_size=1, max_size=12)


def test_a_case_is_with_the_region_then_the_applicant_then_the_region() -> None:
    held = ledger(
        [
            change("region", datetime(2026, 2, 2, 9, tzinfo=BRUSSELS)),
            change("applicant", datetime(2026, 2, 10, 9, tzinfo=BRUSSELS)),
            change("region", datetime(2026, 2, 12, 9, tzinfo=BRUSSELS)),
        ],
        until=datetime(2026, 2, 22, 9, tzinfo=BRUSSELS),
    )

    assert held == {
        "applicant": 2 * DAY,
        "region": 18 * DAY,
        "crossroadsBank": timedelta(0),
        "immigrationOffice": timedelta(0),
    }
    assert shares(held) == {"applicant": 100, "region": 900, "crossroadsBank": 0, "immigrationOffice": 0}


def test_the_night_of_summer_time_has_23_hours() -> None:
    held = ledger(
        [change("region", datetime(2026, 3, 29, 0, tzinfo=BRUSSELS))], until=datetime(2026, 3, 30, 0, tzinfo=BRUSSELS)
    )

    assert held["region"] == timedelta(hours=23)


def test_a_change_recorded_later_for_an_earlier_moment_takes_its_place_in_time() -> None:
    start = datetime(2026, 2, 2, tzinfo=UTC)

    held = ledger(
        [change("region", start), change("immigrationOffice", start + 5 * DAY), change("applicant", start + 2 * DAY)],
        until=start + 10 * DAY,
    )

    assert (held["region"], held["applicant"], held["immigrationOffice"]) == (2 * DAY, 3 * DAY, 5 * DAY)


def test_of_two_changes_at_one_moment_the_one_recorded_later_counts() -> None:
    start = datetime(2026, 2, 2, 12, tzinfo=UTC)
    same_moment = datetime(2026, 2, 2, 13, tzinfo=BRUSSELS)

    assert ledger([change("region", start), change("applicant", same_moment)], until=start + DAY)["applicant"] == DAY


def test_what_comes_after_the_day_asked_has_not_happened() -> None:
    start = datetime(2026, 2, 2, tzinfo=UTC)

    held = ledger([change("region", start), change("applicant", start + 5 * DAY)], until=start + DAY)

    assert (held["region"], held["applicant"]) == (DAY, timedelta(0))


def test_thirds_are_rounded_so_that_they_are_a_whole() -> None:
    thirds = dict.fromkeys(("applicant", "region", "crossroadsBank"), DAY)

    assert shares(thirds) == {"applicant": 334, "region": 333, "crossroadsBank": 333}
    assert shares(dict.fromkeys(HOLDERS, timedelta(0))) == dict.fromkeys(HOLDERS, 0)


def test_what_cannot_be_counted_is_refused() -> None:
    start = datetime(2026, 2, 2, tzinfo=UTC)
    naive = start.replace(tzinfo=None)

    with pytest.raises(ValueError, match="has no time zone"):
        change("region", naive)
    with pytest.raises(ValueError, match="'court' holds no case"):
        change("court", start)
    with pytest.raises(ValueError, match="has no time zone"):
        ledger([change("region", start)], until=naive)
    with pytest.raises(ValueError, match="nobody holds the case before"):
        ledger([change("region", start)], until=start)
    with pytest.raises(ValueError, match="nobody holds the case before"):
        ledger([], until=start)


@given(CHANGES, st.timedeltas(min_value=timedelta(microseconds=1), max_value=400 * DAY))
def test_the_times_of_the_holders_sum_to_the_time_that_passed(changes: list[HolderChange], after: timedelta) -> None:
    first = min(each.at.astimezone(UTC) for each in changes)
    until = first + after

    held = ledger(changes, until)

    assert sum(held.values(), timedelta(0)) == until - first
    assert sum(shares(held).values()) == 1000
    assert ledger(changes, until.astimezone(BRUSSELS)) == held


@given(CHANGES)
def test_at_every_moment_the_last_change_before_it_says_who_holds_the_case(changes: list[HolderChange]) -> None:
    """An hour after the last change counts wholly for its holder."""
    ends = max(each.at.astimezone(UTC) for each in changes)
    last = [each.holder for each in changes if each.at.astimezone(UTC) == ends][-1]
    hour = timedelta(hours=1)

    assert ledger(changes, ends + 2 * hour)[last] - ledger(changes, ends + hour)[last] == hour
