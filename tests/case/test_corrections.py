"""Something in the file was wrong from the start and is put right; what had been judged is judged anew."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.case.application import Employer, GrossPay
from domain.case.commands import CaseCommand, WithdrawApplication
from domain.case.events import (
    CaseCorrected,
    CaseEvent,
    CrossroadsCheckRequested,
    JobOffered,
    SalaryVerified,
    WorkPartDecided,
)
from domain.case.folding import fold
from domain.case.personal_data import Withheld
from domain.case.refusals import Reason
from domain.crossroads.answers import CheckKind, DeclaredWages, QuarterWages
from tests.case.vocabulary import (
    HANDLER,
    NOW,
    ON_REGISTER,
    WORKER,
    admitted,
    answered,
    asked,
    at_residence,
    case,
    checked,
    correct,
    filed,
    grant,
    happened,
    judged,
    refuse,
    reject,
    state_after,
    wages,
    with_pay,
)
from tests.world.applications import application

FILED = application()
RENAMED = replace(FILED.worker, family_name="King")
MOVED = Employer(enterprise_number="0403227515", name="Acme Two")


def paid(amount: str) -> CaseCommand:
    """The pay was written down wrongly; the rest of the job stays."""
    return correct(employment=with_pay(FILED, amount).employment)


def last_salary(events: list[CaseEvent]) -> SalaryVerified:
    return [event for event in events if isinstance(event, SalaryVerified)][-1]


def test_the_workers_name_is_corrected() -> None:
    case(actor=HANDLER).given(*checked()).when(correct(worker=RENAMED)).then(
        CaseCorrected(
            effective_at=NOW,
            corrected=("worker",),
            employer=None,
            employment=None,
            by=HANDLER,
            worker_subject=WORKER,
            worker=RENAMED,
            gross_pay=None,
            title=None,
            employer_name=None,
            reason="A typing mistake.",
        )
    )


def test_all_three_parts_are_corrected_at_once_and_named() -> None:
    all_three = correct(worker=RENAMED, employer=MOVED, employment=FILED.employment)

    corrected, asked_again = case().given(*filed()).when(all_three).then_events(CaseCorrected, CrossroadsCheckRequested)

    assert isinstance(corrected, CaseCorrected)
    assert asked_again == CrossroadsCheckRequested(effective_at=NOW, check="employerRegister", revision=2)
    assert corrected.corrected == ("worker", "employer", "employment")
    assert isinstance(corrected.employment, JobOffered)
    assert (corrected.gross_pay, corrected.title) == (FILED.employment.gross_pay, "analyst")
    assert corrected.employer_name == "Acme Two"
    assert state_after([*filed(), corrected]).employer_number == "0403227515"


class TestCrossroadsChecks:
    """What the bank said of somebody else is no answer about the one whom the correction names."""

    def test_another_employer_is_looked_up_before_the_work_part_can_be_decided(self) -> None:
        past = happened(judged(), correct(employer=MOVED))

        case().given(*past).when(grant()).then_refused(Reason.CHECK_PENDING)

        struck_off = replace(ON_REGISTER, enterprise_number=MOVED.enterprise_number, active=False)
        found = happened(past, answered(struck_off, revision=2))
        case().given(*found).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)

    def test_an_answer_about_the_employer_before_counts_no_more(self) -> None:
        past = happened(filed(), correct(employer=MOVED))

        case().given(*past).when(answered(revision=1)).then()

    def test_the_same_employer_under_a_better_name_is_not_asked_about_again(self) -> None:
        renamed = replace(FILED.employer, name="Acme Belgium")

        case().given(*checked()).when(correct(employer=renamed)).then_events(CaseCorrected)

    def test_the_wages_of_a_renewal_are_asked_again_for_another_person(self) -> None:
        renewal = application(renewal=True)
        past = happened(filed(renewal), answered(), wages("15000.00", "15000.00", "15000.00", "15000.00"))

        asked_again = happened(past, correct(worker=RENAMED))

        assert state_after(asked_again).pending_checks == ("declaredWages",)
        assert state_after(asked_again).facts.gross_pay is None
        low = tuple(QuarterWages(quarter=f"2025Q{n}", gross=Decimal("9000.00")) for n in (1, 2, 3, 4))
        again = answered(DeclaredWages(quarters=low), CheckKind.DECLARED_WAGES, revision=2)
        assert last_salary(happened(asked_again, again)).result.verdict == "notMet"


class TestPay:
    def test_pay_that_was_judged_is_judged_anew(self) -> None:
        corrected = case().given(*checked()).when(paid("48911.99")).then_events(CaseCorrected, SalaryVerified)

        verified = last_salary(corrected)
        assert (verified.basis, verified.result.verdict) == ("contract", "notMet")
        state = state_after([*checked(), *corrected])
        assert state.facts.gross_pay == Decimal("48911.99")
        assert state.salary is not None
        assert state.salary.verdict == "notMet"

    def test_pay_that_was_not_judged_yet_is_judged_as_corrected_when_its_time_comes(self) -> None:
        past = happened(filed(), paid("48911.99"))
        assert not any(isinstance(event, SalaryVerified) for event in past)

        assert last_salary(happened(past, answered())).result.verdict == "notMet"

    def test_what_could_not_be_granted_can_be_and_the_other_way_round(self) -> None:
        too_little = judged(application(pay="40000.00"))
        case().given(*too_little).when(grant()).then_refused(Reason.REQUIREMENT_NOT_MET)
        case().given(*happened(too_little, paid("60000.00"))).when(grant()).then_events(WorkPartDecided)

        enough = happened(judged(), paid("40000.00"))
        case().given(*enough).when(grant()).then_refused(Reason.REQUIREMENT_NOT_MET)

    def test_a_month_instead_of_a_year_is_another_pay(self) -> None:
        monthly = replace(FILED.employment, gross_pay=GrossPay(amount=Decimal("60000.00"), period="month"))

        state = state_after(happened(checked(), correct(employment=monthly)))

        assert (state.facts.gross_pay, state.facts.pay_period) == (Decimal("60000.00"), "month")

    def test_another_contract_is_judged_as_what_it_is(self) -> None:
        posted = replace(FILED.employment, contract="posted")

        events = case().given(*checked()).when(correct(employment=posted)).then_events(CaseCorrected, SalaryVerified)

        verified = last_salary(events)
        assert not isinstance(verified.facts, Withheld)
        assert verified.facts.contract == "posted"
        assert state_after([*checked(), *events]).facts.contract == "posted"

    def test_a_renewal_stays_judged_on_declared_wages_whatever_the_contract_says_now(self) -> None:
        renewal = filed(application(renewal=True))
        declared = wages("12228", "12228", "12228", "12228")

        past = admitted(happened(renewal, answered(), declared, paid("10.00")))

        assert state_after(past).facts.gross_pay == Decimal(48912)
        case().given(*past).when(grant()).then_events(WorkPartDecided)

    def test_the_pay_is_seen_only_in_personal_fields(self) -> None:
        (corrected, _) = case().given(*checked()).when(paid("51234.56")).decided()

        clear = replace(corrected, gross_pay=Withheld(), title=Withheld(), worker=Withheld(), reason=Withheld())
        assert "51234.56" in repr(corrected)
        assert "51234.56" not in repr(clear)


class TestWhen:
    @pytest.mark.parametrize("past", [filed(), asked(), judged()], ids=["checking", "with the applicant", "admissible"])
    def test_everything_until_the_work_part_is_decided(self, past: list[CaseEvent]) -> None:
        assert case().given(*past).when(correct(worker=RENAMED, employer=MOVED, employment=FILED.employment)).decided()

    @pytest.mark.parametrize(
        "past",
        [
            happened(judged(), grant()),
            at_residence(),
            happened(judged(), refuse("other", motivation="fraud")),
            happened(checked(), reject("feeNotPaid")),
            happened(checked(), WithdrawApplication()),
        ],
        ids=["work granted", "at the Office", "refused", "inadmissible", "withdrawn"],
    )
    def test_only_the_worker_afterwards(self, past: list[CaseEvent]) -> None:
        case().given(*past).when(correct(worker=RENAMED)).then_events(CaseCorrected)
        for too_late in (
            correct(employer=MOVED),
            correct(employment=FILED.employment),
            correct(worker=RENAMED, employment=FILED.employment),
        ):
            case().given(*past).when(too_late).then_refused(Reason.NOT_CORRECTABLE_NOW)

    def test_a_correction_leaves_an_ended_case_as_it_ended(self) -> None:
        ended = happened(judged(), refuse("other", motivation="fraud"))

        assert state_after(happened(ended, correct(worker=RENAMED))) == replace(state_after(ended), corrections=1)


def test_after_the_erasure_of_the_worker_a_corrected_pay_is_unknown_and_the_rest_stands() -> None:
    past = happened(checked(), correct(employer=MOVED, employment=FILED.employment))
    gone = Withheld()
    erased: list[CaseEvent] = []
    for event in past:
        if isinstance(event, CaseCorrected):
            event = replace(event, worker=gone, gross_pay=gone, title=gone, reason=gone)
        if isinstance(event, SalaryVerified):
            event = replace(event, facts=gone, declared_quarters=gone, finding=gone)
        erased.append(event)

    state = fold(erased)

    assert state is not None
    assert state.facts.gross_pay is None
    assert (state.employer_number, state.facts.filed_on) == ("0403227515", date(2026, 1, 20))
