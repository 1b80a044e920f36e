"""From wherever a case has come to, the authority can decide it, on exactly the grounds that are offered.

A state machine plays every command against everything that can be filed, under the law as it is. After each step it
asks the decider about every ground there is, now and once whatever the case waits for has come about.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import product
from typing import ClassVar, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.case.commands import (
    CaseCommand,
    ForwardToImmigrationOffice,
    RecordCrossroadsAnswer,
    WithdrawApplication,
)
from domain.case.completeness import check_application
from domain.case.decider import decide
from domain.case.decision import assessment_at_decision
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused
from domain.codes import AUTHORITIES, CATEGORIES
from domain.law.rule_codes import Rule
from tests.case.anything_filed import (
    DAYS_OF_FILING,
    applications,
    applications_of,
    failing_applications,
    moment,
    retold_records,
)
from tests.case.anything_sent import COMMANDS
from tests.case.deciding import WHY, after, check_everything_of, check_work_part_of, evolved, in_hand
from tests.case.vocabulary import admit, context, grant, law, submit

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


AS_FOUND = (Phase.reuse, Phase.generate)
"""A failure is shown as it was found: making it small takes longer than a test of the gate may."""


class TestAnyCase(AnyCase.TestCase):
    settings: ClassVar[settings] = settings(
        max_examples=40,
        stateful_step_count=15,
        phases=AS_FOUND,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.nightly
@pytest.mark.timeout(1800)
class TestAnyCaseForLong(AnyCase.TestCase):
    settings: ClassVar[settings] = settings(
        max_examples=400, stateful_step_count=40, suppress_health_check=list(HealthCheck)
    )


def test_the_commands_played_are_all_there_are() -> None:
    assert set(COMMANDS) == set(get_args(CaseCommand))


@pytest.mark.parametrize("authority", AUTHORITIES)
@given(day=st.sampled_from(DAYS_OF_FILING), data=st.data())
@settings(max_examples=2, phases=AS_FOUND, suppress_health_check=list(HealthCheck))
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
        Rule.CONTRACT_CONTENT,
    },
    "brussels": {Rule.SALARY_THRESHOLD, Rule.LABOUR_MARKET_TEST, Rule.WORK_HISTORY},
    "wallonia": {Rule.SALARY_THRESHOLD, Rule.LABOUR_MARKET_TEST, Rule.WORKER_AGE},
    "german-community": {Rule.SALARY_THRESHOLD},
}
"""The rules that the authority's law, as it is, requires of one of its categories at least."""
