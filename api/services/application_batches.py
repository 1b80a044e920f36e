"""Applications that are sent together: judged before anything is filed, then filed one by one, each once.

A batch belongs to the enterprise in the token, in the role in the token, as drafts do. Filing a row is one command,
whose id is made of the batch and the row: whoever files it, however often and after whatever crash, one case comes of
it.
"""

from __future__ import annotations

import hmac
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from api.composition import Program
from api.permissions import Action
from api.services.access import Access, AuthorisedCaller
from api.services.cases import CaseService
from api.services.refusals import AlreadyFiled, BatchUnknown, DraftsFull, NotPermitted
from api.services.same_filing import case_id_of_filing
from domain.case.application import Application
from domain.case.refusals import CommandRefused, InvalidInput, Reason
from domain.case.stated_assessment import assess_stated
from domain.case.stated_facts import StatedFacts
from domain.copies import replace
from domain.drafts.application_batch import (
    ApplicationBatch,
    BatchRow,
    BatchState,
    BatchSummary,
    Filer,
    RowOutcome,
    Settled,
    of_same,
)
from domain.law.assessment import Assessment
from infra.identity.caller import Caller, Role
from infra.limit_counts import Limit
from infra.postgres.drafts.batch_store import LeasedBatch
from infra.time_ordered_ids import time_ordered_id
from infra.wire_format import canonical_json, wire_adapter

INVALID: Final = "invalidInput"
"""The reason of a row that was right when it was sent, and is not when it is filed: a category was withdrawn."""
NOT_PERMITTED: Final = "notPermitted"
"""The reason of a row that whoever confirmed the batch may not file."""

