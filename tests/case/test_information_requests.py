"""The applicant is asked for what is missing, and answers in time, late or not at all.

The request is of Tuesday 20 January 2026: fifteen days make Wednesday 4 February the last day in time.
"""

from datetime import UTC, date, datetime

import pytest

from domain.case.commands import CaseCommand
from domain.case.events import (
    ApplicationDeclaredAdmissible,
    ApplicationDeclaredInadmissible,
    CaseEvent,
    ClockPaused,
    ClockResumed,
    DeadlineBreached,
    DocumentAttached,
    InformationProvided,
    InformationRequested,
    WorkPartDecided,
)
from domain.case.lifecycle import CaseStatus, Stage
from domain.case.openness import CLOCK
from domain.case.refusals import Reason
from domain.civil_time import beginning_of
from domain.deadlines.pauses import Pause
from tests.case.vocabulary import (
    ANOTHER_REQUEST,
    DIPLOMA,
    HANDLER,
    NOW,
    REQUEST,
    TODAY,
    WORKER,
    admit,
    alarm,
    answer,
    ask,
    asked,
    at_residence,
    attach,
    case,
    checked,
    fee,
    grant,
    happened,
    judged,
    on,
    pause,
    reject,
    restate_pause,
    resume,
    state_after,
)

LAST_DAY = date(2026, 2, 4)
DAY_AFTER = date(2026, 2, 5)
LAPSED = (
    DeadlineBreached(effective_at=beginning_of(DAY_AFTER), clock="answer", run=1, due_on=LAST_DAY),
    ClockResumed(effective_at=beginning_of(DAY_AFTER), pause=1, by=CLOCK, worker_subject=WORKER, motivation=None),
)
TERM_RAN_OUT = alarm("answer", "breached", due_on=LAST_DAY, crossed_on=DAY_AFTER)


def lapsed(past: list[CaseEvent] | None = None) -> list[CaseEvent]:
    """A request that nobody answered, its lapse recorded by the watcher."""
    return happened(asked(past), TERM_RAN_OUT, now=on(DAY_AFTER))


class TestAsking:
    def test_the_applicant_gets_the_file_and_the_target_stands_still(self) -> None:
        case(actor=HANDLER).given(*checked()).when(ask(REQUEST, "diploma", "payDetails")).then(
            InformationRequested(
                effective_at=NOW,
                request_id=REQUEST,
                items=("diploma", "payDetails"),
                reply_by=LAST_DAY,
                term_id="SUPPLEMENT",
                legal_reference="cooperationAgreement2018",
                by=HANDLER,
                worker_subject=WORKER,
                question="Which diploma?",
            ),
            ClockPaused(
                effective_at=NOW,
                pause=1,
                ground="informationRequested",
                legal_reference="cooperationAgreement2018",
                by=HANDLER,
                worker_subject=WORKER,
                motivation=None,
            ),
        )

    def test_the_case_says_that_it_waits_for_the_applicant(self) -> None:
        state = state_after(asked())

        assert (state.status, state.stage) == (CaseStatus.INFORMATION_REQUESTED, Stage.ADDITIONAL_INFORMATION)
        assert state.open_request is not None
        assert (state.open_request.request_id, state.open_request.reply_by) == (REQUEST, LAST_DAY)
        assert state.pauses == (Pause(number=1, from_=TODAY, to=None, ground="informationRequested"),)

    def test_the_term_counts_from_the_day_in_brussels(self) -> None:
        late_in_the_evening = datetime(2026, 1, 20, 23, 30, tzinfo=UTC)

        state = state_after(asked(now=late_in_the_evening))

        assert state.open_request is not None
        assert state.open_request.reply_by == date(2026, 2, 5)

    def test_the_same_request_again_decides_to_nothing(self) -> None:
        case().given(*asked()).when(ask()).then()
        case().given(*happened(asked(), answer())).when(ask()).then()

    def test_a_second_request_waits_until_the_first_is_answered(self) -> None:
        refused = case().given(*asked()).when(ask(ANOTHER_REQUEST)).then_refused(Reason.INFORMATION_OUTSTANDING)

        assert str(LAST_DAY) in refused.sentence
        past = happened(asked(), answer())
        _, paused = case().given(*past).when(ask(ANOTHER_REQUEST)).then_events(InformationRequested, ClockPaused)
        assert isinstance(paused, ClockPaused)
        assert paused.pause == 2

    def test_nothing_is_asked_while_the_clock_stands_still_for_another_reason(self) -> None:
        case().given(*happened(checked(), pause())).when(ask()).then_refused(Reason.CLOCK_PAUSED)

    def test_an_admissible_file_can_be_asked_about_and_comes_back_admissible(self) -> None:
        with_applicant = happened(judged(), ask())
        assert state_after(with_applicant).stage is Stage.ADDITIONAL_INFORMATION

        state = state_after(happened(with_applicant, answer()))

        assert (state.status, state.stage) == (CaseStatus.ADMISSIBLE, Stage.WORK_PART)

    def test_after_the_work_part_nothing_is_asked(self) -> None:
        case().given(*at_residence()).when(ask()).then_refused(Reason.WORK_PART_DECIDED)


