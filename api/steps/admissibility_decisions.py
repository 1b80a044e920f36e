"""``admissibilityDecisions``: whether the application is admissible, from which the term of law begins."""

from __future__ import annotations

from datetime import date

from api.permissions import Action
from api.steps.forms import Form, FormMaterial, FormWords
from api.steps.step import Message, Step, in_hand
from api.words.languages import Language
from domain.case.admissibility import ADMISSIBILITY_OUTCOMES
from domain.case.command_checks import check_admissibility
from domain.case.commands import DecideAdmissibility
from domain.case.grounds import supported_inadmissibility_grounds
from domain.case.lifecycle import Case


def _title(language: Language) -> str:
    return language.gettext("Decide on admissibility")


def _done(language: Language) -> str:
    return language.gettext("The decision on admissibility is recorded")


def _form(words: FormWords, material: FormMaterial) -> Form:
    _ = words.language.gettext
    grounds = supported_inadmissibility_grounds(material.case, material.rulebook, material.today)
    return Form(
        lead=_("An admissible application is assessed on its merits, and the statutory term begins."),
        send=_("Decide"),
        fields=(
            words.outcome("admissibilityOutcomes", ADMISSIBILITY_OUTCOMES),
            words.grounds("inadmissibilityGrounds", grounds),
            words.motivation(_("Required if a point is left open, or if the file does not support a ground.")),
        ),
    )


def _undecided(case: Case, today: date) -> bool:
    return case.admissible is None and in_hand(case, today)


STEP = Step(
    resource="admissibilityDecisions",
    operation="decideAdmissibility",
    action=Action.DECIDE_ADMISSIBILITY,
    message=Message(
        body=DecideAdmissibility,
        issues=lambda body, _today: check_admissibility(body),
        command=lambda body, _target: body,
    ),
    title=_title,
    done=_done,
    form=_form,
    possible=_undecided,
    awaited=_undecided,
)
