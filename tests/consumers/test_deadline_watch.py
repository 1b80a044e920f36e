"""The deadline watch over a real journal: each warning and breach once, on the day on which it was true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from threading import Barrier, Thread
from uuid import UUID

import pytest

from consumers.deadline_watch import DeadlineWatch
from domain.case.commands import WithdrawApplication
from domain.case.lifecycle import CaseStatus
from domain.case.openness import CLOCK
from domain.case.refusals import CommandRefused, Reason
from domain.deadlines.clocks import ANSWER, BREACHED, DECISION, FORWARDING, TARGET, WARNED, WORK_PART
from domain.deadlines.service_levels import ServiceTarget
from infra.postgres.journal.bulk_reading import JournalRow
from infra.postgres.server.connections import DatabaseUnavailable
from infra.stored_form.leaf import Envelope
from infra.stored_form.stored_body import clear_text
from tests.case.vocabulary import (
    ANOTHER_REQUEST,
    REQUEST,
    WORKER,
    admit,
    answer,
    answered,
    ask,
    fee,
    on,
    pause,
    resume,
)
from tests.consumers.watched_cases import RULES, WatchedCases, day
from tests.journal.appends import JournalAsStored

pytestmark = pytest.mark.server

WARNED_AT_50 = (TARGET, WARNED, 1, day(50), day(60))
BREACHED_AT_61 = (TARGET, BREACHED, 1, day(61), day(60))


@pytest.fixture
def cases(unnamed_journal: str) -> Iterator[WatchedCases]:
    cases = WatchedCases(unnamed_journal)
    yield cases
    cases.close()


def test_a_case_is_warned_ten_days_before_its_last_day_and_breached_the_day_after_it(cases: WatchedCases) -> None:
    case = cases.filed()

    assert [cases.watched_on(each) for each in (0, 49, 50, 51, 60, 61, 62, 400)] == [0, 0, 1, 0, 0, 1, 0, 0]
    assert cases.alarms(case) == [WARNED_AT_50, BREACHED_AT_61]
    raised = [row for row in JournalAsStored.of(cases.url).rows if row.type.startswith("Deadline")]
    assert [row.type for row in raised] == ["DeadlineWarned", "DeadlineBreached"]
    assert {Envelope.read(row.envelope).said().actor for row in raised} == {CLOCK}


def test_after_ninety_days_of_absence_both_are_raised_with_their_true_days(cases: WatchedCases) -> None:
    case = cases.filed()

    assert cases.watched_on(90) == 2
    assert cases.alarms(case) == [WARNED_AT_50, BREACHED_AT_61]
    assert cases.watched_on(90) == 0


def test_the_clocks_of_law_are_watched_too(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.give(case, answered(), day(1))
    cases.give(case, fee(), day(1))
    cases.give(case, admit(), day(10))

    cases.watched_on(26)
    assert cases.alarms(case) == [
        (WORK_PART, BREACHED, 1, day(26), day(25)),
        (FORWARDING, BREACHED, 1, day(26), day(25)),
    ]
    cases.watched_on(400)
    assert [found[:2] for found in cases.alarms(case)[2:]] == [
        (TARGET, WARNED), (TARGET, BREACHED), (DECISION, WARNED), (DECISION, BREACHED),
    ]  # fmt: skip


def test_what_was_missed_on_several_clocks_is_recorded_in_the_order_in_which_it_fell(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.give(case, answered(), day(1))
    cases.give(case, fee(), day(1))
    cases.give(case, admit(), day(10))

    assert cases.watched_on(400) == 6
    crossed = [found[3] for found in cases.alarms(case)]
    assert crossed == sorted(crossed)
    assert cases.alarms(case)[-1][:2] == (DECISION, BREACHED)


def test_while_the_clock_stands_still_nothing_is_raised(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.give(case, pause(day(20)), day(20))

    assert cases.watched_on(300) == 0
    assert cases.alarms(case) == []
    assert cases.due(day(10_000)) == []


def test_resumed_late_the_days_are_those_of_the_clock_that_stood_still(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.give(case, pause(day(20)), day(20))
    cases.give(case, resume(day(80)), day(80))

    assert [cases.watched_on(each) for each in (109, 110, 120, 121)] == [0, 1, 0, 1]
    assert cases.alarms(case) == [
        (TARGET, WARNED, 1, day(110), day(120)),
        (TARGET, BREACHED, 1, day(121), day(120)),
    ]


def test_resumed_for_a_day_gone_by_it_had_been_crossed_before_anybody_knew(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.give(case, pause(day(20)), day(20))
    assert cases.watched_on(89) == 0

    cases.give(case, resume(day(25)), day(90))

    assert cases.watched_on(90) == 2
    assert [found[3] for found in cases.alarms(case)] == [day(55), day(66)]


def test_a_pause_backdated_after_the_warning_moves_the_breach_and_brings_no_second_warning(
    cases: WatchedCases,
) -> None:
    case = cases.filed()
    assert cases.watched_on(50) == 1

    cases.give(case, pause(day(40)), day(52))
    cases.give(case, resume(day(50)), day(52))

    assert [cases.watched_on(each) for each in (52, 60, 61, 70, 71)] == [0, 0, 0, 0, 1]
    assert cases.alarms(case) == [WARNED_AT_50, (TARGET, BREACHED, 1, day(71), day(70))]


def test_when_the_answer_term_lapses_the_clock_runs_on(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.give(case, ask(), day(5))

    assert [cases.watched_on(each) for each in (20, 21, 65, 66)] == [0, 1, 0, 1]
    assert cases.alarms(case) == [(ANSWER, BREACHED, 1, day(21), day(20)), (TARGET, WARNED, 1, day(66), day(76))]
    assert cases.resumed_on(case) == [day(21)]
    assert cases.case(case).status is CaseStatus.SUBMITTED


def test_one_look_after_a_long_absence_finds_what_the_lapse_led_to(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.give(case, ask(), day(5))

    assert cases.watched_on(200) == 3
    assert cases.alarms(case) == [
        (ANSWER, BREACHED, 1, day(21), day(20)),
        (TARGET, WARNED, 1, day(66), day(76)),
        (TARGET, BREACHED, 1, day(77), day(76)),
    ]


def test_each_request_for_information_has_a_term_of_its_own(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.give(case, ask(REQUEST), day(5))
    cases.watched_on(21)
    cases.give(case, ask(ANOTHER_REQUEST), day(30))

    assert [cases.watched_on(each) for each in (30, 45, 46)] == [0, 0, 1]
    assert [found[:4] for found in cases.alarms(case)] == [
        (ANSWER, BREACHED, 1, day(21)),
        (ANSWER, BREACHED, 2, day(46)),
    ]


def test_two_watches_that_saw_the_same_case_raise_each_alarm_once(cases: WatchedCases) -> None:
    filed = [cases.filed() for _ in range(4)]
    cases.runner().catch_up()
    cases.moment = on(day(90))
    both_have_read = Barrier(2, timeout=20)
    cases.meanwhile.extend([both_have_read.wait] * 2)
    raised: list[int] = []

    watches = [Thread(target=lambda: raised.append(cases.watch().watch())) for _ in range(2)]
    for each in watches:
        each.start()
    for each in watches:
        each.join(30)

    assert sum(raised) == 2 * len(filed)
    assert len(raised) == 2
    assert all(cases.alarms(case) == [WARNED_AT_50, BREACHED_AT_61] for case in filed)


def test_killed_between_two_alarms_the_next_watch_raises_the_second_alone(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.trouble.extend([None, DatabaseUnavailable("the watch was killed here")])

    with pytest.raises(DatabaseUnavailable):
        cases.watched_on(90)
    assert cases.alarms(case) == [WARNED_AT_50]

    assert cases.watched_on(91) == 1
    assert cases.alarms(case) == [WARNED_AT_50, BREACHED_AT_61]


def test_a_case_that_ended_before_the_read_model_knew_is_left_alone(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.runner().catch_up()
    cases.give(case, WithdrawApplication(), day(49))
    cases.moment = on(day(90))
    assert cases.due(day(90)) == [case]

    assert cases.watch().watch() == 0
    assert cases.alarms(case) == []
    cases.runner().catch_up()
    assert cases.due(day(90)) == []


def test_a_case_that_ends_while_it_is_looked_at_is_left_alone(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.meanwhile.append(lambda: cases.give(case, WithdrawApplication(), day(90)))

    assert cases.watched_on(90) == 0
    assert cases.alarms(case) == []


def test_an_answer_and_a_new_question_in_the_meantime_are_not_breached_for_the_old_one(cases: WatchedCases) -> None:
    case = cases.filed()
    cases.give(case, ask(REQUEST), day(5))

    def answered_and_asked_anew() -> None:
        # Given on the last day in time, and recorded between the look and the alarm.
        cases.give(case, answer(REQUEST), day(20))
        cases.give(case, ask(ANOTHER_REQUEST), day(21))

    cases.meanwhile.append(answered_and_asked_anew)

    assert cases.watched_on(21) == 0
    assert cases.alarms(case) == []
    assert cases.case(case).status is CaseStatus.INFORMATION_REQUESTED


def test_a_case_that_others_keep_changing_is_left_for_the_next_look(cases: WatchedCases) -> None:
    case = cases.filed()
    others = (fee(reference=f"P-{number}") for number in count())
    cases.meanwhile.extend([lambda: cases.give(case, next(others), day(90))] * 100)

    assert cases.watched_on(90) == 0
    cases.meanwhile.clear()
    assert cases.watched_on(90) == 2


def test_a_watch_with_other_rules_gives_way_to_the_one_that_was_quicker(cases: WatchedCases) -> None:
    """While a new release is brought in, two watches may reckon with two targets."""
    case = cases.filed()
    cases.runner().catch_up()
    cases.moment = on(day(52))
    target = RULES.targets["flanders"]
    longer: ServiceTarget = replace(target, term=replace(target.term, days=61))
    other = DeadlineWatch(cases, cases.due, replace(RULES, targets={"flanders": longer}), cases.now, pytest.fail)
    cases.meanwhile.append(other.watch)

    assert cases.watch().watch() == 0
    assert cases.alarms(case) == [(TARGET, WARNED, 1, day(51), day(61))]


def test_a_case_whose_authority_went_back_is_left_alone_and_holds_up_no_other(cases: WatchedCases) -> None:
    filed = [cases.filed(), cases.filed()]
    cases.trouble.append(CommandRefused(Reason.AUTHORITY_NOT_LIVE, "it went back to its former system"))

    assert cases.watched_on(90) == 2
    assert sorted(len(cases.alarms(case)) for case in filed) == [0, 2]


def test_any_other_refusal_stops_the_watch(cases: WatchedCases) -> None:
    cases.filed()
    cases.trouble.append(CommandRefused(Reason.TERM_UNKNOWN, "nobody foresaw this"))

    with pytest.raises(CommandRefused, match="nobody foresaw this"):
        cases.watched_on(90)


def test_what_is_recorded_names_no_person(cases: WatchedCases) -> None:
    case: UUID = cases.filed()
    cases.watched_on(90)

    raised = [shown(row) for row in JournalAsStored.of(cases.url).of_stream(case) if row.type.startswith("Deadline")]

    assert len(raised) == 2
    assert not any(name.encode() in each for name in ("Ada", "Lovelace", str(WORKER)) for each in raised)


def shown(row: JournalRow) -> bytes:
    """All that can be read of a row without a key."""
    return clear_text(row.body) + repr(Envelope.read(row.envelope).said()).encode()
