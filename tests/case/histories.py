"""Any history of a case: whatever is asked of it, in whatever order and on whatever day."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from domain.case.commands import (
    CaseCommand,
    WithdrawApplication,
)
from domain.case.decider import decide
from domain.case.events import (
    CaseEvent,
)
from domain.case.folding import evolve
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused
from domain.crossroads.answers import CheckKind, NoDataFound
from domain.deadlines.clocks import CLOCKS
from tests.case.vocabulary import (
    AGENT,
    ANOTHER_REQUEST,
    DIPLOMA,
    FORWARD,
    NOW,
    ON_REGISTER,
    REQUEST,
    TODAY,
    add,
    admit,
    alarm,
    allow_residence,
    answer,
    answered,
    ask,
    assign,
    attach,
    context,
    correct,
    fee,
    grant,
    law,
    mandate,
    pause,
    published,
    refuse,
    refuse_residence,
    reject,
    replaced,
    restate_pause,
    resume,
    submit,
    unanswered,
    void,
    wages,
    with_pay,
    withdraw_assignment,
    withdraw_document,
)
from tests.world.applications import SSIN, application

FILED_AS = application()
DAYS = tuple(TODAY + timedelta(days=days) for days in (-3, 0, 1, 4, 9, 15, 16, 25, 40))

KINDS_OF_QUESTION: tuple[tuple[CaseCommand, ...], ...] = (
    (
        answered(),
        answered(NoDataFound()),
        answered(replace(ON_REGISTER, active=False, founded_on=date(2025, 3, 1), has_staff=False, has_debts=None)),
        answered(revision=2),
        wages("12228", "12228", "12228", "12228"),
        wages("9000", "9000", "9000"),
        wages(),
        unanswered(),
        unanswered(CheckKind.DECLARED_WAGES),
        replaced(CheckKind.DECLARED_WAGES, "90410100190"),
        replaced(CheckKind.DECLARED_WAGES, SSIN, revision=2),
    ),
    (add(published(63, "VDAB", "EURES")), add(published(5, "VDAB"))),
    (attach(), attach(replace(DIPLOMA, kind="other")), fee(), fee("regional")),
    (attach(), withdraw_document(), attach()),
    (fee(), void()),
    (mandate(), mandate(valid=False), assign(), assign("caseHandler:h-2")),
    (withdraw_assignment(), assign("caseHandler:h-3"), withdraw_assignment("again")),
    (
        correct(worker=FILED_AS.worker),
        correct(employment=with_pay(FILED_AS, "30000.00").employment),
        correct(employer=replace(FILED_AS.employer, name="Acme Two"), employment=FILED_AS.employment),
    ),
    (
        ask(),
        ask(ANOTHER_REQUEST),
        answer(),
        answer(ANOTHER_REQUEST),
        answer(REQUEST, DIPLOMA.sha256),
    ),
    (admit(), admit("seen by a person"), reject("feeNotPaid"), reject("answerTermExpired", "mandateMissing")),
    (
        grant(),
        grant("seen by a person"),
        refuse("salaryThreshold"),
        refuse("salaryOrLabourMarketTest"),
        refuse("other", motivation="reasons"),
    ),
    (FORWARD, allow_residence(), refuse_residence("fraud"), *(allow_residence(day) for day in DAYS)),
    (*(pause(day) for day in DAYS), *(resume(day) for day in DAYS)),
    tuple(
        restate_pause(from_, to, number=number) for number in (1, 2, 3) for from_ in DAYS for to in (None, *DAYS)
    ),
    tuple(
        alarm(clock, kind, due_on=day, crossed_on=day + timedelta(days=1))
        for clock in CLOCKS
        for kind in ("warned", "breached")
        for day in DAYS
    ),
    (WithdrawApplication(), submit()),
)  # fmt: skip

ANYTHING: st.SearchStrategy[CaseCommand] = st.one_of(*(st.sampled_from(each) for each in KINDS_OF_QUESTION))

BEGINNINGS: tuple[tuple[CaseCommand, ...], ...] = (
    (),
    (answered(), ask()),
    (answered(), fee(), mandate(), admit("seen by a person")),
    (answered(), fee(), mandate(), admit("seen by a person"), ask()),
    (answered(), wages(), fee(), mandate(), admit("seen by a person"), FORWARD),
    (answered(), wages(), fee(), mandate(), admit("seen by a person"), grant("seen by a person"), FORWARD),
)
"""Histories that go on from further into the procedure than chance often comes."""

FILED = st.builds(
    application,
    st.sampled_from(["highlySkilled", "mediumSkilledOther", "mediumSkilledShortage", "seasonal", "euBlueCard"]),
    pay=st.decimals(min_value=0, max_value=200_000, places=2).map(str),
    period=st.sampled_from(["year", "month"]),
    renewal=st.booleans(),
    evidence=st.sampled_from([None, published(63, "VDAB", "EURES"), published(20, "VDAB")]),
    representative=st.sampled_from([None, AGENT]),
)

Asked = tuple[CaseCommand, int]
"""A command, and how many hours after the one before it comes."""

THEN_ASKED: st.SearchStrategy[list[Asked]] = st.builds(
    lambda beginning, others: [*((each, 1) for each in beginning), *others],
    st.sampled_from(BEGINNINGS),
    st.lists(st.tuples(ANYTHING, st.sampled_from([0, 1, 14, 24, 24 * 14, 24 * 16])), max_size=10),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A command that was taken: the case before and after it, when, and what it brought about."""

    before: Case | None
    command: CaseCommand
    now: datetime
    events: tuple[CaseEvent, ...]
    after: Case


def play(first: CaseCommand, commands: list[Asked]) -> list[Step]:
    """The history that the commands make; those that were refused left no step."""
    steps: list[Step] = []
    state: Case | None = None
    now = NOW
    for command, hours in [(first, 0), *commands]:
        now += timedelta(hours=hours)
        with suppress(CommandRefused):
            events = decide(state, command, context(now), law())
            after = state
            for event in events:
                after = evolve(after, event)
            assert after is not None
            steps.append(Step(state, command, now, tuple(events), after))
            state = after
    return steps


def events_of(steps: list[Step]) -> list[CaseEvent]:
    return [event for step in steps for event in step.events]
