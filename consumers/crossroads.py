"""What a requested Crossroads check means: find the identifiers, ask, and record what came back.

The message says only case, check and revision; the identifiers are read from the case when they are needed.
An unanswered question is recorded as such and becomes a task for a person: never a pass, never a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final, Protocol
from uuid import UUID, uuid4

from domain.case.commands import (
    CIVIL_TIME,
    CaseCommand,
    CommandContext,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
)
from domain.case.events import ApplicationSubmitted, CaseCorrected, CaseEvent
from domain.case.handling import Receipt
from domain.case.personal_data import revealed
from domain.crossroads.answers import (
    CheckKind,
    CheckUnanswered,
    CrossroadsAnswer,
    EmployerAnswer,
    UnansweredReason,
    WagesAnswer,
    ticket_of,
)
from domain.crossroads.check_process import quarters_to_ask

ACTOR: Final = "crossroadsConsumer"


class CrossroadsGateway(Protocol):
    """The Crossroads Bank as this consumer asks it. Both raise :class:`CheckUnanswered`."""

    def employer(self, enterprise_number: str, *, ticket: str) -> EmployerAnswer: ...

    def declared_wages(
        self, ssin: str, enterprise_number: str, quarters: Sequence[str], *, ticket: str
    ) -> WagesAnswer: ...


class Cases(Protocol):
    """The cases as this consumer reads and changes them."""

    def events_of(self, case_id: UUID) -> Sequence[CaseEvent]: ...

    def handle(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """The message: which check of which case; ``event_id`` names the event that asked, as causation."""

    case_id: UUID
    check: CheckKind
    revision: int
    event_id: str


class BankHeldBack(Exception):
    """The breaker is open, so the bank was not even asked: try the same message again a little later."""


class CrossroadsChecks:
    """Carries out check requests; doing one twice records its answer once."""

    def __init__(self, cases: Cases, gateway: CrossroadsGateway, now: Callable[[], datetime]) -> None:
        self._cases = cases
        self._gateway = gateway
        self._now = now

    def carry_out(self, request: CheckRequest) -> None:
        """Ask the bank and record the outcome. Raises :class:`BankHeldBack` when it could not be asked."""
        ticket = ticket_of(str(request.case_id), request.check, request.revision)
        command: CaseCommand
        try:
            answer = self._ask(request, ticket)
            command = RecordCrossroadsAnswer(
                check=request.check,
                revision=request.revision,
                ticket=ticket,
                answer=answer,
                answer_sha256=sha256(repr(answer).encode()).hexdigest(),
            )
        except CheckUnanswered as why:
            if why.reason == UnansweredReason.BREAKER_OPEN and why.attempts == 0:
                raise BankHeldBack from why
            command = RecordCrossroadsFailure(
                check=request.check, revision=request.revision, reason=why.reason, attempts=why.attempts
            )
        # A fresh id for each attempt: a question asked twice (after a crash) may be answered differently, and it
        # is the case that takes the first answer and ignores the second. No digest of the answer here: command
        # ids stand in clear in the journal, and a wage is quickly guessed from its digest.
        context = CommandContext(
            actor=ACTOR, command_id=f"{ticket}/{uuid4()}", now=self._now(), causation_id=request.event_id
        )
        self._cases.handle(request.case_id, command, context)

    def _ask(self, request: CheckRequest, ticket: str) -> CrossroadsAnswer:
        identified = _identified(self._cases.events_of(request.case_id))
        if request.check is CheckKind.EMPLOYER_REGISTER:
            return self._gateway.employer(identified.employer_number, ticket=ticket)
        if identified.ssin is None:
            raise CheckUnanswered(UnansweredReason.SSIN_UNKNOWN, 0)
        quarters = quarters_to_ask(identified.filed_on)
        return self._gateway.declared_wages(identified.ssin, identified.employer_number, quarters, ticket=ticket)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identified:
    """Whom a check is about, by the numbers on file now."""

    filed_on: date
    employer_number: str
    ssin: str | None


def _identified(events: Sequence[CaseEvent]) -> _Identified:
    """As it was filed, with what has been corrected since."""
    filed = events[0]
    if not isinstance(filed, ApplicationSubmitted):
        raise AssertionError("a case begins with its submission")
    employer, worker = filed.employer, revealed(filed.worker)
    for event in events:
        if isinstance(event, CaseCorrected):
            employer = event.employer or employer
            worker = revealed(event.worker) or worker
    return _Identified(
        filed_on=filed.effective_at.astimezone(CIVIL_TIME).date(),
        employer_number=employer.enterprise_number,
        ssin=None if worker is None else worker.ssin,
    )
