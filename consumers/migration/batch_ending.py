"""Ending a batch before its end, while nobody loads files of its authority and its records are accepted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.migration.batch_ending import (
    BatchRefused,
    require_motive,
    require_named,
    require_open_file,
    require_successor,
    require_unfinished,
)
from domain.migration.batch_ledger import BatchLedger


class BatchTransaction(Protocol):
    """What is done in it is done whole or not at all."""

    def no_load_is_under_way(self, authority: str) -> bool:
        """Keep loads of files away until the end of the transaction; False when one is under way."""

    def require_accepting(self, authority: str) -> None:
        """Raise ``NotAccepting`` once the report of the authority is on record; keep that step away meanwhile."""

    def end(self, batch: UUID, how: str, *, by: str, why: str | None, successor: UUID | None) -> bool:
        """Put the end on record; False where somebody else has ended the batch at this moment."""


class Batches(Protocol):
    def batch(self, batch: UUID) -> BatchLedger:
        """The batch with its ledger. Raises :class:`BatchRefused` where there is none."""

    def transaction(self) -> AbstractContextManager[BatchTransaction]: ...


@dataclass(frozen=True, slots=True)
class BatchEnding:
    """Abandons and supersedes batches."""

    batches: Batches

    def abandon(self, batch: UUID, *, by: str, motive: str) -> BatchLedger:
        """Give up a file that was not taken to its end; the same file again begins a new batch.

        Raises :class:`BatchRefused`, and ``NotAccepting`` once the report of the authority is on record.
        """
        require_motive(motive)
        with self._changing(batch, by, motive) as (transaction, found):
            require_unfinished(found)
            _end(transaction, batch, "abandoned", by=by, why=motive, successor=None)
        return self.batches.batch(batch)

    def supersede(self, batch: UUID, successor: UUID, *, by: str, motive: str | None) -> BatchLedger:
        """A corrected file, loaded as batch ``successor``, takes the place of a batch. Raises as :meth:`abandon`."""
        with self._changing(batch, by, motive) as (transaction, found):
            require_successor(found, self.batches.batch(successor))
            _end(transaction, batch, "superseded", by=by, why=motive, successor=successor)
        return self.batches.batch(batch)

    @contextmanager
    def _changing(self, batch: UUID, by: str, motive: str | None) -> Iterator[tuple[BatchTransaction, BatchLedger]]:
        require_named(by, motive)
        with self.batches.transaction() as transaction:
            authority = self.batches.batch(batch).authority
            if not transaction.no_load_is_under_way(authority):
                raise BatchRefused(f"files of {authority} are being loaded: wait until loading has ended, or stop it")
            transaction.require_accepting(authority)
            # Read again: nobody writes to it from here on.
            found = self.batches.batch(batch)
            require_open_file(found)
            yield transaction, found


def _end(
    transaction: BatchTransaction, batch: UUID, how: str, *, by: str, why: str | None, successor: UUID | None
) -> None:
    if not transaction.end(batch, how, by=by, why=why, successor=successor):
        raise BatchRefused(f"someone else has just ended batch {batch}: check its state")
