"""Which fields of an event are personal data, and of whom.

A personal field is marked on the dataclass field itself with the role of its data subject. The codec in
``infra`` reads the mark, encrypts the field under that subject's key, and gives :class:`Withheld` back once
the key has been destroyed (GDPR art. 17 against an immutable log).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID


class SubjectRole(StrEnum):
    """The part a natural person plays in a case; each has a data key of their own."""

    WORKER = "worker"
    EMPLOYER_CONTACT = "employerContact"
    REPRESENTATIVE = "representative"
    APPLICANT = "applicant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Takes the place of a personal value whose key has been destroyed."""

    withheld: str = "erased"


T = TypeVar("T")
Personal: TypeAlias = T | Withheld

_MARK: Final = "personal"


def personal(role: SubjectRole) -> Any:
    """Mark a dataclass field as personal data of the case's ``role``.

    The event must carry that subject's random id in a field named ``<role>_subject``.
    """
    return field(metadata={_MARK: role})


def personal_fields(event_type: type[Any]) -> dict[str, SubjectRole]:
    """The personal fields of an event type, by Python name, each with its subject's role."""
    return {each.name: each.metadata[_MARK] for each in fields(event_type) if _MARK in each.metadata}


_SUBJECT_FIELD: Final = {
    SubjectRole.WORKER: "worker_subject",
    SubjectRole.EMPLOYER_CONTACT: "employer_contact_subject",
    SubjectRole.REPRESENTATIVE: "representative_subject",
    SubjectRole.APPLICANT: "applicant_subject",
}


def subject_of(event: object, role: SubjectRole) -> UUID:
    """The random id of the data subject that ``role`` names in this event."""
    subject: UUID = getattr(event, _SUBJECT_FIELD[role])
    return subject


def revealed(value: T | Withheld) -> T | None:
    """The value, or None where it has been withheld: for readers that can do without it."""
    return None if isinstance(value, Withheld) else value
