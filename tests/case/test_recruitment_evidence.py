"""A medium-skilled job off the shortage list: EUR 43,396 a year, or nine weeks of recruitment on VDAB and EURES.

The occupation must be on the list of the employment service as well, which the law data do not hold: whoever grants
says that it was looked up.
"""

from dataclasses import replace

import pytest

from domain.case.application import LabourMarketEvidence, VacancyPublication
from domain.case.commands import WithdrawApplication
from domain.case.events import (
    ApplicationDecided,
    CaseEvent,
    LabourMarketEvidenceAdded,
    LabourMarketTestAssessed,
    WorkPartDecided,
)
from domain.case.refusals import Reason
from tests.case.vocabulary import NOW, WORKER, add, case, filed, grant, judged, published, refuse
from tests.world.applications import application

PAID_TOO_LITTLE = application("mediumSkilledOther", pay="43395.99")
BOTH = ("VDAB", "EURES")
LOOKED_UP = grant("the occupation is on the list of the employment service")


def met_as_either(decided: CaseEvent) -> bool:
    """Whether pay or recruitment was found enough in this decision."""
    assert isinstance(decided, WorkPartDecided)
    return [each.verdict for each in decided.findings if each.rule == "salaryOrLabourMarketTest"] == ["met"]


def test_pay_at_the_amount_needs_no_recruitment() -> None:
    (decided,) = (
        case()
        .given(*judged(application("mediumSkilledOther", pay="43396.00")))
        .when(LOOKED_UP)
        .then_events(WorkPartDecided)
    )

    assert met_as_either(decided)


def test_nine_weeks_on_both_channels_stand_in_for_pay() -> None:
    (decided,) = (
        case()
        .given(*judged(replace(PAID_TOO_LITTLE, labour_market_test=published(63, *BOTH))))
        .when(LOOKED_UP)
        .decided()
    )

    assert met_as_either(decided)


@pytest.mark.parametrize("evidence", [published(62, *BOTH), published(63, "VDAB")], ids=["62 days", "one channel"])
def test_less_than_that_is_not_met_and_can_be_refused(evidence: LabourMarketEvidence) -> None:
    past = judged(replace(PAID_TOO_LITTLE, labour_market_test=evidence))

    case().given(*past).when(grant()).then_refused(Reason.REQUIREMENT_NOT_MET)
    decided, _ = (
        case().given(*past).when(refuse("salaryOrLabourMarketTest")).then_events(WorkPartDecided, ApplicationDecided)
    )
    assert isinstance(decided, WorkPartDecided)
    assert decided.verdict == "notMet"


def test_silence_about_recruitment_is_not_proof_that_there_was_none() -> None:
    past = judged(PAID_TOO_LITTLE)

    case().given(*past).when(grant()).then_refused(Reason.MOTIVATION_REQUIRED)
    case().given(*past).when(refuse("salaryOrLabourMarketTest")).then_refused(Reason.GROUND_NOT_SUPPORTED)


def test_evidence_added_is_judged_with_what_the_file_already_holds() -> None:
    past = judged(replace(PAID_TOO_LITTLE, labour_market_test=published(63, "VDAB")))
    more = published(63, "EURES")

    added, assessed = (
        case().given(*past).when(add(more)).then_events(LabourMarketEvidenceAdded, LabourMarketTestAssessed)
    )

    assert added == LabourMarketEvidenceAdded(
        effective_at=NOW, publications=more.publications, worker_subject=WORKER, candidates=()
    )
    assert isinstance(assessed, LabourMarketTestAssessed)
    assert {each.channel for each in assessed.facts.publications} == {"VDAB", "EURES"}
    assert assessed.finding.verdict == "met"


def test_evidence_added_later_turns_what_could_not_be_granted() -> None:
    past = judged(replace(PAID_TOO_LITTLE, labour_market_test=published(10, *BOTH)))
    case().given(*past).when(grant()).then_refused(Reason.REQUIREMENT_NOT_MET)

    turned = case().given(*past).when(add(published(63, *BOTH))).decided()

    (decided,) = case().given(*past, *turned).when(LOOKED_UP).then_events(WorkPartDecided)
    assert met_as_either(decided)


def test_evidence_may_come_while_the_employer_is_still_being_checked() -> None:
    case().given(*filed(PAID_TOO_LITTLE)).when(add(published(63, *BOTH))).then_events(
        LabourMarketEvidenceAdded, LabourMarketTestAssessed
    )


def test_a_vacancy_taken_down_before_it_was_put_up_is_no_publication() -> None:
    (publication,) = published(63, "VDAB").publications
    backwards = VacancyPublication(channel="VDAB", from_=publication.to, to=publication.from_)

    with pytest.raises(ValueError, match="before it began"):
        case().given(*filed(PAID_TOO_LITTLE)).when(add(LabourMarketEvidence(publications=(backwards,)))).decided()


def test_evidence_after_the_decision_or_the_end_of_the_case_is_refused() -> None:
    past = judged()
    decided = case().given(*past).when(grant()).decided()
    withdrawn = case().given(*past).when(WithdrawApplication()).decided()

    case().given(*past, *decided).when(add(published(63, *BOTH))).then_refused(Reason.WORK_PART_DECIDED)
    case().given(*past, *withdrawn).when(add(published(63, *BOTH))).then_refused(Reason.ALREADY_WITHDRAWN)
