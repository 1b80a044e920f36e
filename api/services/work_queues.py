"""What waits for the case handlers of an authority, and how a handler takes a case from it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID, uuid4

from api.composition import Program
from api.services.access import AuthorisedCaller, rows_of
from api.services.cases import CaseService
from api.services.freshness import Reached, reached
from api.services.refusals import NotFound
from domain.case.commands import AssignCase
from domain.case.refusals import StaleVersion
from infra.postgres.read_models.row_scope import rows_within
from infra.sealed_places import Listing
from projections.lists.keyset_pages import Page
from projections.lists.work_queue import QueuedCase, QueueFilter, QueueOrder, WorkQueue, count_queued, queued

_ATTEMPTS: Final = 5
_SECONDS_FOR_THE_QUEUE: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """Cases on the civil day ``on``; ``total`` is how many all pages have together."""

    on: date
    page: Page[QueuedCase]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Whether the case with this reference is now the caller's; if not, it was already assigned to another."""

    reference: str
    is_callers: bool


class WorkQueueService:
    """The use cases of the work queue; safe between threads."""

    def __init__(self, program: Program, cases: CaseService) -> None:
        self._program = program
        self._cases = cases
        self._targets = program.clock_rules.targets

    @property
    def today(self) -> date:
        return self._program.today

    def counts(self, caller: AuthorisedCaller) -> dict[str, int]:
        """How many open cases each authority has that the caller may look at."""
        own, on = caller.caller.authority, self.today
        with rows_within(self._program.readers, rows_of(caller)) as cursor:
            return {
                authority: count_queued(cursor, on, target, QueueFilter(authority=authority))
                for authority, target in self._targets.items()
                if own in (None, authority)
            }

    def require_queue(self, caller: AuthorisedCaller, authority: str) -> None:
        """Raises :class:`NotFound` for an authority without a queue, or one that is not the caller's."""
        if authority not in self._targets or caller.caller.authority not in (None, authority):
            raise NotFound("There is no such work queue.")

    def read(
        self, caller: AuthorisedCaller, wanted: QueueFilter, order: QueueOrder, *, limit: int, after: str | None
    ) -> QueuePage:
        """A page of the open cases of an authority. Raises ``PlaceUnusable``.

        Whose case it is, is shown to those who may read files: the number of a sole trader is a person's.
        """
        on, target = self.today, self._targets.get(wanted.authority)
        if target is None:
            # An authority without a target has not come over yet, and no case of it is here.
            return QueuePage(on=on, page=Page(items=(), next=None), total=0)
        place = self._program.places.opened(after, Listing.WORK_QUEUE)
        with rows_within(self._program.readers, rows_of(caller)) as cursor:
            page = queued(cursor, on, target, wanted, order=order, limit=limit, after=place)
            total = count_queued(cursor, on, target, wanted)
        if not self._cases.may_read_files(caller):
            page = replace(page, items=tuple(replace(each, employer_number=None) for each in page.items))
        return QueuePage(on=on, page=self._program.places.sealed(page, Listing.WORK_QUEUE), total=total)

    def take(self, caller: AuthorisedCaller, case_id: UUID) -> Taken:
        """Assign a case to the caller unless it is assigned to another, and wait briefly for the queue to show it.

        Raises what :meth:`CaseService.change` raises.
        """
        actor, attempt = caller.caller.actor, 1
        while True:
            snapshot = self._cases.case(caller, case_id)
            if snapshot.case.handler not in (None, actor):
                return Taken(reference=snapshot.case.reference, is_callers=False)
            # A case is taken once however often it is tried: its decision is idempotent.
            context = self._cases.context(caller, str(uuid4()), expected_version=snapshot.version)
            try:
                self._cases.change(caller, case_id, AssignCase(handler=actor), context, known=snapshot.stream)
            except StaleVersion:
                # The case has changed since it was read, perhaps because another handler took it.
                if attempt == _ATTEMPTS:
                    raise
                attempt += 1
                continue
            self._wait()
            return Taken(reference=snapshot.case.reference, is_callers=True)

    def reached(self) -> Reached:
        """How far the queue has come."""
        return reached(self._program, WorkQueue.name)

    def _wait(self) -> None:
        """So that the list a handler comes back to shows it; where the queue is far behind, its freshness shows it."""
        with suppress(TimeoutError):
            written = self._program.recorder.max_notification_id()
            self._program.recorder.wait(WorkQueue.name, written, timeout=_SECONDS_FOR_THE_QUEUE)
