"""What one piece of work comes to: an answer, no data, another attempt, or a task for a person. Never a guess."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from consumers.messages import UNREGISTRATION
from domain.case.events import CrossroadsCheckFailed
from domain.crossroads.answers import CheckKind, CheckUnanswered, NoDataFound, UnansweredReason, ticket_of
from domain.crossroads.check_process import BLAMES_THE_BANK
from tests.consumers.bank import ACTIVE
from tests.consumers.check_counter import PATIENCE, SSIN, CheckCounter

pytestmark = pytest.mark.server

NEWER = "85473003331"
EMPLOYER, WAGES = CheckKind.EMPLOYER_REGISTER.value, CheckKind.DECLARED_WAGES.value
PASSES = sorted(BLAMES_THE_BANK | {UnansweredReason.TOO_MANY_REQUESTS})
ENDS = sorted(set(UnansweredReason) - set(PASSES) - {UnansweredReason.INCOMPLETE_DATA})


def test_an_employer_that_is_found_is_recorded(counter: CheckCounter) -> None:
    # given work for a first application
    case = counter.first()
    counter.add_work(case, EMPLOYER)
    # when it is carried out
    counter.work_off()
    # then the employer was asked about under the ticket of the check, and the answer is in the case
    (asked,) = counter.bank.asked
    assert (asked.operation, asked.enterprise_number) == ("employer", ACTIVE.enterprise_number)
    assert asked.consultation.ticket == ticket_of(str(case), EMPLOYER, 1)
    assert counter.names(case)[-3:] == ["CrossroadsCheckAnswered", "EmployerIdentified", "SalaryVerified"]
    assert counter.ask("select outcome, attempts from check_work") == [("found", 1)]


@pytest.mark.parametrize("what", [EMPLOYER, UNREGISTRATION])
def test_work_for_a_case_that_does_not_exist_is_closed_and_not_late_for_ever(counter: CheckCounter, what: str) -> None:
    # given work that was taken from a topic before the journal was asked which cases there are
    counter.add_work(uuid4(), what)
    # when it is carried out
    counter.work_off()
    # then nobody was asked, and it is settled
    assert counter.bank.asked == []
    assert counter.ask("select outcome from check_work") == [("noSuchCase",)]


def test_a_person_is_registered_before_the_wages_are_asked(counter: CheckCounter) -> None:
    case = counter.renewal()
    counter.add_work(case, WAGES)
    counter.work_off()
    assert counter.bank.operations() == ["register", "declared_wages"]
    assert {each.ssin for each in counter.bank.asked} == {SSIN}
    assert counter.bank.asked[1].quarters == ("2024Q4", "2025Q1", "2025Q2", "2025Q3")
    assert counter.names(case)[-2:] == ["CrossroadsCheckAnswered", "SalaryVerified"]


def test_somebody_whom_the_bank_has_forgotten_is_registered_anew(counter: CheckCounter) -> None:
    # given a person registered for this case, of whom the bank knows nothing any more
    case = counter.renewal()
    counter.add_work(case, WAGES)
    subject = counter.case(case).worker_subject
    counter.execute("insert into crossroads_registration values (%s, %s, now())", case, subject)
    counter.bank.replies = deque([CheckUnanswered(UnansweredReason.NOT_REGISTERED)])
    # when asked
    counter.work_off()
    # then
    assert counter.bank.operations() == ["declared_wages", "register", "declared_wages"]
    assert counter.case(case).pending_checks == (EMPLOYER,)


def test_no_data_is_an_answer(counter: CheckCounter) -> None:
    case = counter.first()
    counter.add_work(case, EMPLOYER)
    counter.bank.replies = deque([NoDataFound()])
    counter.work_off()
    assert "EmployerIdentified" not in counter.names(case)
    assert [(task.subject, task.reason) for task in counter.case(case).manual_tasks] == [(EMPLOYER, "noData")]


@pytest.mark.parametrize("reason", ENDS)
def test_what_asking_again_cannot_mend_is_a_task_for_a_person(counter: CheckCounter, reason: UnansweredReason) -> None:
    case = counter.renewal()
    counter.add_work(case, WAGES)
    refused = CheckUnanswered(reason)
    counter.bank.replies = deque([None, refused, None, refused])
    counter.work_off()
    assert [(task.subject, task.reason) for task in counter.case(case).manual_tasks] == [(WAGES, reason.value)]
    assert counter.ask("select outcome from check_work") == [(reason.value,)]


@pytest.mark.parametrize("reason", PASSES)
def test_what_may_pass_is_asked_again_after_a_pause(counter: CheckCounter, reason: UnansweredReason) -> None:
    # given a bank that fails once and asks to be left alone for five seconds
    case = counter.first()
    counter.add_work(case, EMPLOYER)
    counter.bank.replies = deque([CheckUnanswered(reason, stay_away_seconds=5)])
    # when carried out
    counter.work_off()
    # then nothing is recorded, and nothing is due before that time and our own pause are over
    assert counter.case(case).pending_checks == (EMPLOYER,)
    assert counter.ask("select last_error, settled_at from check_work") == [(reason.value, None)]
    counter.ahead = timedelta(seconds=4)
    counter.work_off()
    assert len(counter.bank.asked) == 1
    counter.ahead = timedelta(seconds=7)
    counter.work_off()
    assert counter.case(case).pending_checks == ()
    assert len({each.consultation.ticket for each in counter.bank.asked}) == 1, "the bank may recognise the question"
    assert len({each.consultation.trace_id for each in counter.bank.asked}) == 2


def test_a_bank_that_stays_away_becomes_a_task_when_patience_is_over(counter: CheckCounter) -> None:
    case = counter.first()
    counter.add_work(case, EMPLOYER)
    counter.bank.replies = deque([CheckUnanswered(UnansweredReason.TIMEOUT)] * 1_000)
    for _ in range(200):
        counter.work_off()
        if not counter.case(case).pending_checks:
            break
        counter.ahead += timedelta(minutes=1)
    (failed,) = [event for event in counter.events_of(case) if isinstance(event, CrossroadsCheckFailed)]
    assert (failed.reason, failed.attempts) == ("timeout", len(counter.bank.asked))
    assert PATIENCE.give_up_after - timedelta(minutes=2) <= counter.ahead <= PATIENCE.give_up_after


def test_workers_that_were_away_for_long_are_no_reason_to_give_up(counter: CheckCounter) -> None:
    case = counter.first()
    counter.add_work(case, EMPLOYER)
    counter.bank.replies = deque([CheckUnanswered(UnansweredReason.TIMEOUT)])
    counter.ahead = PATIENCE.give_up_after + timedelta(minutes=1)
    counter.work_off()
    counter.ahead += timedelta(minutes=2)
    counter.work_off()
    assert counter.ask("select outcome, attempts from check_work") == [("found", 2)]


def test_work_that_nobody_may_ask_for_too_long_is_given_up_without_asking(counter: CheckCounter) -> None:
    case = counter.first()
    counter.add_work(case, EMPLOYER)
    counter.ahead = PATIENCE.give_up_after + timedelta(minutes=1)
    now = counter.now()
    for work in counter.table.claim_overdue(5, now, now - PATIENCE.give_up_after):
        counter.worker.give_up(work)
    assert counter.bank.asked == []
    assert [(task.subject, task.reason) for task in counter.case(case).manual_tasks] == [
        (EMPLOYER, "serviceUnavailable")
    ]


@pytest.mark.parametrize("erased", [False, True], ids=["never given", "erased"])
def test_without_a_national_number_nobody_is_asked(counter: CheckCounter, *, erased: bool) -> None:
    case = counter.renewal(SSIN if erased else None)
    if erased:
        counter.book.keys.destroy(counter.case(case).worker_subject)
    counter.add_work(case, WAGES)
    counter.work_off()
    assert counter.bank.asked == []
    assert counter.ask("select outcome, attempts from check_work") == [("ssinUnknown", 0)]


def test_an_answer_that_is_there_already_is_not_asked_for(counter: CheckCounter) -> None:
    # given a worker that died after the answer was recorded and before it said so
    case = counter.first()
    counter.add_work(case, EMPLOYER)
    counter.work_off()
    before = counter.names(case)
    counter.execute("update check_work set settled_at = null, outcome = null")
    # when another takes the work
    counter.work_off()
    # then the bank is left alone
    assert len(counter.bank.asked) == 1
    assert counter.names(case) == before
    assert counter.ask("select outcome from check_work") == [("notAwaited",)]


def test_a_case_that_has_ended_is_not_asked_about(counter: CheckCounter) -> None:
    case = counter.renewal()
    counter.add_work(case, WAGES)
    counter.withdrawn(case)
    counter.work_off()
    assert counter.bank.asked == []


def test_once_a_case_has_ended_its_person_is_taken_out_of_the_register(counter: CheckCounter) -> None:
    case = counter.renewal()
    counter.add_work(case, WAGES)
    counter.work_off()
    counter.withdrawn(case)
    counter.add_work(case, UNREGISTRATION, 7)
    counter.work_off()
    assert counter.bank.operations() == ["register", "declared_wages", "unregister"]
    assert counter.ask("select count(*) from crossroads_registration where ended_at is null") == [(0,)]


def test_a_person_stays_registered_for_another_case(counter: CheckCounter) -> None:
    # given two cases of one person, of which one ends
    ended, other = counter.renewal(), counter.renewal()
    for case in (ended, other):
        counter.add_work(case, WAGES)
    counter.work_off()
    counter.withdrawn(ended)
    counter.add_work(ended, UNREGISTRATION, 7)
    # when
    counter.work_off()
    # then only the last one takes the person out
    assert "unregister" not in counter.bank.operations()
    counter.withdrawn(other)
    counter.add_work(other, UNREGISTRATION, 7)
    counter.work_off()
    assert counter.bank.operations()[-1] == "unregister"


def test_every_call_was_logged_before_it_was_made_and_nothing_personal_is_in_the_log(counter: CheckCounter) -> None:
    # given a bank at which, at each call, the log is looked at
    logged: list[int] = []
    counter.bank.before_answering = lambda asked: logged.append(
        counter.ask("select count(*) from crossroads_consultation where trace_id = %s", asked.consultation.trace_id)[0][
            0
        ]
    )
    case = counter.renewal()
    counter.add_work(case, WAGES)
    counter.bank.replies = deque([None, CheckUnanswered(UnansweredReason.TIMEOUT)])
    # when
    counter.work_off()
    # then
    assert logged == [1, 1]
    rows = counter.ask(
        "select operation, authority, legal_context, purpose, subject, outcome, code, c.*"
        " from crossroads_consultation c join crossroads_reply using (trace_id) order by consulted_at"
    )
    subject = counter.case(case).worker_subject
    assert [row[:5] for row in rows] == [
        (operation, "flanders", "SINGLE_PERMIT:WORK_PART", "WORK_PERMIT_APPLICATION", subject)
        for operation in ("register", WAGES)
    ]
    assert [row[5] for row in rows] == ["done", "timeout"]
    assert SSIN not in str(rows)


def test_who_cannot_log_does_not_ask(counter: CheckCounter) -> None:
    case = counter.first()
    counter.add_work(case, EMPLOYER)
    (work,) = counter.table.claim(1, counter.now())

    class NoLog:
        def about_to_consult(self, entry: object) -> None:
            raise OSError("no room")

        def __getattr__(self, name: str) -> object:
            raise AssertionError(name)

    with pytest.raises(OSError, match="no room"):
        replace(counter.worker, consultations=NoLog()).carry_out(work)  # type: ignore[arg-type]
    assert counter.bank.asked == []


def test_a_worker_with_a_newer_number_is_asked_about_under_it(counter: CheckCounter) -> None:
    # given a renewal, and a bank that knows the worker under another number
    case = counter.renewal()
    counter.add_work(case, WAGES)
    counter.bank.replies = deque([CheckUnanswered(UnansweredReason.SSIN_REPLACED, replaced_by=NEWER)])
    # when the check is carried out
    counter.work_off()
    # then the case has the newer number, nothing was guessed, and the question is out again under its next revision
    assert counter.names(case)[-2:] == ["PersonIdentifierReplaced", "CrossroadsCheckRequested"]
    assert counter.ask("select outcome, revision from check_work") == [("ssinReplaced", 1)]
    # and carried out, it is about the newer number, under which the case is found too
    counter.add_work(case, WAGES, 2)
    counter.work_off()
    assert [(each.operation, each.ssin) for each in counter.bank.asked] == [
        ("register", SSIN),
        ("register", NEWER),
        ("declared_wages", NEWER),
    ]
    assert counter.names(case)[-2:] == ["CrossroadsCheckAnswered", "SalaryVerified"]
    assert counter.case(case).worker_subject in counter.book.index.subjects_of(NEWER)


def test_numbers_in_a_circle_end_in_a_task(counter: CheckCounter) -> None:
    case = counter.renewal()
    counter.add_work(case, WAGES)
    counter.add_work(case, WAGES, 2)
    numbers = (NEWER, SSIN)
    replaced = [CheckUnanswered(UnansweredReason.SSIN_REPLACED, replaced_by=each) for each in numbers]
    counter.bank.replies = deque(replaced)
    counter.work_off()
    assert ("declaredWages", "ssinReplaced") in [
        (task.subject, task.reason) for task in counter.case(case).manual_tasks
    ]
