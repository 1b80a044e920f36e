"""The days on which cases have to be looked at: never too late, whatever happened, and told from the log alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.case_times import times_of
from domain.case.commands import CaseCommand, CommandContext, RaiseDeadline, WithdrawApplication
from domain.case.decider import decide
from domain.case.events import CaseEvent
from domain.case.folding import StreamCorrupt, evolve, fold
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused
from domain.deadlines.clocks import ANSWER, BREACHED, TARGET, WARNED, CaseTimes, ClockRules, alarms_due
from domain.deadlines.pauses import Pause
from infra.event_codec import EventCodec
from infra.event_formats import stored_names
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role
from infra.postgres.server.migrate import migrate_journal
from infra.stored_form.stored_body import clear_fields
from projections.deadline_days.model import DeadlineDays, cases_due, next_alarm_day
from projections.recorded_event import RecordedEvent
from tests.case.vocabulary import (
    ANOTHER_REQUEST,
    FORWARD,
    REQUEST,
    WORKER,
    admit,
    allow_residence,
    answer,
    answered,
    ask,
    fee,
    grant,
    law,
    on,
    pause,
    refuse,
    restate_pause,
    resume,
    submit,
)
from tests.keys.keys_in_memory import KeysInMemory
from tests.world.applications import application
from tests.world.databases import journal_database
from tests.world.examples import examples

RULES = ClockRules.load()
MODEL = DeadlineDays(RULES)
CODEC = EventCodec("tests/deadlines", KeysInMemory({WORKER: b"w" * 32}))
FILED_ON = date(2026, 2, 2)
FILED = CaseTimes(authority="flanders", category="highlySkilled", filed_on=FILED_ON)
BOTH = {(TARGET, WARNED), (TARGET, BREACHED)}


def day(number: int) -> date:
    """The civil day that many days after filing."""
    return FILED_ON + timedelta(days=number)


@pytest.mark.parametrize(
    ("times", "raised", "next_day"),
    [
        (FILED, set(), day(50)),
        (FILED, {(TARGET, WARNED)}, day(61)),
        (FILED, BOTH, None),
        (replace(FILED, information_requested_on=day(70)), BOTH, day(86)),
        (replace(FILED, pauses=(Pause(number=1, from_=day(20), to=None, ground="other"),)), set(), None),
        (replace(FILED, pauses=(Pause(number=1, from_=day(20), to=day(30), ground="other"),)), set(), day(60)),
        (replace(FILED, pauses=(Pause(number=1, from_=day(55), to=None, ground="other"),)), set(), day(50)),
        (replace(FILED, closed_on=day(30)), set(), None),
    ],
    ids=("filed", "warned", "all raised", "asked", "paused", "resumed", "paused when warned", "closed"),
)
def test_the_next_day_is_that_of_the_first_alarm_not_raised(
    times: CaseTimes, raised: set[tuple[str, str]], next_day: date | None
) -> None:
    assert next_alarm_day(times, RULES, raised) == next_day


DAYS = st.integers(min_value=0, max_value=250).map(day)
PAUSES = st.lists(st.tuples(DAYS, st.none() | st.integers(0, 60)), max_size=4).map(
    lambda found: tuple(
        Pause(number=number, from_=start, to=None if days is None else start + timedelta(days=days), ground="other")
        for number, (start, days) in enumerate(found, start=1)
    )
)
MAYBE = st.none() | DAYS
TIMES = st.builds(
    lambda category, pauses, asked, admissible, work, forwarded: replace(
        FILED,
        category=category,
        pauses=pauses,
        information_requested_on=asked,
        admissible_on=admissible,
        work_part_decided_on=work,
        forwarded_on=forwarded,
    ),
    st.sampled_from(["highlySkilled", "nurse", "euBlueCard"]),
    PAUSES,
    MAYBE,
    MAYBE,
    MAYBE,
    MAYBE,
)
RAISED = st.sets(st.tuples(st.sampled_from([TARGET, ANSWER, "decision"]), st.sampled_from([WARNED, BREACHED])))


@given(TIMES, RAISED, st.integers(0, 900).map(day))
@settings(max_examples=examples(300))
def test_whatever_happened_an_alarm_is_due_from_that_day_on_and_not_before(
    times: CaseTimes, raised: set[tuple[str, str]], on_: date
) -> None:
    fresh = [each for each in alarms_due(times, RULES, on_) if (each.clock, each.kind) not in raised]
    next_day = next_alarm_day(times, RULES, raised)

    assert bool(fresh) == (next_day is not None and next_day <= on_)


@pytest.fixture(scope="module")
def pool(admin_url: str) -> Iterator[ConnectionPool]:
    """A database with the table of this read model."""
    with journal_database(admin_url) as url:
        migrate_journal(url, origin="tests/deadlines", read_models=read_model_migrations([MODEL]))
        with closing(ConnectionPool(url, Role.WRITER, size=2)) as pool:
            yield pool


def recorded(case_id: UUID, events: Sequence[CaseEvent]) -> list[RecordedEvent]:
    """The events as the read model is given them."""
    found = []
    for version, event in enumerate(events, start=1):
        stored = CODEC.encode(event, case_id, version)
        if stored.name in MODEL.handles:
            found.append(
                RecordedEvent(
                    position=version,
                    case_id=case_id,
                    version=version,
                    name=stored.name,
                    schema=stored.schema,
                    known_at=datetime(2026, 1, 1, tzinfo=UTC),
                    clear=clear_fields(stored.body),
                    personal=(),
                )
            )
    return found


def projected(pool: ConnectionPool, *batches: Sequence[RecordedEvent]) -> None:
    for batch in batches:
        with pool.transaction() as connection, connection.cursor() as cursor:
            MODEL.project(batch, cursor)


def row_of(pool: ConnectionPool, case_id: UUID) -> tuple[date | None, str]:
    """The day of a row, and the whole row as text."""
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select next_day, t::text from deadline_day t where case_id = %s", (case_id,))
        (row,) = cursor.fetchall()
    return row


def due_on(pool: ConnectionPool, on_: date) -> list[UUID]:
    with pool.connection() as connection, connection.cursor() as cursor:
        return cases_due(cursor, on_)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(
            ["ask", "ask anew", "answer", "answer anew", "admit", "grant", "refuse", "forward", "residence",
             "pause", "resume", "restate", "undo", "raise", "raise one", "withdraw"]
        ),
        st.integers(0, 30),
    ),
    max_size=14,
)  # fmt: skip


def commands(step: str, case: Case, today: date, back: int) -> list[CaseCommand]:
    """What a step asks of the case; ``back`` is how many days ago a pause began or ended."""
    gone_by = today - timedelta(days=back)
    match step:
        case "raise" | "raise one":
            given_ = alarms_due(times_of(case), RULES, today)
            return [
                RaiseDeadline(clock=each.clock, kind=each.kind, due_on=each.due_on, crossed_on=each.crossed_on)
                for each in (given_ if step == "raise" else given_[:1])
            ]
        case "pause":
            return [pause(gone_by)]
        case "resume":
            return [resume(gone_by)]
        case "restate" | "undo":
            return [restate_pause(gone_by, gone_by if step == "undo" else today)]
    plain: dict[str, CaseCommand] = {
        "ask": ask(REQUEST),
        "ask anew": ask(ANOTHER_REQUEST),
        "answer": answer(REQUEST),
        "answer anew": answer(ANOTHER_REQUEST),
        "admit": admit(),
        "grant": grant(),
        "refuse": refuse("other", motivation="the post no longer exists"),
        "forward": FORWARD,
        "residence": allow_residence(),
        "withdraw": WithdrawApplication(),
    }
    return [plain[step]]


def played(steps: Sequence[tuple[int, str, int]]) -> tuple[list[CaseEvent], date]:
    """The history that the steps make, refusals left out, and the day on which it ends."""
    today = FILED_ON
    history: list[CaseEvent] = []
    case: Case | None = None
    first: list[CaseCommand] = [submit(application()), answered(), fee()]
    for asked in first:
        case = _after(case, asked, today, history)
    for gap, step, back in steps:
        today += timedelta(days=gap)
        assert case is not None
        for command in commands(step, case, today, back):
            with suppress(CommandRefused):
                case = _after(case, command, today, history)
    return history, today


def _after(case: Case | None, command: CaseCommand, today: date, history: list[CaseEvent]) -> Case | None:
    decided = decide(case, command, CommandContext(actor="tests", command_id="c", now=on(today)), law())
    for event in decided:
        case = evolve(case, event)
    history += decided
    return case


def first_day_by_the_domain(history: Sequence[CaseEvent], today: date) -> date | None:
    """The first day from ``today`` on, within two years, on which the domain's own fold has an alarm to raise."""
    case = fold(history)
    assert case is not None
    if not case.is_open:
        return None
    for ahead in range(730):
        fresh = [
            each
            for each in alarms_due(times_of(case), RULES, today + timedelta(days=ahead))
            if (each.clock, len(case.requests) if each.clock == ANSWER else 1, each.kind) not in case.alarms
        ]
        if fresh:
            return today + timedelta(days=ahead)
    return None


