"""``assignments``: a case handler takes the case, or is given it."""

from __future__ import annotations

from datetime import date

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords
from api.steps.step import Message, Step
from api.words.languages import Language
from domain.case.command_checks import check_assignment
from domain.case.commands import AssignCase
from domain.case.lifecycle import Case


def _title(language: Language) -> str:
    return language.gettext("Assign the case")


def _done(language: Language) -> str:
    return language.gettext("The case is assigned")


def _form(words: FormWords, material: FormMaterial) -> Form:
    _ = words.language.gettext
    handler = Field(
        name="handler",
        kind=FieldKind.CHOICE,
        label=_("Handler"),
        missing=_("Choose a handler"),
        hint=_("Whoever has or had a case of this authority. A new colleague takes a first case from the queue."),
        required=True,
        choices=material.handlers,
        values=(material.actor,),
        recorded=() if material.case.handler is None else (material.case.handler,),
    )
    return Form(lead=_("The case appears in the queue of the assignee."), send=_("Assign"), fields=(handler,))


def _unassigned(case: Case, _today: date) -> bool:
    return case.handler is None


STEP = Step(
    resource="assignments",
    operation="assignCase",
    action=Action.ASSIGN_CASE,
    message=Message(
        body=AssignCase,
        issues=lambda body, _today: check_assignment(body),
        command=lambda body, _target: body,
    ),
    title=_title,
    done=_done,
    form=_form,
    awaited=_unassigned,
)
