"""Payments: by which reference they are recorded, and how one that was recorded wrongly is voided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.case.admissibility import open_points
from domain.case.command_checks import check_fee_payment, check_voided_payment
from domain.case.events import CaseEvent, FeePaid, FeePaymentVoided
from domain.case.fees import CaseFee, case_fees, communication_of
from domain.case.lifecycle import Case
from domain.case.personal_data import Withheld
from domain.case.refusals import Reason
from domain.identifiers import ApplicationReference
from domain.structured_communications import FeeOfApplication, StructuredCommunication
from tests.case.vocabulary import (
    HANDLER,
    NOW,
    REQUEST,
    TODAY,
    WORKER,
    admit,
    ask,
    case,
    checked,
    context,
    fee,
    filed,
    happened,
    law,
    reject,
    state_after,
    void,
)
from tests.world.applications import application


def own_communication(recipient: str = "federal", past: list[CaseEvent] | None = None) -> str:
    found = communication_of(state_after(filed() if past is None else past), recipient)
    assert found is not None
    return str(found)


def fee_to(recipient: str, state: Case) -> CaseFee:
    (found,) = (each for each in case_fees(state, law(), context().today) if each.status.fee.recipient == recipient)
    return found


class TestWhatToWriteOnTheTransfer:
    def test_it_is_made_of_the_reference_and_the_recipient(self) -> None:
        state = state_after(filed())
        communication = communication_of(state, "federal")
        assert communication is not None
        assert communication.fee == FeeOfApplication(
            reference=ApplicationReference.parse(state.reference), recipient="federal"
        )
        assert communication_of(state, "regional") not in (None, communication)

    def test_a_case_of_another_system_has_none_even_where_its_number_looks_like_ours(self) -> None:
        retold = replace(state_after(filed()), is_from_another_system=True)
        assert communication_of(retold, "federal") is None
        of_another_form = replace(state_after(filed()), reference="BR/2019/17")
        assert communication_of(of_another_form, "federal") is None

    def test_who_is_exempt_has_nothing_to_write(self) -> None:
        exempt = state_after(filed(replace(application(), renewal=True)))
        found = fee_to("federal", exempt)
        assert (found.is_to_pay, found.communication, found.status.fee.exemption) == (False, None, "residenceExtended")

    def test_what_is_due_is_to_pay_until_all_is_paid(self) -> None:
        assert fee_to("federal", state_after(filed())).is_to_pay
        part = fee_to("federal", state_after(happened(filed(), fee(amount="151.99"))))
        assert (part.is_to_pay, part.status.still_owed) == (True, Decimal("0.01"))
        assert not fee_to("federal", state_after(happened(filed(), fee()))).is_to_pay

    def test_it_is_due_by_the_last_day_to_answer_where_proof_was_requested(self) -> None:
        # given a request for the proof of payment
        asked = state_after(happened(checked(), ask(REQUEST, "feeProof")))
        assert asked.open_request is not None
        # then the payment has that day, and otherwise none
        assert fee_to("federal", asked).pay_by == asked.open_request.reply_by
        assert fee_to("federal", state_after(happened(checked(), ask()))).pay_by is None
        assert fee_to("federal", state_after(checked())).pay_by is None
        assert fee_to("federal", state_after(happened(checked(), fee(), ask(REQUEST, "feeProof")))).pay_by is None

    def test_the_fees_of_a_case_that_has_ended_are_not_shown(self) -> None:
        assert case_fees(state_after(happened(checked(), reject("feeNotPaid"))), law(), TODAY) == ()


class TestStructuredReference:
    def test_the_payment_of_this_fee_is_recorded(self) -> None:
        case().given(*filed()).when(fee(reference=own_communication())).then_events(FeePaid)

    @pytest.mark.parametrize("written", ["+++090/9337/55494+++", "090933755494", "090/9337/55439"])
    def test_wrong_check_digits_are_named_at_the_field(self, written: str) -> None:
        (issue,) = check_fee_payment(fee(reference=written), today=TODAY)
        assert (issue.path, issue.code) == ("paymentReference", "invalidStructure")
        assert (issue.problem, issue.remedy) == (
            "its last two digits do not fit the others",
            "look for a mistyped or swapped digit",
        )

    @pytest.mark.parametrize("written", ["P-1", "BETALING-000012", "RF18539007547034", "+++090/9337/55493+++"])
    def test_a_reference_of_a_bank_or_of_another_creditor_is_taken(self, written: str) -> None:
        assert check_fee_payment(fee(reference=written), today=TODAY) == ()
        case().given(*filed()).when(fee(reference=written)).then_events(FeePaid)

    def test_that_of_another_application_is_refused_and_named(self) -> None:
        other = ApplicationReference(authority="flanders", year=2026, number=7654321)
        communication = StructuredCommunication.of(FeeOfApplication(reference=other, recipient="federal"))
        refused = case().given(*filed()).when(fee(reference=str(communication))).then_refused(
            Reason.PAYMENT_OF_ANOTHER_APPLICATION
        )  # fmt: skip
        assert f"belongs to application {other}" in refused.sentence
        assert f"here it is {own_communication()}" in refused.sentence

    def test_that_of_the_other_fee_is_refused(self) -> None:
        refused = case().given(*filed()).when(fee("regional", reference=own_communication())).then_refused(
            Reason.PAYMENT_TO_ANOTHER_RECIPIENT
        )  # fmt: skip
        assert "to the recipient federal, not regional" in refused.sentence

    def test_too_small_a_payment_leaves_the_rest_open_and_the_rest_has_the_same_reference(self) -> None:
        ours = own_communication()
        # given a part of what is due
        part = happened(filed(), fee(amount="100.00", reference=ours))
        assert open_points(state_after(part), law(), TODAY) == ("feeNotPaid",)
        assert fee_to("federal", state_after(part)).status.still_owed == Decimal("52.00")
        # when the rest is paid under it
        whole = happened(part, fee(amount="52.00", reference=ours))
        # then nothing is open
        assert open_points(state_after(whole), law(), TODAY) == ()

    def test_the_same_payment_counts_once(self) -> None:
        ours = own_communication()
        past = happened(filed(), fee(amount="100.00", reference=ours))
        again = fee(amount="100.00", reference=ours.replace("+++", "").replace("/", ""))
        refused = case().given(*past).when(again).then_refused(Reason.PAYMENT_ALREADY_RECORDED)
        assert "a payment of EUR 100.00 of 2026-01-19 with this communication is on record" in refused.sentence
        # and one of another day is another one
        case().given(*past).when(replace(again, paid_on=date(2026, 1, 18))).then_events(FeePaid)


class TestVoiding:
    PAID = happened(filed(), fee())

    def test_a_payment_recorded_wrongly_is_voided_with_a_reason(self) -> None:
        case(actor=HANDLER).given(*self.PAID).when(void(1, "typed into the wrong case")).then(
            FeePaymentVoided(
                effective_at=NOW, payment=1, by=HANDLER, worker_subject=WORKER, reason="typed into the wrong case"
            )
        )

    def test_what_was_due_is_due_again_and_the_record_stays(self) -> None:
        voided = state_after(happened(self.PAID, void()))
        assert open_points(voided, law(), TODAY) == ("feeNotPaid",)
        assert [(each.number, each.is_voided) for each in voided.payments] == [(1, True)]
        case().given(*happened(self.PAID, void())).when(admit()).then_refused(Reason.MOTIVATION_REQUIRED)

    def test_only_the_payment_that_is_named_is_voided(self) -> None:
        past = happened(filed(), fee(amount="100.00"), fee(amount="52.00", reference="P-2"), void(2))
        assert fee_to("federal", state_after(past)).status.still_owed == Decimal("52.00")

    def test_a_second_time_decides_to_nothing(self) -> None:
        case().given(*happened(self.PAID, void())).when(void()).then()

    def test_it_can_be_recorded_again_under_the_same_reference_and_has_a_number_of_its_own(self) -> None:
        again = happened(self.PAID, void(), fee())
        assert [(each.number, each.is_voided) for each in state_after(again).payments] == [(1, True), (2, False)]

    @pytest.mark.parametrize("number", [0, 2])
    def test_a_payment_that_is_not_on_record_is_refused(self, number: int) -> None:
        refused = case().given(*self.PAID).when(void(number)).then_refused(Reason.PAYMENT_UNKNOWN)
        assert refused.sentence == f"this case has no payment {number}"

    def test_a_case_that_has_ended_stays_as_it_was_decided(self) -> None:
        past = happened(checked(), fee(amount="1.00"), reject("feeNotPaid"))
        case().given(*past).when(void()).then_refused(Reason.DECLARED_INADMISSIBLE)

    def test_without_a_reason_it_is_not_taken(self) -> None:
        assert [each.path for each in check_voided_payment(void(0, " "))] == ["payment", "reason"]
        assert check_voided_payment(void()) == ()


def test_the_reference_of_an_erased_worker_is_no_payment_on_record() -> None:
    paid = happened(filed(), fee())
    erased = [replace(each, payment_reference=Withheld()) if isinstance(each, FeePaid) else each for each in paid]
    case().given(*erased).when(fee()).then_events(FeePaid)
