"""``feePayments``: the data on a proof of payment are recorded."""

from __future__ import annotations

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords, day_as_written
from api.steps.step import Message, Step
from api.words.languages import Language
from domain.case.command_checks import check_fee_payment
from domain.case.commands import RecordFeePayment
from domain.case.fees import communication_of
from domain.case.lifecycle import Case
from domain.codes import FEE_RECIPIENTS


def _title(language: Language) -> str:
    return language.gettext("Record a payment")


def _done(language: Language) -> str:
    return language.gettext("The payment is recorded")


def _form(words: FormWords, material: FormMaterial) -> Form:
    _ = words.language.gettext
    recipient = Field(
        name="recipient",
        kind=FieldKind.ONE_OF,
        label=_("Paid to"),
        missing=_("Choose to whom it was paid"),
        required=True,
        choices=words.choices("feeRecipients", FEE_RECIPIENTS),
    )
    amount = Field(
        name="amount",
        kind=FieldKind.AMOUNT,
        label=_("Amount in euros"),
        missing=_("Enter the amount"),
        hint=_("Euros and cents, such as 123,45"),
        required=True,
    )
    paid_on = Field(
        name="paidOn",
        kind=FieldKind.DAY,
        label=_("Paid on"),
        missing=_("Enter the day of the payment"),
        required=True,
        values=(day_as_written(material.today),),
    )
    reference = Field(
        name="paymentReference",
        kind=FieldKind.LINE,
        label=_("Reference on the proof of payment"),
        missing=_("Enter the reference"),
        hint=_communications(words, material.case),
        required=True,
    )
    return Form(
        lead=_("Enter the details on the proof of payment."),
        send=_("Record the payment"),
        fields=(recipient, amount, paid_on, reference),
    )


def _communications(words: FormWords, case: Case) -> str | None:
    """What the applicant was asked to write on the transfers; None for a case of another system."""
    known = {each: communication_of(case, each) for each in FEE_RECIPIENTS}
    listed = [f"{text} ({words.label('feeRecipients', each)})" for each, text in known.items() if text is not None]
    if not listed:
        return None
    return words.language.gettext("Structured communication of this application: %(list)s", list="; ".join(listed))


STEP = Step(
    resource="feePayments",
    operation="recordFeePayment",
    action=Action.RECORD_FEE_PAYMENT,
    message=Message(
        body=RecordFeePayment,
        issues=lambda body, today: check_fee_payment(body, today=today),
        command=lambda body, _target: body,
    ),
    title=_title,
    done=_done,
    form=_form,
    awaited=lambda case, _today: not case.counted_payments,
)
