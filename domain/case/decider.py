"""``decide(state, command) -> events`` or a refusal. A repeated command decides to nothing."""

from __future__ import annotations

from typing import assert_never

from domain.case import decision
from domain.case.codes import LIVE_AUTHORITIES
from domain.case.commands import (
    AddLabourMarketEvidence,
    CaseCommand,
    CommandContext,
    DecideApplication,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    SubmitApplication,
    WithdrawApplication,
)
from domain.case.events import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CaseEvent,
    CrossroadsCheckAnswered,
    CrossroadsCheckFailed,
    CrossroadsCheckRequested,
    DeclaredQuarter,
    EmployerIdentified,
    JobOffered,
    LabourMarketEvidenceAdded,
)
from domain.case.lifecycle import Case, CaseStatus, CheckState, evolve
from domain.case.refusals import CommandRefused, Reason
from domain.case.verification import (
    labour_market_test_assessed,
    salary_from_contract,
    salary_from_declared_wages,
)
from domain.crossroads.answers import CheckKind, DeclaredWages, EmployerOnRegister, NoDataFound
from domain.crossroads.check_process import checks_due
from domain.law.rulebook import Rulebook


def decide(case: Case | None, command: CaseCommand, context: CommandContext, rulebook: Rulebook) -> list[CaseEvent]:
    """The events that ``command`` brings about, none if it brings nothing new.

    Raises :class:`CommandRefused`. Pure: the same arguments always give the same events.
    """
    if isinstance(command, SubmitApplication):
        return _submit(case, command, context, rulebook)
    if case is None:
        raise CommandRefused(Reason.APPLICATION_UNKNOWN, "there is no application with this id")
    match command:
        case RecordCrossroadsAnswer():
            return _record_answer(case, command, context, rulebook)
        case RecordCrossroadsFailure():
            return _record_failure(case, command, context, rulebook)
        case AddLabourMarketEvidence():
            return _add_evidence(case, command, context, rulebook)
        case DecideApplication():
            require_open(case)
            return [decision.decided(case, command, context, rulebook)]
        case WithdrawApplication():
            return _withdraw(case, command, context)
        case _:
            assert_never(command)


def require_open(case: Case) -> None:
    """Refuse whatever changes a case that has ended."""
    if case.status is CaseStatus.WITHDRAWN:
        raise CommandRefused(Reason.ALREADY_WITHDRAWN, "the applicant has withdrawn this application")
    if not case.is_open:
        raise CommandRefused(Reason.ALREADY_DECIDED, f"the application has been decided: {case.status.value}")


def _submit(
    case: Case | None, command: SubmitApplication, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    if case is not None:
        raise CommandRefused(Reason.ALREADY_SUBMITTED, "an application with this id was filed before")
    filed = command.application
    if filed.authority not in LIVE_AUTHORITIES:
        raise CommandRefused(
            Reason.AUTHORITY_NOT_LIVE,
            f"the authority {filed.authority} does not take applications here yet; "
            f"file with its own counter (live here: {', '.join(LIVE_AUTHORITIES)})",
        )
    job, evidence = filed.employment, filed.labour_market_test
    submitted = ApplicationSubmitted(
        effective_at=context.now,
        reference=command.minted.reference,
        authority=filed.authority,
        kind=filed.kind,
        category=filed.category,
        renewal=filed.renewal,
        change_of_employer=filed.change_of_employer,
        procedure_language=filed.procedure_language,
        filed_by=filed.filed_by,
        employer=filed.employer,
        representative=filed.representative,
        employment=JobOffered(
            start=job.start,
            end=job.end,
            contract=job.contract,
            full_time_equivalent=job.full_time_equivalent,
            workplace=job.workplace,
            occupation_code=job.occupation_code,
            qualification_level=job.qualification_level,
            joint_committee=job.joint_committee,
        ),
        publications=None if evidence is None else evidence.publications,
        documents=filed.documents,
        worker_subject=command.minted.worker_subject,
        worker=filed.worker,
        gross_pay=job.gross_pay,
        title=job.title,
        candidates=() if evidence is None else evidence.candidates,
        transfer=filed.transfer,
        work_history=filed.work_history,
    )
    events: list[CaseEvent] = [submitted]
    events += (
        CrossroadsCheckRequested(effective_at=context.now, check=check.value, revision=1) for check in checks_due(filed)
    )
    if evidence is not None:
        events += labour_market_test_assessed(evolve(None, submitted), context, rulebook)
    return events


def _record_answer(
    case: Case, command: RecordCrossroadsAnswer, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    if not _is_awaited(case, command.check, command.revision):
        return []
    answer = command.answer
    events: list[CaseEvent] = [
        CrossroadsCheckAnswered(
            effective_at=context.now,
            check=command.check.value,
            revision=command.revision,
            outcome=(CheckState.NO_DATA if isinstance(answer, NoDataFound) else CheckState.FOUND).value,
            ticket=command.ticket,
            worker_subject=case.worker_subject,
            answer_sha256=command.answer_sha256,
        )
    ]
    if isinstance(answer, EmployerOnRegister):
        events.append(
            EmployerIdentified(
                effective_at=context.now,
                enterprise_number=answer.enterprise_number,
                name=answer.name,
                active=answer.active,
            )
        )
    if command.check is CheckKind.DECLARED_WAGES:
        declared = answer.quarters if isinstance(answer, DeclaredWages) else ()
        quarters = tuple(DeclaredQuarter(quarter=each.quarter, gross=each.gross) for each in declared)
        events += salary_from_declared_wages(case, quarters, context, rulebook)
    else:
        events += salary_from_contract(case, context, rulebook)
    return events


def _record_failure(
    case: Case, command: RecordCrossroadsFailure, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    if not _is_awaited(case, command.check, command.revision):
        return []
    events: list[CaseEvent] = [
        CrossroadsCheckFailed(
            effective_at=context.now,
            check=command.check.value,
            revision=command.revision,
            reason=command.reason,
            attempts=command.attempts,
        )
    ]
    if command.check is CheckKind.EMPLOYER_REGISTER:
        events += salary_from_contract(case, context, rulebook)
    return events


def _add_evidence(
    case: Case, command: AddLabourMarketEvidence, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    require_open(case)
    added = LabourMarketEvidenceAdded(
        effective_at=context.now,
        publications=command.evidence.publications,
        worker_subject=case.worker_subject,
        candidates=command.evidence.candidates,
    )
    return [added, *labour_market_test_assessed(evolve(case, added), context, rulebook)]


def _withdraw(case: Case, command: WithdrawApplication, context: CommandContext) -> list[CaseEvent]:
    if case.status is CaseStatus.WITHDRAWN:
        return []
    require_open(case)
    return [
        ApplicationWithdrawn(
            effective_at=context.now,
            by=context.actor,
            worker_subject=case.worker_subject,
            reason=command.reason,
        )
    ]


def _is_awaited(case: Case, check: CheckKind, revision: int) -> bool:
    """An answer counts once, for the revision that was asked last, while the case is open."""
    asked = case.checks.get(check.value)
    return case.is_open and asked is not None and asked.revision == revision and asked.state is CheckState.REQUESTED
