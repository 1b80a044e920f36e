"""``voidedFeePayments``: a payment that was recorded wrongly counts no more."""

from __future__ import annotations

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords, day_as_written
from api.steps.step import Message, Step
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.command_checks import check_voided_payment
from domain.case.commands import VoidFeePayment
from domain.case.lifecycle import FeePayment


def _title(language: Language) -> str:
    return language.gettext("Void a payment")


def _done(language: Language) -> str:
    return language.gettext("The payment is voided")


def _form(words: FormWords, material: FormMaterial) -> Form:
    _ = words.language.gettext
    payment = Field(
        name="payment",
        kind=FieldKind.ONE_NUMBER,
        label=_("Payment that was recorded wrongly"),
        missing=_("Choose the payment"),
        required=True,
        choices=tuple(
            Choice(value=str(each.number), text=_payment(words, each)) for each in material.case.counted_payments
        ),
    )
    reason = Field(
        name="reason", kind=FieldKind.TEXT, label=_("What was wrong"), missing=_("Enter what was wrong"), required=True
    )
    return Form(
        lead=_("The payment no longer counts, and what is due is due again. The record itself remains in the file."),
        send=_("Void the payment"),
        fields=(payment, reason),
    )


def _payment(words: FormWords, payment: FeePayment) -> str:
    return words.language.gettext(
        "%(amount)s, paid on %(day)s to: %(recipient)s",
        amount=words.language.money(payment.amount),
        day=day_as_written(payment.paid_on),
        recipient=words.label("feeRecipients", payment.recipient),
    )


STEP = Step(
    resource="voidedFeePayments",
    operation="voidFeePayment",
    action=Action.VOID_FEE_PAYMENT,
    message=Message(
        body=VoidFeePayment,
        issues=lambda body, _today: check_voided_payment(body),
        command=lambda body, _target: body,
    ),
    title=_title,
    done=_done,
    form=_form,
    possible=lambda case, _today: bool(case.counted_payments),
)
