"""``assignmentWithdrawals``: an assignment was a mistake, and the case waits for a handler again."""

from __future__ import annotations

from datetime import date

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords
from api.steps.step import Message, Step
from api.words.languages import Language
from domain.case.command_checks import check_assignment_withdrawal
from domain.case.commands import WithdrawAssignment
from domain.case.lifecycle import Case


def _title(language: Language) -> str:
    return language.gettext("Undo the assignment")


def _done(language: Language) -> str:
    return language.gettext("The assignment is undone")


def _form(words: FormWords, _material: FormMaterial) -> Form:
    _ = words.language.gettext
    reason = Field(name="reason", kind=FieldKind.TEXT, label=_("Reason"), missing=_("Enter the reason"), required=True)
    return Form(
        lead=_("The case waits for a handler again. That it was assigned stays in its timeline, with the reason."),
        send=_("Undo the assignment"),
        fields=(reason,),
    )


def _assigned(case: Case, _today: date) -> bool:
    return case.handler is not None


STEP = Step(
    resource="assignmentWithdrawals",
    operation="withdrawAssignment",
    action=Action.ASSIGN_CASE,
    message=Message(
        body=WithdrawAssignment,
        issues=lambda body, _today: check_assignment_withdrawal(body),
        command=lambda body, _target: body,
    ),
    title=_title,
    done=_done,
    form=_form,
    possible=_assigned,
)
