"""``mandateVerifications``: whether the representative's mandate is in the register of mandates."""

from __future__ import annotations

from datetime import date

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords
from api.steps.step import Message, Step
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.commands import VerifyMandate
from domain.case.lifecycle import Case


def _title(language: Language) -> str:
    return language.gettext("Verify the mandate")


def _done(language: Language) -> str:
    return language.gettext("The result on the mandate is recorded")


def _form(words: FormWords, _material: FormMaterial) -> Form:
    _ = words.language.gettext
    valid = Field(
        name="valid",
        kind=FieldKind.TRUTH,
        label=_("Result of the register of mandates"),
        missing=_("Choose the result"),
        required=True,
        choices=(
            Choice(value="true", text=_("The mandate is valid")),
            Choice(value="false", text=_("There is no valid mandate")),
        ),
    )
    return Form(lead=_("Look up the mandate of the representative first."), send=_("Record"), fields=(valid,))


def _represented(case: Case, _today: date) -> bool:
    return case.representative is not None


def _unverified(case: Case, _today: date) -> bool:
    return case.representative is not None and case.mandate_valid is None


STEP = Step(
    resource="mandateVerifications",
    operation="verifyMandate",
    action=Action.VERIFY_MANDATE,
    message=Message(body=VerifyMandate, issues=lambda _body, _today: (), command=lambda body, _target: body),
    title=_title,
    done=_done,
    form=_form,
    possible=_represented,
    possible_after_the_end=_represented,
    awaited=_unverified,
)
