"""How large a case may become. The limits are the service's own, not law; they keep every case affordable to read.

What ends a case is never refused for its size: a decision, a withdrawal, an answer to an open question, an alarm. Each
of these is bounded by what called for it. What an authority does besides may use a reserve that applicants cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from domain.case.application import Application, LabourMarketEvidence
from domain.case.commands import (
    AddLabourMarketEvidence,
    AssignCase,
    AttachDocument,
    CaseCommand,
    CorrectCase,
    CorrectPause,
    DecideAdmissibility,
    DecideResidencePart,
    DecideWorkPart,
    ForwardToImmigrationOffice,
    PauseClock,
    ProvideInformation,
    RaiseDeadline,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    RecordFeePayment,
    RecordIdentifierReplaced,
    RequestInformation,
    ResumeClock,
    SubmitApplication,
    VerifyMandate,
    VoidFeePayment,
    WithdrawApplication,
    WithdrawAssignment,
    WithdrawDocument,
)
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused, InputIssue, Reason
from domain.case.value_checks import OUT_OF_RANGE


class _Room(Enum):
    """How much of a case a kind of command may fill."""

    APPLICANTS = auto()
    AUTHORITIES = auto()
    ALWAYS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruitment:
    """How much evidence of recruitment a case holds: the searches, and the candidates of all of them."""

    searches: int
    candidates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLimits:
    """``stored_bytes`` is what the bodies of its events take; ``reserved_…`` comes on top, for authorities alone.

    ``of_one_kind`` is the most requests for information, pauses, payments and corrections, of each.
    """

    events: int
    reserved_events: int
    stored_bytes: int
    reserved_bytes: int
    searches: int
    candidates: int
    of_one_kind: int

    def issues_of(self, application: Application) -> tuple[InputIssue, ...]:
        """What an application holds too much of to be filed, by field."""
        evidence = application.labour_market_test
        if evidence is None or len(evidence.candidates) <= self.candidates:
            return ()
        return (
            InputIssue(
                path="labourMarketTest.candidates",
                code=OUT_OF_RANGE,
                problem=f"a case holds at most {self.candidates} candidates",
                remedy="describe those together who were not suitable for the same reason",
            ),
        )

    def require_room_for_evidence(self, evidence: LabourMarketEvidence, held: Recruitment) -> None:
        """Raises :class:`CommandRefused` for one search or candidate more than a case holds."""
        if held.searches >= self.searches:
            raise _full(f"holds at most {self.searches} recruitment searches: tell the case handler what is new")
        if held.candidates + len(evidence.candidates) > self.candidates:
            raise _full(
                f"holds at most {self.candidates} candidates and has {held.candidates}: describe those together who "
                "were not suitable for the same reason"
            )

    def require_room(self, case: Case | None, command: CaseCommand, *, events: int, stored_bytes: int) -> None:
        """Raises :class:`CommandRefused` when the case, with ``events`` of ``stored_bytes``, has no room for it."""
        room = _room_of(command)
        if case is None or room is _Room.ALWAYS:
            return
        self._require_one_more(case, command)
        is_reserve_open = room is _Room.AUTHORITIES
        if events >= self.events + (self.reserved_events if is_reserve_open else 0):
            raise _full(f"holds at most {self.events} events: only what brings it to its end can still be recorded")
        if stored_bytes >= self.stored_bytes + (self.reserved_bytes if is_reserve_open else 0):
            raise _full(
                f"holds at most {self.stored_bytes} bytes of texts and facts: only what brings it to its end can still "
                "be recorded"
            )

    def _require_one_more(self, case: Case, command: CaseCommand) -> None:
        match command:
            case RequestInformation():
                held, called = len(case.requests), "requests for information"
            case PauseClock():
                held, called = len(case.pauses) - len(case.requests), "pauses of its clock"
            case RecordFeePayment():
                held, called = len(case.payments), "payments"
            case CorrectCase():
                held, called = case.corrections, "corrections"
            case _:
                return
        if held >= self.of_one_kind:
            raise _full(f"holds at most {self.of_one_kind} {called}: decide on the file as it is")


def _room_of(command: CaseCommand) -> _Room:
    match command:
        case SubmitApplication() | AddLabourMarketEvidence() | AttachDocument():
            return _Room.APPLICANTS
        case (
            AssignCase()
            | WithdrawAssignment()
            | VerifyMandate()
            | RecordFeePayment()
            | VoidFeePayment()
            | WithdrawDocument()
            | CorrectCase()
            | RequestInformation()
            | PauseClock()
            | CorrectPause()
        ):
            return _Room.AUTHORITIES
        case (
            DecideAdmissibility()
            | DecideWorkPart()
            | ForwardToImmigrationOffice()
            | DecideResidencePart()
            | WithdrawApplication()
            | ProvideInformation()
            | ResumeClock()
            | RaiseDeadline()
            | RecordCrossroadsAnswer()
            | RecordCrossroadsFailure()
            | RecordIdentifierReplaced()
        ):
            return _Room.ALWAYS
        case _:
            assert_never(command)


def _full(sentence: str) -> CommandRefused:
    return CommandRefused(Reason.CASE_IS_FULL, f"a case {sentence}")
