"""A case as the fold of its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain import codes
from domain.case.application import Document
from domain.case.events import RepresentativeNumber, RuleApplied
from domain.case.manual_tasks import ManualTask
from domain.case.parties import Parties
from domain.case.personal_data import Personal
from domain.civil_time import civil_day
from domain.deadlines.pauses import Pause
from domain.law.facts import ApplicationFacts


class CaseStatus(StrEnum):
    SUBMITTED = "submitted"
    INFORMATION_REQUESTED = "informationRequested"
    ADMISSIBLE = "admissible"
    INADMISSIBLE = "inadmissible"
    DECIDED_GRANTED = "decidedGranted"
    DECIDED_REFUSED = "decidedRefused"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    LAPSED = "lapsed"


OPEN_STATUSES: Final = tuple(map(CaseStatus, codes.OPEN_STATUSES))


class Stage(StrEnum):
    """What an open case waits for; the steps that applicants see in the portal (FACTS 4.4)."""

    ADMISSIBILITY = "admissibility"
    ADDITIONAL_INFORMATION = "additionalInformation"
    WORK_PART = "workPart"
    RESIDENCE_PART = "residencePart"
    CLOSED = "closed"


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
class InformationRequest:
    """A request for information; ``pause`` is the pause of the clock that it began, ``items`` is what it asks for."""

    request_id: UUID
    reply_by: date
    pause: int
    items: tuple[str, ...] = ()
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePayment:
    """A payment on record: ``amount`` in EUR to ``recipient``, under the ``reference`` on its proof.

    ``number`` is its place among those of the case, from 1; one that ``is_voided`` was recorded wrongly.
    """

    number: int
    recipient: str
    amount: Decimal
    paid_on: date
    reference: Personal[str]
    is_voided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something an authority or the applicant did: what came out, who did it if that is known, and when it counts."""

    outcome: str
    by: str | None
    at: datetime

    def __str__(self) -> str:
        doer = "" if self.by is None else f" by {self.by}"
        return f"{self.outcome}{doer} on {civil_day(self.at)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the decider needs to know of a case; ``facts`` is what the law looks at.

    ``ended`` is the act that closed it, ``alarms`` the warnings and breaches raised, as
    (clock, run of it, kind).
    """

    reference: str
    status: CaseStatus
    kind: str
    renewal: bool
    filed_by: str
    employer_number: str
    representative: RepresentativeNumber | None
    worker_subject: UUID
    facts: ApplicationFacts
    worker_numbers: tuple[str, ...] = ()
    """The numbers (SSIN) that are the worker's, the current one last: what was stated last, and what the register
    replaced it by. One that was corrected was somebody else's and is not among them. Personal data: stored under a
    key alone."""
    checks: Mapping[str, Check] = field(default_factory=lambda: MappingProxyType({}))
    establishment_unit_number: str | None = None
    salary: RuleApplied | None = None
    manual_tasks: tuple[ManualTask, ...] = ()
    documents: tuple[Document, ...] = ()
    withdrawn_documents: tuple[Document, ...] = ()
    """Those that were attached by mistake: on record, and in the document store, but not in the file."""
    payments: tuple[FeePayment, ...] = ()
    mandate_valid: bool | None = None
    is_from_another_system: bool = False
    """Whether it began there: its reference is then that system's, and need not be ours in form."""
    handler: str | None = None
    corrections: int = 0
    requests: tuple[InformationRequest, ...] = ()
    admissible: Act | None = None
    work_part: Act | None = None
    forwarded: Act | None = None
    pauses: tuple[Pause, ...] = ()
    alarms: frozenset[tuple[str, int, str]] = frozenset()
    ended: Act | None = None

    @property
    def parties(self) -> Parties:
        return Parties(
            authority=self.facts.authority,
            employer=self.employer_number,
            representative=None
            if self.representative is None or self.mandate_valid is False
            else self.representative.enterprise_number,
            filed_by=self.filed_by,
        )

    @property
    def employer_active(self) -> bool | None:
        return self.facts.employer_active

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def stage(self) -> Stage:
        if not self.is_open:
            return Stage.CLOSED
        if self.status is CaseStatus.INFORMATION_REQUESTED:
            return Stage.ADDITIONAL_INFORMATION
        if self.admissible is None:
            return Stage.ADMISSIBILITY
        return Stage.WORK_PART if self.work_part is None else Stage.RESIDENCE_PART

    @property
    def pending_checks(self) -> tuple[str, ...]:
        """Checks that were requested and have neither been answered nor given up."""
        return tuple(name for name, check in self.checks.items() if check.state is CheckState.REQUESTED)

    @property
    def filed_on(self) -> date:
        return self.facts.filed_on

    @property
    def open_pause(self) -> Pause | None:
        """The pause that has begun and not ended, if any."""
        return next((pause for pause in self.pauses if pause.to is None), None)

    @property
    def open_request(self) -> InformationRequest | None:
        """The request for information that the applicant has to answer, if any: the file is with the applicant.

        Of a request made in another system only the status is known.
        """
        if self.status is not CaseStatus.INFORMATION_REQUESTED:
            return None
        return self.requests[-1] if self.requests else None

    @property
    def next_pause(self) -> int:
        """The number that the next pause of the clock gets."""
        return len(self.pauses) + 1

    @property
    def named_documents(self) -> tuple[Document, ...]:
        """Every document that the stream names, those that were withdrawn too: their content is not collected."""
        return (*self.documents, *self.withdrawn_documents)

    @property
    def counted_payments(self) -> tuple[FeePayment, ...]:
        """The payments on record without those that were voided."""
        return tuple(each for each in self.payments if not each.is_voided)

    def request(self, request_id: UUID) -> InformationRequest | None:
        return next((each for each in self.requests if each.request_id == request_id), None)

    def pauses_with(self, pause: Pause) -> tuple[Pause, ...]:
        """Its pauses with this one in place of the one of the same number, or beside the others."""
        others = (each for each in self.pauses if each.number != pause.number)
        return tuple(sorted((*others, pause), key=lambda each: each.number))
