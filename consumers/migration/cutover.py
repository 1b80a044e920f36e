"""The cut-over of an authority: each step is proven, put on record, and, the last of each way, switches the authority.

All of a step happens in one transaction, in which from the drain on nobody lands a record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from domain.migration.authority_events import AuthorityEvent, switch_of
from domain.migration.coverage import Coverage, require_same
from domain.migration.cutover import (
    PROVES_ALL_TAKEN,
    RESTS_ON_THE_REPORT,
    CutOverStep,
    StepRefused,
    require_motive,
    require_plain_words,
    require_step,
)
from domain.migration.cutover_status import CutoverStatus, Outcome, number_of
from domain.migration.open_work import OpenWork

C = TypeVar("C")
"""A connection, of which this package knows nothing: callers say on which one the work is done."""
C_contra = TypeVar("C_contra", contravariant=True)


class CutoverTransaction(Protocol):
    """One step of one authority; what is done in it is done whole or not at all, and by nobody else at once."""

    def status(self) -> CutoverStatus: ...

    def no_load_is_under_way(self) -> bool:
        """Keep loads of files away until the end of the transaction; False when one is under way."""

    def close_acceptance(self) -> None:
        """Wait for the transactions that land records now, and keep others away until the end of this one."""

    def open_work(self, lag: int) -> OpenWork:
        """What has been sent and not been taken; ``lag`` is how many records the topic holds that were not taken."""

    def coverage(self) -> Coverage:
        """What has landed of the authority by now."""

    def record(self, step: CutOverStep, epoch: int, *, by: str, outcome: Outcome) -> None: ...

    def switch(self, event: AuthorityEvent, epoch: int, *, by: str) -> None:
        """Append the event, on the epoch that it ends. Raises an ``AppendConflict`` when somebody was quicker."""

    def take_heads_as_they_are(self) -> None:
        """Let the records of the former system build on what happened here."""


class CutoverStore(Protocol[C_contra]):
    """The cut-over of one authority."""

    def transaction(self, connection: C_contra) -> AbstractContextManager[CutoverTransaction]: ...

    def status(self, connection: C_contra) -> CutoverStatus: ...


@dataclass(frozen=True, kw_only=True)
class CutOver(Generic[C]):
    """The cut-over of one authority."""

    authority: str
    store: CutoverStore[C]
    now: Callable[[], datetime]

    def take(self, connection: C, step: CutOverStep, *, by: str, outcome: Mapping[str, object]) -> CutoverStatus:
        """Take a step; the last of each way switches the authority in the same transaction.

        ``outcome`` of a report says what it ``covers``; nothing may have landed since, neither now nor when the switch
        is proposed and approved. Raises :class:`~domain.migration.cutover.StepRefused`, and what an append raises when
        somebody was quicker.
        """
        motive = str(outcome.get("motive", ""))
        require_plain_words(by, motive)
        with self.store.transaction(connection) as transaction:
            status = transaction.status()
            require_step(step, by, status.taken, is_live=status.is_live)
            require_motive(step, motive)
            proven = {**outcome, **self._proven(transaction, status, step, outcome)}
            transaction.record(step, status.epoch, by=by, outcome=proven)
            event = switch_of(step, status, by=by, outcome=proven, at=self.now())
            if event is not None:
                transaction.switch(event, status.epoch, by=by)
            if step is CutOverStep.BACK_APPROVED:
                # After the append, so under the lock of the journal's head: after all that happened here.
                transaction.take_heads_as_they_are()
        return self.store.status(connection)

    def _proven(
        self, transaction: CutoverTransaction, status: CutoverStatus, step: CutOverStep, outcome: Outcome
    ) -> dict[str, object]:
        """What a step itself finds and leaves on record; nobody lands a record until it is committed.

        Raises :class:`StepRefused` where it does not find what the step is to say.
        """
        if step not in PROVES_ALL_TAKEN | RESTS_ON_THE_REPORT:
            return {}
        self._keep_writers_away(transaction)
        if step in PROVES_ALL_TAKEN:
            work = transaction.open_work(number_of(outcome, "lag") if "lag" in outcome else 0)
            work.require_none()
            if step is CutOverStep.DRAINED:
                return {"waiting": work.waiting}
            if not outcome.get("agrees"):
                raise StepRefused("the two sides do not agree: see the report and correct the differences first")
        now = transaction.coverage()
        if step is CutOverStep.RECONCILED:
            require_same(_coverage(outcome, now), now, "while the report was made")
            return {"covers": now}
        report = status.held(CutOverStep.RECONCILED)
        require_same(_coverage(report.outcome, {}), now, f"since the report of {report.by}")
        named: dict[str, object] = {"reportSha256": report.outcome["reportSha256"]}
        if step is CutOverStep.PROPOSED:
            return named
        return {**named, "proposedBy": status.held(CutOverStep.PROPOSED).by}

    def _keep_writers_away(self, transaction: CutoverTransaction) -> None:
        if not transaction.no_load_is_under_way():
            raise StepRefused(
                f"files of {self.authority} are being loaded: take the step when loading has ended, or stop it"
            )
        transaction.close_acceptance()


def _coverage(outcome: Outcome, without: Coverage) -> Coverage:
    covers = outcome.get("covers", without)
    return covers if isinstance(covers, Mapping) else without
