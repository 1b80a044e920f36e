"""What read models make of the clear fields is what the domain makes of the events, over any history."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.application import Employer
from domain.case.commands import (
    AddLabourMarketEvidence,
    AssignCase,
    AttachDocument,
    CommandContext,
    CorrectCase,
    CorrectPause,
    DecideAdmissibility,
    DecideResidencePart,
    DecideWorkPart,
    ForwardToImmigrationOffice,
    Minted,
    PauseClock,
    ProvideInformation,
    RaiseDeadline,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    RecordFeePayment,
    RequestInformation,
    ResumeClock,
    SubmitApplication,
    VerifyMandate,
    WithdrawApplication,
)
from domain.case.decider import decide
from domain.case.decision_events import ApplicationDecidedAtOnce
from domain.case.events import CaseEvent
from domain.case.folding import evolve
from domain.case.lifecycle import Case, CaseStatus
from domain.case.refusals import CommandRefused
from domain.civil_time import civil_day
from domain.codes import HOLDERS
from domain.crossroads.answers import CheckKind, DeclaredWages, QuarterWages
from domain.law.rulebook import Rulebook
from infra.event_codec import EventCodec
from infra.stored_form.stored_body import clear_fields
from projections.case_file.clocks import holder_changes, seconds_by_holder, time_by_holder
from projections.course import Course
from projections.course_changes import course_after
from projections.recorded_event import RecordedEvent
from projections.stored_course import course_from
from tests.keys.keys_in_memory import KeysInMemory
from tests.projections.log_of_cases import DIPLOMA, EVIDENCE, FILED, NO_DATA, ON_REGISTER, ORDINARY, ORIGIN
from tests.stored_events.samples import SAMPLES
from tests.world.examples import examples

CASE = UUID(int=7)
WORKER = UUID(int=8)
LAW = Rulebook.load()
CODEC = EventCodec(ORIGIN, KeysInMemory({WORKER: b"k" * 32}))
WAGES = DeclaredWages(quarters=(QuarterWages(quarter="2025Q3", gross=Decimal(9000)),))
REQUESTS = [UUID(int=100 + number) for number in range(3)]
SINCE = FILED.date()


def answered(check: CheckKind, answer: object) -> RecordCrossroadsAnswer:
    return RecordCrossroadsAnswer(check=check, revision=1, ticket="t", answer=answer, answer_sha256="0" * 64)


def unanswered(check: CheckKind) -> RecordCrossroadsFailure:
    return RecordCrossroadsFailure(check=check, revision=1, reason="timeout", attempts=3)


days = st.integers(0, 60).map(lambda number: SINCE + timedelta(days=number))
checks = st.sampled_from(list(CheckKind))
steps = st.one_of(
    st.sampled_from(
        [
            AttachDocument(document=DIPLOMA),
            RecordFeePayment(recipient="federal", amount=Decimal(138), paid_on=SINCE, payment_reference="r"),
            CorrectCase(reason="r", employer=Employer(enterprise_number="0206731645", name="Other")),
            CorrectCase(reason="r", employment=ORDINARY.employment),
            VerifyMandate(valid=True),
            AddLabourMarketEvidence(evidence=EVIDENCE),
            answered(CheckKind.EMPLOYER_REGISTER, ON_REGISTER),
            answered(CheckKind.EMPLOYER_REGISTER, NO_DATA),
            answered(CheckKind.DECLARED_WAGES, WAGES),
            answered(CheckKind.DECLARED_WAGES, NO_DATA),
            WithdrawApplication(reason=None),
        ]
    ),
    st.builds(unanswered, checks),
    st.sampled_from(["handler-1", "handler-2"]).map(lambda handler: AssignCase(handler=handler)),
    st.sampled_from(REQUESTS).map(lambda id_: RequestInformation(request_id=id_, items=("diploma",), question="q")),
    st.sampled_from(REQUESTS).map(lambda id_: ProvideInformation(request_id=id_, answer="a")),
    st.builds(PauseClock, on=days, ground=st.just("forceMajeure"), motivation=st.just("m")),
    st.builds(ResumeClock, on=days, motivation=st.just("m")),
    st.builds(CorrectPause, pause=st.integers(1, 3), from_=days, to=st.none() | days, motivation=st.just("m")),
    st.builds(
        RaiseDeadline,
        clock=st.sampled_from(["target", "decision", "answer"]),
        kind=st.sampled_from(["warned", "breached"]),
        due_on=days,
        crossed_on=days,
    ),
)
decisions = st.sampled_from(
    [
        DecideAdmissibility(outcome="admissible", motivation="m"),
        DecideAdmissibility(outcome="admissible", motivation="m"),
        DecideAdmissibility(outcome="inadmissible", grounds=("other",), motivation="m"),
        DecideWorkPart(outcome="granted", motivation="m"),
        DecideWorkPart(outcome="granted", motivation="m"),
        DecideWorkPart(outcome="refused", grounds=("other",), motivation="m"),
        ForwardToImmigrationOffice(),
        ForwardToImmigrationOffice(),
        DecideResidencePart(outcome="granted"),
        DecideResidencePart(outcome="refused", grounds=("fraud",), motivation="m"),
    ]
)
histories = st.lists(st.tuples(st.one_of(steps, steps, decisions), st.integers(0, 24 * 6)), max_size=25)


def recorded(event: CaseEvent, version: int, at: datetime) -> RecordedEvent:
    """The event as the journal would give it to a read model."""
    encoded = CODEC.encode(event, CASE, version)
    return RecordedEvent(
        position=version,
        case_id=CASE,
        version=version,
        name=encoded.name,
        schema=encoded.schema,
        known_at=at,
        clear=clear_fields(encoded.body),
        personal=(),
    )


def told_by(case: Case) -> dict[str, object]:
    asked = case.open_request
    return {
        "status": case.status,
        "stage": case.stage,
        "is_open": case.is_open,
        "handler": case.handler,
        "tasks": case.manual_tasks,
        "pauses": case.pauses,
        "open_request": None if asked is None else (str(asked.request_id), asked.pause, asked.reply_by),
        "answered": [each.answered for each in case.requests],
        "alarms": case.alarms,
        "pending": set(case.pending_checks),
        "filed_on": case.filed_on,
        "closed_on": None if case.is_open or case.ended is None else civil_day(case.ended.at),
        "admissible": None if case.admissible is None else case.admissible.at,
        "work_part": None if case.work_part is None else (case.work_part.outcome, case.work_part.at),
        "forwarded": None if case.forwarded is None else case.forwarded.at,
    }


def told_by_clear_fields(course: Course) -> dict[str, object]:
    asked = course.open_request
    return {
        "status": course.status,
        "stage": course.stage,
        "is_open": course.is_open,
        "handler": course.handler,
        "tasks": course.manual_tasks,
        "pauses": tuple(span.in_days for span in course.pauses),
        "open_request": None if asked is None else (asked.id, asked.pause, asked.reply_by),
        "answered": [each.answered_at is not None for each in course.requests],
        "alarms": {(alarm.clock, alarm.run, alarm.kind) for alarm in course.alarms},
        "pending": set(course.pending_checks),
        "filed_on": civil_day(course.filed_at),
        "closed_on": None if course.closed_at is None else civil_day(course.closed_at),
        "admissible": course.admissible_at,
        "work_part": None if course.work_part is None else (course.work_part, course.work_part_at),
        "forwarded": course.forwarded_at,
    }


@given(st.booleans(), histories)
@settings(max_examples=examples(150))
def test_any_history_means_to_read_models_what_it_means_to_the_domain(renewal: bool, history: list) -> None:
    minted = Minted(reference="FL-2026-0000001", worker_subject=WORKER)
    asked = [(SubmitApplication(application=replace(ORDINARY, renewal=renewal), minted=minted), 0), *history]
    case: Case | None = None
    course: Course | None = None
    now, version = FILED, 0
    for number, (command, hours) in enumerate(asked):
        now += timedelta(hours=hours, microseconds=number)
        context = CommandContext(actor="tests", command_id="c", now=now)
        with suppress(CommandRefused):
            for event in decide(case, command, context, LAW):
                version += 1
                case = evolve(case, event)
                course = course_after(course, recorded(event, version, now))
                assert told_by_clear_fields(course) == told_by(case)
                assert course_from(orjson.loads(orjson.dumps(course))) == course
    assert course is not None
    require_conserved(course, now + timedelta(hours=3, microseconds=17))


def require_conserved(course: Course, now: datetime) -> None:
    """Time by holder is exactly the time that has passed, and the last holder is the one who has the file."""
    until = course.closed_at or now
    held, seconds = time_by_holder(course, now), seconds_by_holder(course, now)
    passed = max(until - course.filed_at, timedelta(0))
    assert sum(held.values(), timedelta(0)) == passed
    assert sum(seconds.values()) == passed // timedelta(seconds=1)
    assert set(held) == set(seconds) == set(HOLDERS)
    assert all(each >= 0 for each in seconds.values())
    if course.is_open:
        assert holder_changes(course)[-1].holder == course.holder


def test_a_decision_of_before_the_two_parts_ends_its_case_too() -> None:
    old = next(each for each in SAMPLES if isinstance(each, ApplicationDecidedAtOnce))
    at_once = replace(old, worker_subject=WORKER, effective_at=datetime(2026, 3, 1, tzinfo=UTC))
    filed = Course(filed_at=FILED, status=CaseStatus.SUBMITTED)

    ended = course_after(filed, recorded(at_once, 5, FILED))

    assert (ended.status.value, ended.outcome) == (
        ("decidedGranted", "granted") if at_once.outcome == "granted" else ("decidedRefused", "refused")
    )
    assert ended.closed_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_pause_recorded_late_moves_the_time_of_both_holders() -> None:
    """The answer term ran out on the 17th, which was written down on the 20th."""
    filed = FILED
    course = None
    minted = Minted(reference="FL-2026-0000001", worker_subject=WORKER)
    case, version = None, 0
    request = RequestInformation(request_id=REQUESTS[0], items=("diploma",), question="q")
    lapse = RaiseDeadline(clock="answer", kind="breached", due_on=date(2026, 2, 17), crossed_on=date(2026, 2, 18))
    told = [
        (SubmitApplication(application=ORDINARY, minted=minted), filed),
        (answered(CheckKind.EMPLOYER_REGISTER, ON_REGISTER), filed),
        (request, filed + timedelta(hours=1)),
        (lapse, filed + timedelta(days=18)),
    ]
    for command, now in told:
        for event in decide(case, command, CommandContext(actor="t", command_id="c", now=now), LAW):
            version += 1
            case, course = evolve(case, event), course_after(course, recorded(event, version, now))

    held = time_by_holder(course, filed + timedelta(days=20))

    # from 10:00 UTC on 2 February until midnight in Brussels, which is 23:00 UTC on the 17th
    assert held["applicant"] == timedelta(days=15, hours=13)
    assert held["region"] == timedelta(days=20) - held["applicant"]
