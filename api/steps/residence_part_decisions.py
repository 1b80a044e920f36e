"""``residencePartDecisions``: what the Immigration Office decided is recorded, and the case ends."""

from __future__ import annotations

from datetime import date

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords, day_as_written
from api.steps.step import Message, Step, in_hand
from api.words.languages import Language
from domain.case.command_checks import check_residence_part
from domain.case.commands import DecideResidencePart
from domain.case.decision import OUTCOMES
from domain.case.lifecycle import Case
from domain.codes import RESIDENCE_REFUSAL_GROUNDS


def _title(language: Language) -> str:
    return language.gettext("Record the decision on residence")


def _done(language: Language) -> str:
    return language.gettext("The decision on residence is recorded")


def _form(words: FormWords, material: FormMaterial) -> Form:
    _ = words.language.gettext
    decided_on = Field(
        name="decidedOn",
        kind=FieldKind.DAY,
        label=_("Decided on"),
        values=(day_as_written(material.today),),
    )
    return Form(
        lead=_("Record what the Immigration Office decided. This ends the case."),
        send=_("Record the decision"),
        fields=(
            words.outcome("outcomes", OUTCOMES),
            words.grounds("residenceRefusalGrounds", RESIDENCE_REFUSAL_GROUNDS),
            words.motivation(),
            decided_on,
        ),
    )


def _possible(case: Case, today: date) -> bool:
    return case.forwarded is not None and case.work_part is not None and in_hand(case, today)


STEP = Step(
    resource="residencePartDecisions",
    operation="decideResidencePart",
    action=Action.DECIDE_RESIDENCE_PART,
    message=Message(
        body=DecideResidencePart,
        issues=lambda body, today: check_residence_part(body, today=today),
        command=lambda body, _target: body,
    ),
    title=_title,
    done=_done,
    form=_form,
    possible=_possible,
    awaited=_possible,
)