@pytest.mark.server
@given(STEPS, st.randoms(use_true_random=False))
@settings(max_examples=examples(60))
def test_over_any_history_the_row_names_the_day_that_the_domain_finds(
    pool: ConnectionPool, steps: list[tuple[int, str, int]], chance: Random
) -> None:
    history, today = played(steps)
    case_id = uuid4()
    events = recorded(case_id, history)
    cut = chance.randint(0, len(events))

    projected(pool, events[:cut], events[cut:])

    expected = first_day_by_the_domain(history, today)
    next_day, _ = row_of(pool, case_id)
    assert (next_day and max(next_day, today)) == expected
    if expected is not None:
        assert case_id in due_on(pool, expected)


@pytest.mark.server
@given(STEPS, st.randoms(use_true_random=False))
@settings(max_examples=examples(40))
def test_each_event_twice_and_in_pages_of_any_size_gives_the_same_row(
    pool: ConnectionPool, steps: list[tuple[int, str, int]], chance: Random
) -> None:
    history, _ = played(steps)
    case_id = uuid4()
    events = recorded(case_id, history)
    projected(pool, events)
    at_once = row_of(pool, case_id)
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("delete from deadline_day where case_id = %s", (case_id,))

    pages = []
    left = list(events)
    while left:
        size = chance.randint(1, len(left))
        pages += [left[:size], left[:size]]
        left = left[size:]
    projected(pool, *pages, events)

    assert row_of(pool, case_id) == at_once


