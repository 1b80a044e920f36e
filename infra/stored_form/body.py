"""The stored body of an event, form 2: a clear part, and parts that are each encrypted under one person's key.

    2 | dictionary | length, clear part | kind, length, keyed part | kind, length, keyed part | ...

Each part is canonical JSON, compressed with the dictionary; a keyed part is encrypted after that
(:mod:`infra.stored_form.keyed_parts`). A reader unpacks the parts that it needs and passes over the others: the trace
of an assessment is a part of its own, for those who show or compare it. Lengths are variable-length integers.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from domain.case.personal_data import SubjectRole
from infra.stored_form.compact_text import Truncated, varint, varint_at

FORM: Final = 2

_ROLES: Final = {
    1: SubjectRole.WORKER,
    2: SubjectRole.EMPLOYER_CONTACT,
    3: SubjectRole.REPRESENTATIVE,
    4: SubjectRole.APPLICANT,
}


class PartKind(IntEnum):
    """Whose a keyed part is, and whether it lies apart. The numbers are stored and are for ever."""

    WORKER = 1
    EMPLOYER_CONTACT = 2
    REPRESENTATIVE = 3
    APPLICANT = 4
    WORKER_APART = 0x11
    EMPLOYER_CONTACT_APART = 0x12
    REPRESENTATIVE_APART = 0x13
    APPLICANT_APART = 0x14

    role: SubjectRole
    lies_apart: bool
    subject_field: str
    """The clear field, by its wire name, that names whose key it is under."""
    label: str
    """What read models call it."""

    def __init__(self, number: int) -> None:
        self.role, self.lies_apart = _ROLES[number & 0x0F], bool(number & 0x10)
        self.subject_field = f"{self.role.value}Subject"
        self.label = f"{self.role.value}Apart" if self.lies_apart else self.role.value

    @classmethod
    def of(cls, role: SubjectRole, *, apart: bool) -> PartKind:
        return _KINDS[role, apart]


_KINDS: Final = {(kind.role, kind.lies_apart): kind for kind in PartKind}
_BY_NUMBER: Final = {kind.value: kind for kind in PartKind}


class Body(NamedTuple):
    """A body in its parts, as they are stored."""

    dictionary: int
    clear: bytes
    keyed: tuple[tuple[PartKind, bytes], ...]

    def to_bytes(self) -> bytes:
        pieces = [bytes([FORM, self.dictionary]), varint(len(self.clear)), self.clear]
        for kind, content in self.keyed:
            pieces += [bytes([kind]), varint(len(content)), content]
        return b"".join(pieces)

    @classmethod
    def read(cls, data: bytes) -> Body:
        """Raises ``ValueError`` for bytes that are no body of this form."""
        if len(data) < 3 or data[0] != FORM:
            raise ValueError("no body of form 2")
        clear, at = _piece(data, 2)
        keyed = []
        while at < len(data):
            kind = _kind_of(data[at])
            content, at = _piece(data, at + 1)
            keyed.append((kind, content))
        return cls(data[1], clear, tuple(keyed))


def clear_part(data: bytes) -> tuple[bytes, int]:
    """The clear part of a body of this form as it is stored, and the number of its dictionary; the rest is not read.

    Raises ``ValueError`` for bytes that do not begin as such a body.
    """
    if len(data) < 3 or data[0] != FORM:
        raise ValueError("no body of form 2")
    length, at = varint_at(data, 2)
    if at + length > len(data):
        raise Truncated("a part ends early")
    return data[at : at + length], data[1]


def _kind_of(number: int) -> PartKind:
    # The class itself would find it too, in five times the time.
    return _BY_NUMBER.get(number) or PartKind(number)


def _piece(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = varint_at(data, at)
    end = at + length
    if end > len(data):
        raise Truncated("a part ends early")
    return data[at:end], end
