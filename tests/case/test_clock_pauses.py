"""The service target is paused, resumed and corrected, also for days gone by.

The application is of Tuesday 20 January 2026, the day of filing; commands come on 30 January unless told.
"""

from datetime import date, datetime, timedelta

import pytest

from domain.case.commands import CaseCommand, WithdrawApplication
from domain.case.events import ApplicationDeclaredAdmissible, CaseEvent, ClockCorrected, ClockPaused, ClockResumed
from domain.case.refusals import Reason
from domain.civil_time import beginning_of
from domain.deadlines.pauses import Pause
from tests.case.vocabulary import (
    HANDLER,
    TODAY,
    WORKER,
    admit,
    answer,
    asked,
    case,
    checked,
    fee,
    happened,
    on,
    pause,
    restate_pause,
    resume,
    state_after,
)


def january(day: int) -> date:
    return date(2026, 1, day)


NOW = on(january(30))


def told(*commands: CaseCommand, now: datetime = NOW) -> list[CaseEvent]:
    """A checked application after these commands."""
    return happened(checked(), *commands, now=now)


def pauses(past: list[CaseEvent]) -> list[tuple[int, date, date | None]]:
    return [(each.number, each.from_, each.to) for each in state_after(past).pauses]


class TestPausing:
    def test_from_today_on(self) -> None:
        case(NOW, actor=HANDLER).given(*checked()).when(pause(january(30))).then(
            ClockPaused(
                effective_at=NOW,
                pause=1,
                ground="forceMajeure",
                legal_reference=None,
                by=HANDLER,
                worker_subject=WORKER,
                motivation="The archive is flooded.",
            )
        )

    def test_from_a_day_gone_by_it_counts_from_the_beginning_of_that_day(self) -> None:
        (paused,) = case(NOW).given(*checked()).when(pause(january(22))).then_events(ClockPaused)

        assert paused.effective_at == beginning_of(january(22))
        assert pauses([*checked(), paused]) == [(1, january(22), None)]

    def test_the_day_of_filing_is_the_first_that_can_be_paused(self) -> None:
        case(NOW).given(*checked()).when(pause(TODAY)).then_events(ClockPaused)

        refused = case(NOW).given(*checked()).when(pause(january(19))).then_refused(Reason.PAUSE_NOT_POSSIBLE)
        assert "2026-01-20" in refused.sentence

    def test_not_from_a_day_to_come(self) -> None:
        case(NOW).given(*checked()).when(pause(january(31))).then_refused(Reason.PAUSE_NOT_POSSIBLE)

    def test_a_second_pause_does_not_begin_while_one_is_open_and_says_since_when(self) -> None:
        refused = case(NOW).given(*told(pause(january(22)))).when(pause(january(30))).then_refused(Reason.CLOCK_PAUSED)

        assert "2026-01-22 (forceMajeure)" in refused.sentence

    def test_a_second_pause_may_begin_on_the_day_on_which_the_first_ended(self) -> None:
        past = told(pause(january(22)), resume(january(25)), pause(january(25)))

        assert pauses(past) == [(1, january(22), january(25)), (2, january(25), None)]

    def test_a_pause_does_not_reach_into_an_earlier_one(self) -> None:
        past = told(pause(january(22)), resume(january(25)))

        refused = case(NOW).given(*past).when(pause(january(24))).then_refused(Reason.PAUSE_NOT_POSSIBLE)

        assert "pause 1 (2026-01-22 to 2026-01-25)" in refused.sentence

    def test_a_backdated_pause_does_not_swallow_a_later_one(self) -> None:
        past = told(pause(january(24)), resume(january(26)))

        case(NOW).given(*past).when(pause(january(21))).then_refused(Reason.PAUSE_NOT_POSSIBLE)

    def test_a_case_that_has_ended_has_no_clock_to_pause(self) -> None:
        for command in (pause(january(30)), resume(january(30)), restate_pause(TODAY, None)):
            past = told(WithdrawApplication())
            case(NOW).given(*past).when(command).then_refused(Reason.ALREADY_WITHDRAWN)


class TestResuming:
    def test_from_today_on(self) -> None:
        case(NOW, actor=HANDLER).given(*told(pause(january(22)))).when(resume(january(30))).then(
            ClockResumed(effective_at=NOW, pause=1, by=HANDLER, worker_subject=WORKER, motivation="The archive is dry.")
        )

    def test_from_a_day_gone_by(self) -> None:
        past = told(pause(january(22)))

        (resumed,) = case(NOW).given(*past).when(resume(january(26))).then_events(ClockResumed)

        assert resumed.effective_at == beginning_of(january(26))
        assert pauses([*past, resumed]) == [(1, january(22), january(26))]

    def test_a_clock_that_runs_is_not_resumed(self) -> None:
        case(NOW).given(*checked()).when(resume(january(30))).then_refused(Reason.CLOCK_NOT_PAUSED)
        twice = told(pause(january(22)), resume(january(26)))
        case(NOW).given(*twice).when(resume(january(26))).then_refused(Reason.CLOCK_NOT_PAUSED)

    def test_not_on_a_day_to_come(self) -> None:
        case(NOW).given(*told(pause(january(22)))).when(resume(january(31))).then_refused(Reason.PAUSE_NOT_POSSIBLE)

    def test_not_on_a_day_before_the_pause_began(self) -> None:
        refused = (
            case(NOW).given(*told(pause(january(22)))).when(resume(january(21))).then_refused(Reason.PAUSE_NOT_POSSIBLE)
        )

        assert "2026-01-22" in refused.sentence

    def test_on_the_very_day_it_began_it_never_was_and_the_clock_runs(self) -> None:
        past = told(pause(january(22)), resume(january(22)))

        assert pauses(past) == [(1, january(22), january(22))]
        assert state_after(past).open_pause is None
        case(NOW).given(*past, *fee_paid(past)).when(admit()).then_events(ApplicationDeclaredAdmissible)