@pytest.mark.server
def test_cases_are_due_from_their_day_on_those_that_waited_longest_first(pool: ConnectionPool) -> None:
    younger, older = uuid4(), uuid4()
    for case_id, ago in ((younger, 3), (older, 9)):
        context = CommandContext(actor="tests", command_id="c", now=on(day(-ago)))
        projected(pool, recorded(case_id, decide(None, submit(), context, law())))

    ours = {younger, older}
    assert [each for each in due_on(pool, day(40)) if each in ours] == []
    assert [each for each in due_on(pool, day(41)) if each in ours] == [older]
    assert [each for each in due_on(pool, day(47)) if each in ours] == [older, younger]


@pytest.mark.server
def test_a_second_request_runs_the_answer_term_anew_though_the_first_was_breached(pool: ConnectionPool) -> None:
    lapsed, _ = played([(5, "ask", 0), (16, "raise", 0)])
    asked_anew, _ = played([(5, "ask", 0), (16, "raise", 0), (4, "ask anew", 0)])
    after_one, after_two = uuid4(), uuid4()

    projected(pool, recorded(after_one, lapsed), recorded(after_two, asked_anew))

    assert row_of(pool, after_one)[0] == day(50 + 16)
    assert row_of(pool, after_two)[0] == day(25 + 16)


@pytest.mark.server
def test_an_event_of_a_case_that_never_began_is_refused(pool: ConnectionPool) -> None:
    history, _ = played([(1, "withdraw", 0)])

    with pytest.raises(StreamCorrupt, match="comes before the first event of the case"):
        projected(pool, recorded(uuid4(), history)[-1:])


@pytest.mark.server
def test_no_personal_data_in_a_row(pool: ConnectionPool) -> None:
    history, _ = played([(1, "ask", 0), (1, "answer", 0), (1, "pause", 0), (1, "resume", 0), (1, "refuse", 0)])
    case_id = uuid4()
    projected(pool, recorded(case_id, history))

    _, text = row_of(pool, case_id)

    canaries = ("Ada", "Lovelace", "90010100187", "60000", str(WORKER), "Which diploma", "2012", "flooded")
    assert [found for found in canaries if found in text] == []
    assert "flanders" in text


def test_every_event_it_is_given_can_be_stored() -> None:
    assert stored_names(get_args(CaseEvent)) >= MODEL.handles
