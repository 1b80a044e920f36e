"""From wherever a case has come to, the authority can decide it, on exactly the grounds that are offered.

A state machine plays every command against everything that can be filed, under the law as it is. After each step it
asks the decider about every ground there is, now and once whatever the case waits for has come about.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from typing import ClassVar, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from api.case_representation import assessment_content
from api.demonstration.counter import _decision as decision_of_the_demonstration
from api.pages.case_actions import is_possible
from api.pages.case_form_catalogue import FormMaterial, form_for
from api.pages.case_forms import CaseFormWords
from api.pages.languages import Languages
from api.reference_data.code_lists import CodeLists
from domain.case.codes import AUTHORITIES, CATEGORIES, RESIDENCE_REFUSAL_GROUNDS
from domain.case.command_checks import check_admissibility, check_residence_part, check_work_part
from domain.case.commands import (
    CaseCommand,
    DecideResidencePart,
    DecideWorkPart,
    ForwardToImmigrationOffice,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    ResumeClock,
    WithdrawApplication,
)
from domain.case.completeness import check_application
from domain.case.decider import decide
from domain.case.decision import assessment_at_decision, require_allowed
from domain.case.events import CaseEvent, WorkPartDecided
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
from domain.crossroads.answers import CheckKind
from domain.law.assessment import Assessment
from domain.law.findings import Finding, Verdict
from domain.law.rulebook import Rulebook
from domain.law.rules import Rule
from tests.case.anything_filed import (
    COMMANDS,
    DAYS_OF_FILING,
    applications,
    applications_of,
    failing_applications,
    moment,
    retold_records,
)
from tests.case.vocabulary import admit, application, context, grant, judged, law, refuse, reject, state_after, submit

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
def _words() -> CaseFormWords:
    return CaseFormWords(Languages.load().by_code["fr"], CodeLists.load())


def offered_by_page(resource: str, case: Case, today: date) -> list[str]:
    """The grounds among which the form lets a handler choose."""
    material = FormMaterial(case=case, body={}, actor="caseHandler:h-1", today=today, rulebook=law())
    (grounds,) = (field for field in form_for(resource, _words(), material).fields if field.name == "grounds")
    return [each.value for each in grounds.choices]


def check_work_part_of(case: Case, now: datetime) -> None:
    """Each ground that is offered is taken, each that is not is refused, and one way or the other it can be decided."""
    today = context(now).today
    assessment = assessment_at_decision(case, today, law())
    offered = supported_grounds(case, assessment)
    told = assessment_content(1, case, law(), today)
    assert told["supportedGrounds"] == list(offered) == offered_by_page("workPartDecisions", case, today)

    waits = ended(case)
    if waits is None and case.work_part is not None:
        waits = Reason.WORK_PART_DECIDED
    elif waits is None and case.admissible is None:
        waits = Reason.NOT_ADMISSIBLE_YET
    elif waits is None:
        waits = waits_for(case, now) or (Reason.CHECK_PENDING if case.pending_checks else None)

    assert is_possible("workPartDecisions", case, today) == (waits is None)
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
    offered = supported_inadmissibility_grounds(case)
    told = assessment_content(1, case, law(), today)["supportedInadmissibilityGrounds"]
    assert told == list(offered) == offered_by_page("admissibilityDecisions", case, today)

    waits = ended(case) or (None if case.admissible is None else Reason.ALREADY_ADMISSIBLE) or waits_for(case, now)
    assert is_possible("admissibilityDecisions", case, today) == (waits is None)
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


OFTEN_AND_SELDOM = [kind for kind in COMMANDS if kind is not WithdrawApplication] * 4 + [WithdrawApplication]
"""Of a case that is withdrawn nothing more is learnt."""


class AnyCase(RuleBasedStateMachine):
    """A case to which anything comes, in any order and on any day."""

    def __init__(self) -> None:
        super().__init__()
        self.now = moment(DAYS_OF_FILING[0])
        self.case: Case | None = None

    @property
    def today(self) -> date:
        return context(self.now).today

    def does(self, command: CaseCommand) -> None:
        with suppress(CommandRefused):
            self.case = evolved(self.case, decide(self.case, command, context(self.now), law()))

    @initialize(day=st.sampled_from(DAYS_OF_FILING), data=st.data(), retold=st.sampled_from([False] * 7 + [True]))
    def begins(self, day: date, data: st.DataObject, retold: bool) -> None:
        self.now = moment(day)
        if retold:
            self.case = evolved(None, [data.draw(retold_records(day))])
            return
        filed = data.draw(applications(day))
        assert check_application(filed, today=day) == ()
        self.does(submit(filed))

    @rule(data=st.data(), kind=st.sampled_from(OFTEN_AND_SELDOM))
    def anything_comes(self, data: st.DataObject, kind: type[CaseCommand]) -> None:
        assert self.case is not None
        self.does(data.draw(COMMANDS[kind](self.case, self.today)))

    @rule(data=st.data())
    @precondition(lambda self: self.case is not None and self.case.pending_checks)
    def the_bank_answers(self, data: st.DataObject) -> None:
        assert self.case is not None
        for _ in self.case.pending_checks:
            self.does(data.draw(COMMANDS[RecordCrossroadsAnswer](self.case, self.today)))

    @rule()
    @precondition(lambda self: self.case is not None and self.case.admissible is None)
    def it_is_admitted(self) -> None:
        self.does(admit(WHY))

    @rule()
    @precondition(lambda self: self.case is not None and self.case.admissible is not None)
    def it_goes_on_to_the_immigration_office(self) -> None:
        self.does(grant(WHY))
        self.does(ForwardToImmigrationOffice())

    @rule(hours=st.sampled_from([1, 24, 24 * 8, 24 * 16, 24 * 130]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def the_authority_can_decide_on_what_is_offered(self) -> None:
        if self.case is not None:
            check_everything_of(self.case, self.now)


class TestAnyCase(AnyCase.TestCase):
    """A failure is told as it was found: making it small takes longer than a test may."""

    settings: ClassVar[settings] = settings(
        max_examples=40,
        stateful_step_count=15,
        deadline=None,
        phases=(Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.nightly
@pytest.mark.timeout(1800)
class TestAnyCaseForLong(AnyCase.TestCase):
    settings: ClassVar[settings] = settings(
        max_examples=400, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
    )


@pytest.mark.parametrize("reading", ["filedOn", "admissibleOn", "decidedOn", "ongoing"])
def test_the_grounds_are_those_of_the_decision_whatever_day_the_law_looks_at(reading: str) -> None:
    """The day of the decision is today, also for whoever only looks."""
    rulebook = Rulebook.load(readings={"decidingDate": reading})
    case = state_after(judged(application(pay="1000.00")))

    told = assessment_content(1, case, rulebook, context().today)
    decided = decide(case, refuse(*told["unmetRequirements"]), context(), rulebook)[0]

    assert isinstance(decided, WorkPartDecided)
    assert told["unmetRequirements"] == ["salaryThreshold"]
    assert told["supportedGrounds"] == ["salaryThreshold", OTHER]
    assert (told["verdict"], told["legalReferenceDate"]) == (decided.verdict, str(decided.legal_reference_date))


def test_the_commands_played_are_all_there_are() -> None:
    assert set(COMMANDS) == set(get_args(CaseCommand))


@pytest.mark.parametrize("authority", AUTHORITIES)
@given(day=st.sampled_from(DAYS_OF_FILING), data=st.data())
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_category_can_be_decided_as_it_was_filed(authority: str, day: date, data: st.DataObject) -> None:
    for category in CATEGORIES:
        filed = data.draw(applications_of(authority, category, day))
        assert check_application(filed, today=day) == ()
        check_everything_of(after(None, submit(filed), moment(day)), moment(day))


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_an_application_that_fails_wherever_it_can_is_refused_on_every_one_of_these_grounds(authority: str) -> None:
    failed = set()
    for day, category in product(DAYS_OF_FILING[::3], CATEGORIES):
        for filed in failing_applications(authority, category, day):
            assert check_application(filed, today=day) == ()
            ready, now = in_hand(after(None, submit(filed), moment(day)), moment(day))
            ready = after(ready, admit(WHY), now)
            check_work_part_of(ready, now)
            failed |= set(assessment_at_decision(ready, context(now).today, law()).unmet)
    assert failed >= FAILED_SOMEWHERE[authority]


FAILED_SOMEWHERE = {
    "flanders": {
        Rule.SALARY_THRESHOLD,
        Rule.LABOUR_MARKET_TEST,
        Rule.SALARY_OR_LABOUR_MARKET_TEST,
        Rule.QUALIFICATION_LEVEL,
        Rule.EMPLOYMENT_SHARE,
        Rule.CONTRACT_FORM,
        Rule.SHORTAGE_OCCUPATION,
        Rule.WORKER_AGE,
        Rule.WORK_HISTORY,
    },
    "brussels": {Rule.SALARY_THRESHOLD, Rule.LABOUR_MARKET_TEST, Rule.WORK_HISTORY},
    "wallonia": {Rule.SALARY_THRESHOLD, Rule.LABOUR_MARKET_TEST, Rule.WORKER_AGE},
    "german-community": {Rule.SALARY_THRESHOLD},
}
"""The rules that the authority's law, as it is, requires of one of its categories at least."""


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
        findings=findings,
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
