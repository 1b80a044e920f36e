"""Warnings and breaches of the clocks are recorded once, and never of a case that has ended."""

from datetime import date

import pytest

from domain.case.commands import RaiseDeadline, WithdrawApplication
from domain.case.events import CaseEvent, DeadlineBreached, DeadlineWarned
from domain.civil_time import beginning_of
from domain.deadlines.clocks import CLOCKS
from tests.case.vocabulary import (
    ANOTHER_REQUEST,
    alarm,
    allow_residence,
    answer,
    ask,
    asked,
    at_residence,
    case,
    checked,
    happened,
    judged,
    on,
    pause,
    refuse,
    reject,
    restate_pause,
    state_after,
)

WARNING_DAY = date(2026, 3, 11)
DUE = date(2026, 3, 21)
DAY_AFTER = date(2026, 3, 22)
WATCHED = on(date(2026, 3, 25))

WARNED = alarm("target", "warned", due_on=DUE, crossed_on=WARNING_DAY)
BREACHED = alarm("target", "breached", due_on=DUE, crossed_on=DAY_AFTER)


def test_a_warning_counts_from_the_beginning_of_the_day_on_which_the_clock_came_near_its_end() -> None:
    case(WATCHED).given(*checked()).when(WARNED).then(
        DeadlineWarned(effective_at=beginning_of(WARNING_DAY), clock="target", run=1, due_on=DUE)
    )


def test_a_breach_counts_from_the_beginning_of_the_day_after_the_last() -> None:
    case(WATCHED).given(*checked()).when(BREACHED).then(
        DeadlineBreached(effective_at=beginning_of(DAY_AFTER), clock="target", run=1, due_on=DUE)
    )


@pytest.mark.parametrize("raised", [WARNED, BREACHED], ids=["warned", "breached"])
def test_the_same_alarm_again_decides_to_nothing(raised: RaiseDeadline) -> None:
    case(WATCHED).given(*happened(checked(), raised, now=WATCHED)).when(raised).then()


def test_an_alarm_is_not_raised_again_when_a_correction_of_a_pause_moved_the_last_day() -> None:
    past = happened(checked(), BREACHED, pause(), restate_pause(date(2026, 1, 20), date(2026, 3, 1)), now=on(DAY_AFTER))
    moved = alarm("target", "breached", due_on=date(2026, 4, 30), crossed_on=date(2026, 5, 1))

    case(on(date(2026, 5, 2))).given(*past).when(moved).then()


def test_a_warning_and_a_breach_of_one_clock_are_two_alarms() -> None:
    past = happened(checked(), WARNED, BREACHED, now=WATCHED)

    assert state_after(past).alarms == {("target", 1, "warned"), ("target", 1, "breached")}


@pytest.mark.parametrize("clock", [each for each in CLOCKS if each != "answer"])
def test_each_clock_gives_its_own_alarm(clock: str) -> None:
    past = happened(judged(), *(alarm(each, "warned", due_on=DUE, crossed_on=WARNING_DAY) for each in CLOCKS[:1]))
    raised = alarm(clock, "breached", due_on=DUE, crossed_on=DAY_AFTER)

    (breached,) = case(WATCHED).given(*past).when(raised).then_events(DeadlineBreached)

    assert isinstance(breached, DeadlineBreached)
    assert (breached.clock, breached.run) == (clock, 1)


@pytest.mark.parametrize("raised", [WARNED, BREACHED], ids=["warned", "breached"])
@pytest.mark.parametrize(
    "past",
    [
        happened(checked(), WithdrawApplication()),
        happened(checked(), reject("feeNotPaid")),
        happened(judged(), refuse("other", motivation="fraud")),
        happened(at_residence(), allow_residence()),
    ],
    ids=["withdrawn", "inadmissible", "refused", "granted"],
)
def test_a_case_that_has_ended_gives_no_alarm(past: list[CaseEvent], raised: RaiseDeadline) -> None:
    case(WATCHED).given(*past).when(raised).then()


class TestTheAnswerClock:
    """It runs anew with each request; that its term ran out is told in the requests' own cases."""

    WARNED = alarm("answer", "warned", due_on=date(2026, 2, 4), crossed_on=date(2026, 2, 1))
    NEAR_THE_END = on(date(2026, 2, 2))

    def test_it_warns_once_a_request(self) -> None:
        past = happened(asked(), self.WARNED, now=self.NEAR_THE_END)
        assert state_after(past).alarms == {("answer", 1, "warned")}
        case(self.NEAR_THE_END).given(*past).when(self.WARNED).then()

        anew = happened(past, answer(), ask(ANOTHER_REQUEST), now=self.NEAR_THE_END)
        again = alarm("answer", "warned", due_on=date(2026, 2, 17), crossed_on=date(2026, 2, 14))

        (warned,) = case(on(date(2026, 2, 15))).given(*anew).when(again).then_events(DeadlineWarned)
        assert isinstance(warned, DeadlineWarned)
        assert warned.run == 2

    def test_it_does_not_warn_of_a_request_that_was_answered_in_the_meantime(self) -> None:
        past = happened(asked(), answer(), now=self.NEAR_THE_END)

        case(self.NEAR_THE_END).given(*past).when(self.WARNED).then()

    def test_it_does_not_warn_of_one_request_in_the_name_of_the_next(self) -> None:
        past = happened(asked(), answer(), ask(ANOTHER_REQUEST), now=self.NEAR_THE_END)

        case(self.NEAR_THE_END).given(*past).when(self.WARNED).then()

    def test_a_case_in_which_nothing_was_asked_has_none(self) -> None:
        case(self.NEAR_THE_END).given(*checked()).when(self.WARNED).then()