_LEASE_SECONDS: Final = 10.0
"""After its last row, for which a batch is left to a worker that may have died."""
_ROWS_A_TURN: Final = 25
"""After so many a batch goes to the end of those that wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """A row as it was read; ``application`` is None where it has faults."""

    line: int
    application: Application | None
    cells: tuple[str, ...] = ()
    notes: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """A row of a batch with what the law says of it today.

    ``same_as`` is the line of an earlier row that is the same application. ``verdict`` is None for a faulty row.
    """

    row: BatchRow
    verdict: Assessment | None
    same_as: int | None = None


class ApplicationBatchService:
    """The use cases of batches, for employers and representatives; safe between threads.

    All raise ``DatabaseUnavailable``, and :class:`BatchUnknown` for a batch that is not the caller's.
    """

    def __init__(self, program: Program, access: Access, cases: CaseService) -> None:
        self._program = program
        self._access = access
        self._cases = cases

    @property
    def today(self) -> date:
        """The civil day of the procedure: the day of filing, if the batch is filed now."""
        return self._program.today

    @property
    def most_rows(self) -> int:
        return self._program.limits.batches.most_rows

    def begin(
        self,
        caller: AuthorisedCaller,
        sent: Sequence[SentRow],
        *,
        columns: Sequence[str] = (),
        is_workbook: bool = False,
    ) -> ApplicationBatch:
        """Keep what was sent in a file, judged and not filed. Raises :class:`DraftsFull`."""
        self.require_room(caller, len(sent))
        batch = replace(self.looked_at(caller, sent), columns=tuple(columns), is_workbook=is_workbook)
        self._program.batches.add(self._owner(caller), batch)
        return batch

    def begin_and_confirm(
        self, caller: AuthorisedCaller, applications: Sequence[Application], command_id: str
    ) -> ApplicationBatch:
        """Keep what a program sent and have it filed; where a row is at fault, nothing is kept and nothing filed.

        A repetition gives the batch that the first one left. Raises :class:`DraftsFull`, and :class:`CommandRefused`
        where the command id was used for other applications.
        """
        owner = self._owner(caller)
        batch_id = self._id_of(caller, command_id)
        sent = sent_rows(applications)
        before = self._program.batches.read(owner, batch_id)
        if before is None:
            self.require_room(caller, len(sent))
            looked_at = replace(self.looked_at(caller, sent), batch_id=batch_id)
            if looked_at.at_fault:
                return looked_at
            self._program.batches.add(owner, looked_at)
            before = self.read(caller, batch_id)
        if [each.application for each in before.rows] != [_content(each) for each in applications]:
            raise CommandRefused(
                Reason.IDEMPOTENCY_KEY_REUSED, "this Idempotency-Key was used for other applications: send a new one"
            )
        self.confirm(caller, batch_id, without_faulty=False)
        return self.read(caller, batch_id)

    def looked_at(self, caller: AuthorisedCaller, sent: Sequence[SentRow]) -> ApplicationBatch:
        """What the batch would be; nothing is kept. A row that repeats an earlier one is at fault."""
        now = self._program.clock.now()
        would_be = [None if each.application is None else self._same(each.application) for each in sent]
        same, there = (
            of_same(would_be),
            self._program.journal.cases_among(each for each in would_be if each is not None),
        )
        return ApplicationBatch(
            batch_id=time_ordered_id(now),
            state=BatchState.CHECKED,
            columns=(),
            is_workbook=False,
            rows=tuple(
                self._row(caller, place, each, there=there, is_repeated=place in same)
                for place, each in enumerate(sent)
            ),
            begun_at=now,
            touched_at=now,
        )

    def require_room(self, caller: AuthorisedCaller, rows: int) -> None:
        """Raises :class:`DraftsFull` for too many rows, and where the caller has as many batches as there may be."""
        limits = self._program.limits.batches
        if rows > limits.most_rows:
            self._program.limit_counts.reached(Limit.SIZE_OF_A_BATCH)
            raise DraftsFull(f"A batch has at most {limits.most_rows} applications: divide it over several.")
        if self._program.batches.count(self._owner(caller)) >= limits.most_of_one_owner:
            self._program.limit_counts.reached(Limit.BATCHES_OF_ONE_OWNER)
            raise DraftsFull(f"You have {limits.most_of_one_owner} batches, and that is the most: delete some first.")

    def listed(self, caller: AuthorisedCaller) -> Sequence[BatchSummary]:
        """The caller's batches, the newest first."""
        return self._program.batches.listed(self._owner(caller), limit=self._program.limits.batches.most_of_one_owner)

    def read(self, caller: AuthorisedCaller, batch_id: UUID) -> ApplicationBatch:
        batch = self._program.batches.read(self._owner(caller), batch_id)
        if batch is None:
            raise BatchUnknown
        return batch

    def judged(self, batch: ApplicationBatch) -> tuple[JudgedRow, ...]:
        """Each row with what the law of today says of it."""
        applications = [application_of(each) for each in batch.rows]
        same = of_same([None if each is None else self._same(each) for each in applications])
        return tuple(
            JudgedRow(
                row=row,
                verdict=None if application is None else self._verdict(application),
                same_as=batch.rows[same[place]].line if place in same else None,
            )
            for place, (row, application) in enumerate(zip(batch.rows, applications, strict=True))
        )

    def confirm(self, caller: AuthorisedCaller, batch_id: UUID, *, without_faulty: bool) -> bool:
        """Have the good rows filed, from now on and in the caller's name; whether they will be.

        Nothing is where rows have faults, unless they are to be left out. Said twice, it is one filing.
        """
        batch = self.read(caller, batch_id)
        if batch.state is not BatchState.CHECKED:
            return True
        if not batch.count(RowOutcome.READY) or (batch.at_fault and not without_faulty):
            return False
        identity = caller.caller
        filer = Filer(
            role=identity.role.value,
            subject=identity.subject,
            token_id=identity.token_id,
            enterprise_number=identity.enterprise_number or "",
        )
        self._program.batches.confirm(self._owner(caller), batch, filer, self._program.clock.now())
        return True

    def delete(self, caller: AuthorisedCaller, batch_id: UUID) -> bool:
        """Delete a batch, its key with it; what was filed of it stays. Not while it is being filed."""
        return self._program.batches.delete(self._owner(caller), batch_id)

    def file_some(self) -> bool:
        """File some rows of the batch that has waited longest; whether there was one.

        Called by a worker, again and again. A worker that dies loses nothing: another goes on after some seconds, and
        a row that was filed and not recorded as such gives what it left the first time.
        """
        store, clock = self._program.batches, self._program.clock
        leased = store.lease(_LEASE_SECONDS)
        if leased is None:
            return False
        filer = leased.filer
        caller = Caller(
            role=Role(filer.role),
            subject=filer.subject,
            token_id=filer.token_id,
            enterprise_number=filer.enterprise_number,
        )
        for row in store.next_rows(leased.batch_id, _ROWS_A_TURN):
            settled = self._filed(caller, leased, row)
            store.settle(leased.batch_id, row.number, settled, seconds=_LEASE_SECONDS, now=clock.now())
        store.release(leased.batch_id, clock.now())
        return True

    def _filed(self, identity: Caller, leased: LeasedBatch, row: BatchRow) -> Settled:
        application = application_of(row)
        if application is None:
            return Settled(outcome=RowOutcome.REFUSED, reason=INVALID)
        try:
            caller = self._access.authorise(identity, Action.FILE_APPLICATION)
            context = replace(
                self._cases.context(caller, f"{leased.batch_id}-{row.number}"), key_holder=f"batch/{leased.owner}"
            )
            handled = self._cases.file(caller, application, context, another=False)
        except AlreadyFiled as why:
            return Settled(outcome=RowOutcome.FILED_BEFORE, case_id=why.case_id)
        except NotPermitted:
            return Settled(outcome=RowOutcome.REFUSED, reason=NOT_PERMITTED)
        except InvalidInput:
            return Settled(outcome=RowOutcome.REFUSED, reason=INVALID)
        except CommandRefused as why:
            return Settled(outcome=RowOutcome.REFUSED, reason=why.reason.value)
        return Settled(outcome=RowOutcome.FILED, case_id=handled.receipt.case_id, reference=handled.case.reference)

    def _row(
        self, caller: AuthorisedCaller, place: int, sent: SentRow, *, there: Container[UUID], is_repeated: bool
    ) -> BatchRow:
        settled = Settled(outcome=RowOutcome.FAULTY)
        if sent.application is not None and not is_repeated:
            settled = self._as_it_stands(caller, sent.application, there)
        return BatchRow(
            number=place + 1,
            line=sent.line,
            outcome=settled.outcome,
            application=None if sent.application is None else _content(sent.application),
            cells=sent.cells,
            notes=dict(sent.notes),
            case_id=settled.case_id,
            reference=settled.reference,
            reason=settled.reason,
        )

    def _as_it_stands(self, caller: AuthorisedCaller, application: Application, there: Container[UUID]) -> Settled:
        """What would become of an application if it were filed now, as far as that can be known before."""
        try:
            self._access.require_may_file(caller, application)
        except NotPermitted:
            return Settled(outcome=RowOutcome.REFUSED, reason=NOT_PERMITTED)
        case_id = self._same(application)
        if case_id in there:
            case = self._program.journal.read(case_id).case
            reference = None if case is None else case.reference
            return Settled(outcome=RowOutcome.FILED_BEFORE, case_id=case_id, reference=reference)
        if not self._program.journal.new_stream(case_id).is_live(application.authority):
            return Settled(outcome=RowOutcome.REFUSED, reason=Reason.AUTHORITY_NOT_LIVE.value)
        return Settled(outcome=RowOutcome.READY)

    def _same(self, application: Application) -> UUID:
        """What two rows have in common that are one application, and the case that it would be today."""
        return case_id_of_filing(application, self.today, self._program.filing_key)

    def _verdict(self, application: Application) -> Assessment:
        stated = {**_content(application), "filedOn": self.today.isoformat()}
        facts = wire_adapter(StatedFacts).validate_json(canonical_json(stated))
        return assess_stated(self._program.rulebook, facts, self.today)

    def _id_of(self, caller: AuthorisedCaller, command_id: str) -> UUID:
        """The id of what one program sends under one key; nobody else can compute it."""
        said = f"batch/{self._owner(caller)}/{caller.caller.subject}/{command_id}".encode()
        return UUID(bytes=hmac.digest(self._program.filing_key, said, "sha256")[:16], version=4)

    def _owner(self, caller: AuthorisedCaller) -> str:
        identity = caller.caller
        return self._program.drafts.owner(identity.role, identity.enterprise_number or "")


def sent_rows(applications: Sequence[Application]) -> tuple[SentRow, ...]:
    """The rows of a list that a program sent: each is where it stands in the list, from 1."""
    return tuple(SentRow(line=line, application=each) for line, each in enumerate(applications, start=1))


def application_of(row: BatchRow) -> Application | None:
    """The application of a row; None where it has none, or one that this version of the program does not know."""
    if row.application is None:
        return None
    try:
        found: Application = wire_adapter(Application).validate_json(canonical_json(row.application))
    except ValidationError:
        return None
    return found


def _content(application: Application) -> dict[str, object]:
    """What was stated, in the words of the interface; of documents and work that nobody mentioned, nothing."""
    content: dict[str, object] = wire_adapter(Application).dump_python(
        application, mode="json", by_alias=True, exclude_none=True
    )
    return {name: value for name, value in content.items() if value not in ([], {})}
