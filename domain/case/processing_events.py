"""What the administration does with a file before it decides: assigns it, verifies it, requests information."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.case.personal_data import Personal, SubjectRole, personal
from domain.plain_text import FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAssigned:
    """A case handler has the case from here on; ``handler`` is an actor, never a name."""

    effective_at: datetime
    handler: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentWithdrawn:
    """The case was assigned by mistake and waits for a handler again; ``handler`` is who had it until then."""

    effective_at: datetime
    handler: str
    by: str
    worker_subject: UUID
    reason: Personal[FreeText] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateVerified:
    """The representative's mandate was looked up: it covers this employer, or it does not.

    Schema 1 named no subject: its reference was in clear.
    """

    effective_at: datetime
    enterprise_number: str
    valid: bool
    by: str
    worker_subject: UUID | None
    mandate_reference: Personal[str | None] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRequested:
    """The applicant is asked for ``items`` and holds the file; ``reply_by`` is the last day in time.

    ``term_id`` and ``legal_reference`` name the term that gave that day.
    """

    effective_at: datetime
    request_id: UUID
    items: tuple[str, ...]
    reply_by: date
    term_id: str
    legal_reference: str
    by: str
    worker_subject: UUID
    question: Personal[FreeText] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationProvided:
    """The applicant answered a request; ``documents`` are digests (SHA-256) of files attached to the case."""

    effective_at: datetime
    request_id: UUID
    documents: tuple[str, ...]
    by: str
    worker_subject: UUID
    answer: Personal[FreeText] = personal(SubjectRole.WORKER)
