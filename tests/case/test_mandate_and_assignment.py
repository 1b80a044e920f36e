"""Whether the representative may act for the employer, and which case handler has the case."""

import pytest

from api.steps.procedure import STEPS, is_possible
from domain.case.admissibility import open_points
from domain.case.commands import WithdrawApplication
from domain.case.events import CaseAssigned, CaseEvent, MandateVerified
from domain.case.grounds import OTHER
from domain.case.lifecycle import Stage
from domain.case.refusals import Reason
from domain.copies import replace
from tests.case.vocabulary import (
    AGENT,
    HANDLER,
    NOW,
    TODAY,
    WORKER,
    admitted,
    allow_residence,
    asked,
    assign,
    at_residence,
    case,
    checked,
    fee,
    filed,
    happened,
    law,
    mandate,
    refuse,
    reject,
    state_after,
)
from tests.world.applications import application

BY_AGENT = application(representative=AGENT)


def test_a_mandate_is_found_to_cover_the_employer() -> None:
    case(actor=HANDLER).given(*filed(BY_AGENT)).when(mandate()).then(
        MandateVerified(
            effective_at=NOW,
            enterprise_number="0403227515",
            valid=True,
            by=HANDLER,
            worker_subject=WORKER,
            mandate_reference="M-1",
        )
    )


def test_a_mandate_is_a_condition_of_admission_until_it_is_found_valid() -> None:
    paid = happened(filed(BY_AGENT), fee())

    assert open_points(state_after(paid), law(), TODAY) == ("mandateMissing",)
    assert open_points(state_after(happened(paid, mandate(valid=False))), law(), TODAY) == ("mandateMissing",)
    assert open_points(state_after(happened(paid, mandate())), law(), TODAY) == ()


@pytest.mark.parametrize("valid", [True, False])
def test_the_same_finding_again_decides_to_nothing(valid: bool) -> None:
    case().given(*happened(filed(BY_AGENT), mandate(valid=valid))).when(mandate(valid=valid)).then()


def test_a_finding_can_be_overturned() -> None:
    past = happened(filed(BY_AGENT), mandate(valid=False))

    case().given(*past).when(mandate(valid=True)).then_events(MandateVerified)
    assert state_after(happened(past, mandate(valid=True), mandate(valid=False))).mandate_valid is False


def test_where_nobody_acts_by_mandate_there_is_none_to_verify() -> None:
    case().given(*filed()).when(mandate()).then_refused(Reason.MANDATE_NOT_CLAIMED)


def test_a_case_is_assigned() -> None:
    case(actor="caseHandler:lead-1").given(*filed()).when(assign()).then(
        CaseAssigned(effective_at=NOW, handler=HANDLER, by="caseHandler:lead-1")
    )
    assert state_after(happened(filed(), assign())).handler == HANDLER


def test_assigning_it_again_to_the_same_handler_decides_to_nothing() -> None:
    case().given(*happened(filed(), assign())).when(assign()).then()


def test_a_case_goes_from_one_handler_to_another_and_back() -> None:
    past = happened(filed(), assign("caseHandler:h-1"), assign("caseHandler:h-2"))

    assert state_after(past).handler == "caseHandler:h-2"
    case().given(*past).when(assign("caseHandler:h-1")).then_events(CaseAssigned)


def test_a_case_can_be_assigned_as_long_as_it_is_open() -> None:
    for past in (asked(), at_residence()):
        case().given(*past).when(assign()).then_events(CaseAssigned)


def test_a_case_that_has_ended_is_assigned_to_nobody() -> None:
    case().given(*happened(filed(BY_AGENT), WithdrawApplication())).when(assign()).then_refused(
        Reason.ALREADY_WITHDRAWN
    )


ENDED = {
    "withdrawn": happened(filed(BY_AGENT), WithdrawApplication()),
    "inadmissible": happened(filed(BY_AGENT), reject(OTHER, motivation="no such job")),
    "refused": happened(admitted(checked(BY_AGENT)), refuse(OTHER, motivation="a person saw why")),
    "granted": happened(at_residence(BY_AGENT), allow_residence()),
    "granted after its mandate was found valid": happened(at_residence(BY_AGENT), mandate(), allow_residence()),
}


@pytest.mark.parametrize("past", ENDED.values(), ids=ENDED)
def test_a_mandate_that_proves_invalid_after_the_end_is_recorded_and_the_case_stays_as_it_ended(
    past: list[CaseEvent],
) -> None:
    # given a case of a representative that has ended
    before = state_after(past)
    assert before.stage is Stage.CLOSED
    # when its mandate is found invalid
    case().given(*past).when(mandate(valid=False)).then_events(MandateVerified)
    # then nothing else of it is another: how and when it ended, its pauses and alarms, and so its clocks
    assert state_after(happened(past, mandate(valid=False))) == replace(before, mandate_valid=False)


def test_a_finding_that_was_wrong_is_put_right_after_the_end_too() -> None:
    past = happened(filed(BY_AGENT), WithdrawApplication(), mandate(valid=False))
    case().given(*past).when(mandate(valid=True)).then_events(MandateVerified)
    case().given(*past).when(mandate(valid=False)).then()


def test_nobody_verifies_the_mandate_that_no_one_claimed_of_a_case_that_has_ended() -> None:
    case().given(*happened(filed(), WithdrawApplication())).when(mandate()).then_refused(Reason.MANDATE_NOT_CLAIMED)


def test_of_a_case_that_has_ended_the_step_is_offered_where_somebody_acts_by_mandate() -> None:
    ended = {name: state_after(past) for name, past in ENDED.items()}
    possible = {name: [each.resource for each in STEPS if is_possible(each, it, TODAY)] for name, it in ended.items()}
    assert set(map(tuple, possible.values())) == {("mandateVerifications",)}
    withdrawn = state_after(happened(filed(), WithdrawApplication()))
    assert not any(is_possible(each, withdrawn, TODAY) for each in STEPS)
