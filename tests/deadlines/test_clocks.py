"""The clocks of a case: which run, until when, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.deadlines.clocks import (
    ANSWER,
    CLOCKS,
    DECISION,
    FORWARDING,
    TARGET,
    WORK_PART,
    CaseTimes,
    Clock,
    ClockRules,
    ClockState,
    clocks_of,
)
from domain.deadlines.derivation import STEP_CODES, DerivationStep
from domain.deadlines.pauses import Pause
from domain.deadlines.service_levels import ServiceStatus
from domain.law.procedural_terms import ProceduralTerms

RULES = ClockRules.load()
FILED = CaseTimes(authority="flanders", category="highlySkilled", filed_on=date(2026, 2, 2))
ADMISSIBLE = replace(FILED, admissible_on=date(2026, 2, 10))
OPEN_PAUSE = Pause(number=1, from_=date(2026, 2, 12), to=None, ground="informationRequested")
PAUSED = replace(ADMISSIBLE, pauses=(OPEN_PAUSE,), information_requested_on=date(2026, 2, 12))


def clock(times: CaseTimes, clock_id: str, on: date) -> Clock:
    return next(each for each in clocks_of(times, RULES, on) if each.id == clock_id)


def steps(found: Clock) -> list[tuple[str, dict[str, str | int | date]]]:
    return [(step.code, dict(step.values)) for step in found.derivation]


def test_a_case_that_was_filed_has_the_target_only() -> None:
    (target,) = clocks_of(FILED, RULES, date(2026, 2, 2))

    assert (target.id, target.term_id, target.starts_on) == (TARGET, "TARGET", date(2026, 2, 2))
    assert (target.due_on, target.at_risk_from) == (date(2026, 4, 3), date(2026, 3, 24))
    assert (target.state, target.status, target.stopped_on) == (ClockState.RUNNING, ServiceStatus.IN_TIME, None)
    assert target.on_expiry == "none"


def test_admissibility_starts_the_clocks_of_the_law() -> None:
    clocks = {each.id: each for each in clocks_of(ADMISSIBLE, RULES, date(2026, 2, 10))}

    assert list(clocks) == [TARGET, DECISION, WORK_PART, FORWARDING]
    assert clocks[DECISION].due_on == date(2026, 6, 10)
    assert clocks[DECISION].on_expiry == "deemedGranted"
    assert (clocks[WORK_PART].due_on, clocks[FORWARDING].due_on) == (date(2026, 2, 25), date(2026, 2, 25))


@pytest.mark.parametrize(
    ("category", "admissible_on", "has_fast_lane"),
    [
        ("highlySkilledUnder30", date(2025, 5, 1), True),
        ("nurse", date(2025, 5, 1), True),
        ("nurse", date(2025, 4, 30), False),
        ("teacher", date(2025, 5, 1), False),
    ],
)
def test_all_the_highly_skilled_are_in_the_fast_lane_from_1_may_2025(
    category: str, admissible_on: date, has_fast_lane: bool
) -> None:
    times = CaseTimes(
        authority="flanders", category=category, filed_on=date(2025, 4, 28), admissible_on=admissible_on
    )  # fmt: skip
    due = {each.id: each.due_on for each in clocks_of(times, RULES, date(2025, 5, 2))}

    # Fifteen calendar days, weekends among them.
    assert due.get(WORK_PART) == (date(2025, 5, 16) if has_fast_lane else None)


def test_a_request_starts_the_answer_clock_and_pauses_only_the_target() -> None:
    clocks = {each.id: each for each in clocks_of(PAUSED, RULES, date(2026, 2, 20))}

    assert tuple(clocks) == CLOCKS
    assert (clocks[ANSWER].due_on, clocks[ANSWER].on_expiry) == (date(2026, 2, 27), "inadmissible")
    assert clocks[ANSWER].at_risk_from is None
    assert {each.id: each.state for each in clocks.values() if each.state is not ClockState.RUNNING} == {
        TARGET: ClockState.PAUSED
    }


def test_a_pause_moves_the_target_and_never_the_legal_decision_term() -> None:
    unpaused, on = replace(PAUSED, pauses=()), date(2026, 5, 1)

    assert clock(PAUSED, TARGET, on).due_on - clock(unpaused, TARGET, on).due_on == timedelta(days=78)
    assert clock(PAUSED, DECISION, on).due_on == clock(unpaused, DECISION, on).due_on == date(2026, 6, 10)


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (date(2026, 5, 30), "inTime"),
        (date(2026, 5, 31), "atRisk"),
        (date(2026, 6, 10), "atRisk"),
        (date(2026, 6, 11), "late"),
    ],
)
def test_the_legal_term_changes_its_status_on_the_day_it_should(on: date, status: str) -> None:
    assert clock(ADMISSIBLE, DECISION, on).status == status


@pytest.mark.parametrize("on", [date(2026, 3, 2), date(2027, 3, 2)])
def test_a_decided_case_stands_as_it_stood_on_the_day_of_the_decision(on: date) -> None:
    decided = replace(ADMISSIBLE, forwarded_on=date(2026, 2, 12), closed_on=date(2026, 3, 2))
    clocks = {each.id: each for each in clocks_of(decided, RULES, on)}

    assert {each.state for each in clocks.values()} == {ClockState.STOPPED}
    assert (clocks[TARGET].stopped_on, clocks[TARGET].status) == (date(2026, 3, 2), ServiceStatus.IN_TIME)
    assert (clocks[FORWARDING].stopped_on, clocks[FORWARDING].status) == (date(2026, 2, 12), ServiceStatus.IN_TIME)
    assert (clocks[WORK_PART].stopped_on, clocks[WORK_PART].status) == (date(2026, 3, 2), ServiceStatus.LATE)


def test_a_pause_that_the_decision_ended_moves_the_target_no_further() -> None:
    decided = replace(PAUSED, closed_on=date(2026, 2, 14))

    assert clock(decided, TARGET, date(2026, 9, 1)).due_on == date(2026, 4, 5)


def test_a_clock_stops_for_its_own_part_while_the_case_goes_on() -> None:
    times = replace(ADMISSIBLE, work_part_decided_on=date(2026, 2, 20))

    work_part = clock(times, WORK_PART, date(2026, 4, 1))
    assert (work_part.state, work_part.stopped_on, work_part.status) == ("stopped", date(2026, 2, 20), "inTime")
    assert clock(times, DECISION, date(2026, 4, 1)).state == "running"


def test_a_day_gone_by_is_answered_as_it_stood() -> None:
    decided = replace(PAUSED, work_part_decided_on=date(2026, 3, 1), closed_on=date(2026, 3, 2))

    assert [each.id for each in clocks_of(decided, RULES, date(2026, 2, 5))] == [TARGET]
    assert clocks_of(decided, RULES, date(2026, 2, 20)) == clocks_of(PAUSED, RULES, date(2026, 2, 20))
    assert clocks_of(decided, RULES, date(2026, 2, 1)) == ()


def test_a_target_measures_from_the_day_it_is_in_force() -> None:
    since_october = replace(FILED, filed_on=date(2025, 10, 15))
    closed_before = replace(since_october, closed_on=date(2026, 1, 3))

    assert clocks_of(since_october, RULES, date(2026, 1, 3)) == ()
    assert clock(since_october, TARGET, date(2026, 1, 4)).status is ServiceStatus.LATE
    assert clocks_of(closed_before, RULES, date(2026, 2, 1)) == ()


def test_an_authority_without_a_target_has_the_clocks_of_the_law() -> None:
    elsewhere, without = replace(ADMISSIBLE, authority="brussels"), replace(RULES, targets={})

    assert [each.id for each in clocks_of(elsewhere, without, date(2026, 3, 1))] == [DECISION, FORWARDING]


def test_the_target_tells_how_it_came_to_its_day() -> None:
    closed = Pause(number=1, from_=date(2026, 2, 12), to=date(2026, 2, 20), ground="informationRequested")
    again = Pause(number=2, from_=date(2026, 2, 18), to=None, ground="forceMajeure")
    undone = Pause(number=3, from_=date(2026, 2, 15), to=date(2026, 2, 15), ground="other")
    to_come = Pause(number=4, from_=date(2026, 3, 15), to=None, ground="other")
    times = replace(FILED, pauses=(closed, again, undone, to_come))

    assert steps(clock(times, TARGET, date(2026, 3, 1))) == [
        ("startsOn", {"starts": "filedOn", "day": date(2026, 2, 2)}),
        (
            "term",
            {
                "id": "TARGET",
                "term": "P60D",
                "day": date(2026, 4, 3),
                "legalReference": "projectBrief",
                "confidence": "project-brief",
            },
        ),
        (
            "paused",
            {
                "number": 1,
                "from": date(2026, 2, 12),
                "to": date(2026, 2, 20),
                "days": 8,
                "ground": "informationRequested",
            },
        ),
        ("movesWhilePaused", {"number": 2, "from": date(2026, 2, 18), "days": 11, "ground": "forceMajeure"}),
        ("pausedDays", {"days": 17}),
        ("atRiskFrom", {"warning": "P10D", "day": date(2026, 4, 10)}),
        ("dueOn", {"day": date(2026, 4, 20)}),
    ]


def test_the_legal_term_says_that_the_pauses_did_not_move_it() -> None:
    found = steps(clock(PAUSED, DECISION, date(2026, 3, 1)))

    assert [code for code, _ in found] == [
        "startsOn", "term", "alternative", "notMovedByPauses", "atRiskFrom", "dueOn", "onExpiry",
    ]  # fmt: skip
    assert found[0] == ("startsOn", {"starts": "admissibilityNotifiedOn", "day": date(2026, 2, 10)})
    assert found[2] == ("alternative", {"id": "SP-DECISION-4M", "term": "P120D", "day": date(2026, 6, 10)})
    assert found[3] == ("notMovedByPauses", {"days": 17})
    assert found[-1] == ("onExpiry", {"outcome": "deemedGranted"})


def test_a_legal_term_of_a_case_without_pauses_does_not_speak_of_them() -> None:
    assert "notMovedByPauses" not in dict(steps(clock(ADMISSIBLE, DECISION, date(2026, 3, 1))))


def test_a_term_that_rolls_says_from_which_day() -> None:
    rolling = replace(RULES.terms.term("FORWARD-DVZ"), roll="nextWorkingDay", roll_confidence="derived")
    rules = replace(RULES, terms=ProceduralTerms((rolling,)))
    # Fifteen days after Friday 22 May 2026 is Saturday 6 June.
    times = replace(FILED, admissible_on=date(2026, 5, 22))

    forwarding = next(each for each in clocks_of(times, rules, date(2026, 5, 22)) if each.id == FORWARDING)

    assert forwarding.due_on == date(2026, 6, 8)
    assert ("rolled", {"from": date(2026, 6, 6), "day": date(2026, 6, 8)}) in steps(forwarding)


def test_every_step_has_the_values_that_the_catalogues_are_promised() -> None:
    closed = Pause(number=1, from_=date(2026, 2, 12), to=date(2026, 2, 20), ground="informationRequested")
    again = Pause(number=2, from_=date(2026, 2, 25), to=None, ground="other")
    times = replace(PAUSED, pauses=(closed, again))
    seen: dict[str, DerivationStep] = {
        step.code: step for each in clocks_of(times, RULES, date(2026, 3, 1)) for step in each.derivation
    }

    assert set(seen) == set(STEP_CODES) - {"rolled"}
    for code, step in seen.items():
        assert tuple(step.values) == STEP_CODES[code], code
