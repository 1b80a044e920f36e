"""What the authorities decide: on admission of the file, on the work, on the residence, and so on the whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.case.check_events import RuleApplied
from domain.case.personal_data import Apart, Personal, SubjectRole, personal
from domain.law.facts import ApplicationFacts
from domain.law.findings import Finding
from domain.plain_text import FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationDeclaredAdmissible:
    """The file is complete and may be judged; the legal decision term runs from here (FACTS 4.3).

    ``open_points`` are the conditions that were not met on paper and that ``motivation`` answers.
    """

    effective_at: datetime
    open_points: tuple[str, ...]
    by: str
    worker_subject: UUID
    motivation: Personal[FreeText | None] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationDeclaredInadmissible:
    """The file cannot be judged, on these grounds; the case ends."""

    effective_at: datetime
    grounds: tuple[str, ...]
    by: str
    worker_subject: UUID
    motivation: Personal[FreeText | None] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPartDecided:
    """The region decided on the work: ``granted`` or ``refused``, with the law and the facts it rests on."""

    effective_at: datetime
    outcome: str
    grounds: tuple[str, ...]
    verdict: str
    legal_reference_date: date | None
    known_on: date
    rule_set: str
    engine_version: int
    results: tuple[RuleApplied, ...]
    by: str
    worker_subject: UUID
    facts: Apart[ApplicationFacts] = personal(SubjectRole.WORKER, apart=True)
    findings: Apart[tuple[Finding, ...]] = personal(SubjectRole.WORKER, apart=True)
    motivation: Personal[FreeText | None] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationForwardedToImmigrationOffice:
    """The Immigration Office got the file, to decide on the residence."""

    effective_at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidencePartDecided:
    """The Immigration Office decided on the residence; ``effective_at`` is the day of its decision.

    Its grounds may mention a person's health or offences, so they are personal data.
    """

    effective_at: datetime
    outcome: str
    by: str
    worker_subject: UUID
    grounds: Personal[tuple[str, ...]] = personal(SubjectRole.WORKER)
    motivation: Personal[FreeText | None] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationDecided:
    """The application is decided: granted when both parts are, refused when one is (``refused_part``).

    The reasons are in the decision on that part.
    """

    effective_at: datetime
    outcome: str
    refused_part: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationDecidedAtOnce:
    """A decision of before the work and the residence part were separated. It is read and never written.

    Stored as schema 1 of ``ApplicationDecided``: it carries the assessment itself and ends the case.
    """

    effective_at: datetime
    outcome: str
    grounds: tuple[str, ...]
    verdict: str
    legal_reference_date: date | None
    known_on: date
    rule_set: str
    engine_version: int
    results: tuple[RuleApplied, ...]
    worker_subject: UUID
    facts: Personal[ApplicationFacts] = personal(SubjectRole.WORKER)
    findings: Personal[tuple[Finding, ...]] = personal(SubjectRole.WORKER)
    motivation: Personal[FreeText | None] = personal(SubjectRole.WORKER)
