"""What a consumer is: something that turns messages into rows, in a transaction that others open and commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from consumers.messages import Message


class Cursor(Protocol):
    """A database cursor inside somebody else's transaction, with ``%s`` and ``%(name)s`` parameters."""

    def execute(self, statement: str, parameters: Sequence[object] | Mapping[str, object] = (), /) -> object: ...

    def fetchall(self) -> Sequence[tuple[Any, ...]]: ...


class MessageRefused(Exception):
    """A consumer can never make anything of a message; ``reason`` is a code without anything of its content."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Consumer(Protocol):
    """A consumer by its name, under which it is known how far it has come."""

    @property
    def name(self) -> str: ...

    @property
    def topics(self) -> Sequence[str]:
        """The names of the topics it reads, without any prefix."""

    @property
    def in_order(self) -> bool:
        """Whether it needs every message of an application, in the order of their versions.

        Then a message that comes too early waits for the one before it. A consumer to which order says nothing makes
        each effect unique itself, so that a message that comes twice changes nothing.
        """

    def apply(self, messages: Sequence[Message], cursor: Cursor) -> None:
        """Write the effects of ``messages``. No call to anybody else is made here.

        Raises :class:`MessageRefused` for a message of which nothing can be made.
        """
