"""A case as a record of another system states it: what it does not say stays unknown."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Final

from domain.case.legacy_events import LegacyRecordRetold
from domain.case.lifecycle import Act, Case, CaseStatus
from domain.case.manual_tasks import tasks_after
from domain.case.personal_data import revealed
from domain.civil_time import beginning_of, civil_day
from domain.copies import replace
from domain.law.facts import ApplicationFacts

UNLIMITED: Final = "unlimited"


def filer_of(kind: str) -> str:
    """Who files for a permit of this kind, where nobody says so: the worker for an unlimited one, else the employer."""
    return "worker" if kind == UNLIMITED else "employer"


def retold(case: Case | None, event: LegacyRecordRetold) -> Case:
    """The case as the record has it; of a case changed here meanwhile, what the record does not state stays."""
    status, worker, pay = CaseStatus(event.status), revealed(event.worker), revealed(event.gross_pay)
    facts = ApplicationFacts(
        authority=event.authority,
        category=event.category,
        filed_on=event.filed_on,
        admissible_on=event.admissible_on,
        gross_pay=None if pay is None else pay.amount,
        pay_period=None if pay is None else pay.period,
        birth_date=None if worker is None else worker.birth_date,
        nationality=None if worker is None else worker.nationality,
        filed_by=filer_of(event.kind),
    )
    case_before = case or Case(
        reference=event.reference,
        status=status,
        kind=event.kind,
        renewal=False,
        filed_by=filer_of(event.kind),
        employer_number=event.employer.enterprise_number,
        representative=None,
        worker_subject=event.worker_subject,
        facts=facts,
        checks=MappingProxyType({}),
        is_from_another_system=True,
    )
    return replace(
        case_before,
        status=status,
        kind=event.kind,
        employer_number=event.employer.enterprise_number,
        worker_numbers=() if worker is None or worker.ssin is None else (worker.ssin,),
        manual_tasks=tasks_after((), event),
        facts=facts if case is None else _with_employer_of(case.facts, facts),
        admissible=_act("admissible", event.admissible_on),
        ended=None if event.is_open else _act(status.value, closed_on(event)),
    )


def _with_employer_of(known: ApplicationFacts, facts: ApplicationFacts) -> ApplicationFacts:
    """The facts of the record with what the register has stated of the employer, which no record states."""
    return replace(
        facts,
        employer_founded_on=known.employer_founded_on,
        employer_has_staff=known.employer_has_staff,
        employer_active=known.employer_active,
        employer_has_debts=known.employer_has_debts,
    )


def closed_on(event: LegacyRecordRetold) -> date:
    """When a closed case closed: the day that the record gives, or the day of its last change, which is no earlier."""
    return event.decided_on or civil_day(event.effective_at)


def _act(outcome: str, on: date | None) -> Act | None:
    return None if on is None else Act(outcome=outcome, by=None, at=beginning_of(on))
