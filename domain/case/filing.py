"""What the applicant brings and takes back: filing, documents, corrections, withdrawal."""

from __future__ import annotations

from functools import reduce
from typing import Final

from domain.case.application import Application, Employer, Employment
from domain.case.commands import (
    AttachDocument,
    CommandContext,
    CorrectCase,
    SubmitApplication,
    WithdrawApplication,
    WithdrawDocument,
)
from domain.case.events import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CaseCorrected,
    CaseEvent,
    CrossroadsCheckRequested,
    DocumentAttached,
    DocumentWithdrawn,
    EmployerNumbers,
    JobOffered,
    RepresentativeNumber,
)
from domain.case.folding import evolve
from domain.case.left_open import ABOUT_THE_CONTRACT, left_open
from domain.case.lifecycle import Case, CaseStatus, Check, CheckState
from domain.case.openness import require_open
from domain.case.refusals import CommandRefused, Reason
from domain.case.verification import labour_market_test_assessed, salary_reassessed
from domain.copies import replace
from domain.crossroads.answers import ABOUT_THE_WORKER, CheckKind
from domain.law.rulebook import Rulebook

_NEVER_ASKED: Final = Check(revision=0, state=CheckState.REQUESTED)

WORKER: Final = "worker"
EMPLOYER: Final = "employer"
EMPLOYMENT: Final = "employment"


