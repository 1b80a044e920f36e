"""``decide(state, command) -> events`` or a refusal. A repeated command decides to nothing.

Each command is decided in the module of its part of the procedure; what an applicant does to the file, withdrawing it
too, is in :mod:`domain.case.filing`.
"""

from __future__ import annotations

from typing import assert_never

from domain.case import admissibility, checking, clock_changes, decision, fee_payments, filing, processing, residence
from domain.case.commands import (
    AddLabourMarketEvidence,
    AssignCase,
    AttachDocument,
    CaseCommand,
    CommandContext,
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
from domain.case.events import CaseEvent
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused, Reason
from domain.law.rulebook import Rulebook


def decide(case: Case | None, command: CaseCommand, context: CommandContext, rulebook: Rulebook) -> list[CaseEvent]:
    """The events that ``command`` brings about, none if it brings nothing new.

    Raises :class:`CommandRefused`. Pure: the same arguments always give the same events.
    """
    if isinstance(command, SubmitApplication):
        return filing.submit(case, command, context, rulebook)
    if case is None:
        raise CommandRefused(Reason.APPLICATION_UNKNOWN, "there is no application with this id")
    match command:
        case AttachDocument():
            return filing.attach_document(case, command, context)
        case WithdrawDocument():
            return filing.withdraw_document(case, command, context)
        case RecordFeePayment():
            return fee_payments.record_fee_payment(case, command, context)
        case VoidFeePayment():
            return fee_payments.void_fee_payment(case, command, context)
        case CorrectCase():
            return filing.correct(case, command, context, rulebook)
        case WithdrawApplication():
            return filing.withdraw(case, command, context)
        case RecordCrossroadsAnswer():
            return checking.record_answer(case, command, context, rulebook)
        case RecordCrossroadsFailure():
            return checking.record_failure(case, command, context, rulebook)
        case RecordIdentifierReplaced():
            return checking.record_replacement(case, command, context)
        case AddLabourMarketEvidence():
            return checking.add_evidence(case, command, context, rulebook)
        case AssignCase():
            return processing.assign(case, command, context)
        case WithdrawAssignment():
            return processing.withdraw_assignment(case, command, context)
        case VerifyMandate():
            return processing.verify_mandate(case, command, context)
        case RequestInformation():
            return processing.request_information(case, command, context, rulebook)
        case ProvideInformation():
            return processing.provide_information(case, command, context)
        case DecideAdmissibility():
            return admissibility.decide_admissibility(case, command, context, rulebook)
        case DecideWorkPart():
            return decision.decide_work_part(case, command, context, rulebook)
        case ForwardToImmigrationOffice():
            return residence.forward(case, command, context)
        case DecideResidencePart():
            return residence.decide_residence_part(case, command, context)
        case PauseClock():
            return clock_changes.pause(case, command, context)
        case ResumeClock():
            return clock_changes.resume(case, command, context)
        case CorrectPause():
            return clock_changes.correct_pause(case, command, context)
        case RaiseDeadline():
            return clock_changes.raise_deadline(case, command, context)
        case _:
            assert_never(command)
