"""The worker's identification number: looked up where one is given, replaced by a newer one, a matter for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.case.application import Application, WorkPeriod
from domain.case.commands import WithdrawApplication
from domain.case.events import (
    CrossroadsCheckAnswered,
    CrossroadsCheckFailed,
    CrossroadsCheckRequested,
    EmploymentVerified,
    PersonIdentifierReplaced,
)
from domain.case.identified import identified
from domain.case.manual_tasks import ManualTask
from domain.crossroads.answers import CheckKind, DeclaredEmployment, PersonOnRegister, WorkRelation
from tests.case.vocabulary import NOW, WORKER, answered, case, correct, filed, happened, replaced, state_after, wages
from tests.world.applications import SSIN, application

NEWER = "90410100190"
IDENTITY, WAGES, DIMONA = CheckKind.WORKER_IDENTITY, CheckKind.DECLARED_WAGES, CheckKind.DECLARED_EMPLOYMENT
EMPLOYER = "0316380841"


def test_a_number_that_is_given_is_looked_up() -> None:
    state = state_after(filed(application(worker={"ssin": SSIN})))
    assert state.pending_checks == ("employerRegister", "workerIdentity")


def test_who_comes_for_the_first_time_has_none() -> None:
    assert state_after(filed()).pending_checks == ("employerRegister",)


def test_what_is_asked_about_the_worker_anyway_tells_what_is_wrong_with_the_number() -> None:
    assert state_after(filed(application(renewal=True))).pending_checks == ("employerRegister", "declaredWages")


def test_a_number_that_is_good_needs_no_more() -> None:
    past = filed(application(worker={"ssin": SSIN}))
    case().given(*past).when(answered(PersonOnRegister(), IDENTITY)).then_events(CrossroadsCheckAnswered)


def test_a_number_that_comes_with_a_correction_is_looked_up() -> None:
    worker = application(worker={"ssin": SSIN}).worker
    *_, asked = case().given(*filed()).when(correct(worker=worker)).decided()
    assert asked == CrossroadsCheckRequested(effective_at=NOW, check="workerIdentity", revision=1)


def test_a_newer_number_takes_the_place_of_the_one_on_file_and_is_asked_about() -> None:
    # given a renewal whose worker has got another number
    past = filed(application(renewal=True))
    # when the bank says so
    case().given(*past).when(replaced(WAGES, NEWER)).then(
        # then the file has it, and only what was asked about the worker is asked again
        PersonIdentifierReplaced(effective_at=NOW, worker_subject=WORKER, replaced=SSIN, ssin=NEWER),
        CrossroadsCheckRequested(effective_at=NOW, check="declaredWages", revision=2),
    )
    after = happened(past, replaced(WAGES, NEWER))
    assert identified(after).ssin == NEWER
    # and the answer to the first question counts no more
    case().given(*after).when(wages("15000", "15000", "15000", "15000")).then()


def test_all_that_is_pending_about_the_worker_is_asked_again() -> None:
    filing = replace(application(renewal=True), work_history=(worked(),))
    *_, again, and_again = case().given(*filed(filing)).when(replaced(DIMONA, NEWER)).decided()
    assert {again, and_again} == {
        CrossroadsCheckRequested(effective_at=NOW, check=check.value, revision=2) for check in (WAGES, DIMONA)
    }


def test_numbers_that_replace_each_other_in_a_circle_are_a_matter_for_a_person() -> None:
    past = happened(filed(application(renewal=True)), replaced(WAGES, NEWER))
    case().given(*past).when(replaced(WAGES, SSIN, revision=2)).then(
        CrossroadsCheckFailed(effective_at=NOW, check="declaredWages", revision=2, reason="ssinReplaced", attempts=1)
    )


@pytest.mark.parametrize("stray", [replaced(WAGES, NEWER, revision=2), replaced(IDENTITY, NEWER)])
def test_a_replacement_nobody_waits_for_changes_nothing(stray: object) -> None:
    case().given(*filed(application(renewal=True))).when(stray).then()  # type: ignore[arg-type]


def test_nor_does_one_after_the_end() -> None:
    ended = happened(filed(application(renewal=True)), WithdrawApplication())
    case().given(*ended).when(replaced(WAGES, NEWER)).then()


def test_a_correction_counts_over_a_replacement() -> None:
    past = happened(filed(application(renewal=True)), replaced(WAGES, NEWER))
    corrected = happened(past, correct(worker=application(worker={"ssin": "85073003328"}).worker))
    assert identified(corrected).ssin == "85073003328"


def worked(start: date = date(2021, 1, 1), end: date = date(2025, 1, 1)) -> WorkPeriod:
    """Work from ``start``; gone on ``end``."""
    return WorkPeriod(employer="Earlier NV", from_=start, to=end, basis="singlePermit")


def with_history(*periods: WorkPeriod) -> Application:
    return replace(application("unlimited", kind="unlimited", worker={"ssin": SSIN}), work_history=periods)


def relation(start: date, last_day: date | None = None) -> WorkRelation:
    return WorkRelation(enterprise_number=EMPLOYER, start=start, last_day=last_day)


def test_a_work_history_is_compared_with_the_declared_employments() -> None:
    past = filed(with_history(worked()))
    assert state_after(past).pending_checks == ("employerRegister", "declaredEmployment")
    assert identified(past).worked_since == date(2021, 1, 1)


@pytest.mark.parametrize(
    ("relations", "covered"),
    [
        ([relation(date(2020, 6, 1))], True),
        ([relation(date(2021, 1, 1), date(2024, 12, 31))], True),
        ([relation(date(2023, 1, 1), date(2024, 12, 31)), relation(date(2021, 1, 1), date(2022, 12, 31))], True),
        ([relation(date(2021, 1, 1), date.max)], True),
        ([relation(date(2021, 1, 2))], False),
        ([relation(date(2021, 1, 1), date(2024, 12, 30))], False),
        ([relation(date(2021, 1, 1), date(2022, 12, 30)), relation(date(2023, 1, 1))], False),
    ],
    ids=[
        "longer",
        "to the day",
        "two that meet",
        "to the end of the calendar",
        "late",
        "short by a day",
        "a gap of a day",
    ],
)
def test_each_day_of_the_history_was_declared_or_a_person_judges(relations: list[WorkRelation], covered: bool) -> None:
    past = filed(with_history(worked()))
    told = answered(DeclaredEmployment(relations=tuple(relations)), DIMONA)

    _, verified = case().given(*past).when(told).then_events(CrossroadsCheckAnswered, EmploymentVerified)

    assert isinstance(verified, EmploymentVerified)
    assert verified.covered == covered
    task = ManualTask(subject="declaredEmployment", reason="employmentNotDeclared")
    assert (task in state_after(happened(past, told)).manual_tasks) == (not covered)
