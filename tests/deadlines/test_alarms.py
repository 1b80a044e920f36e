"""Warnings and breaches: on the first day that they are true, the same whenever they are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines.clocks import (
    ANSWER,
    BREACHED,
    DECISION,
    FORWARDING,
    TARGET,
    WARNED,
    Alarm,
    CaseTimes,
    ClockRules,
    alarms_due,
    clocks_of,
)
from domain.deadlines.pauses import Pause
from domain.deadlines.service_levels import ServiceStatus

RULES = ClockRules.load()
FILED_ON = date(2026, 2, 2)
FILED = CaseTimes(authority="flanders", category="nurse", filed_on=FILED_ON)
DAYS = st.integers(min_value=0, max_value=250).map(lambda count: FILED_ON + timedelta(days=count))


def alarm(clock: str, kind: str, due_on: date, crossed_on: date) -> Alarm:
    return Alarm(clock=clock, kind=kind, due_on=due_on, crossed_on=crossed_on)


TARGET_WARNED = alarm(TARGET, WARNED, date(2026, 4, 3), date(2026, 3, 24))
TARGET_BREACHED = alarm(TARGET, BREACHED, date(2026, 4, 3), date(2026, 4, 4))


@pytest.mark.parametrize(
    ("on", "alarms"),
    [
        (date(2026, 3, 23), ()),
        (date(2026, 3, 24), (TARGET_WARNED,)),
        (date(2026, 4, 3), (TARGET_WARNED,)),
        (date(2026, 4, 4), (TARGET_WARNED, TARGET_BREACHED)),
        (date(2027, 4, 4), (TARGET_WARNED, TARGET_BREACHED)),
    ],
)
def test_the_target_warns_ten_days_before_and_is_breached_the_day_after(on: date, alarms: tuple[Alarm, ...]) -> None:
    assert alarms_due(FILED, RULES, on) == alarms


def test_the_legal_decision_term_gives_its_own_alarms() -> None:
    times = replace(FILED, admissible_on=date(2026, 7, 1), forwarded_on=date(2026, 7, 2))

    found = [each for each in alarms_due(times, RULES, date(2026, 12, 1)) if each.clock == DECISION]

    assert found == [
        alarm(DECISION, WARNED, date(2026, 10, 29), date(2026, 10, 19)),
        alarm(DECISION, BREACHED, date(2026, 10, 29), date(2026, 10, 30)),
    ]


def test_an_answer_that_does_not_come_breaches_its_term() -> None:
    asked = replace(FILED, information_requested_on=date(2026, 2, 12))
    breached = alarm(ANSWER, BREACHED, date(2026, 2, 27), date(2026, 2, 28))

    assert alarms_due(asked, RULES, date(2026, 2, 27)) == ()
    assert alarms_due(asked, RULES, date(2026, 2, 28)) == (breached,)


def test_a_pause_that_is_open_keeps_the_target_silent() -> None:
    paused = replace(FILED, pauses=(Pause(number=1, from_=date(2026, 3, 20), to=None, ground="courtOrder"),))

    assert alarms_due(paused, RULES, date(2028, 1, 1)) == ()


def test_an_alarm_gives_the_due_day_as_it_stood_when_it_was_crossed() -> None:
    early = Pause(number=1, from_=date(2026, 2, 10), to=date(2026, 2, 20), ground="other")
    late = Pause(number=2, from_=date(2026, 4, 8), to=date(2026, 4, 12), ground="other")
    paused = replace(FILED, pauses=(early, late))

    assert alarms_due(paused, RULES, date(2026, 6, 1)) == (
        alarm(TARGET, WARNED, date(2026, 4, 13), date(2026, 4, 3)),
        alarm(TARGET, BREACHED, date(2026, 4, 17), date(2026, 4, 18)),
    )


def test_a_case_that_is_late_when_the_target_comes_into_force_crosses_it_on_that_day() -> None:
    since_october = replace(FILED, filed_on=date(2025, 10, 15))

    assert alarms_due(since_october, RULES, date(2026, 1, 3)) == ()
    assert alarms_due(since_october, RULES, date(2026, 2, 1)) == (
        alarm(TARGET, WARNED, date(2025, 12, 14), date(2026, 1, 4)),
        alarm(TARGET, BREACHED, date(2025, 12, 14), date(2026, 1, 4)),
    )


def test_a_closed_case_gives_no_alarm() -> None:
    closed = replace(FILED, closed_on=date(2026, 5, 1))

    assert alarms_due(closed, RULES, date(2026, 5, 1)) == ()
    assert alarms_due(closed, RULES, date(2026, 4, 30)) == (TARGET_WARNED, TARGET_BREACHED)


@pytest.mark.parametrize(
    ("forwarded_on", "crossed"),
    [(date(2026, 2, 25), []), (date(2026, 2, 26), [date(2026, 2, 26)]), (date(2026, 3, 20), [date(2026, 2, 26)])],
)
def test_a_clock_that_stopped_in_time_is_silent_and_one_that_stopped_late_is_not(
    forwarded_on: date, crossed: list[date]
) -> None:
    times = replace(FILED, admissible_on=date(2026, 2, 10), forwarded_on=forwarded_on)

    found = [each.crossed_on for each in alarms_due(times, RULES, date(2026, 3, 20)) if each.clock == FORWARDING]

    assert found == crossed


PAUSES = st.lists(st.tuples(DAYS, st.none() | st.integers(0, 60)), max_size=4).map(
    lambda found: tuple(
        Pause(number=number, from_=start, to=None if days is None else start + timedelta(days=days), ground="other")
        for number, (start, days) in enumerate(found, start=1)
    )
)
TIMES = st.builds(
    lambda pauses, admissible_on, forwarded_on: replace(
        FILED, pauses=pauses, admissible_on=admissible_on, forwarded_on=forwarded_on
    ),
    PAUSES,
    st.none() | DAYS,
    st.none() | DAYS,
)


@given(TIMES, DAYS, DAYS)
def test_asked_later_the_earlier_alarms_are_the_same(times: CaseTimes, one: date, other: date) -> None:
    earlier, later = sorted((one, other))

    kept = tuple(each for each in alarms_due(times, RULES, later) if each.crossed_on <= earlier)

    assert set(kept) == set(alarms_due(times, RULES, earlier))


@given(TIMES, DAYS)
def test_an_open_clock_is_late_exactly_when_its_breach_has_been_crossed(times: CaseTimes, on: date) -> None:
    late = {each.id for each in clocks_of(times, RULES, on) if each.status is ServiceStatus.LATE}

    assert {each.clock for each in alarms_due(times, RULES, on) if each.kind == BREACHED} == late
