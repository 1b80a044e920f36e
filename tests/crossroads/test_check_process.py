"""The decider of a check: what follows from an attempt, for every outcome there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.crossroads.answers import CheckUnanswered, EmployerOnRegister, NoDataFound, UnansweredReason
from domain.crossroads.check_process import (
    BLAMES_THE_BANK,
    AskAgain,
    GiveUp,
    Patience,
    Record,
    RegisterFirst,
    RequestedCheck,
    next_step,
)

ASKED_AT = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
PATIENCE = Patience()
ONCE = RequestedCheck(asked_at=ASKED_AT, attempts=1, registered=True)


def after(
    reason: UnansweredReason, check: RequestedCheck = ONCE, *, stay_away: float = 0.0, chance: float = 1.0
) -> object:
    return next_step(check, CheckUnanswered(reason, stay_away_seconds=stay_away), PATIENCE, ASKED_AT, chance)


@pytest.mark.parametrize(
    "answer", [EmployerOnRegister(enterprise_number="0202239951", name="Haven NV", active=True), NoDataFound()]
)
def test_an_answer_is_recorded(answer: EmployerOnRegister | NoDataFound) -> None:
    assert next_step(ONCE, answer, PATIENCE, ASKED_AT, 0.5) == Record(answer)


@pytest.mark.parametrize("reason", sorted(BLAMES_THE_BANK | {UnansweredReason.TOO_MANY_REQUESTS}))
def test_what_may_pass_is_asked_again(reason: UnansweredReason) -> None:
    assert after(reason) == AskAgain(PATIENCE.first_pause, reason)


def test_incomplete_data_are_asked_for_much_later() -> None:
    reason = UnansweredReason.INCOMPLETE_DATA
    assert after(reason) == AskAgain(PATIENCE.incomplete_pause, reason)


def test_who_is_not_registered_is_registered_once() -> None:
    reason = UnansweredReason.NOT_REGISTERED
    before = RequestedCheck(asked_at=ASKED_AT, attempts=1, registered=False)
    assert after(reason, before) == RegisterFirst()
    assert after(reason) == GiveUp(reason)


@pytest.mark.parametrize("reason", ["ssinUnknown", "ssinReplaced", "personDeceased", "requestRejected", "unknownCode"])
def test_what_asking_again_cannot_mend_is_for_a_person(reason: str) -> None:
    assert after(UnansweredReason(reason)) == GiveUp(UnansweredReason(reason))


def test_an_access_that_was_denied_alarms_those_who_guard_it() -> None:
    assert after(UnansweredReason.NO_ACCESS) == GiveUp(UnansweredReason.NO_ACCESS, alarms_security=True)


def test_the_bank_may_ask_for_a_longer_pause() -> None:
    step = after(UnansweredReason.TOO_MANY_REQUESTS, stay_away=90, chance=0.0)
    assert step == AskAgain(timedelta(seconds=90), UnansweredReason.TOO_MANY_REQUESTS)


def test_when_patience_is_over_a_person_looks_but_not_before_it_was_tried() -> None:
    over = ASKED_AT + PATIENCE.give_up_after
    why = CheckUnanswered(UnansweredReason.TIMEOUT)
    tried = RequestedCheck(asked_at=ASKED_AT, attempts=PATIENCE.least_attempts, registered=True)
    assert next_step(tried, why, PATIENCE, over, 0.5) == GiveUp(UnansweredReason.TIMEOUT)
    assert isinstance(next_step(ONCE, why, PATIENCE, over, 0.5), AskAgain)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_no_longer_than_the_longest_and_are_never_negative(attempts: int, chance: float) -> None:
    check = RequestedCheck(asked_at=ASKED_AT, attempts=attempts, registered=True)
    step = after(UnansweredReason.TIMEOUT, check, chance=chance)
    assert isinstance(step, AskAgain)
    assert timedelta(0) <= step.pause <= PATIENCE.longest_pause
