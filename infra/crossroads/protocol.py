"""What a protocol of the bank has to do: write a question, and read a reply down to its content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

from pydantic import TypeAdapter

from domain.crossroads.answers import Consultation, Exchange

Value = str | Sequence[str]
Shape = TypeVar("Shape")


class Operation(StrEnum):
    """The operations of the bank."""

    EMPLOYER = "employer"
    PERSON = "person"
    DECLARED_WAGES = "declaredWages"
    DECLARED_EMPLOYMENT = "declaredEmployment"
    REGISTRATION = "registration"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenQuestion:
    """The request as it goes out. Identifiers are in ``content`` only: an address ends up in logs."""

    path: str
    content: bytes = field(repr=False)
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedReply:
    """The reply as it came in, whole."""

    status: int
    retry_after: str | None
    content: bytes = field(repr=False)


class Content(Protocol):
    """A reply that was well formed, to be read as the shape that the question calls for."""

    def read_as(self, shape: TypeAdapter[Shape]) -> Shape:
        """Raises :class:`FailedAttempt` for a reply of another shape."""


class BankProtocol(Protocol):
    """One of the bank's interfaces. Holds no state."""

    def write(self, operation: Operation, consultation: Consultation, question: Mapping[str, Value]) -> WrittenQuestion:
        """The request that puts this question."""

    def kept_of(self, reply: ReceivedReply) -> Exchange:
        """What may be kept of a reply, whatever else is wrong with it: its code and the bank's own ticket."""

    def content_of(self, reply: ReceivedReply) -> Content:
        """The content of a reply that is one. Raises :class:`FailedAttempt` with the bank's reason."""
