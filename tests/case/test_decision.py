"""The region decides on the work of an admissible application; a refusal ends the case."""

from datetime import date

import pytest

from domain.case.commands import CaseCommand
from domain.case.events import ApplicationDecided, CaseEvent, WorkPartDecided
from domain.case.lifecycle import CaseStatus, Stage
from domain.case.refusals import Reason
from domain.crossroads.answers import EmployerOnRegister, NoDataFound
from tests.case.vocabulary import (
    FORWARD,
    HANDLER,
    NOW,
    add,
    admitted,
    allow_residence,
    answer,
    answered,
    ask,
    attach,
    case,
    checked,
    days_later,
    filed,
    grant,
    happened,
    judged,
    law,
    pause,
    published,
    refuse,
    resume,
    state_after,
    unanswered,
)
from tests.world.applications import application

STRUCK_OFF = EmployerOnRegister(
    enterprise_number="0202239951",
    name="Acme",
    active=False,
    founded_on=date(1994, 3, 1),
    has_staff=True,
    has_debts=False,
)
PAID_TOO_LITTLE = application(pay="40000.00")
UNDETERMINED = application("unlimited", kind="unlimited")


def work_part(events: list[CaseEvent]) -> WorkPartDecided:
    (decided,) = (event for event in events if isinstance(event, WorkPartDecided))
    return decided


def test_an_application_that_meets_its_requirements_is_granted_its_work_part() -> None:
    decided = work_part(case(actor=HANDLER).given(*judged()).when(grant()).then_events(WorkPartDecided))

    assert (decided.outcome, decided.verdict, decided.grounds) == ("granted", "met", ())
    assert (decided.effective_at, decided.known_on, decided.by) == (NOW, NOW.date(), HANDLER)
    assert decided.rule_set == law().sha256
    rules = [result.rule for result in decided.results]
    assert rules == [
        "salaryThreshold", "qualificationLevel", "contractContent", "employerAge", "employerStaff", "employerActivity",
        "employerDebts", "competentAuthority",
    ]  # fmt: skip
    state = state_after([*judged(), decided])
    assert (state.status, state.stage, state.is_open) == (CaseStatus.ADMISSIBLE, Stage.RESIDENCE_PART, True)


def test_an_application_that_falls_short_is_refused_on_that_ground_and_the_case_ends() -> None:
    past = judged(PAID_TOO_LITTLE)

    events = case().given(*past).when(refuse("salaryThreshold")).then_events(WorkPartDecided, ApplicationDecided)

    decided = work_part(events)
    assert (decided.outcome, decided.verdict, decided.grounds) == ("refused", "notMet", ("salaryThreshold",))
    assert events[1] == ApplicationDecided(effective_at=NOW, outcome="refused", refused_part="work")
    state = state_after([*past, *events])
    assert (state.status, state.stage) == (CaseStatus.DECIDED_REFUSED, Stage.CLOSED)


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
    decided = work_part(case().given(*judged()).when(refuse("other", motivation="public order")).decided())
    assert decided.motivation == "public order"


def test_what_the_engine_could_not_tell_is_granted_only_with_a_motivation() -> None:
    past = judged(UNDETERMINED)

    case().given(*past).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)
    case().given(*past).when(grant("")).then_refused(Reason.MOTIVATION_REQUIRED)
    decided = work_part(case().given(*past).when(grant("five years of work shown")).then_events(WorkPartDecided))
    assert decided.verdict == "undetermined"


def test_an_employer_struck_off_is_a_ground_and_no_silent_grant() -> None:
    past = admitted(happened(filed(), answered(STRUCK_OFF)))

    case().given(*past).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)
    case().given(*past).when(refuse("employerInactive")).then_events(WorkPartDecided, ApplicationDecided)


def test_an_employer_of_whom_the_register_knows_nothing_is_a_ground() -> None:
    past = admitted(happened(filed(), answered(NoDataFound())))

    case().given(*past).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)
    case().given(*past).when(refuse("employerNotRegistered")).then_events(WorkPartDecided, ApplicationDecided)


def test_a_check_without_an_answer_is_no_ground() -> None:
    past = admitted(happened(filed(), unanswered()))

    case().given(*past).when(refuse("employerNotRegistered")).then_refused(Reason.GROUND_NOT_SUPPORTED)


@pytest.mark.parametrize("decision", [grant("surely"), refuse("other", motivation="no")])
def test_nothing_is_decided_while_a_check_is_out(decision: CaseCommand) -> None:
    refused = case().given(*admitted(filed())).when(decision).then_refused(Reason.CHECK_PENDING)

    assert "employerRegister" in refused.sentence


@pytest.mark.parametrize("decision", [grant("surely"), refuse("other", motivation="no")])
def test_nothing_is_decided_before_the_application_is_admissible(decision: CaseCommand) -> None:
    case().given(*checked()).when(decision).then_refused(Reason.NOT_ADMISSIBLE_YET)


def test_nothing_is_decided_while_the_clock_stands_still() -> None:
    paused = happened(judged(), pause())

    refused = case().given(*paused).when(grant()).then_refused(Reason.CLOCK_PAUSED)

    assert "forceMajeure" in refused.sentence
    case().given(*happened(paused, resume())).when(grant()).then_events(WorkPartDecided)


def test_nothing_is_decided_while_the_applicant_has_the_file() -> None:
    with_applicant = happened(judged(), ask())

    refused = case().given(*with_applicant).when(grant()).then_refused(Reason.INFORMATION_OUTSTANDING)

    assert "2026-02-04" in refused.sentence
    case().given(*happened(with_applicant, answer())).when(grant()).then_events(WorkPartDecided)


@pytest.mark.parametrize("again", [grant(), refuse("other", motivation="on second thoughts")])
def test_a_second_decision_is_refused_with_who_took_the_first_and_what_it_was(again: CaseCommand) -> None:
    decided = case(actor=HANDLER).given(*judged()).when(grant()).decided()

    refused = (
        case(days_later(3), actor="caseHandler:h-2")
        .given(*judged(), *decided)
        .when(again)
        .then_refused(Reason.WORK_PART_DECIDED)
    )

    assert f"granted by {HANDLER} on 2026-01-20" in refused.sentence


def test_after_a_refusal_the_case_takes_nothing_and_says_who_ended_it() -> None:
    past = judged(PAID_TOO_LITTLE)
    ended = [*past, *case(actor=HANDLER).given(*past).when(refuse("salaryThreshold")).decided()]

    for asked_for_more in (grant(), FORWARD, allow_residence(), attach(), ask(), pause(date(2026, 1, 20))):
        refused = case().given(*ended).when(asked_for_more).then_refused(Reason.ALREADY_DECIDED)
        assert f"refused by {HANDLER} on 2026-01-20" in refused.sentence


def test_a_decision_ends_the_tasks() -> None:
    past = admitted(happened(filed(), answered(NoDataFound())))
    assert state_after(past).manual_tasks

    state = state_after(happened(past, grant("seen on paper")))

    assert (state.is_open, state.manual_tasks) == (True, ())


@pytest.mark.parametrize("late", [ask(), add(published(63, "VDAB"))])
def test_the_file_is_closed_once_the_work_part_is_decided(late: CaseCommand) -> None:
    case().given(*happened(judged(), grant())).when(late).then_refused(Reason.WORK_PART_DECIDED)
