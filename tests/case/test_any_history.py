"""Whatever is asked of a case, it folds, repeats itself and never contradicts itself.

Anything but a refusal that comes out of a decision makes these tests fail.
"""

from collections import Counter
from datetime import date, timedelta
from itertools import combinations
from typing import get_args

import pytest
from hypothesis import example, given, settings

from domain.case.commands import (
    AssignCase,
    AttachDocument,
    CaseCommand,
    CorrectPause,
    RaiseDeadline,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    RequestInformation,
    VerifyMandate,
    WithdrawApplication,
    WithdrawAssignment,
    WithdrawDocument,
)
from domain.case.decider import decide
from domain.case.events import (
    ApplicationDecided,
    ApplicationDecidedAtOnce,
    ApplicationDeclaredAdmissible,
    ApplicationForwardedToImmigrationOffice,
    CaseCorrected,
    CaseEvent,
    DeadlineBreached,
    DeadlineWarned,
    InformationProvided,
    MandateVerified,
    ResidencePartDecided,
    WorkPartDecided,
)
from domain.case.folding import NOTHING, fold
from domain.case.lifecycle import CaseStatus, Stage
from domain.case.refusals import CommandRefused, Reason
from domain.civil_time import civil_day
from domain.copies import replace
from infra.event_formats import FORMATS
from tests.case.histories import ANYTHING, FILED, FILED_AS, KINDS_OF_QUESTION, THEN_ASKED, events_of, play
from tests.case.vocabulary import (
    AGENT,
    context,
    correct,
    law,
    mandate,
    submit,
)
from tests.world.applications import application
from tests.world.examples import examples


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
def test_every_history_that_was_decided_folds_to_the_state_it_was_decided_on(filed, commands) -> None:
    steps = play(submit(filed), commands)

    assert fold(events_of(steps)) == steps[-1].after


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
def test_a_fold_from_any_event_on_is_the_fold_from_the_first(filed, commands) -> None:
    events = events_of(play(submit(filed), commands))
    whole = NOTHING.and_then(events)

    assert (whole.version, whole.case) == (len(events), fold(events))
    assert whole.latest_on == max(civil_day(each.effective_at) for each in events)
    for n in range(len(events) + 1):
        assert NOTHING.and_then(events[:n]).and_then(events[n:]) == whole


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
def test_status_and_stage_say_the_same_as_what_has_been_done(filed, commands) -> None:
    for step in play(submit(filed), commands):
        case = step.after
        assert (case.ended is None) == case.is_open == (case.stage is not Stage.CLOSED)
        if not case.is_open:
            assert case.manual_tasks == ()
            continue
        with_applicant = case.stage is Stage.ADDITIONAL_INFORMATION
        assert with_applicant == (case.open_request is not None) == (case.status is CaseStatus.INFORMATION_REQUESTED)
        if case.open_request is not None:
            assert not case.open_request.answered
            assert case.open_pause is not None
            assert (case.open_pause.number, case.open_pause.ground) == (case.open_request.pause, "informationRequested")
            assert case.work_part is None
            continue
        assert (case.status is CaseStatus.ADMISSIBLE) == (case.admissible is not None)
        assert (case.stage is Stage.ADMISSIBILITY) == (case.admissible is None)
        assert (case.stage is Stage.RESIDENCE_PART) == (case.work_part is not None)
        assert case.work_part is None or case.work_part.outcome == "granted"


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
@example(application(representative=AGENT), [(WithdrawApplication(), 1), (mandate(), 1), (mandate(valid=False), 1)])
@example(application(), [(WithdrawApplication(), 1), (correct(worker=FILED_AS.worker), 1)])
def test_a_case_that_has_ended_takes_the_workers_corrected_particulars_and_findings_on_the_mandate(
    filed, commands
) -> None:
    for step in play(submit(filed), commands):
        if step.before is not None and not step.before.is_open:
            after = step.after
            for event in step.events:
                match event:
                    case CaseCorrected(corrected=corrected):
                        assert corrected == ("worker",)
                    case MandateVerified(valid=valid):
                        assert after.mandate_valid is valid
                    case _:
                        raise AssertionError(f"a case that has ended took {event}")
            kept = ("corrections", "worker_numbers", "mandate_valid")
            assert after == replace(step.before, **{name: getattr(after, name) for name in kept})


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(200))
def test_pauses_are_numbered_lie_after_filing_and_never_share_a_day(filed, commands) -> None:
    for step in play(submit(filed), commands):
        pauses = step.after.pauses
        assert [each.number for each in pauses] == list(range(1, len(pauses) + 1))
        assert sum(each.to is None for each in pauses) <= 1
        assert all(each.from_ >= step.after.filed_on for each in pauses)
        today = context(step.now).today
        for one, other in combinations(pauses, 2):
            covered = [{*days(each.from_, each.to or today + timedelta(days=1))} for each in (one, other)]
            assert not covered[0] & covered[1]


