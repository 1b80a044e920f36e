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


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """Takes the place of what lies apart in an event, for readers that did not ask for it."""

    not_read: str = "apart"


T = TypeVar("T")
Personal: TypeAlias = T | Withheld
Apart: TypeAlias = T | Withheld | NotRead
"""Personal, and stored apart from the rest: long, and for few readers."""

_MARK: Final = "personal"
_APART: Final = "apart"


def personal(role: SubjectRole, *, apart: bool = False) -> Any:
    """Mark a dataclass field as personal data of the case's ``role``; ``apart`` if most readers do without it.

    The event must carry that subject's random id in a field named ``<role>_subject``.
    """
    return field(metadata={_MARK: role, _APART: apart})


def personal_fields(event_type: type[Any]) -> dict[str, SubjectRole]:
    """The personal fields of an event type, by Python name, each with its subject's role."""
    return {each.name: each.metadata[_MARK] for each in fields(event_type) if _MARK in each.metadata}


def fields_apart(event_type: type[Any]) -> frozenset[str]:
    """The personal fields of an event type that lie apart, by Python name."""
    return frozenset(each.name for each in fields(event_type) if each.metadata.get(_APART, False))


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


def as_read(value: T | Withheld | NotRead) -> T | Withheld:
    """A value that lies apart, of an event that was read whole."""
    if isinstance(value, NotRead):
        raise AssertionError("the event was read without what lies apart")
    return value


def require_whole(event: object) -> None:
    """An event that was read without what lies apart is not to be recorded again."""
    for name in fields_apart(type(event)):
        as_read(getattr(event, name))


def revealed(value: T | Withheld | NotRead) -> T | None:
    """The value, or None where it is not to be had: for readers that can do without it."""
    return None if isinstance(value, Withheld | NotRead) else value
