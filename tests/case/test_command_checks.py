"""What is sent to change a case, before anyone looks at the case: each wrong value is named where it stands."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.case.command_checks import (
    check_admissibility,
    check_answer,
    check_assignment,
    check_corrected_pause,
    check_correction,
    check_fee_payment,
    check_information_request,
    check_pause,
    check_residence_part,
    check_resumption,
    check_withdrawal,
    check_work_part,
)
from domain.case.commands import PauseClock, WithdrawApplication
from domain.case.refusals import InputIssue
from tests.case.vocabulary import (
    REQUEST,
    TODAY,
    admit,
    allow_residence,
    answer,
    ask,
    assign,
    correct,
    fee,
    grant,
    pause,
    refuse,
    refuse_residence,
    reject,
    restate_pause,
    resume,
)
from tests.world.applications import application

TOMORROW = TODAY + timedelta(days=1)
FILED = replace(application(), worker=replace(application().worker, ssin=None))
UNNAMED = replace(FILED.worker, given_name="")
UNPAID = replace(FILED.employment, gross_pay=replace(FILED.employment.gross_pay, amount=Decimal(0)))

Check = Callable[[], Sequence[InputIssue]]


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_withdrawal(WithdrawApplication()),
        lambda: check_fee_payment(fee(), today=TODAY),
        lambda: check_assignment(assign()),
        lambda: check_correction(correct(worker=FILED.worker, employment=FILED.employment), today=TODAY),
        lambda: check_information_request(ask(REQUEST, "diploma", "payDetails")),
        lambda: check_answer(answer(REQUEST, "d1" * 32)),
        lambda: check_admissibility(admit()),
        lambda: check_admissibility(reject("feeNotPaid", "other", motivation="Because.")),
        lambda: check_work_part(grant()),
        lambda: check_work_part(refuse("other", motivation="Because.")),
        lambda: check_residence_part(allow_residence(TODAY), today=TODAY),
        lambda: check_residence_part(refuse_residence("fraud"), today=TODAY),
        lambda: check_pause(pause(TODAY), today=TODAY),
        lambda: check_resumption(resume(TODAY), today=TODAY),
        lambda: check_corrected_pause(restate_pause(TODAY, None), today=TODAY),
    ],
)
def test_what_is_usually_sent_has_no_issue(check: Check) -> None:
    assert tuple(check()) == ()


@pytest.mark.parametrize(
    ("check", "paths"),
    [
        (lambda: check_withdrawal(WithdrawApplication(reason="\x00")), ["reason"]),
        (lambda: check_fee_payment(fee("king", "0", reference=""), today=date(2026, 1, 18)),
         ["recipient", "amount", "paidOn", "paymentReference"]),
        (lambda: check_fee_payment(fee(amount="10000.01"), today=TODAY), ["amount"]),
        (lambda: check_assignment(assign("Jan Peeters")), ["handler"]),
        (lambda: check_assignment(assign("caseHandler:")), ["handler"]),
        (lambda: check_correction(correct(), today=TODAY), ["$"]),
        (lambda: check_correction(correct(worker=UNNAMED, employment=UNPAID), today=TODAY),
         ["worker.givenName", "employment.grossPay.amount"]),
        (lambda: check_information_request(replace(ask(), items=())), ["items"]),
        (lambda: check_information_request(replace(ask(REQUEST, "mood", "diploma", "diploma"), question="")),
         ["items[0]", "items", "question"]),
        (lambda: check_answer(replace(answer(REQUEST, "not a digest"), answer="")), ["answer", "documents[0]"]),
        (lambda: check_answer(answer(REQUEST, "d1" * 32, "d1" * 32)), ["documents"]),
        (lambda: check_admissibility(reject("salaryThreshold", "other", "other", motivation="")),
         ["grounds[0]", "grounds", "motivation"]),
        (lambda: check_work_part(replace(refuse("mood", "other", "other", motivation=""), outcome="perhaps")),
         ["outcome", "grounds[0]", "grounds", "motivation"]),
        (lambda: check_residence_part(refuse_residence("salaryThreshold", decided_on=TOMORROW), today=TODAY),
         ["grounds[0]", "decidedOn"]),
        (lambda: check_pause(PauseClock(on=TOMORROW, ground="mood", motivation="", legal_reference=""), today=TODAY),
         ["on", "ground", "motivation", "legalReference"]),
        (lambda: check_resumption(replace(resume(TOMORROW), motivation=""), today=TODAY), ["on", "motivation"]),
        (lambda: check_corrected_pause(restate_pause(TOMORROW, TOMORROW, number=0), today=TODAY),
         ["pause", "from", "to"]),
    ],
)  # fmt: skip
def test_each_wrong_value_is_named(check: Check, paths: list[str]) -> None:
    assert [issue.path for issue in check()] == paths


def test_nobody_pauses_by_hand_in_the_name_of_a_request_for_information() -> None:
    issues = check_pause(pause(TODAY, "informationRequested"), today=TODAY)

    assert [issue.path for issue in issues] == ["ground"]


def test_no_issue_repeats_what_was_sent() -> None:
    said = "Ada Lovelace 90010100187"
    issues = (
        *check_assignment(assign(said)),
        *check_answer(answer(REQUEST, said)),
        *check_information_request(ask(REQUEST, said)),
        *check_work_part(refuse(said)),
    )

    assert len(issues) == 4
    assert not any(said in f"{issue.problem} {issue.remedy}" for issue in issues)