def submit(
    case: Case | None, command: SubmitApplication, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    if case is not None:
        raise CommandRefused(Reason.ALREADY_SUBMITTED, "an application with this id was filed before")
    filed = command.application
    job, evidence = filed.employment, filed.labour_market_test
    submitted = ApplicationSubmitted(
        effective_at=context.now,
        reference=command.minted.reference,
        authority=filed.authority,
        kind=filed.kind,
        category=filed.category,
        renewal=filed.renewal,
        change_of_employer=filed.change_of_employer,
        renewal_of=filed.renewal_of,
        procedure_language=filed.procedure_language,
        filed_by=filed.filed_by,
        employer=_numbers_of(filed.employer),
        representative=None
        if filed.representative is None
        else RepresentativeNumber(enterprise_number=filed.representative.enterprise_number),
        employment=job_offered(job),
        publications=None if evidence is None else evidence.publications,
        documents=filed.documents,
        worker_subject=command.minted.worker_subject,
        worker=filed.worker,
        gross_pay=job.gross_pay,
        title=job.title,
        candidates=() if evidence is None else evidence.candidates,
        transfer=filed.transfer,
        work_history=filed.work_history,
        employer_name=filed.employer.name,
        mandate_reference=None if filed.representative is None else filed.representative.mandate_reference,
    )
    case = evolve(None, submitted)
    submitted = replace(submitted, left_open=left_open(case, ABOUT_THE_CONTRACT, context.today, rulebook))
    events: list[CaseEvent] = [submitted]
    events += (
        CrossroadsCheckRequested(effective_at=context.now, check=due.value, revision=1) for due in _checks_due(filed)
    )
    if evidence is not None:
        events += labour_market_test_assessed(case, context, rulebook)
    events += (
        DocumentAttached(effective_at=context.now, document=each, by=context.actor, worker_subject=case.worker_subject)
        for each in command.received
    )
    return events


def _checks_due(application: Application) -> tuple[CheckKind, ...]:
    """The checks that filing makes due: which questions an application raises at the Crossroads Bank.

    The employer is looked up always. Declared wages exist only for a worker who already works here, so only a renewal
    is confirmed from them; a first application is judged on its contract (FACTS 6.5). A work history, which permits of
    unlimited duration rest on, is compared with the employments that were declared (Dimona). Either question shows
    what is wrong with the worker's number; where neither is due, a number that was given is looked up by itself.
    """
    names_the_worker = application.renewal or bool(application.work_history)
    due = {
        CheckKind.EMPLOYER_REGISTER: True,
        CheckKind.WORKER_IDENTITY: application.worker.ssin is not None and not names_the_worker,
        CheckKind.DECLARED_WAGES: application.renewal,
        CheckKind.DECLARED_EMPLOYMENT: bool(application.work_history),
    }
    return tuple(check for check, is_due in due.items() if is_due)


def attach_document(case: Case, command: AttachDocument, context: CommandContext) -> list[CaseEvent]:
    """The same file under the same kind is in the case once."""
    require_open(case)
    if command.document in case.documents:
        return []
    return [
        DocumentAttached(
            effective_at=context.now,
            document=command.document,
            by=context.actor,
            worker_subject=case.worker_subject,
        )
    ]


def withdraw_document(case: Case, command: WithdrawDocument, context: CommandContext) -> list[CaseEvent]:
    """Take back a file that was attached by mistake, as whatever it was attached.

    Raises :class:`CommandRefused` for a file that was never in the case, and once the work part is decided: the
    decision rests on what was in the file then.
    """
    require_open(case)
    if all(each.sha256 != command.sha256 for each in case.named_documents):
        raise CommandRefused(Reason.DOCUMENT_NOT_ATTACHED, "no file with this digest is attached to the case")
    withdrawn = [each for each in case.documents if each.sha256 == command.sha256]
    if withdrawn and case.work_part is not None:
        raise CommandRefused(
            Reason.NOT_CORRECTABLE_NOW,
            "the decision on the work part rests on this file: it can no longer be withdrawn",
        )
    return [
        DocumentWithdrawn(
            effective_at=context.now,
            document=each,
            by=context.actor,
            worker_subject=case.worker_subject,
            reason=command.reason,
        )
        for each in withdrawn
    ]


def correct(case: Case, command: CorrectCase, context: CommandContext, rulebook: Rulebook) -> list[CaseEvent]:
    """Correct what was wrong from the start. Pay that was judged already is judged again, and what the Crossroads
    Bank answered for another employer or another person is requested again.

    Once the work part is decided only the worker's own particulars are corrected: the decision rests on the rest.
    """
    parts = {WORKER: command.worker, EMPLOYER: command.employer, EMPLOYMENT: command.employment}
    corrected = tuple(name for name, part in parts.items() if part is not None)
    if (not case.is_open or case.work_part is not None) and corrected != (WORKER,):
        raise CommandRefused(
            Reason.NOT_CORRECTABLE_NOW,
            f"the work part is decided or the case has ended, and that rests on the file as it was: correct only the "
            f"{WORKER}, or revise the decision",
        )
    employer, job = command.employer, command.employment
    event = CaseCorrected(
        effective_at=context.now,
        corrected=corrected,
        employer=None if employer is None else _numbers_of(employer),
        employment=None if job is None else job_offered(job),
        by=context.actor,
        worker_subject=case.worker_subject,
        worker=command.worker,
        gross_pay=None if job is None else job.gross_pay,
        title=None if job is None else job.title,
        employer_name=None if employer is None else employer.name,
        reason=command.reason,
    )
    asked_again = _checks_due_again(case, command, context) if case.is_open else []
    if job is None:
        return [event, *asked_again]
    event = replace(event, left_open=left_open(evolve(case, event), ABOUT_THE_CONTRACT, context.today, rulebook))
    # Pay is judged on the file as these events leave it: what was known of another employer is known no longer.
    corrected_case = reduce(evolve, asked_again, evolve(case, event))
    return [event, *asked_again, *salary_reassessed(corrected_case, context, rulebook)]


def _checks_due_again(case: Case, command: CorrectCase, context: CommandContext) -> list[CaseEvent]:
    """The checks whose answers were about somebody else than the correction names, under their next revision."""
    employer = None if command.employer is None else command.employer.enterprise_number
    other_employer = employer is not None and employer != case.employer_number
    unit = case.establishment_unit_number if command.employer is None else command.employer.establishment_unit_number
    # The SSIN on file is personal and may be erased, so a corrected worker is checked again.
    other_person = command.worker is not None
    due = {
        CheckKind.EMPLOYER_REGISTER: other_employer or unit != case.establishment_unit_number,
        CheckKind.WORKER_IDENTITY: other_person,
        CheckKind.DECLARED_WAGES: other_employer or other_person,
        CheckKind.DECLARED_EMPLOYMENT: other_person,
    }
    checks = dict(case.checks)
    if command.worker is not None and command.worker.ssin is not None and not ABOUT_THE_WORKER & checks.keys():
        checks.setdefault(CheckKind.WORKER_IDENTITY.value, _NEVER_ASKED)
    return [
        CrossroadsCheckRequested(effective_at=context.now, check=name, revision=check.revision + 1)
        for name, check in checks.items()
        if due[CheckKind(name)]
    ]


def withdraw(case: Case, command: WithdrawApplication, context: CommandContext) -> list[CaseEvent]:
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


def _numbers_of(employer: Employer) -> EmployerNumbers:
    return EmployerNumbers(
        enterprise_number=employer.enterprise_number, establishment_unit_number=employer.establishment_unit_number
    )


def job_offered(job: Employment) -> JobOffered:
    """The job as far as it says nothing about a named person."""
    return JobOffered(
        start=job.start,
        end=job.end,
        contract=job.contract,
        full_time_equivalent=job.full_time_equivalent,
        workplace=job.workplace,
        occupation_code=job.occupation_code,
        qualification_level=job.qualification_level,
        joint_committee=job.joint_committee,
        contract_states=job.contract_states,
    )
