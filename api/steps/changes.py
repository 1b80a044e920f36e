"""Everything that can be sent to change a case: under which name, by whom, and how it becomes a command.

The one list of them: the routes are made from it, and so are the forms of the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

from api.permissions import Action
from domain.case import command_checks
from domain.case.application import LabourMarketEvidence
from domain.case.commands import (
    AddLabourMarketEvidence,
    AssignCase,
    CaseCommand,
    CommandContext,
    CorrectCase,
    CorrectPause,
    DecideAdmissibility,
    DecideResidencePart,
    DecideWorkPart,
    ForwardToImmigrationOffice,
    PauseClock,
    RecordFeePayment,
    RequestInformation,
    ResumeClock,
    VerifyMandate,
    WithdrawApplication,
)
from domain.case.completeness import check_evidence
from domain.case.refusals import InputIssue
from domain.case.value_checks import exactly_when, one_of
from domain.plain_text import FreeText

Found = tuple[InputIssue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One way to change a case. ``resource`` is the last part of its path, ``body`` what is sent.

    ``issues`` gives all that is wrong with a body on a civil day; ``command`` makes the command of a good one.
    """

    resource: str
    name: str
    action: Action
    body: type[Any]
    issues: Callable[[Any, date], Found]
    command: Callable[[Any, UUID, CommandContext], CaseCommand]


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationQuestion:
    """What the applicant is asked: ``items`` are kinds of documents and of details."""

    items: tuple[str, ...]
    question: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCorrection:
    """``kind`` is ``pause``, ``resume`` or ``correctPause``; it says which of the other members belong to it."""

    kind: str
    motivation: FreeText
    on: date | None = None
    ground: str | None = None
    legal_reference: str | None = None
    pause: int | None = None
    from_: date | None = None
    to: date | None = None


PAUSE: Final = "pause"
RESUME: Final = "resume"
CORRECT_PAUSE: Final = "correctPause"
CLOCK_CORRECTIONS: Final = (PAUSE, RESUME, CORRECT_PAUSE)


def _as_sent(body: Any, _case_id: UUID, _context: CommandContext) -> CaseCommand:
    command: CaseCommand = body
    return command


def _evidence(body: LabourMarketEvidence, _case_id: UUID, _context: CommandContext) -> CaseCommand:
    return AddLabourMarketEvidence(evidence=body)


def _question(body: InformationQuestion, case_id: UUID, context: CommandContext) -> RequestInformation:
    # Of the command, not of chance: repeated, it is the same request.
    request_id = uuid5(case_id, f"{context.actor}/{context.command_id}")
    return RequestInformation(request_id=request_id, items=body.items, question=body.question)


def _question_issues(body: InformationQuestion, _today: date) -> Found:
    asked = RequestInformation(request_id=UUID(int=0), items=body.items, question=body.question)
    return command_checks.check_information_request(asked)


def _clock_correction_issues(body: ClockCorrection, today: date) -> Found:
    shape = (
        *one_of("kind", body.kind, CLOCK_CORRECTIONS),
        *exactly_when("on", body.on, "kind is pause or resume", due=body.kind in (PAUSE, RESUME)),
        *exactly_when("ground", body.ground, "kind is pause", due=body.kind == PAUSE),
        *exactly_when("pause", body.pause, "kind is correctPause", due=body.kind == CORRECT_PAUSE),
        *exactly_when("from", body.from_, "kind is correctPause", due=body.kind == CORRECT_PAUSE),
        *(exactly_when("to", body.to, "kind is correctPause", due=False) if body.kind != CORRECT_PAUSE else ()),
        *(
            exactly_when("legalReference", body.legal_reference, "kind is pause", due=False)
            if body.kind != PAUSE
            else ()
        ),
    )
    if shape:
        return shape
    match _clock_change(body):
        case PauseClock() as pause:
            return command_checks.check_pause(pause, today=today)
        case ResumeClock() as resume:
            return command_checks.check_resumption(resume, today=today)
        case corrected:
            return command_checks.check_corrected_pause(corrected, today=today)


