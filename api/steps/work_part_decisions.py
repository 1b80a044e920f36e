"""``workPartDecisions``: the region decides whether the worker may work."""

from __future__ import annotations

from datetime import date

from api.permissions import Action
from api.steps.forms import Form, FormMaterial, FormWords
from api.steps.step import Message, Step, in_hand
from api.words.languages import Language
from domain.case.command_checks import check_work_part
from domain.case.commands import DecideWorkPart
from domain.case.decision import OUTCOMES, assessment_at_decision
from domain.case.grounds import supported_grounds
from domain.case.lifecycle import Case


def _title(language: Language) -> str:
    return language.gettext("Decide on the work part")


def _done(language: Language) -> str:
    return language.gettext("The decision on the work part is recorded")


def _form(words: FormWords, material: FormMaterial) -> Form:
    _ = words.language.gettext
    assessment = assessment_at_decision(material.case, material.today, material.rulebook)
    return Form(
        lead=_("The decision is stored with the law and the facts as they are today. A refusal ends the case."),
        send=_("Decide"),
        fields=(
            words.outcome("outcomes", OUTCOMES),
            words.grounds("refusalGrounds", supported_grounds(material.case, assessment)),
            words.motivation(_("Required if a person has to judge, and for the ground “other”.")),
        ),
    )


def _decidable(case: Case, today: date) -> bool:
    decidable = case.admissible is not None and case.work_part is None and not case.pending_checks
    return decidable and in_hand(case, today)


STEP = Step(
    resource="workPartDecisions",
    operation="decideWorkPart",
    action=Action.DECIDE_WORK_PART,
    message=Message(
        body=DecideWorkPart,
        issues=lambda body, _today: check_work_part(body),
        command=lambda body, _target: body,
    ),
    title=_title,
    done=_done,
    form=_form,
    possible=_decidable,
    awaited=_decidable,
)
