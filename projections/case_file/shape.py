"""What a case file holds, and the ciphertext beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from projections.course import Course

_NESTING: Final = (dict, list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedGroup:
    """An encrypted part as copied from the log, with the place to which its encryption binds it.

    ``label`` tells the parts of one event apart.
    """

    case_id: UUID
    version: int
    event_name: str
    label: str
    key: UUID
    sealed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """The clear part of a file, in JSON by wire name and without nulls where it is nested.

    ``version`` and ``position`` are those of the last event; ``worker_subject`` is the random id of the worker. Entries
    that have a personal part name the ``eventVersion`` of the event that holds it; ``personal_in`` names that of the
    worker, of the employer and of the employment as last corrected, and of the ``ssin`` where a newer number took the
    place of the worker's. Where a record of another system was retold it names that event for the ``legacyRecord`` too.
    What an earlier schema had in clear is in the entry itself. Times are aware.
    """

    case_id: UUID
    version: int
    position: int
    reference: str
    authority: str
    worker_subject: str
    kind: str
    category: str
    updated_at: datetime
    course: Course
    application: dict[str, Any]
    personal_in: dict[str, int] = field(default_factory=dict)
    documents: tuple[dict[str, Any], ...] = ()
    fees: tuple[dict[str, Any], ...] = ()
    mandate: dict[str, Any] | None = None
    employer_on_register: dict[str, Any] | None = None
    checks: tuple[dict[str, Any], ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    information_requests: tuple[dict[str, Any], ...] = ()
    admissibility: dict[str, Any] | None = None
    work_part: dict[str, Any] | None = None
    forwarded: dict[str, Any] | None = None
    residence_part: dict[str, Any] | None = None
    decision: dict[str, Any] | None = None
    withdrawal: dict[str, Any] | None = None
    pauses: tuple[dict[str, Any], ...] = ()
    corrections: tuple[dict[str, Any], ...] = ()


def document_entry(document: Mapping[str, Any], at: str, by: str) -> dict[str, Any]:
    """A document of the file, with when and by whom it came in."""
    return {**document, "attachedAt": at, "by": by}


def without_nulls(value: Any) -> Any:
    """JSON without the members that are null, at any depth."""
    if isinstance(value, dict):
        return {
            name: without_nulls(each) if isinstance(each, _NESTING) else each
            for name, each in value.items()
            if each is not None
        }
    if isinstance(value, list):
        return [without_nulls(each) if isinstance(each, _NESTING) else each for each in value]
    return value
