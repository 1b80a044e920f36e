"""What each event means for a case: ``evolve(case, event) -> case``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, assert_never

from domain.case.application import GrossPay, Worker
from domain.case.case_facts import of_job, of_publications, of_work_history, of_worker
from domain.case.events import (
    ApplicationDecided,
    ApplicationDecidedAtOnce,
    ApplicationDeclaredAdmissible,
    ApplicationDeclaredInadmissible,
    ApplicationForwardedToImmigrationOffice,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    AssignmentWithdrawn,
    CaseAssigned,
    CaseCorrected,
    CaseEvent,
    ClockCorrected,
    ClockPaused,
    ClockResumed,
    CrossroadsCheckAnswered,
    CrossroadsCheckFailed,
    CrossroadsCheckRequested,
    DeadlineBreached,
    DeadlineWarned,
    DocumentAttached,
    DocumentWithdrawn,
    EmployerIdentified,
    EmploymentVerified,
    FeePaid,
    FeePaymentVoided,
    InformationProvided,
    InformationRequested,
    LabourMarketEvidenceAdded,
    LabourMarketTestAssessed,
    LegacyRecordRetold,
    MandateVerified,
    PersonIdentifierReplaced,
    ResidencePartDecided,
    SalaryVerified,
    WorkPartDecided,
)
from domain.case.lifecycle import Act, Case, CaseStatus, Check, CheckState, FeePayment, InformationRequest
from domain.case.manual_tasks import tasks_after
from domain.case.personal_data import Personal, revealed
from domain.case.retold import retold
from domain.civil_time import civil_day
from domain.copies import replace
from domain.crossroads.answers import CheckKind
from domain.deadlines.pauses import Pause
from domain.law.facts import ApplicationFacts


class StreamCorrupt(Exception):
    """The events of a stream do not make a case, such as one that does not begin with its submission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What the events of a stream make up to ``version``; the next ones are folded from here.

    ``latest_on`` is the last civil day on which any of them took effect, None when there are none.
    """

    version: int
    case: Case | None
    latest_on: date | None

    def and_then(self, events: Sequence[CaseEvent]) -> Folded:
        """The same with the ``events`` that follow. Raises :class:`StreamCorrupt`."""
        if not events:
            return self
        days = (civil_day(each.effective_at) for each in events)
        return Folded(
            version=self.version + len(events),
            case=fold(events, self.case),
            latest_on=max(days) if self.latest_on is None else max(self.latest_on, *days),
        )


NOTHING: Final = Folded(version=0, case=None, latest_on=None)


def fold(events: Iterable[CaseEvent], case: Case | None = None) -> Case | None:
    """The case that ``events`` make of ``case``, or of nothing: None when there are none then."""
    for event in events:
        case = evolve(case, event)
    return case


def evolve(case: Case | None, event: CaseEvent) -> Case:
    """The case after ``event``. Raises :class:`StreamCorrupt` for one that has no case to change, or files it again."""
    if isinstance(event, ApplicationSubmitted) and case is None:
        return _submitted(event)
    if isinstance(event, LegacyRecordRetold):
        return retold(case, event)
    if case is None:
        raise StreamCorrupt(
            f"the stream begins with {type(event).__name__}, not with ApplicationSubmitted or LegacyRecordRetold"
        )
    changed, tasks = _changed(case, event), tasks_after(case.manual_tasks, event)
    # Few events give or settle a task, and a copy costs more than all else here.
    return changed if tasks == case.manual_tasks else replace(changed, manual_tasks=tasks)


def _submitted(event: ApplicationSubmitted) -> Case:
    # A renewal is judged on declared wages: until they are known its pay is not, whatever the contract says.
    pay: GrossPay | None = None if event.renewal else revealed(event.gross_pay)
    transfer = revealed(event.transfer)
    return Case(
        reference=event.reference,
        status=CaseStatus.SUBMITTED,
        kind=event.kind,
        renewal=event.renewal,
        filed_by=event.filed_by,
        employer_number=event.employer.enterprise_number,
        establishment_unit_number=event.employer.establishment_unit_number,
        representative=event.representative,
        worker_subject=event.worker_subject,
        worker_numbers=_numbers_with((), event.worker),
        manual_tasks=tasks_after((), event),
        documents=event.documents,
        facts=ApplicationFacts(
            authority=event.authority,
            category=event.category,
            filed_on=civil_day(event.effective_at),
            gross_pay=None if pay is None else pay.amount,
            pay_period=None if pay is None else pay.period,
            publications=None if event.publications is None else of_publications(event.publications),
            renewal=event.renewal,
            change_of_employer=event.change_of_employer,
            filed_by=event.filed_by,
            mandate_reference=revealed(event.mandate_reference),
            prior_service_months=None if transfer is None else transfer.prior_service_months,
            work_history=of_work_history(event.work_history),
            **of_worker(event.worker),
            **of_job(event.employment),
        ),
    )


def _changed(case: Case, event: CaseEvent) -> Case:
    match event:
        case CrossroadsCheckRequested():
            return _questioned(case, event)
        case CrossroadsCheckAnswered():
            answered = Check(revision=event.revision, state=CheckState(event.outcome))
            return replace(case, checks=_checks_with(case, event.check, answered))
        case CrossroadsCheckFailed():
            failed = Check(revision=event.revision, state=CheckState.FAILED)
            return replace(case, checks=_checks_with(case, event.check, failed))
        case EmployerIdentified():
            facts = replace(
                case.facts,
                registered_office_municipality=event.registered_office_municipality,
                establishment_unit_municipality=event.establishment_unit_municipality,
                employer_founded_on=event.founded_on,
                employer_has_staff=event.has_staff,
                employer_active=event.active,
                employer_has_debts=revealed(event.has_debts),
            )
            return replace(case, facts=facts)
        case PersonIdentifierReplaced():
            ssin = revealed(event.ssin)
            return case if ssin is None else replace(case, worker_numbers=(*case.worker_numbers, ssin))
        case SalaryVerified():
            # What was judged is what counts from here: a renewal is judged on declared wages.
            judged = revealed(event.facts)
            pay = case.facts.gross_pay if judged is None else judged.gross_pay
            period = case.facts.pay_period if judged is None else judged.pay_period
            return replace(case, salary=event.result, facts=replace(case.facts, gross_pay=pay, pay_period=period))
        case LabourMarketEvidenceAdded():
            known = case.facts.publications or ()
            publications = (*known, *of_publications(event.publications))
            return replace(case, facts=replace(case.facts, publications=publications))
        case DocumentAttached():
            return replace(case, documents=(*case.documents, event.document))
        case DocumentWithdrawn():
            return replace(
                case,
                documents=tuple(each for each in case.documents if each != event.document),
                withdrawn_documents=(*case.withdrawn_documents, event.document),
            )
        case FeePaid():
            paid = FeePayment(
                number=len(case.payments) + 1,
                recipient=event.recipient,
                amount=event.amount,
                paid_on=event.paid_on,
                reference=event.payment_reference,
            )
            return replace(case, payments=(*case.payments, paid))
        case FeePaymentVoided():
            return replace(
                case,
                payments=tuple(
                    replace(each, is_voided=True) if each.number == event.payment else each for each in case.payments
                ),
            )
        case CaseCorrected():
            return _corrected(case, event)
        case AssignmentWithdrawn():
            return replace(case, handler=None)
        case CaseAssigned():
            return replace(case, handler=event.handler)
        case MandateVerified():
            return replace(case, mandate_valid=event.valid)
        case InformationRequested():
            # Its pause, the next by number, follows in the same breath.
            request = InformationRequest(
                request_id=event.request_id, reply_by=event.reply_by, pause=case.next_pause, items=event.items
            )
            return replace(case, status=CaseStatus.INFORMATION_REQUESTED, requests=(*case.requests, request))
        case InformationProvided():
            requests = tuple(
                replace(each, answered=each.answered or each.request_id == event.request_id) for each in case.requests
            )
            return replace(case, status=_status_in_hand(case), requests=requests)
        case ApplicationDeclaredAdmissible():
            admissible = Act(outcome="admissible", by=event.by, at=event.effective_at)
            facts = replace(case.facts, admissible_on=civil_day(event.effective_at))
            return replace(case, status=CaseStatus.ADMISSIBLE, admissible=admissible, facts=facts)
        case ApplicationDeclaredInadmissible():
            return _ended(case, CaseStatus.INADMISSIBLE, event.by, event.effective_at)
        case WorkPartDecided():
            work_part = Act(outcome=event.outcome, by=event.by, at=event.effective_at)
            return replace(case, status=CaseStatus.ADMISSIBLE, work_part=work_part)
        case ApplicationForwardedToImmigrationOffice():
            return replace(case, forwarded=Act(outcome="forwarded", by=event.by, at=event.effective_at))
        case ResidencePartDecided():
            return replace(case, ended=Act(outcome=event.outcome, by=event.by, at=event.effective_at))
        case ApplicationDecided() | ApplicationDecidedAtOnce():
            return _decided(case, event)
        case ApplicationWithdrawn():
            return _ended(case, CaseStatus.WITHDRAWN, event.by, event.effective_at)
        case ClockPaused():
            begun = Pause(number=event.pause, from_=civil_day(event.effective_at), to=None, ground=event.ground)
            return replace(case, pauses=case.pauses_with(begun))
        case ClockResumed():
            return _resumed(case, event.pause, civil_day(event.effective_at))
        case ClockCorrected():
            restated = replace(_pause(case, event.pause), from_=event.paused_from, to=event.paused_to)
            return replace(case, pauses=case.pauses_with(restated))
        case DeadlineWarned():
            return replace(case, alarms=case.alarms | {(event.clock, event.run, "warned")})
        case DeadlineBreached():
            return replace(case, alarms=case.alarms | {(event.clock, event.run, "breached")})
        case LabourMarketTestAssessed() | EmploymentVerified():
            return case
        case ApplicationSubmitted() | LegacyRecordRetold():
            raise StreamCorrupt("an application is submitted once, as the first event of its stream")
        case _:
            assert_never(event)


def _questioned(case: Case, event: CrossroadsCheckRequested) -> Case:
    """The check is out, and what an earlier answer to the same question made known is not known any more."""
    facts, salary = case.facts, case.salary
    if event.check == CheckKind.EMPLOYER_REGISTER:
        facts = replace(
            facts,
            registered_office_municipality=None,
            establishment_unit_municipality=None,
            employer_founded_on=None,
            employer_has_staff=None,
            employer_active=None,
            employer_has_debts=None,
        )
    elif event.check == CheckKind.DECLARED_WAGES and salary is not None:
        facts, salary = replace(facts, gross_pay=None, pay_period=None), None
    check = Check(revision=event.revision, state=CheckState.REQUESTED)
    return replace(case, checks=_checks_with(case, event.check, check), facts=facts, salary=salary)


def _status_in_hand(case: Case) -> CaseStatus:
    """The status of an open case that the region has in hand."""
    return CaseStatus.SUBMITTED if case.admissible is None else CaseStatus.ADMISSIBLE


def _resumed(case: Case, number: int, on: date) -> Case:
    """The pause has an end; if it was that of a request, the region has the file again, answered or not."""
    request = case.open_request
    awaited = request is not None and request.pause == number
    pauses = case.pauses_with(replace(_pause(case, number), to=on))
    return replace(case, status=_status_in_hand(case) if awaited else case.status, pauses=pauses)


def _pause(case: Case, number: int) -> Pause:
    for pause in case.pauses:
        if pause.number == number:
            return pause
    raise StreamCorrupt(f"the case has no pause {number}")


def _corrected(case: Case, event: CaseCorrected) -> Case:
    facts = case.facts
    if event.employment is not None:
        facts = replace(facts, **of_job(event.employment))
        pay = revealed(event.gross_pay)
        if not case.renewal:
            facts = replace(
                facts, gross_pay=None if pay is None else pay.amount, pay_period=None if pay is None else pay.period
            )
    if event.worker is not None:
        facts = replace(facts, **of_worker(event.worker))
    if event.employer is not None:
        employer = event.employer
        case = replace(
            case,
            employer_number=employer.enterprise_number,
            establishment_unit_number=employer.establishment_unit_number,
        )
    numbers = _numbers_with(case.worker_numbers, event.worker)
    return replace(case, facts=facts, worker_numbers=numbers, corrections=case.corrections + 1)


def _numbers_with(known: tuple[str, ...], worker: Personal[Worker | None]) -> tuple[str, ...]:
    """The numbers once the worker is stated anew. One that is not among them shows that the others were wrong."""
    worker_now = revealed(worker)
    if worker_now is None:
        return known
    if worker_now.ssin is None:
        return ()
    if worker_now.ssin not in known:
        return (worker_now.ssin,)
    return (*(each for each in known if each != worker_now.ssin), worker_now.ssin)


def _decided(case: Case, event: ApplicationDecided | ApplicationDecidedAtOnce) -> Case:
    granted = event.outcome == "granted"
    status = CaseStatus.DECIDED_GRANTED if granted else CaseStatus.DECIDED_REFUSED
    by = None if case.work_part is None else case.work_part.by
    act = case.ended or Act(outcome=event.outcome, by=by, at=event.effective_at)
    return replace(case, status=status, ended=act)


def _ended(case: Case, status: CaseStatus, by: str, at: datetime) -> Case:
    return replace(case, status=status, ended=Act(outcome=status.value, by=by, at=at))


def _checks_with(case: Case, name: str, check: Check) -> Mapping[str, Check]:
    return MappingProxyType({**case.checks, name: check})
