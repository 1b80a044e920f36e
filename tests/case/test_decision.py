"""The authority decides, or the applicant takes the application back."""

import pytest

from domain.case.commands import CaseCommand, WithdrawApplication
from domain.case.events import ApplicationDecided, ApplicationWithdrawn
from domain.case.folding import fold
from domain.case.lifecycle import CaseStatus
from domain.case.refusals import Reason
from domain.crossroads.answers import EmployerOnRegister, NoDataFound
from tests.case.vocabulary import (
    NOW,
    WORKER,
    add,
    answered,
    application,
    case,
    filed,
    grant,
    happened,
    judged,
    law,
    published,
    refuse,
    unanswered,
)

STRUCK_OFF = EmployerOnRegister(enterprise_number="0202239951", name="Acme", active=False)
PAID_TOO_LITTLE = application(pay="40000.00")
UNDETERMINED = application("unlimited", kind="unlimited")


def test_an_application_that_meets_its_requirements_is_granted() -> None:
    (decided,) = case(actor="handler-1").given(*judged()).when(grant()).then_events(ApplicationDecided)

    assert isinstance(decided, ApplicationDecided)
    assert (decided.outcome, decided.verdict, decided.grounds) == ("granted", "met", ())
    assert (decided.effective_at, decided.known_on) == (NOW, NOW.date())
    assert decided.rule_set == law().sha256
    assert [result.rule for result in decided.results] == ["salaryThreshold"]
    state = fold([*judged(), decided])
    assert state is not None
    assert state.status is CaseStatus.DECIDED_GRANTED


def test_an_application_that_falls_short_is_refused_on_that_ground() -> None:
    (decided,) = case().given(*judged(PAID_TOO_LITTLE)).when(refuse("salaryThreshold")).then_events(ApplicationDecided)

    assert isinstance(decided, ApplicationDecided)
    assert (decided.outcome, decided.verdict, decided.grounds) == ("refused", "notMet", ("salaryThreshold",))
    state = fold([*judged(PAID_TOO_LITTLE), decided])
    assert state is not None
    assert state.status is CaseStatus.DECIDED_REFUSED


def test_a_grant_against_a_requirement_that_is_not_met_is_refused_even_with_a_motivation() -> None:
    case().given(*judged(PAID_TOO_LITTLE)).when(grant("we like them")).then_refused(Reason.REQUIREMENT_NOT_MET)


def test_a_refusal_rests_on_what_the_file_bears() -> None:
    refused = case().given(*judged()).when(refuse("salaryThreshold")).then_refused(Reason.GROUND_NOT_SUPPORTED)

    assert "other" in refused.sentence


def test_a_refusal_names_a_ground_and_a_grant_none() -> None:
    case().given(*judged(PAID_TOO_LITTLE)).when(refuse()).then_refused(Reason.GROUND_REQUIRED)
    with_grounds = refuse("salaryThreshold")
    granted_with_grounds = type(with_grounds)(outcome="granted", grounds=with_grounds.grounds)
    case().given(*judged()).when(granted_with_grounds).then_refused(Reason.GROUND_NOT_APPLICABLE)


def test_the_ground_other_needs_a_motivation() -> None:
    case().given(*judged()).when(refuse("other")).then_refused(Reason.MOTIVATION_REQUIRED)
    (decided,) = case().given(*judged()).when(refuse("other", motivation="public order")).decided()
    assert isinstance(decided, ApplicationDecided)
    assert decided.motivation == "public order"


def test_what_the_engine_could_not_tell_is_granted_only_with_a_motivation() -> None:
    past = judged(UNDETERMINED)

    case().given(*past).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)
    case().given(*past).when(grant("")).then_refused(Reason.MOTIVATION_REQUIRED)
    (decided,) = case().given(*past).when(grant("five years of work shown")).then_events(ApplicationDecided)
    assert isinstance(decided, ApplicationDecided)
    assert decided.verdict == "undetermined"


def test_an_employer_struck_off_is_a_ground_and_no_silent_grant() -> None:
    past = happened(filed(), answered(STRUCK_OFF))

    case().given(*past).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)
    case().given(*past).when(refuse("employerInactive")).then_events(ApplicationDecided)


def test_an_employer_of_whom_the_register_knows_nothing_is_a_ground() -> None:
    past = happened(filed(), answered(NoDataFound()))

    case().given(*past).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)
    case().given(*past).when(refuse("employerNotRegistered")).then_events(ApplicationDecided)


def test_a_check_without_an_answer_is_no_ground() -> None:
    past = happened(filed(), unanswered())

    case().given(*past).when(refuse("employerNotRegistered")).then_refused(Reason.GROUND_NOT_SUPPORTED)


@pytest.mark.parametrize("decision", [grant("surely"), refuse("other", motivation="no")])
def test_nothing_is_decided_while_a_check_is_out(decision: CaseCommand) -> None:
    case().given(*filed()).when(decision).then_refused(Reason.CHECK_PENDING)


def test_a_decision_ends_the_case_and_its_tasks() -> None:
    past = happened(filed(), answered(NoDataFound()), refuse("employerNotRegistered"))

    state = fold(past)
    assert state is not None
    assert (state.is_open, state.manual_tasks) == (False, ())
    case().given(*past).when(grant()).then_refused(Reason.ALREADY_DECIDED)
    case().given(*past).when(WithdrawApplication()).then_refused(Reason.ALREADY_DECIDED)


def test_an_applicant_withdraws() -> None:
    case(actor="employer-7").given(*filed()).when(WithdrawApplication(reason="found someone")).then(
        ApplicationWithdrawn(effective_at=NOW, by="employer-7", worker_subject=WORKER, reason="found someone")
    )


def test_withdrawing_again_decides_to_nothing() -> None:
    past = happened(filed(), WithdrawApplication())

    case().given(*past).when(WithdrawApplication(reason="once more")).then()
    case().given(*past).when(grant()).then_refused(Reason.ALREADY_WITHDRAWN)


@pytest.mark.parametrize(
    "command", [answered(), unanswered(), add(published(63, "VDAB")), grant(), refuse("other"), WithdrawApplication()]
)
def test_whatever_is_asked_of_an_unknown_application_is_refused(command: CaseCommand) -> None:
    case().when(command).then_refused(Reason.APPLICATION_UNKNOWN)
