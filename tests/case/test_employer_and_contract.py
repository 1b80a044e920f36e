"""What the register says of an employer and what a contract states: grounds, tasks for a person, and never a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.case.application import Application, Employer
from domain.case.decider import decide
from domain.case.decision import assessment_at_decision
from domain.case.events import ApplicationSubmitted, CaseCorrected, CaseEvent, EmployerIdentified
from domain.case.grounds import OTHER, supported_grounds
from domain.case.manual_tasks import ManualTask
from domain.case.refusals import CommandRefused, Reason
from domain.codes import CONTRACT_ELEMENTS
from domain.crossroads.answers import EmployerOnRegister
from domain.law.findings import Verdict
from domain.law.rule_codes import Rule
from domain.law.rule_sets import RuleSets
from tests.case.vocabulary import (
    ON_REGISTER,
    TODAY,
    admitted,
    answered,
    context,
    correct,
    filed,
    grant,
    happened,
    law,
    refuse,
    state_after,
    submit,
)
from tests.world.applications import application

WHY = "The start-up has orders for two years."
REGISTER_INCOMPLETE = ManualTask(subject="employerRegister", reason="registerIncomplete")
CONTENT_NOT_STATED = ManualTask(subject="contractContent", reason="contentNotStated")
SILENT = replace(ON_REGISTER, founded_on=None, has_staff=None, has_debts=None)
YOUNG = replace(ON_REGISTER, founded_on=date(2025, 5, 5))


def stating(*elements: str, authority: str = "flanders") -> Application:
    ordinary = application(authority=authority)
    return replace(ordinary, employment=replace(ordinary.employment, contract_states=elements))


def with_employer(employer: EmployerOnRegister, filing: Application | None = None) -> list[CaseEvent]:
    """An admissible application of which the register answered so."""
    return admitted(happened(filed(filing), answered(employer)))


def refusal_of(past: list[CaseEvent], command: object) -> Reason:
    with pytest.raises(CommandRefused) as refused:
        happened(past, command)
    return refused.value.reason


def test_a_sound_employer_and_a_whole_contract_leave_nothing_to_a_person() -> None:
    state = state_after(with_employer(ON_REGISTER))

    assert state.manual_tasks == ()
    assert assessment_at_decision(state, TODAY, law()).verdict is Verdict.MET


def test_what_the_register_leaves_out_is_a_task_and_no_ground() -> None:
    past = with_employer(SILENT)
    (identified,) = (each for each in past if isinstance(each, EmployerIdentified))
    state = state_after(past)
    assessment = assessment_at_decision(state, TODAY, law())

    assert identified.left_open == ("employerAge", "employerStaff", "employerDebts")
    assert state.manual_tasks == (REGISTER_INCOMPLETE,)
    assert (assessment.verdict, supported_grounds(state, assessment)) == (Verdict.MET, (OTHER,))
    assert refusal_of(past, grant()) is Reason.MOTIVATION_REQUIRED
    assert happened(past, grant(WHY))


def test_a_young_undertaking_may_be_refused_and_need_not_be() -> None:
    past = with_employer(YOUNG)
    state = state_after(past)
    assessment = assessment_at_decision(state, TODAY, law())

    assert (assessment.verdict, assessment.unmet) == (Verdict.UNDETERMINED, ())
    assert supported_grounds(state, assessment) == ("employerAge", OTHER)
    assert happened(past, refuse("employerAge"))
    assert refusal_of(past, grant()) is Reason.MOTIVATION_REQUIRED
    assert happened(past, grant(WHY))


@pytest.mark.parametrize(
    ("said", "ground"),
    [
        ({"founded_on": date(2023, 1, 21)}, "employerAge"),
        ({"has_staff": False}, "employerStaff"),
        ({"active": False}, "employerActivity"),
        ({"has_debts": True}, "employerDebts"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_each_thing_that_fails_is_a_ground_of_its_own(said: dict[str, object], ground: str) -> None:
    state = state_after(with_employer(replace(ON_REGISTER, **said)))

    assert ground in supported_grounds(state, assessment_at_decision(state, TODAY, law()))


def test_exactly_three_years_are_no_ground() -> None:
    state = state_after(with_employer(replace(ON_REGISTER, founded_on=date(2023, 1, 20))))

    assert supported_grounds(state, assessment_at_decision(state, TODAY, law())) == (OTHER,)


def test_what_is_known_of_an_employer_is_forgotten_with_the_employer() -> None:
    past = with_employer(YOUNG)

    state = state_after(happened(past, correct(employer=Employer(enterprise_number="0403227515", name="Beta"))))

    assert (state.facts.employer_founded_on, state.facts.employer_active) == (None, None)


def test_a_register_that_is_asked_again_settles_the_task() -> None:
    past = happened(with_employer(SILENT), correct(employer=Employer(enterprise_number="0403227515", name="Beta")))
    sound = replace(ON_REGISTER, enterprise_number="0403227515", name="Beta")

    assert state_after(past).manual_tasks == ()
    assert state_after(happened(past, answered(sound, revision=2))).manual_tasks == ()


def test_a_contract_of_which_nothing_is_said_is_a_task_and_no_ground() -> None:
    past = with_employer(ON_REGISTER, stating())
    submitted, state = past[0], state_after(past)

    assert isinstance(submitted, ApplicationSubmitted)
    assert submitted.left_open == ("contractContent",)
    assert state.manual_tasks == (CONTENT_NOT_STATED,)
    assert assessment_at_decision(state, TODAY, law()).verdict is Verdict.MET
    assert refusal_of(past, grant()) is Reason.MOTIVATION_REQUIRED


def test_whoever_writes_down_what_the_contract_states_settles_the_task() -> None:
    past = with_employer(ON_REGISTER, stating())

    whole = happened(past, correct(employment=stating(*CONTRACT_ELEMENTS).employment))
    emptied = happened(whole, correct(employment=stating().employment))

    assert state_after(whole).manual_tasks == ()
    assert state_after(emptied).manual_tasks == (CONTENT_NOT_STATED,)
    assert isinstance(emptied[-2], CaseCorrected)


def test_a_contract_without_the_wage_must_be_refused() -> None:
    past = with_employer(ON_REGISTER, stating(*(each for each in CONTRACT_ELEMENTS if each != "wage")))
    state = state_after(past)

    assert supported_grounds(state, assessment_at_decision(state, TODAY, law())) == ("contractContent", OTHER)
    assert refusal_of(past, grant(WHY)) is Reason.REQUIREMENT_NOT_MET
    assert happened(past, refuse("contractContent"))


@pytest.mark.parametrize("authority", ["brussels", "wallonia", "german-community"])
def test_where_the_law_does_not_ask_there_is_no_task(authority: str) -> None:
    past = happened(filed(stating(authority=authority)), answered(SILENT))

    assert {REGISTER_INCOMPLETE, CONTENT_NOT_STATED}.isdisjoint(state_after(past).manual_tasks)


def test_under_every_earlier_rule_set_nothing_of_it_is_asked() -> None:
    kept = RuleSets(law())
    for sha256 in kept.earlier():
        earlier = kept.of_decision(sha256)
        (submitted, *_) = decide(None, submit(stating()), context(), earlier)
        state = state_after(with_employer(replace(SILENT, active=False), stating("parties")))
        judged = {each.rule for each in assessment_at_decision(state, TODAY, earlier).judged}

        assert isinstance(submitted, ApplicationSubmitted)
        assert submitted.left_open == ()
        assert judged.isdisjoint(
            {
                Rule.EMPLOYER_AGE,
                Rule.EMPLOYER_STAFF,
                Rule.EMPLOYER_ACTIVITY,
                Rule.EMPLOYER_DEBTS,
                Rule.CONTRACT_CONTENT,
            }
        )
