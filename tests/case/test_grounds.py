"""Which grounds there are, and when a file bears one: rules are grounds because they are rules."""

from __future__ import annotations

from datetime import date

import pytest

from api.http.case_representation import assessment_content
from api.services.cases import CaseAssessment
from domain.case.command_checks import check_admissibility, check_residence_part, check_work_part
from domain.case.commands import (
    DecideResidencePart,
)
from domain.case.decider import decide
from domain.case.decision import require_allowed
from domain.case.events import WorkPartDecided
from domain.case.grounds import (
    INADMISSIBILITY_GROUNDS,
    OTHER,
    REFUSAL_GROUNDS,
    supported_grounds,
)
from domain.case.refusals import CommandRefused, Reason
from domain.codes import RESIDENCE_REFUSAL_GROUNDS
from domain.law.assessment import Assessment
from domain.law.findings import Finding, Verdict
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from tests.case.deciding import WHY
from tests.case.vocabulary import context, grant, judged, law, refuse, reject, state_after
from tests.world.applications import application


@pytest.mark.parametrize("failed", Rule)
def test_a_requirement_that_is_not_met_is_a_ground_whatever_rule_it_is(failed: Rule) -> None:
    """Also of a rule that today's law requires of nobody: law is data and may require it tomorrow."""
    case = state_after(judged())
    finding = Finding(rule=failed, required=True, verdict=Verdict.NOT_MET, legal_reference_date=date(2026, 1, 20))
    assessment = _assessment(Verdict.NOT_MET, finding)

    assert check_work_part(refuse(failed)) == ()
    assert supported_grounds(case, assessment) == (failed, OTHER)
    require_allowed(case, refuse(failed), assessment)
    with pytest.raises(CommandRefused) as refused:
        require_allowed(case, grant(WHY), assessment)
    assert refused.value.reason is Reason.REQUIREMENT_NOT_MET


@pytest.mark.parametrize("shown", Rule)
def test_a_condition_that_is_shown_and_not_required_refuses_nobody(shown: Rule) -> None:
    case = state_after(judged())
    finding = Finding(rule=shown, required=False, verdict=Verdict.NOT_MET, legal_reference_date=date(2026, 1, 20))
    assessment = _assessment(Verdict.UNDETERMINED, finding)

    assert supported_grounds(case, assessment) == (OTHER,)
    require_allowed(case, grant(WHY), assessment)
    with pytest.raises(CommandRefused) as refused:
        require_allowed(case, refuse(shown, motivation=WHY), assessment)
    assert refused.value.reason is Reason.GROUND_NOT_SUPPORTED


def _assessment(verdict: Verdict, *findings: Finding) -> Assessment:
    return Assessment(
        rule_set=law().sha256,
        verdict=verdict,
        legal_reference_date=date(2026, 1, 20),
        known_on=date(2026, 1, 20),
        weighed=findings,
    )


@pytest.mark.parametrize("ground", ["salary", "feeNotPaid", "publicOrder", "", "SALARYTHRESHOLD"])
def test_a_ground_that_does_not_exist_is_invalid_input(ground: str) -> None:
    assert [each.path for each in check_work_part(refuse(ground))] == ["grounds[0]"]


def test_every_ground_that_exists_is_valid_input() -> None:
    for ground in REFUSAL_GROUNDS:
        assert check_work_part(refuse(ground)) == ()
    for ground in INADMISSIBILITY_GROUNDS:
        assert check_admissibility(reject(ground)) == ()
    for ground in RESIDENCE_REFUSAL_GROUNDS:
        decision = DecideResidencePart(outcome="refused", grounds=(ground,))
        assert check_residence_part(decision, today=date(2026, 1, 20)) == ()


@pytest.mark.parametrize("reading", ["filedOn", "admissibleOn", "decidedOn", "ongoing"])
def test_the_grounds_are_those_of_the_decision_whatever_day_the_law_looks_at(reading: str) -> None:
    """The day of the decision is today, also for whoever only looks."""
    rulebook = Rulebook.load(readings={"decidingDate": reading})
    case = state_after(judged(application(pay="1000.00")))

    told = assessment_content(CaseAssessment(1, case, rulebook, context().today))
    decided = decide(case, refuse(*told["unmetRequirements"]), context(), rulebook)[0]

    assert isinstance(decided, WorkPartDecided)
    assert told["unmetRequirements"] == ["salaryThreshold"]
    assert told["supportedGrounds"] == ["salaryThreshold", OTHER]
    assert (told["verdict"], told["legalReferenceDate"]) == (decided.verdict, str(decided.legal_reference_date))
