"""Recording a list of payments at once: each line judged, and all recorded or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from api.services.lists import ListService
from domain.case.commands import RecordFeePayment
from domain.case.payment_lines import (
    GOOD,
    LineOutcome,
    PaymentLine,
    SentLine,
    command_of,
    judged_alone,
    judged_in,
)
from domain.case.refusals import CommandRefused, Reason
from infra.keys import KeyDestroyed
from infra.postgres.read_models.case_snapshots import CaseSnapshot
from projections.lists.own_queries import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    """A line and its ``outcome``; ``case_id`` and ``reference`` are of the application that it pays for, if known."""

    sent: SentLine
    outcome: LineOutcome
    case_id: UUID | None = None
    reference: str | None = None
    command: RecordFeePayment | None = None


class PaymentListService:
    """The use cases of lists of payments; safe between threads."""

    def __init__(self, program: Program, cases: CaseService, lists: ListService) -> None:
        self._program = program
        self._cases = cases
        self._lists = lists

    def judged(self, caller: AuthorisedCaller, sent: Sequence[SentLine]) -> tuple[JudgedLine, ...]:
        """What would become of each line; nothing is recorded."""
        by_number = {each.number: each for each in sent}
        return tuple(
            self._judged(caller, by_number[each.number], each)
            if isinstance(each, PaymentLine)
            else JudgedLine(sent=each[0], outcome=each[1])
            for each in judged_alone(sent, self._cases.today)
        )

    def record(self, caller: AuthorisedCaller, sent: Sequence[SentLine]) -> tuple[JudgedLine, ...]:
        """Record every line, unless one of them is at fault: then none is.

        Each line is one event of its case. Where recording is interrupted, what was recorded stays, and sending the
        list again records the rest: a line is the same payment by what it says, whoever sends it under whatever key.
        """
        judged = self.judged(caller, sent)
        if not is_in_order(judged):
            return judged
        return tuple(self._recorded(caller, each) for each in judged)

    def _judged(self, caller: AuthorisedCaller, sent: SentLine, line: PaymentLine) -> JudgedLine:
        fee = line.communication.fee
        if fee is None:
            return JudgedLine(sent=sent, outcome=LineOutcome.APPLICATION_UNKNOWN)
        wanted = Wanted(reference=str(fee.reference))
        # A record of another system may bear the same reference; whose communication it is, its stream says.
        listed = self._lists.find(caller, wanted, limit=10, after=None).items
        for snapshot in self._cases.within_reach(caller, (each.case_id for each in listed)):
            command = command_of(snapshot.case, line)
            if command is not None:
                return JudgedLine(
                    sent=sent,
                    outcome=self._outcome(caller, snapshot, command),
                    case_id=snapshot.case_id,
                    reference=snapshot.case.reference,
                    command=command,
                )
        return JudgedLine(sent=sent, outcome=LineOutcome.APPLICATION_UNKNOWN)

    def _outcome(self, caller: AuthorisedCaller, snapshot: CaseSnapshot, command: RecordFeePayment) -> LineOutcome:
        outcome = judged_in(snapshot.case, command)
        if outcome is not LineOutcome.READY:
            return outcome
        try:
            context = self._cases.context(caller, _command_id(command))
            self._program.require_possible(snapshot.stream, command, context)
        except CommandRefused:
            # Its authority decides elsewhere, or it has as many payments as a case holds.
            return LineOutcome.REFUSED
        return outcome

    def _recorded(self, caller: AuthorisedCaller, judged: JudgedLine) -> JudgedLine:
        if judged.outcome is not LineOutcome.READY or judged.command is None or judged.case_id is None:
            return judged
        context = self._cases.context(caller, _command_id(judged.command))
        try:
            self._cases.change(caller, judged.case_id, judged.command, context)
        except CommandRefused as why:
            # The case has moved on since the lines were judged.
            is_there = why.reason is Reason.PAYMENT_ALREADY_RECORDED
            return replace(judged, outcome=LineOutcome.ON_RECORD if is_there else LineOutcome.REFUSED)
        except KeyDestroyed:
            return replace(judged, outcome=LineOutcome.REFUSED)
        return replace(judged, outcome=LineOutcome.RECORDED)


def is_in_order(judged: Iterable[JudgedLine]) -> bool:
    """Whether no line is at fault."""
    return all(each.outcome in GOOD for each in judged)


def _command_id(command: RecordFeePayment) -> str:
    """Of what the line says: the same payment sent twice at once is one command."""
    said = f"{command.payment_reference} {command.paid_on} {command.amount}"
    return f"payment-line-{sha256(said.encode()).hexdigest()[:40]}"
