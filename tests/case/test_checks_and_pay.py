"""The Crossroads Bank answers, late, twice or not at all; pay is judged from the contract or from declared wages."""

from datetime import date, timedelta

import pytest

from domain.case.commands import CaseCommand, WithdrawApplication
from domain.case.events import (
    CrossroadsCheckAnswered,
    CrossroadsCheckFailed,
    CrossroadsCheckRequested,
    EmployerIdentified,
    SalaryVerified,
    WorkPartDecided,
)
from domain.case.folding import fold
from domain.case.lifecycle import CheckState
from domain.case.manual_tasks import ManualTask
from domain.case.refusals import Reason
from domain.crossroads.answers import CheckKind, EmployerOnRegister, NoDataFound
from domain.law.findings import Finding
from tests.case.vocabulary import (
    NOW,
    WORKER,
    admitted,
    answered,
    case,
    filed,
    grant,
    happened,
    judged,
    unanswered,
    wages,
)
from tests.world.applications import application


def salary_of(events: list[object]) -> SalaryVerified:
    (verified,) = (event for event in events if isinstance(event, SalaryVerified))
    return verified


def test_the_register_knows_the_employer_and_the_contract_is_judged() -> None:
    answer, identified, verified = (
        case().given(*filed()).when(answered()).then_events(CrossroadsCheckAnswered, EmployerIdentified, SalaryVerified)
    )

    assert answer == CrossroadsCheckAnswered(
        effective_at=NOW,
        check="employerRegister",
        revision=1,
        outcome="found",
        ticket="ticket-1",
        worker_subject=WORKER,
        answer_sha256="ab" * 32,
    )
    assert identified == EmployerIdentified(
        effective_at=NOW,
        enterprise_number="0202239951",
        name="Acme",
        active=True,
        founded_on=date(1994, 3, 1),
        has_staff=True,
        worker_subject=WORKER,
        has_debts=False,
    )
    assert isinstance(verified, SalaryVerified)
    assert (verified.basis, verified.result.verdict) == ("contract", "met")


@pytest.mark.parametrize(
    ("category", "pay", "verdict"),
    [
        ("highlySkilled", "48912.00", "met"),
        ("highlySkilled", "48911.99", "notMet"),
        ("mediumSkilledOther", "43396.00", "met"),
        ("mediumSkilledOther", "43395.99", "notMet"),
        ("unlimited", "60000.00", "undetermined"),
    ],
)
def test_pay_is_judged_to_the_cent(category: str, pay: str, verdict: str) -> None:
    kind = "unlimited" if category == "unlimited" else "fixedTerm"

    verified = salary_of(list(judged(application(category, pay=pay, kind=kind))))

    assert verified.result.verdict == verdict
    assert isinstance(verified.finding, Finding)
    assert (verified.finding.counterfactual is not None) == (verdict == "notMet")


def test_the_public_part_of_a_verdict_does_not_tell_the_pay() -> None:
    verified = salary_of(list(judged(application(pay="51234.56"))))

    assert "51234.56" not in repr(verified.result)


def test_an_answer_that_comes_twice_decides_to_nothing() -> None:
    case(NOW + timedelta(days=1)).given(*judged()).when(answered()).then()


@pytest.mark.parametrize(
    "stray",
    [
        answered(revision=2),
        answered(revision=0),
        wages("15000", "15000", "15000", "15000"),
        unanswered(revision=2),
        unanswered(CheckKind.DECLARED_WAGES),
    ],
    ids=["of a later revision", "of an older revision", "never asked", "failure never asked", "failure of another"],
)
def test_an_answer_to_a_question_that_is_not_out_decides_to_nothing(stray: CaseCommand) -> None:
    case().given(*filed()).when(stray).then()


def test_a_question_asked_anew_takes_only_the_new_answer() -> None:
    asked_again = CrossroadsCheckRequested(effective_at=NOW, check="employerRegister", revision=2)
    past = [*happened(filed(), unanswered()), asked_again]

    case().given(*past).when(answered(revision=1)).then()
    kinds = [type(event) for event in case().given(*past).when(answered(revision=2)).decided()]

    assert kinds == [CrossroadsCheckAnswered, EmployerIdentified]