def days(from_: date, to: date) -> list[date]:
    return [from_ + timedelta(days=n) for n in range((to - from_).days)]


ONCE = (
    ApplicationDeclaredAdmissible,
    WorkPartDecided,
    ApplicationForwardedToImmigrationOffice,
    ResidencePartDecided,
    ApplicationDecided,
)


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
def test_each_act_is_done_once_and_the_whole_follows_from_its_parts(filed, commands) -> None:
    events = events_of(play(submit(filed), commands))

    done = Counter(type(event) for event in events)
    assert all(done[each] <= 1 for each in ONCE)
    assert done[ApplicationDecidedAtOnce] == 0
    parts = {type(e): e.outcome for e in events if isinstance(e, WorkPartDecided | ResidencePartDecided)}
    for whole in (event for event in events if isinstance(event, ApplicationDecided)):
        if whole.outcome == "granted":
            assert parts == {WorkPartDecided: "granted", ResidencePartDecided: "granted"}
        else:
            refused = {WorkPartDecided: "work", ResidencePartDecided: "residence"}
            assert [refused[part] for part, outcome in parts.items() if outcome == "refused"] == [whole.refused_part]


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
def test_alarms_are_raised_once_and_requests_answered_once(filed, commands) -> None:
    events = events_of(play(submit(filed), commands))

    alarms = Counter((type(e), e.clock, e.run) for e in events if isinstance(e, DeadlineWarned | DeadlineBreached))
    answers = Counter(e.request_id for e in events if isinstance(e, InformationProvided))
    assert all(times == 1 for times in (*alarms.values(), *answers.values()))


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
def test_nobody_loses_the_file_before_the_last_day_of_answering_but_by_answering_or_ending_it(filed, commands) -> None:
    for step in play(submit(filed), commands):
        request = None if step.before is None else step.before.open_request
        if request is None or step.after.open_request == request or not step.after.is_open:
            continue
        answered_now = any(isinstance(event, InformationProvided) for event in step.events)
        assert answered_now or context(step.now).today > request.reply_by


REPEATABLE = (
    RecordCrossroadsAnswer
    | RecordCrossroadsFailure
    | WithdrawApplication
    | AttachDocument
    | AssignCase
    | WithdrawAssignment
    | WithdrawDocument
    | VerifyMandate
    | RequestInformation
    | CorrectPause
    | RaiseDeadline
)


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
def test_what_was_taken_and_can_be_repeated_brings_nothing_new(filed, commands) -> None:
    for step in play(submit(filed), commands):
        if isinstance(step.command, REPEATABLE):
            assert decide(step.after, step.command, context(step.now), law()) == []


ONLY_ONCE = {
    "DecideAdmissibility": {Reason.ALREADY_ADMISSIBLE, Reason.DECLARED_INADMISSIBLE},
    "DecideWorkPart": {Reason.WORK_PART_DECIDED, Reason.ALREADY_DECIDED},
    "ForwardToImmigrationOffice": {Reason.ALREADY_FORWARDED},
    "DecideResidencePart": {Reason.ALREADY_DECIDED},
    "ProvideInformation": {Reason.REQUEST_ANSWERED},
    "PauseClock": {Reason.CLOCK_PAUSED},
    "ResumeClock": {Reason.CLOCK_NOT_PAUSED},
    "SubmitApplication": {Reason.ALREADY_SUBMITTED},
}


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
def test_what_is_done_once_is_refused_the_second_time_for_having_been_done(filed, commands) -> None:
    for step in play(submit(filed), commands):
        expected = ONLY_ONCE.get(type(step.command).__name__)
        if expected is None:
            continue
        with pytest.raises(CommandRefused) as refused:
            decide(step.after, step.command, context(step.now), law())
        assert refused.value.reason in expected


@given(FILED, THEN_ASKED, ANYTHING)
@settings(max_examples=examples(100))
def test_the_same_question_always_gets_the_same_answer(filed, commands, asked) -> None:
    """Pure: events or refusal depend on the state, the command and its context, and on nothing else."""
    history = events_of(play(submit(filed), commands))

    def answer() -> object:
        try:
            return decide(fold(history), asked, context(), law())
        except CommandRefused as refused:
            return (refused.reason, refused.sentence)

    assert answer() == answer()


@given(FILED, THEN_ASKED)
@settings(max_examples=examples(100))
def test_nothing_is_granted_against_an_engine_that_says_not_met(filed, commands) -> None:
    decisions = [e for e in events_of(play(submit(filed), commands)) if isinstance(e, WorkPartDecided)]

    assert all(event.verdict != "notMet" for event in decisions if event.outcome == "granted")


def test_the_commands_played_cover_every_kind_of_command() -> None:
    assert {type(command) for group in KINDS_OF_QUESTION for command in group} == set(get_args(CaseCommand))


def test_every_event_of_a_case_can_be_stored() -> None:
    assert {each.event_type for each in FORMATS} == set(get_args(CaseEvent))
    assert len({(each.name, each.schema) for each in FORMATS}) == len(FORMATS)