def fee_paid(past: list[CaseEvent]) -> list[CaseEvent]:
    return list(case(NOW).given(*past).when(fee()).decided())


class TestCorrecting:
    PAST = told(pause(january(22)), resume(january(26)))

    def test_the_days_are_stated_anew(self) -> None:
        case(NOW, actor=HANDLER).given(*self.PAST).when(restate_pause(january(21), january(24))).then(
            ClockCorrected(
                effective_at=NOW,
                pause=1,
                paused_from=january(21),
                paused_to=january(24),
                by=HANDLER,
                worker_subject=WORKER,
                motivation="The days were written down wrongly.",
            )
        )
        assert pauses(happened(self.PAST, restate_pause(january(21), january(24)), now=NOW)) == [
            (1, january(21), january(24))
        ]

    def test_the_ground_stays(self) -> None:
        state = state_after(happened(self.PAST, restate_pause(january(21), january(24)), now=NOW))

        assert state.pauses == (Pause(number=1, from_=january(21), to=january(24), ground="forceMajeure"),)

    def test_stating_the_same_days_again_decides_to_nothing(self) -> None:
        case(NOW).given(*self.PAST).when(restate_pause(january(22), january(26))).then()
        case(NOW).given(*told(pause(january(22)))).when(restate_pause(january(22), None)).then()

    def test_a_pause_that_never_was_ends_on_the_day_it_begins(self) -> None:
        past = happened(self.PAST, restate_pause(january(22), january(22)), now=NOW)

        assert pauses(past) == [(1, january(22), january(22))]

    def test_a_pause_that_never_was_stands_in_the_way_of_no_other(self) -> None:
        annulled = happened(self.PAST, restate_pause(january(23), january(23)), now=NOW)

        past = happened(annulled, pause(january(21)), resume(january(28)), now=NOW)

        assert pauses(past) == [(1, january(23), january(23)), (2, january(21), january(28))]

    def test_a_pause_can_be_annulled_where_another_was(self) -> None:
        past = happened(self.PAST, pause(january(27)), resume(january(29)), now=NOW)

        case(NOW).given(*past).when(restate_pause(january(28), january(28))).then_events(ClockCorrected)

    def test_one_that_goes_on_can_be_moved_and_ended(self) -> None:
        open_since = told(pause(january(22)))

        assert pauses(happened(open_since, restate_pause(january(25), None), now=NOW)) == [(1, january(25), None)]
        ended = happened(open_since, restate_pause(january(22), january(24)), now=NOW)
        assert state_after(ended).open_pause is None

    @pytest.mark.parametrize(
        "wrong",
        [
            restate_pause(january(19), january(26)),
            restate_pause(january(22), january(31)),
            restate_pause(january(31), january(31)),
            restate_pause(january(26), january(22)),
            restate_pause(january(22), None),
        ],
        ids=["before filing", "to a day to come", "from a day to come", "backwards", "going on again"],
    )
    def test_days_that_cannot_be_are_refused(self, wrong: CaseCommand) -> None:
        case(NOW).given(*self.PAST).when(wrong).then_refused(Reason.PAUSE_NOT_POSSIBLE)

    def test_it_does_not_reach_into_another(self) -> None:
        past = happened(self.PAST, pause(january(27)), now=NOW)

        case(NOW).given(*past).when(restate_pause(january(22), january(28))).then_refused(Reason.PAUSE_NOT_POSSIBLE)
        case(NOW).given(*past).when(restate_pause(january(22), january(27))).then_events(ClockCorrected)
        case(NOW).given(*past).when(restate_pause(january(25), None, number=2)).then_refused(Reason.PAUSE_NOT_POSSIBLE)

    def test_a_pause_that_the_case_does_not_have(self) -> None:
        for number in (0, 2):
            wrong = restate_pause(january(22), january(26), number=number)
            case(NOW).given(*self.PAST).when(wrong).then_refused(Reason.PAUSE_UNKNOWN)

    def test_the_pause_of_an_answered_request_can_be_corrected(self) -> None:
        past = happened(asked(), answer(), now=NOW)

        corrected = happened(past, restate_pause(TODAY, january(28)), now=NOW)

        assert pauses(corrected) == [(1, TODAY, january(28))]

    def test_today_can_be_the_end_and_tomorrow_cannot(self) -> None:
        today = january(30)

        case(NOW).given(*self.PAST).when(restate_pause(january(22), today)).then_events(ClockCorrected)
        tomorrow = restate_pause(january(22), today + timedelta(days=1))
        case(NOW).given(*self.PAST).when(tomorrow).then_refused(Reason.PAUSE_NOT_POSSIBLE)
