"""What the Crossroads Bank says, and further proof of recruitment: facts that the rules judge at once."""

from __future__ import annotations

from functools import reduce

from domain.case.commands import (
    AddLabourMarketEvidence,
    CommandContext,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    RecordIdentifierReplaced,
)
from domain.case.events import (
    CaseEvent,
    CrossroadsCheckAnswered,
    CrossroadsCheckFailed,
    CrossroadsCheckRequested,
    DeclaredQuarter,
    EmployerIdentified,
    LabourMarketEvidenceAdded,
    PersonIdentifierReplaced,
)
from domain.case.folding import evolve
from domain.case.left_open import ABOUT_THE_EMPLOYER, left_open
from domain.case.lifecycle import Case, CheckState
from domain.case.openness import require_work_part_open
from domain.case.verification import (
    employment_verified,
    labour_market_test_assessed,
    salary_from_contract,
    salary_from_declared_wages,
)
from domain.copies import replace
from domain.crossroads.answers import (
    ABOUT_THE_WORKER,
    CheckKind,
    DeclaredEmployment,
    DeclaredWages,
    EmployerOnRegister,
    NoDataFound,
    RegisteredAddress,
    UnansweredReason,
)
from domain.law.rulebook import Rulebook


def is_awaited(case: Case, check: CheckKind, revision: int) -> bool:
    """An answer counts once, for the revision that was requested last, while the case is open."""
    current = case.checks.get(check.value)
    return (
        case.is_open and current is not None and current.revision == revision and current.state is CheckState.REQUESTED
    )


def record_answer(
    case: Case, command: RecordCrossroadsAnswer, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    if not is_awaited(case, command.check, command.revision):
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
        events.append(_employer_identified(case, answer, context, rulebook))
    # What is judged now is judged on a file that holds the answer, as a later judgement will find it.
    case = reduce(evolve, events, case)
    if command.check is CheckKind.DECLARED_WAGES:
        declared = answer.quarters if isinstance(answer, DeclaredWages) else ()
        quarters = tuple(DeclaredQuarter(quarter=each.quarter, gross=each.gross) for each in declared)
        events += salary_from_declared_wages(case, quarters, context, rulebook)
    if isinstance(answer, DeclaredEmployment):
        events.append(employment_verified(case, answer, context))
    if command.check is CheckKind.EMPLOYER_REGISTER:
        events += salary_from_contract(case, context, rulebook)
    return events


def _unit_address(answer: EmployerOnRegister, number: str | None) -> RegisteredAddress | None:
    """The address of the unit that the application names: of several units nobody guesses the one that is meant."""
    return next((each.address for each in answer.establishment_units if each.number == number), None)


def _code_at(address: RegisteredAddress | None) -> str | None:
    return None if address is None else address.municipality_code


def _employer_identified(
    case: Case, answer: EmployerOnRegister, context: CommandContext, rulebook: Rulebook
) -> EmployerIdentified:
    """What the register says of the employer, and what the law requires that the register does not say."""
    identified = EmployerIdentified(
        effective_at=context.now,
        enterprise_number=answer.enterprise_number,
        active=answer.active,
        registered_office_municipality=_code_at(answer.address),
        establishment_unit_municipality=_code_at(_unit_address(answer, case.establishment_unit_number)),
        founded_on=answer.founded_on,
        has_staff=answer.has_staff,
        worker_subject=case.worker_subject,
        name=answer.name,
        has_debts=answer.has_debts,
    )
    return replace(
        identified, left_open=left_open(evolve(case, identified), ABOUT_THE_EMPLOYER, context.today, rulebook)
    )


def record_replacement(case: Case, command: RecordIdentifierReplaced, context: CommandContext) -> list[CaseEvent]:
    """The newer number takes the place of the one on file, and open checks on the worker are requested again.

    Numbers that replace each other in a circle are a matter for a person.
    """
    if not is_awaited(case, command.check, command.revision):
        return []
    if not case.worker_numbers or command.ssin in case.worker_numbers:
        return [
            CrossroadsCheckFailed(
                effective_at=context.now,
                check=command.check.value,
                revision=command.revision,
                reason=UnansweredReason.SSIN_REPLACED.value,
                attempts=command.attempts,
            )
        ]
    replaced = PersonIdentifierReplaced(
        effective_at=context.now,
        worker_subject=case.worker_subject,
        replaced=case.worker_numbers[-1],
        ssin=command.ssin,
    )
    asked_again = (
        CrossroadsCheckRequested(effective_at=context.now, check=name, revision=check.revision + 1)
        for name, check in case.checks.items()
        if check.state is CheckState.REQUESTED and name in ABOUT_THE_WORKER
    )
    return [replaced, *asked_again]


def record_failure(
    case: Case, command: RecordCrossroadsFailure, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    if not is_awaited(case, command.check, command.revision):
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


def add_evidence(
    case: Case, command: AddLabourMarketEvidence, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    require_work_part_open(case)
    added = LabourMarketEvidenceAdded(
        effective_at=context.now,
        publications=command.evidence.publications,
        worker_subject=case.worker_subject,
        candidates=command.evidence.candidates,
    )
    return [added, *labour_market_test_assessed(evolve(case, added), context, rulebook)]