class TestAnswering:
    def test_the_region_has_the_file_again(self) -> None:
        past = happened(asked(), attach())
        provided = InformationProvided(
            effective_at=NOW,
            request_id=REQUEST,
            documents=(DIPLOMA.sha256,),
            by="employer-1",
            worker_subject=WORKER,
            answer="The one of 2012.",
        )
        resumed = ClockResumed(effective_at=NOW, pause=1, by="employer-1", worker_subject=WORKER, motivation=None)

        case().given(*past).when(answer(REQUEST, DIPLOMA.sha256)).then(provided, resumed)

        state = state_after([*past, provided, resumed])
        assert (state.status, state.stage) == (CaseStatus.SUBMITTED, Stage.ADMISSIBILITY)
        assert (state.open_request, state.open_pause) == (None, None)

    def test_the_last_day_is_in_time_to_its_last_minute(self) -> None:
        almost_midnight = datetime(2026, 2, 4, 22, 59, tzinfo=UTC)

        case(almost_midnight).given(*asked()).when(answer()).then_events(InformationProvided, ClockResumed)

    def test_the_first_minute_of_the_next_day_is_late(self) -> None:
        midnight = datetime(2026, 2, 4, 23, 0, tzinfo=UTC)

        refused = case(midnight).given(*asked()).when(answer()).then_refused(Reason.ANSWER_TERM_EXPIRED)

        assert str(LAST_DAY) in refused.sentence

    def test_late_is_late_whether_the_lapse_has_been_recorded_or_not(self) -> None:
        for past in (asked(), lapsed()):
            case(on(DAY_AFTER)).given(*past).when(answer()).then_refused(Reason.ANSWER_TERM_EXPIRED)

    def test_a_second_answer_is_refused(self) -> None:
        case().given(*happened(asked(), answer())).when(answer()).then_refused(Reason.REQUEST_ANSWERED)

    def test_an_answer_to_an_earlier_request_is_refused_while_another_is_open(self) -> None:
        answered_once = happened(asked(), answer(), ask(ANOTHER_REQUEST))
        case().given(*answered_once).when(answer(REQUEST)).then_refused(Reason.REQUEST_ANSWERED)

        lapsed_once = happened(lapsed(), ask(ANOTHER_REQUEST), now=on(DAY_AFTER))
        case(on(DAY_AFTER)).given(*lapsed_once).when(answer(REQUEST)).then_refused(Reason.ANSWER_TERM_EXPIRED)

    def test_a_request_that_was_never_made_cannot_be_answered(self) -> None:
        case().given(*asked()).when(answer(ANOTHER_REQUEST)).then_refused(Reason.REQUEST_UNKNOWN)
        case().given(*checked()).when(answer()).then_refused(Reason.REQUEST_UNKNOWN)

    def test_documents_that_are_not_in_the_case_are_named_by_their_place_and_not_by_their_digest(self) -> None:
        past = happened(asked(), attach())

        refused = (
            case()
            .given(*past)
            .when(answer(REQUEST, DIPLOMA.sha256, "e0" * 32, "e1" * 32))
            .then_refused(Reason.DOCUMENT_NOT_ATTACHED)
        )

        assert "documents[1], documents[2]" in refused.sentence
        assert "documents[0]" not in refused.sentence
        assert "e0e0" not in refused.sentence

    def test_documents_attached_without_an_answer_leave_the_request_open(self) -> None:
        attached = case().given(*asked()).when(attach()).then_events(DocumentAttached)

        assert state_after([*asked(), *attached]).open_request is not None


