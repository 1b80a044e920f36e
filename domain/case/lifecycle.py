"""A case as the fold of its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, assert_never
from uuid import UUID

from domain.case.application import GrossPay, VacancyPublication
from domain.case.commands import CIVIL_TIME
from domain.case.events import (
    ApplicationDecided,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CaseEvent,
    CrossroadsCheckAnswered,
    CrossroadsCheckFailed,
    CrossroadsCheckRequested,
    EmployerIdentified,
    LabourMarketEvidenceAdded,
    LabourMarketTestAssessed,
    RuleApplied,
    SalaryVerified,
)
from domain.case.manual_tasks import ManualTask, manual_task_of
from domain.case.personal_data import revealed
from domain.law.assessment import ApplicationFacts
from domain.law.labour_market_test import Publication


class CaseStatus(StrEnum):
    SUBMITTED = "submitted"
    DECIDED_GRANTED = "decidedGranted"
    DECIDED_REFUSED = "decidedRefused"
    WITHDRAWN = "withdrawn"


OPEN_STATUSES: Final = (CaseStatus.SUBMITTED,)


class CheckState(StrEnum):
    REQUESTED = "requested"
    FOUND = "found"
    NO_DATA = "noData"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    revision: int
    state: CheckState


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the decider needs to know of a case; ``facts`` is what the law looks at."""

    reference: str
    status: CaseStatus
    kind: str
    renewal: bool
    worker_subject: UUID
    facts: ApplicationFacts
    checks: Mapping[str, Check] = field(default_factory=lambda: MappingProxyType({}))
    employer_active: bool | None = None
    salary: RuleApplied | None = None
    manual_tasks: tuple[ManualTask, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def pending_checks(self) -> tuple[str, ...]:
        """Checks that were asked and have neither been answered nor given up."""
        return tuple(name for name, check in self.checks.items() if check.state is CheckState.REQUESTED)

    @property
    def filed_on(self) -> date:
        return self.facts.filed_on


class StreamCorrupt(Exception):
    """The events of a stream do not make a case: it does not begin with its submission."""


def fold(events: Iterable[CaseEvent]) -> Case | None:
    """The case that ``events`` make, or None when there are none."""
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
    return case


def evolve(case: Case | None, event: CaseEvent) -> Case:
    """The case after ``event``. Raises :class:`StreamCorrupt` for an event that has no case to change."""
    if isinstance(event, ApplicationSubmitted):
        return _submitted(event)
    if case is None:
        raise StreamCorrupt(f"the stream begins with {type(event).__name__}, not with ApplicationSubmitted")
    task = manual_task_of(event)
    if task is not None:
        case = replace(case, manual_tasks=(*case.manual_tasks, task))
    match event:
        case CrossroadsCheckRequested():
            return _with_check(case, event.check, Check(revision=event.revision, state=CheckState.REQUESTED))
        case CrossroadsCheckAnswered():
            return _with_check(case, event.check, Check(revision=event.revision, state=CheckState(event.outcome)))
        case CrossroadsCheckFailed():
            return _with_check(case, event.check, Check(revision=event.revision, state=CheckState.FAILED))
        case EmployerIdentified():
            return replace(case, employer_active=event.active)
        case SalaryVerified():
            # What was judged is what counts from here: a renewal is judged on declared wages.
            judged = revealed(event.facts)
            pay = case.facts.gross_pay if judged is None else judged.gross_pay
            period = case.facts.pay_period if judged is None else judged.pay_period
            return replace(case, salary=event.result, facts=replace(case.facts, gross_pay=pay, pay_period=period))
        case LabourMarketEvidenceAdded():
            known = case.facts.publications or ()
            return replace(
                case,
                facts=replace(case.facts, publications=(*known, *as_law_publications(event.publications))),
            )
        case LabourMarketTestAssessed():
            return case
        case ApplicationDecided():
            granted = event.outcome == "granted"
            status = CaseStatus.DECIDED_GRANTED if granted else CaseStatus.DECIDED_REFUSED
            return replace(case, status=status, manual_tasks=())
        case ApplicationWithdrawn():
            return replace(case, status=CaseStatus.WITHDRAWN, manual_tasks=())
        case _:
            assert_never(event)


def as_law_publications(publications: Iterable[VacancyPublication]) -> tuple[Publication, ...]:
    """Publications in the words of the law's rules."""
    return tuple(
        Publication(channel=each.channel, published_from=each.from_, published_to=each.to) for each in publications
    )


def _submitted(event: ApplicationSubmitted) -> Case:
    # A renewal is judged on declared wages: until they are known its pay is not, whatever the contract says.
    pay: GrossPay | None = None if event.renewal else revealed(event.gross_pay)
    return Case(
        reference=event.reference,
        status=CaseStatus.SUBMITTED,
        kind=event.kind,
        renewal=event.renewal,
        worker_subject=event.worker_subject,
        facts=ApplicationFacts(
            authority=event.authority,
            category=event.category,
            filed_on=event.effective_at.astimezone(CIVIL_TIME).date(),
            contract=event.employment.contract,
            gross_pay=None if pay is None else pay.amount,
            pay_period=None if pay is None else pay.period,
            publications=None if event.publications is None else as_law_publications(event.publications),
        ),
    )


def _with_check(case: Case, name: str, check: Check) -> Case:
    return replace(case, checks=MappingProxyType({**case.checks, name: check}))
