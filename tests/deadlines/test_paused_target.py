"""The target of a case that is paused: sixty days from filing, and the paused days, each of them once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines.pauses import Pause, paused_days, reached_on
from domain.deadlines.service_levels import ServiceStatus, ServiceTarget

TARGET = ServiceTarget.load("flanders")
FILED_ON = date(2026, 2, 2)
SIXTY_DAYS = timedelta(days=60)

DAYS = st.integers(min_value=-20, max_value=300).map(lambda count: FILED_ON + timedelta(days=count))


def pause(start: date, end: date | None, number: int = 1) -> Pause:
    return Pause(number=number, from_=start, to=end, ground="informationRequested")


CLOSED_PAUSES = st.lists(
    st.builds(lambda start, days: pause(start, start + timedelta(days=days)), DAYS, st.integers(0, 60)), max_size=6
).map(tuple)
ANY_PAUSES = st.tuples(CLOSED_PAUSES, st.lists(DAYS.map(lambda start: pause(start, None)), max_size=1)).map(
    lambda both: (*both[0], *both[1])
)


def days_of(pauses: tuple[Pause, ...], until: date) -> set[date]:
    """Counted day by day: the oracle for the union."""
    each_day = (FILED_ON + timedelta(days=count) for count in range((until - FILED_ON).days))
    return {day for day in each_day if any(each.covers(day) for each in pauses)}


def test_a_pause_of_fourteen_days_moves_the_due_day_by_fourteen() -> None:
    asked = (pause(date(2026, 2, 10), date(2026, 2, 24)),)

    assert TARGET.due_on(FILED_ON, asked) == date(2026, 4, 17)
    assert TARGET.at_risk_from(FILED_ON, asked) == date(2026, 4, 7)
    assert TARGET.status(FILED_ON, date(2026, 4, 17), asked) is ServiceStatus.AT_RISK
    assert TARGET.status(FILED_ON, date(2026, 4, 18), asked) is ServiceStatus.LATE


def test_while_a_pause_is_open_the_due_day_moves_with_the_day_asked() -> None:
    asked = (pause(date(2026, 2, 10), None),)

    assert TARGET.due_on(FILED_ON, asked, date(2026, 2, 10)) == date(2026, 4, 3)
    assert TARGET.due_on(FILED_ON, asked, date(2026, 2, 11)) == date(2026, 4, 4)
    assert TARGET.due_on(FILED_ON, asked, date(2027, 2, 10)) == date(2027, 4, 3)
    assert TARGET.status(FILED_ON, date(2027, 2, 10), asked) is ServiceStatus.IN_TIME


def test_an_open_pause_without_a_day_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="pause 3 is open since 2026-02-10: give the day to count up to"):
        TARGET.due_on(FILED_ON, (pause(date(2026, 2, 10), None, number=3),))


@pytest.mark.parametrize(
    ("second", "days"),
    [
        ((date(2026, 2, 24), date(2026, 2, 26)), 16),
        ((date(2026, 2, 20), date(2026, 2, 26)), 16),
        ((date(2026, 2, 12), date(2026, 2, 14)), 14),
        ((date(2026, 2, 10), date(2026, 2, 24)), 14),
        ((date(2026, 2, 10), None), 50),
        ((date(2026, 3, 1), date(2026, 3, 1)), 14),
    ],
    ids=["touching", "overlapping", "inside", "the same", "open", "never was"],
)
def test_a_day_in_two_pauses_counts_once(second: tuple[date, date | None], days: int) -> None:
    first = pause(date(2026, 2, 10), date(2026, 2, 24))

    assert paused_days((first, pause(*second, number=2)), date(2026, 4, 1)) == days


def test_a_pause_that_never_was_is_not_open_on_its_day() -> None:
    assert not pause(date(2026, 2, 10), date(2026, 2, 10)).covers(date(2026, 2, 10))


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="pause 1 ends on 2026-02-09, before it begins on 2026-02-10"):
        pause(date(2026, 2, 10), date(2026, 2, 9))


def test_days_before_filing_pause_nothing() -> None:
    assert TARGET.due_on(FILED_ON, (pause(date(2026, 1, 20), date(2026, 2, 4)),)) == date(2026, 4, 5)


def test_a_pause_after_the_due_day_makes_no_late_case_punctual() -> None:
    too_late = (pause(date(2026, 4, 10), date(2026, 5, 10)),)

    assert TARGET.breached_on(FILED_ON, too_late) == date(2026, 4, 4)
    assert TARGET.status(FILED_ON, date(2026, 4, 20), too_late) is ServiceStatus.LATE
    assert TARGET.status(FILED_ON, date(2026, 5, 20), too_late) is ServiceStatus.LATE


def test_a_pause_that_begins_on_the_due_day_moves_it() -> None:
    just_in_time = (pause(date(2026, 4, 3), date(2026, 4, 13)),)

    assert TARGET.breached_on(FILED_ON, just_in_time) == date(2026, 4, 14)


def test_an_open_pause_holds_the_breach_back() -> None:
    assert TARGET.breached_on(FILED_ON, (pause(date(2026, 3, 30), None),)) is None
    assert TARGET.warned_on(FILED_ON, (pause(date(2026, 3, 30), None),)) == date(2026, 3, 24)


@given(CLOSED_PAUSES)
def test_due_is_filing_and_sixty_days_and_the_paused_days_for_any_pauses(pauses: tuple[Pause, ...]) -> None:
    paused = len(days_of(pauses, date(2027, 6, 1)))

    assert TARGET.due_on(FILED_ON, pauses) == FILED_ON + SIXTY_DAYS + timedelta(days=paused)


@given(ANY_PAUSES, DAYS)
def test_on_any_day_due_counts_the_paused_days_gone_by(pauses: tuple[Pause, ...], on: date) -> None:
    paused = len(days_of(pauses, on))

    assert TARGET.due_on(FILED_ON, pauses, on) == FILED_ON + SIXTY_DAYS + timedelta(days=paused)


@given(CLOSED_PAUSES, st.integers(0, 5), st.integers(0, 30))
def test_backdating_a_pause_never_makes_due_earlier(pauses: tuple[Pause, ...], which: int, days: int) -> None:
    backdated = tuple(
        replace(each, from_=each.from_ - timedelta(days=days)) if number == which else each
        for number, each in enumerate(pauses)
    )

    assert TARGET.due_on(FILED_ON, backdated) >= TARGET.due_on(FILED_ON, pauses)


@given(CLOSED_PAUSES)
def test_the_union_is_never_more_than_the_sum_and_the_order_is_nothing_to_it(pauses: tuple[Pause, ...]) -> None:
    until = date(2027, 6, 1)
    union = paused_days(pauses, until)

    assert union <= sum(paused_days((each,), until) for each in pauses)
    assert union == paused_days(tuple(reversed(pauses)), until) == paused_days(pauses + pauses, until)


@given(ANY_PAUSES, DAYS)
def test_warnings_and_breaches_are_the_first_days_of_their_status(pauses: tuple[Pause, ...], on: date) -> None:
    """Breached by a day exactly when late on it, also when the days before are asked again later."""
    warned_on, breached_on = (TARGET.warned_on(FILED_ON, pauses), TARGET.breached_on(FILED_ON, pauses))
    status = TARGET.status(FILED_ON, on, pauses)

    assert (breached_on is not None and breached_on <= on) == (status is ServiceStatus.LATE)
    assert (warned_on is not None and warned_on <= on) == (status is not ServiceStatus.IN_TIME)


@given(ANY_PAUSES)
def test_a_day_is_reached_when_as_many_days_have_counted(pauses: tuple[Pause, ...]) -> None:
    unpaused = FILED_ON + SIXTY_DAYS
    reached = reached_on(unpaused, pauses, since=FILED_ON)

    if reached is None:
        assert any(each.to is None for each in pauses)
    else:
        assert reached - timedelta(days=len(days_of(pauses, reached))) == unpaused
        assert not any(each.covers(reached - timedelta(days=1)) for each in pauses)