class TestTheTermRunsOut:
    def test_the_watcher_records_it_from_the_beginning_of_the_next_day(self) -> None:
        case(on(date(2026, 2, 9))).given(*asked()).when(TERM_RAN_OUT).then(*LAPSED)

        state = state_after([*asked(), *LAPSED])
        assert (state.status, state.stage) == (CaseStatus.SUBMITTED, Stage.ADMISSIBILITY)
        assert state.pauses == (Pause(number=1, from_=TODAY, to=DAY_AFTER, ground="informationRequested"),)

    def test_it_is_recorded_once(self) -> None:
        case(on(DAY_AFTER)).given(*lapsed()).when(TERM_RAN_OUT).then()

    def test_an_answer_that_came_before_the_watcher_leaves_nothing_to_record(self) -> None:
        answered = happened(asked(), answer(), now=on(LAST_DAY))

        case(on(DAY_AFTER)).given(*answered).when(TERM_RAN_OUT).then()

    def test_it_is_not_recorded_while_the_applicant_may_still_answer(self) -> None:
        case(on(LAST_DAY)).given(*asked()).when(TERM_RAN_OUT).then()

    def test_the_lapse_of_a_request_does_not_end_the_next_one(self) -> None:
        """The watcher found the first request lapsed; a handler asked anew before it could say so."""
        asked_anew = happened(asked(), ask(ANOTHER_REQUEST), now=on(DAY_AFTER))

        case(on(DAY_AFTER)).given(*asked_anew).when(TERM_RAN_OUT).then()

    @pytest.mark.parametrize("early", [admit("so"), reject("feeNotPaid"), ask(ANOTHER_REQUEST)])
    def test_on_the_last_day_itself_nobody_goes_on_without_the_answer(self, early: CaseCommand) -> None:
        case(on(LAST_DAY)).given(*asked()).when(early).then_refused(Reason.INFORMATION_OUTSTANDING)
        assert case(on(DAY_AFTER)).given(*asked()).when(early).decided()

    @pytest.mark.parametrize(
        ("decision", "decided"),
        [(admit(), ApplicationDeclaredAdmissible), (reject("answerTermExpired"), ApplicationDeclaredInadmissible)],
        ids=["admissible", "inadmissible"],
    )
    def test_who_decides_before_the_watcher_came_records_it_too(
        self, decision: CaseCommand, decided: type[CaseEvent]
    ) -> None:
        past = asked(happened(checked(), fee()))

        events = case(on(DAY_AFTER)).given(*past).when(decision).then_events(DeadlineBreached, ClockResumed, decided)

        assert tuple(events[:2]) == LAPSED
        case(on(DAY_AFTER)).given(*past, *events).when(TERM_RAN_OUT).then()

    def test_the_work_part_is_decided_before_the_watcher_came(self) -> None:
        past = happened(judged(), ask())

        events = (
            case(on(DAY_AFTER)).given(*past).when(grant()).then_events(DeadlineBreached, ClockResumed, WorkPartDecided)
        )

        state = state_after([*past, *events])
        assert (state.stage, state.open_pause) == (Stage.RESIDENCE_PART, None)

    def test_a_new_request_after_the_first_lapsed_has_its_own_term_and_pause(self) -> None:
        events = (
            case(on(DAY_AFTER))
            .given(*asked())
            .when(ask(ANOTHER_REQUEST))
            .then_events(DeadlineBreached, ClockResumed, InformationRequested, ClockPaused)
        )

        state = state_after([*asked(), *events])
        assert state.open_request is not None
        assert (state.open_request.request_id, state.open_request.reply_by) == (ANOTHER_REQUEST, date(2026, 2, 20))
        assert state.pauses == (
            Pause(number=1, from_=TODAY, to=DAY_AFTER, ground="informationRequested"),
            Pause(number=2, from_=DAY_AFTER, to=None, ground="informationRequested"),
        )

    def test_the_second_request_lapses_as_the_second_run_of_the_clock(self) -> None:
        past = happened(asked(), ask(ANOTHER_REQUEST), now=on(DAY_AFTER))
        ran_out = alarm("answer", "breached", due_on=date(2026, 2, 20), crossed_on=date(2026, 2, 21))

        breached, resumed = (
            case(on(date(2026, 2, 21))).given(*past).when(ran_out).then_events(DeadlineBreached, ClockResumed)
        )

        assert isinstance(breached, DeadlineBreached)
        assert isinstance(resumed, ClockResumed)
        assert (breached.run, resumed.pause) == (2, 2)

    def test_a_handler_who_resumes_the_clock_after_the_term_records_the_lapse(self) -> None:
        case(on(DAY_AFTER)).given(*asked()).when(resume(DAY_AFTER)).then(*LAPSED)


class TestThePauseOfARequest:
    def test_it_is_not_ended_while_the_applicant_may_answer(self) -> None:
        case(on(LAST_DAY)).given(*asked()).when(resume(LAST_DAY)).then_refused(Reason.INFORMATION_OUTSTANDING)

    def test_it_is_not_corrected_while_the_request_is_open(self) -> None:
        case().given(*asked()).when(restate_pause(TODAY, TODAY)).then_refused(Reason.INFORMATION_OUTSTANDING)

    def test_there_is_none_beside_it(self) -> None:
        case().given(*asked()).when(pause()).then_refused(Reason.CLOCK_PAUSED)
