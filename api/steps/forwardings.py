"""``forwardings``: the whole file has gone to the Immigration Office."""

from __future__ import annotations

from datetime import date

from api.permissions import Action
from api.steps.forms import Form, FormMaterial, FormWords
from api.steps.step import Message, Step
from api.words.languages import Language
from domain.case.commands import ForwardToImmigrationOffice
from domain.case.lifecycle import Case


def _title(language: Language) -> str:
    return language.gettext("Forward to the Immigration Office")


def _done(language: Language) -> str:
    return language.gettext("The file was sent to the Immigration Office")


def _form(words: FormWords, _material: FormMaterial) -> Form:
    _ = words.language.gettext
    return Form(lead=_("Record that the complete file was sent to the Immigration Office."), send=_("Record"))


def _possible(case: Case, _today: date) -> bool:
    return case.admissible is not None and case.forwarded is None


def _awaited(case: Case, _today: date) -> bool:
    return case.work_part is not None and case.forwarded is None


STEP = Step(
    resource="forwardings",
    operation="forwardToImmigrationOffice",
    action=Action.FORWARD_TO_IMMIGRATION_OFFICE,
    message=Message(
        body=ForwardToImmigrationOffice, issues=lambda _body, _today: (), command=lambda body, _target: body
    ),
    title=_title,
    done=_done,
    form=_form,
    possible=_possible,
    awaited=_awaited,
)
