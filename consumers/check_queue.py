"""What a worker at the Crossroads Bank is given to do, and what it needs beside the bank to do it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.case.commands import CaseCommand, CommandContext
from domain.case.events import CaseEvent
from domain.case.handling import Receipt
from domain.crossroads.answers import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCheck:
    """A claimed piece of work. ``what`` is a check, or the unregistration that follows a case's end.

    ``attempts`` counts the calls made for it so far; ``lease`` is the worker's claim, which runs out.
    """

    case_id: UUID
    what: str
    revision: int
    event_id: str
    asked_at: datetime
    attempts: int
    last_error: str | None
    lease: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationEntry:
    """A call that is about to be made. ``operation`` is the check, ``register`` or ``unregister``."""

    trace_id: str
    ticket: str
    operation: str
    case_id: UUID | None
    revision: int | None
    subject: UUID | None
    actor: str
    authority: str
    legal_context: str
    purpose: str
    at: datetime


class Cases(Protocol):
    """The cases as a worker reads and changes them."""

    def events_of(self, case_id: UUID) -> Sequence[CaseEvent]: ...

    def handle(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt: ...


class DueChecks(Protocol):
    """Where work is claimed and closed."""

    def count_attempt(self, work: DueCheck) -> bool:
        """Note that the bank is about to be called. False when the work is no longer this worker's."""

    def put_back(self, work: DueCheck, due_at: datetime, why: str | None) -> bool:
        """Give the work back until ``due_at``. False when it is no longer this worker's."""

    def settle(self, work: DueCheck, outcome: str, now: datetime) -> bool:
        """Close the work. False when it was closed already."""


class Gate(Protocol):
    """Hears how the bank is, on behalf of all workers."""

    def went_well(self) -> None: ...

    def failed(self, now: datetime) -> None: ...


class CheckAlarms(Protocol):
    """Hears what people have to look at beside the case itself. Nothing in it names a person."""

    def access_denied(self, check: str, reason: str, attempts: int) -> None:
        """The bank says that this program may not consult."""

    def not_unregistered(self, reason: str) -> None:
        """A person stays registered at the bank though the case has ended."""


class Consultations(Protocol):
    """The log of consultations, and the register of whom the authority may consult about."""

    def about_to_consult(self, entry: ConsultationEntry) -> None:
        """Write the entry durably, or raise: then nobody is called."""

    def ended(self, trace_id: str, outcome: str, exchange: Exchange, at: datetime) -> None: ...

    def is_registered(self, case_id: UUID) -> bool: ...

    def registered(self, case_id: UUID, subject: UUID, at: datetime) -> None: ...

    def unregistered(self, case_id: UUID, at: datetime) -> None: ...

    def others_registered(self, case_id: UUID, subjects: Collection[UUID]) -> bool:
        """Whether one of these subjects, who are one person, is registered for another case."""


class Persons(Protocol):
    """Which subjects are one person."""

    def subjects_of(self, ssin: str) -> frozenset[UUID]: ...
