"""Whatever is asked of a case in whatever order: it folds, it repeats itself, and no answer counts twice."""

from contextlib import suppress
from datetime import timedelta
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case import events as event_module
from domain.case.commands import (
    CaseCommand,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    WithdrawApplication,
)
from domain.case.decider import decide
from domain.case.events import CaseEvent
from domain.case.folding import evolve, fold
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused
from domain.crossroads.answers import CheckKind, EmployerOnRegister, NoDataFound
from infra.event_codec import FORMATS
from tests.case.vocabulary import (
    NOW,
    add,
    answered,
    application,
    context,
    grant,
    law,
    published,
    refuse,
    submit,
    unanswered,
    wages,
)

ANYTHING: list[CaseCommand] = [
    answered(),
    answered(NoDataFound()),
    answered(EmployerOnRegister(enterprise_number="0202239951", name="Acme", active=False)),
    answered(revision=2),
    wages("12228", "12228", "12228", "12228"),
    wages("9000", "9000", "9000"),
    wages(),
    unanswered(),
    unanswered(CheckKind.DECLARED_WAGES),
    add(published(63, "VDAB", "EURES")),
    add(published(5, "VDAB")),
    grant(),
    grant("seen by a person"),
    refuse("salaryThreshold"),
    refuse("salaryOrLabourMarketTest"),
    refuse("other", motivation="reasons"),
    WithdrawApplication(),
    submit(),
]

FILED = st.builds(
    application,
    st.sampled_from(["highlySkilled", "mediumSkilledOther", "mediumSkilledShortage", "seasonal", "euBlueCard"]),
    pay=st.decimals(min_value=0, max_value=200_000, places=2).map(str),
    period=st.sampled_from(["year", "month"]),
    renewal=st.booleans(),
    evidence=st.sampled_from([None, published(63, "VDAB", "EURES"), published(20, "VDAB")]),
)


def play(first: CaseCommand, commands: list[CaseCommand]) -> tuple[list[CaseEvent], list[list[Case | None]]]:
    """The history that the commands make, refusals left out, and the states between."""
    history: list[CaseEvent] = []
    states: list[list[Case | None]] = []
    state: Case | None = None
    for number, command in enumerate([first, *commands]):
        with suppress(CommandRefused):
            decided = decide(state, command, context(NOW + timedelta(hours=number)), law())
            for event in decided:
                state = evolve(state, event)
            history += decided
            states.append([state])
    return history, states


@given(FILED, st.lists(st.sampled_from(ANYTHING), max_size=8))
@settings(max_examples=150, deadline=None)
def test_every_history_that_was_decided_folds_to_the_state_it_was_decided_on(filed, commands) -> None:
    history, states = play(submit(filed), commands)

    assert [fold(history)] == states[-1]
    state = fold(history)
    assert state is not None
    assert state.is_open or state.manual_tasks == ()


@given(FILED, st.lists(st.sampled_from(ANYTHING), max_size=6), st.sampled_from(ANYTHING))
@settings(max_examples=150, deadline=None)
def test_answers_and_withdrawals_asked_a_second_time_bring_nothing_new(filed, commands, repeated) -> None:
    history, _ = play(submit(filed), commands)
    if not isinstance(repeated, RecordCrossroadsAnswer | RecordCrossroadsFailure | WithdrawApplication):
        return
    with suppress(CommandRefused):
        state = fold([*history, *decide(fold(history), repeated, context(), law())])
        assert decide(state, repeated, context(NOW + timedelta(days=3)), law()) == []


@given(FILED, st.lists(st.sampled_from(ANYTHING), max_size=6), st.sampled_from(ANYTHING))
@settings(max_examples=100, deadline=None)
def test_the_same_question_always_gets_the_same_answer(filed, commands, asked) -> None:
    """Pure: events or refusal depend on the state, the command and its context, and on nothing else."""
    history, _ = play(submit(filed), commands)

    def answer() -> object:
        try:
            return decide(fold(history), asked, context(), law())
        except CommandRefused as refused:
            return (refused.reason, refused.sentence)

    assert answer() == answer()


@given(FILED, st.lists(st.sampled_from(ANYTHING), max_size=8))
@settings(max_examples=100, deadline=None)
def test_nothing_is_granted_against_an_engine_that_says_not_met(filed, commands) -> None:
    history, _ = play(submit(filed), commands)

    granted = [event for event in history if isinstance(event, event_module.ApplicationDecided)]

    assert len(granted) <= 1
    assert all(event.verdict != "notMet" for event in granted if event.outcome == "granted")


def test_the_commands_played_cover_every_kind_of_command() -> None:
    assert {type(command) for command in ANYTHING} == set(get_args(CaseCommand))


def test_every_event_of_a_case_can_be_stored() -> None:
    assert {each.event_type for each in FORMATS} == set(get_args(CaseEvent))
    assert len({each.name for each in FORMATS}) == len(FORMATS)
