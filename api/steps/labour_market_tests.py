"""``labourMarketTests``: evidence of the recruitment search is added. Programs send it; no form does yet."""

from __future__ import annotations

from api.permissions import Action
from api.steps.step import Message, Step
from api.words.languages import Language
from domain.case.application import LabourMarketEvidence
from domain.case.commands import AddLabourMarketEvidence
from domain.case.completeness import check_evidence


def _title(language: Language) -> str:
    return language.gettext("Add evidence of the recruitment search")


def _done(language: Language) -> str:
    return language.gettext("The evidence is recorded")


STEP = Step(
    resource="labourMarketTests",
    operation="addLabourMarketTest",
    action=Action.ADD_LABOUR_MARKET_TEST,
    message=Message(
        body=LabourMarketEvidence,
        issues=lambda body, today: check_evidence(body, today=today),
        command=lambda body, _target: AddLabourMarketEvidence(evidence=body),
    ),
    title=_title,
    done=_done,
    form=None,
)