def test_an_answer_after_the_end_of_the_case_changes_nothing() -> None:
    case().given(*happened(filed(), WithdrawApplication())).when(answered()).then()


def test_no_answer_is_a_manual_task_and_neither_a_pass_nor_a_refusal() -> None:
    failed, verified = case().given(*filed()).when(unanswered()).then_events(CrossroadsCheckFailed, SalaryVerified)

    state = fold([*filed(), failed, verified])
    assert state is not None
    assert state.is_open
    assert state.employer_active is None
    assert state.checks["employerRegister"].state is CheckState.FAILED
    assert state.manual_tasks == (ManualTask(subject="employerRegister", reason="timeout"),)
    case().given(*admitted([*filed(), failed, verified])).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)


def test_an_answer_that_comes_after_the_question_was_given_up_changes_nothing() -> None:
    """A person has the task by then; what the bank says late is for that person to ask anew."""
    case().given(*happened(filed(), unanswered())).when(answered()).then()


def test_no_data_on_the_employer_is_a_manual_task() -> None:
    state = fold(happened(filed(), answered(NoDataFound())))

    assert state is not None
    assert state.manual_tasks == (ManualTask(subject="employerRegister", reason="noData"),)


def test_an_employer_struck_off_is_identified_as_such() -> None:
    struck_off = EmployerOnRegister(
        enterprise_number="0202239951",
        name="Acme",
        active=False,
        founded_on=date(1994, 3, 1),
        has_staff=True,
        has_debts=False,
    )

    state = fold(happened(filed(), answered(struck_off)))

    assert state is not None
    assert state.employer_active is False


RENEWAL = application(renewal=True, pay="10.00")


def test_a_renewal_is_judged_on_the_wages_of_four_quarters_and_not_on_the_contract() -> None:
    events = happened(filed(RENEWAL), answered(), wages("12228", "12228", "12228", "12228"))

    verified = salary_of(list(events))
    assert (verified.basis, verified.result.verdict) == ("declaredWages", "met")
    state = fold(events)
    assert state is not None
    assert str(state.facts.gross_pay) == "48912"
    case().given(*admitted(events)).when(grant()).then_events(WorkPartDecided)


def test_a_renewal_whose_wages_fall_short_is_not_met() -> None:
    rich_on_paper = application(renewal=True, pay="90000.00")

    verified = salary_of(list(happened(filed(rich_on_paper), answered(), wages("12228", "12228", "12228", "12227.99"))))

    assert verified.result.verdict == "notMet"


@pytest.mark.parametrize("quarters", [("20000", "20000", "20000"), ()], ids=["three quarters", "none"])
def test_a_renewal_without_a_whole_year_of_wages_is_undetermined(quarters: tuple[str, ...]) -> None:
    events = happened(filed(RENEWAL), answered(), wages(*quarters))

    verified = salary_of(list(events))
    assert verified.result.verdict == "undetermined"
    state = fold(events)
    assert state is not None
    assert "salary" in {task.subject for task in state.manual_tasks}
    case().given(*admitted(events)).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)


@pytest.mark.parametrize("on_paper", ["10.00", "90000.00"])
def test_a_renewal_whose_wages_stay_unknown_is_neither_met_nor_not_met_by_its_contract(on_paper: str) -> None:
    past = admitted(
        happened(filed(application(renewal=True, pay=on_paper)), answered(), unanswered(CheckKind.DECLARED_WAGES))
    )

    case().given(*past).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)
    (decided,) = case().given(*past).when(grant("payslips seen at the counter")).decided()
    assert getattr(decided, "verdict", None) == "undetermined"


def test_the_order_of_the_two_answers_of_a_renewal_does_not_matter() -> None:
    declared = wages("12228", "12228", "12228", "12228")

    one, other = (
        fold(happened(filed(RENEWAL), answered(), declared)),
        fold(happened(filed(RENEWAL), declared, answered())),
    )

    assert one is not None
    assert other is not None
    assert (one.salary, one.facts, dict(one.checks)) == (other.salary, other.facts, dict(other.checks))
