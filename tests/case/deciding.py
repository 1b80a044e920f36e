"""Asks the decider about every ground there is, and holds every door to what it answers.

The doors are the assessment that the interface gives, the forms of the pages, and the demonstration.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

from api.demonstration.people_at_work import _decision as decision_of_the_demonstration
from api.http.case_representation import assessment_content
from api.services.cases import CaseAssessment
from api.steps.corrections import WORKER
from api.steps.forms import FormMaterial, FormWords
from api.steps.procedure import STEP_OF, is_possible
from api.words.code_lists import CodeLists
from api.words.languages import Languages
from domain.case.command_checks import check_work_part
from domain.case.commands import (
    CaseCommand,
    DecideResidencePart,
    DecideWorkPart,
    ForwardToImmigrationOffice,
    RecordCrossroadsFailure,
    ResumeClock,
)
from domain.case.decider import decide
from domain.case.decision import assessment_at_decision
from domain.case.events import CaseEvent
from domain.case.folding import evolve
from domain.case.grounds import (
    INADMISSIBILITY_GROUNDS,
    OTHER,
    REFUSAL_GROUNDS,
    SEEN_BY_A_PERSON,
    supported_grounds,
    supported_inadmissibility_grounds,
)
from domain.case.lifecycle import Case, CaseStatus
from domain.case.refusals import CommandRefused, Reason
from domain.codes import RESIDENCE_REFUSAL_GROUNDS
from domain.crossroads.answers import CheckKind
from domain.law.findings import Verdict
from tests.case.anything_filed import (
    moment,
)
from tests.case.vocabulary import admit, context, grant, law, refuse, reject

WHY = "because of what a person saw"


def answer_to(case: Case, command: CaseCommand, now: datetime) -> Reason | None:
    """Why the decider refuses, or None if it does not."""
    try:
        decide(case, command, context(now), law())
    except CommandRefused as refused:
        return refused.reason
    return None


def after(case: Case | None, command: CaseCommand, now: datetime) -> Case:
    """The case once a command was taken that must be."""
    return evolved(case, decide(case, command, context(now), law()))


def evolved(case: Case | None, events: list[CaseEvent]) -> Case:
    for event in events:
        case = evolve(case, event)
    assert case is not None
    return case


def in_hand(case: Case, now: datetime) -> tuple[Case, datetime]:
    """The open case once nobody else has it and no check is out, and the first moment at which that is so."""
    asked = case.open_request
    if asked is not None:
        now = max(now, moment(asked.reply_by + timedelta(days=1)))
    elif case.open_pause is not None:
        case = after(case, ResumeClock(on=context(now).today, motivation=WHY), now)
    for name in case.pending_checks:
        unanswered = RecordCrossroadsFailure(
            check=CheckKind(name), revision=case.checks[name].revision, reason="timeout", attempts=4
        )
        case = after(case, unanswered, now)
    return case, now


def waits_for(case: Case, now: datetime) -> Reason | None:
    """What every decision waits for, or None if it can be taken on the spot."""
    asked = case.open_request
    if asked is not None:
        return Reason.INFORMATION_OUTSTANDING if context(now).today <= asked.reply_by else None
    return None if case.open_pause is None else Reason.CLOCK_PAUSED


def ended(case: Case) -> Reason | None:
    if case.is_open:
        return None
    reasons = {
        CaseStatus.WITHDRAWN: Reason.ALREADY_WITHDRAWN,
        CaseStatus.INADMISSIBLE: Reason.DECLARED_INADMISSIBLE,
    }
    return reasons.get(case.status, Reason.ALREADY_DECIDED)


@cache
def _words() -> FormWords:
    return FormWords(Languages.load().by_code["fr"], CodeLists.load())


def offered_by_page(resource: str, case: Case, today: date) -> list[str]:
    """The grounds among which the form lets a handler choose."""
    material = FormMaterial(case=case, body={}, actor="caseHandler:h-1", today=today, rulebook=law(), part=WORKER)
    make = STEP_OF[resource].form
    assert make is not None
    (grounds,) = (field for field in make(_words(), material).fields if field.name == "grounds")
    return [each.value for each in grounds.choices]


def check_work_part_of(case: Case, now: datetime) -> None:
    """Each ground that is offered is taken, each that is not is refused, and one way or the other it can be decided."""
    today = context(now).today
    assessment = assessment_at_decision(case, today, law())
    offered = supported_grounds(case, assessment)
    told = assessment_content(CaseAssessment(1, case, law(), today))
    assert told["supportedGrounds"] == list(offered) == offered_by_page("workPartDecisions", case, today)

    waits = ended(case)
    if waits is None and case.work_part is not None:
        waits = Reason.WORK_PART_DECIDED
    elif waits is None and case.admissible is None:
        waits = Reason.NOT_ADMISSIBLE_YET
    elif waits is None:
        waits = waits_for(case, now) or (Reason.CHECK_PENDING if case.pending_checks else None)

    assert is_possible(STEP_OF["workPartDecisions"], case, today) == (waits is None)
    for ground in REFUSAL_GROUNDS:
        expected = waits or (None if ground in offered else Reason.GROUND_NOT_SUPPORTED)
        assert answer_to(case, refuse(ground, motivation=WHY), now) is expected, ground
    granted = answer_to(case, grant(WHY), now)
    if waits is not None:
        assert granted is waits
        return
    borne = [ground for ground in offered if ground != OTHER]
    assert answer_to(case, refuse(*offered, motivation=WHY), now) is None
    assert answer_to(case, refuse(OTHER), now) is Reason.MOTIVATION_REQUIRED
    assert not borne or answer_to(case, refuse(*borne), now) is None
    assert granted in (None, Reason.REQUIREMENT_NOT_MET)
    assert (granted is None) == (assessment.verdict is not Verdict.NOT_MET)
    assert granted is None or set(told["unmetRequirements"]) & set(borne), "neither a grant nor a refusal is possible"
    assert set(told["unmetRequirements"]) <= set(borne)

    for motivation in (WHY, None):
        body = decision_of_the_demonstration(told, motivation)
        if body is None:
            assert motivation is None, "left open without a motivation only"
            continue
        chosen = DecideWorkPart(
            outcome=body["outcome"], grounds=tuple(body.get("grounds", ())), motivation=body.get("motivation")
        )
        assert check_work_part(chosen) == ()
        assert answer_to(case, chosen, now) is None


def check_admissibility_of(case: Case, now: datetime) -> None:
    today = context(now).today
    offered = supported_inadmissibility_grounds(case, law(), today)
    told = assessment_content(CaseAssessment(1, case, law(), today))["supportedInadmissibilityGrounds"]
    assert told == list(offered) == offered_by_page("admissibilityDecisions", case, today)

    waits = ended(case) or (None if case.admissible is None else Reason.ALREADY_ADMISSIBLE) or waits_for(case, now)
    assert is_possible(STEP_OF["admissibilityDecisions"], case, today) == (waits is None)
    for ground in INADMISSIBILITY_GROUNDS:
        expected = waits or (None if ground in offered else Reason.GROUND_NOT_SUPPORTED)
        assert answer_to(case, reject(ground, motivation=WHY), now) is expected, ground
        if expected is None:
            needed = Reason.MOTIVATION_REQUIRED if ground in SEEN_BY_A_PERSON else None
            assert answer_to(case, reject(ground), now) is needed, ground
    assert answer_to(case, admit(WHY), now) is waits


def check_residence_part_of(case: Case, now: datetime) -> None:
    """The work part is granted: whatever the Immigration Office decides can be recorded once it has the file."""
    case, now = in_hand(case, now)
    if case.forwarded is None:
        case = after(case, ForwardToImmigrationOffice(), now)
    assert answer_to(case, DecideResidencePart(outcome="granted"), now) is None
    for ground in RESIDENCE_REFUSAL_GROUNDS:
        assert answer_to(case, DecideResidencePart(outcome="refused", grounds=(ground,)), now) is None


def check_everything_of(case: Case, now: datetime) -> None:
    """What can be decided now, and what once the case has come to each decision that lies before it."""
    check_work_part_of(case, now)
    check_admissibility_of(case, now)
    if not case.is_open:
        return
    if case.work_part is not None:
        check_residence_part_of(case, now)
        return
    case, now = in_hand(case, now)
    if case.admissible is None:
        check_admissibility_of(case, now)
        case = after(case, admit(WHY), now)
    check_work_part_of(case, now)
