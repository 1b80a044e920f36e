"""``withdrawals``: the applicant withdraws, and the case ends."""

from __future__ import annotations

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords
from api.steps.step import Message, Step
from api.words.languages import Language
from domain.case.command_checks import check_withdrawal
from domain.case.commands import WithdrawApplication


def _title(language: Language) -> str:
    return language.gettext("Withdraw the application")


def _done(language: Language) -> str:
    return language.gettext("The application is withdrawn")


def _form(words: FormWords, _material: FormMaterial) -> Form:
    _ = words.language.gettext
    reason = Field(name="reason", kind=FieldKind.TEXT, label=_("Reason"))
    return Form(
        lead=_("The case ends and cannot be reopened. To continue later, file a new application."),
        send=_("Withdraw"),
        fields=(reason,),
    )


STEP = Step(
    resource="withdrawals",
    operation="withdrawApplication",
    action=Action.WITHDRAW_APPLICATION,
    message=Message(
        body=WithdrawApplication,
        issues=lambda body, _today: check_withdrawal(body),
        command=lambda body, _target: body,
    ),
    title=_title,
    done=_done,
    form=_form,
)
