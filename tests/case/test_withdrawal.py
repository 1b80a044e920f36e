"""The applicant takes the application back, at whatever stage it is."""

from typing import get_args

import pytest

from domain.case.commands import CaseCommand, SubmitApplication, WithdrawApplication
from domain.case.events import ApplicationWithdrawn, CaseEvent
from domain.case.lifecycle import CaseStatus, Stage
from domain.case.refusals import Reason
from domain.crossroads.answers import CheckKind
from tests.case.vocabulary import (
    FORWARD,
    HANDLER,
    NOW,
    TODAY,
    WORKER,
    add,
    admit,
    alarm,
    allow_residence,
    answer,
    answered,
    ask,
    asked,
    assign,
    at_residence,
    attach,
    case,
    checked,
    correct,
    fee,
    filed,
    grant,
    happened,
    judged,
    mandate,
    pause,
    published,
    refuse,
    reject,
    replaced,
    restate_pause,
    resume,
    state_after,
    unanswered,
    void,
    withdraw_assignment,
    withdraw_document,
)
from tests.world.applications import SSIN, application

EVERY_COMMAND: tuple[CaseCommand, ...] = (
    answered(), unanswered(), replaced(CheckKind.DECLARED_WAGES, SSIN), add(published(63, "VDAB")),
    WithdrawApplication(), attach(), withdraw_document(), fee(), void(), mandate(), assign(), withdraw_assignment(),
    correct(worker=application().worker), ask(), answer(), admit(), grant(), FORWARD, allow_residence(), pause(),
    resume(), restate_pause(TODAY, None), alarm("target", "warned", due_on=TODAY, crossed_on=TODAY),
)  # fmt: skip


def test_an_applicant_withdraws() -> None:
    case(actor="employer-7").given(*filed()).when(WithdrawApplication(reason="found someone")).then(
        ApplicationWithdrawn(effective_at=NOW, by="employer-7", worker_subject=WORKER, reason="found someone")
    )


@pytest.mark.parametrize(
    "past",
    [filed(), checked(), asked(), judged(), happened(judged(), pause()), happened(judged(), grant()), at_residence()],
    ids=["checking", "checked", "with the applicant", "admissible", "paused", "work granted", "at the Office"],
)
def test_an_open_application_can_be_withdrawn_at_any_stage(past: list[CaseEvent]) -> None:
    withdrawn = case().given(*past).when(WithdrawApplication()).then_events(ApplicationWithdrawn)

    state = state_after([*past, *withdrawn])
    assert (state.status, state.stage, state.is_open) == (CaseStatus.WITHDRAWN, Stage.CLOSED, False)
    assert (state.open_request, state.manual_tasks) == (None, ())


@pytest.mark.parametrize(
    ("past", "reason"),
    [
        (happened(judged(), refuse("other", motivation="fraud")), Reason.ALREADY_DECIDED),
        (happened(at_residence(), allow_residence()), Reason.ALREADY_DECIDED),
        (happened(checked(), reject("feeNotPaid")), Reason.DECLARED_INADMISSIBLE),
    ],
    ids=["refused", "granted", "inadmissible"],
)
def test_what_has_ended_is_not_withdrawn(past: list[CaseEvent], reason: Reason) -> None:
    case().given(*past).when(WithdrawApplication()).then_refused(reason)


def test_withdrawing_again_decides_to_nothing() -> None:
    past = happened(filed(), WithdrawApplication())

    case().given(*past).when(WithdrawApplication(reason="once more")).then()


@pytest.mark.parametrize(
    "late",
    [attach(), fee(), assign(), ask(), answer(), admit(), grant(), FORWARD, allow_residence(), pause(), resume()],
    ids=lambda command: type(command).__name__,
)
def test_a_withdrawn_application_takes_nothing_more_and_says_who_withdrew_it(late: CaseCommand) -> None:
    withdrawn = case(actor="employer-7").given(*filed()).when(WithdrawApplication()).decided()

    refused = case(actor=HANDLER).given(*filed(), *withdrawn).when(late).then_refused(Reason.ALREADY_WITHDRAWN)

    assert "withdrawn by employer-7 on 2026-01-20" in refused.sentence


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=lambda command: type(command).__name__)
def test_whatever_is_asked_of_an_unknown_application_is_refused(command: CaseCommand) -> None:
    case().when(command).then_refused(Reason.APPLICATION_UNKNOWN)


def test_every_command_but_the_filing_was_asked_of_an_unknown_application() -> None:
    assert {*map(type, EVERY_COMMAND), SubmitApplication} == set(get_args(CaseCommand))
