"""Many cases given to one handler: a command each, with an outcome of its own, so that one never undoes another."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from api.services.known_handlers import KnownHandlers
from domain.case.commands import AssignCase
from domain.case.refusals import CommandRefused, InputIssue, InvalidInput, StaleVersion
from domain.case.value_checks import INVALID_INPUT
from infra.postgres.read_models.case_snapshots import CaseSnapshot
from projections.lists.work_queue import HandlerLoad, WorkQueue

MOST_AT_ONCE: Final = 100

_ATTEMPTS: Final = 5
_SECONDS_FOR_THE_QUEUE: Final = 1.0


class AssignmentOutcome(StrEnum):
    """What became of one case of several."""

    ASSIGNED = "assigned"
    CHANGED = "changed"
    """Somebody else was given it, or nobody has it any more, since the list was read: it stays as it is."""
    REFUSED = "refused"
    """It has ended, or cannot be changed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A case as its chooser saw it: ``handler`` had it then, None for nobody."""

    case_id: UUID
    handler: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The outcome of one case; ``handler`` is who has it now."""

    case_id: UUID
    reference: str
    outcome: AssignmentOutcome
    handler: str | None


class BulkAssignment:
    """The use cases of whom to give cases to; safe between threads."""

    def __init__(self, program: Program, cases: CaseService) -> None:
        self._program = program
        self._cases = cases
        self._handlers = KnownHandlers(program)

    def handlers(self, caller: AuthorisedCaller) -> tuple[HandlerLoad, ...]:
        """To whom the caller may give a case, and how many open ones they have."""
        return self._handlers.of(caller)

    def assign(
        self, caller: AuthorisedCaller, chosen: Sequence[Chosen], handler: str, key: UUID
    ) -> tuple[Assignment, ...]:
        """Give these cases to ``handler``, each that is still as it was chosen; sent again it changes nothing more.

        ``key`` is of the sending. Raises ``ApplicationUnknown``, before anything is changed, where one of them is not
        within reach, and :class:`InvalidInput` for an unknown handler and for too many cases.
        """
        if len(chosen) > MOST_AT_ONCE:
            issue = InputIssue(
                path="case",
                code=INVALID_INPUT,
                problem="too many cases at once",
                remedy=f"choose at most {MOST_AT_ONCE}",
            )
            raise InvalidInput((issue,))
        read = {each: self._cases.case(caller, each.case_id) for each in chosen}
        self._handlers.require(caller, handler)
        done = tuple(self._assigned(caller, each, snapshot, handler, key) for each, snapshot in read.items())
        self._wait()
        return done

    def _assigned(
        self, caller: AuthorisedCaller, chosen: Chosen, snapshot: CaseSnapshot, handler: str, key: UUID
    ) -> Assignment:
        case_id, reference, has_it = chosen.case_id, snapshot.case.reference, snapshot.case.handler
        command_id = str(uuid5(key, str(case_id)))
        for _ in range(_ATTEMPTS):
            has_it = snapshot.case.handler
            if has_it not in (chosen.handler, handler):
                break
            context = self._cases.context(caller, command_id, expected_version=snapshot.version)
            try:
                self._cases.change(caller, case_id, AssignCase(handler=handler), context, known=snapshot.stream)
            except StaleVersion:
                # Something happened to the case since it was read, perhaps nothing that matters here.
                snapshot = self._cases.case(caller, case_id)
            except CommandRefused:
                return Assignment(
                    case_id=case_id, reference=reference, outcome=AssignmentOutcome.REFUSED, handler=has_it
                )
            else:
                return Assignment(
                    case_id=case_id, reference=reference, outcome=AssignmentOutcome.ASSIGNED, handler=handler
                )
        return Assignment(case_id=case_id, reference=reference, outcome=AssignmentOutcome.CHANGED, handler=has_it)

    def _wait(self) -> None:
        """So that the queue shows it when the reader comes back; where it is far behind, its freshness shows that."""
        with suppress(TimeoutError):
            written = self._program.recorder.max_notification_id()
            self._program.recorder.wait(WorkQueue.name, written, timeout=_SECONDS_FOR_THE_QUEUE)