def _clock_change(body: ClockCorrection) -> PauseClock | ResumeClock | CorrectPause:
    match body:
        case ClockCorrection(kind="pause", on=date() as on, ground=str() as ground):
            return PauseClock(on=on, ground=ground, motivation=body.motivation, legal_reference=body.legal_reference)
        case ClockCorrection(kind="resume", on=date() as on):
            return ResumeClock(on=on, motivation=body.motivation)
        case ClockCorrection(kind="correctPause", pause=int() as pause, from_=date() as from_):
            return CorrectPause(pause=pause, from_=from_, to=body.to, motivation=body.motivation)
        case _:
            raise AssertionError("the correction was not checked before")


CHANGES: Final = (
    Change(
        resource="labourMarketTests",
        name="addLabourMarketTest",
        action=Action.ADD_LABOUR_MARKET_TEST,
        body=LabourMarketEvidence,
        issues=lambda body, today: check_evidence(body, today=today),
        command=_evidence,
    ),
    Change(
        resource="feePayments",
        name="recordFeePayment",
        action=Action.RECORD_FEE_PAYMENT,
        body=RecordFeePayment,
        issues=lambda body, today: command_checks.check_fee_payment(body, today=today),
        command=_as_sent,
    ),
    Change(
        resource="mandateVerifications",
        name="verifyMandate",
        action=Action.VERIFY_MANDATE,
        body=VerifyMandate,
        issues=lambda _body, _today: (),
        command=_as_sent,
    ),
    Change(
        resource="assignments",
        name="assignCase",
        action=Action.ASSIGN_CASE,
        body=AssignCase,
        issues=lambda body, _today: command_checks.check_assignment(body),
        command=_as_sent,
    ),
    Change(
        resource="informationRequests",
        name="requestInformation",
        action=Action.REQUEST_INFORMATION,
        body=InformationQuestion,
        issues=_question_issues,
        command=_question,
    ),
    Change(
        resource="admissibilityDecisions",
        name="decideAdmissibility",
        action=Action.DECIDE_ADMISSIBILITY,
        body=DecideAdmissibility,
        issues=lambda body, _today: command_checks.check_admissibility(body),
        command=_as_sent,
    ),
    Change(
        resource="workPartDecisions",
        name="decideWorkPart",
        action=Action.DECIDE_WORK_PART,
        body=DecideWorkPart,
        issues=lambda body, _today: command_checks.check_work_part(body),
        command=_as_sent,
    ),
    Change(
        resource="forwardings",
        name="forwardToImmigrationOffice",
        action=Action.FORWARD_TO_IMMIGRATION_OFFICE,
        body=ForwardToImmigrationOffice,
        issues=lambda _body, _today: (),
        command=_as_sent,
    ),
    Change(
        resource="residencePartDecisions",
        name="decideResidencePart",
        action=Action.DECIDE_RESIDENCE_PART,
        body=DecideResidencePart,
        issues=lambda body, today: command_checks.check_residence_part(body, today=today),
        command=_as_sent,
    ),
    Change(
        resource="withdrawals",
        name="withdrawApplication",
        action=Action.WITHDRAW_APPLICATION,
        body=WithdrawApplication,
        issues=lambda body, _today: command_checks.check_withdrawal(body),
        command=_as_sent,
    ),
    Change(
        resource="corrections",
        name="correctCase",
        action=Action.CORRECT_CASE,
        body=CorrectCase,
        issues=lambda body, today: command_checks.check_correction(body, today=today),
        command=_as_sent,
    ),
    Change(
        resource="clockCorrections",
        name="correctClock",
        action=Action.CORRECT_CLOCK,
        body=ClockCorrection,
        issues=_clock_correction_issues,
        command=lambda body, _case_id, _context: _clock_change(body),
    ),
)
"""Beside these a case is changed by a document and by an answer to a request, whose paths are longer."""
