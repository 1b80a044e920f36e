"""The door of topics: records of one authority as they come over Kafka, on the same path as those of files.

A delivery is taken in one transaction: its messages are opened, their records are judged and landed under the batches
that they name, what cannot be accepted is dead-lettered, and all that came is counted. Records are landed together
where that goes well. Where it does not, the stretch is halved until the one that fails is alone: it is dead-lettered,
and all others are landed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar
from uuid import UUID

from consumers.consumer import MessageRefused
from consumers.migration.chunks import A, Chunk, ChunkJudge, Extract, cut
from consumers.migration.pieces import KnownDossiers
from domain.civil_time import civil_day
from domain.migration.cutover_status import AuthorityIsLive, NotAccepting
from domain.migration.identities import topic_batch_id
from domain.migration.plausible_days import Calendar
from domain.migration.source_lines import RawRecord

LIVE: Final = "authorityLive"
REPORTED: Final = "authorityReconciled"
"""It came after the report on which the switch is to rest: replayed once that is taken back, or discarded."""

ATTEMPTS: Final = 3
"""How often a record is tried that fails alone: another process may have changed its case meanwhile."""

M = TypeVar("M")
"""A message as it arrived, of which this package knows nothing but what it holds."""
M_contra = TypeVar("M_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Taken:
    """How many records of a delivery went well, and at how many the program failed."""

    well: int
    failed: int


class IntakeTransaction(KnownDossiers, Protocol[M_contra, A]):
    """What is done in it is done whole or not at all."""

    def accepted_epoch(self) -> int:
        """The epoch on which retelling rests. Raises ``AuthorityIsLive`` and ``NotAccepting``.

        Files go first: while one is loaded it raises what makes the consumer come again later.
        """

    def opened(self, message: M_contra) -> tuple[str, RawRecord]:
        """Its batch and its record. Raises :class:`MessageRefused` for a message whose envelope does not hold."""

    def begin(self, batch: UUID, name: str, mapping_version: int, calendar: Calendar) -> None:
        """The batch, unless it was begun before."""

    def attempt(self) -> AbstractContextManager[None]:
        """What is written within it is undone alone where it fails at a record."""

    def blames_no_record(self, why: Exception) -> bool:
        """Whether the failure is of the database, or of an authority that was switched meanwhile."""

    def write(self, chunk: Chunk[A]) -> None: ...

    def dead_letter(self, message: M_contra, reason: str) -> None:
        """Keep a message that can never be taken, with the reason."""

    def dead_letter_failed(self, message: M_contra, kind: str, attempts: int) -> None:
        """Keep a message at which the program failed, with the kind of the failure."""

    def note_failure(self, kind: str) -> None:
        """The program failed at a message, with that kind of error."""

    def count(self, arrived: Sequence[M_contra], dead_lettered: Sequence[M_contra]) -> None:
        """Count what has arrived by partition, and of it what was dead-lettered."""


@dataclass(frozen=True, slots=True)
class _Opened(Generic[M]):
    """A message whose envelope holds: its batch and its record."""

    message: M
    batch: str
    raw: RawRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicIntake(Generic[M, A]):
    """Takes what an authority sends."""

    judge: ChunkJudge[A]
    now: Callable[[], datetime]

    def take(self, transaction: IntakeTransaction[M, A], arrived: Sequence[M]) -> Taken:
        """Land, judge and retell what arrives, dead-letter what cannot be accepted, and count it all."""
        try:
            epoch = transaction.accepted_epoch()
        except (AuthorityIsLive, NotAccepting) as why:
            for each in arrived:
                transaction.dead_letter(each, LIVE if isinstance(why, AuthorityIsLive) else REPORTED)
            transaction.count(arrived, arrived)
            return Taken(well=0, failed=0)
        opened: list[_Opened[M]] = []
        dead_lettered: list[M] = []
        unforeseen = 0
        for each in arrived:
            try:
                opened.append(_Opened(each, *transaction.opened(each)))
            except MessageRefused as why:
                transaction.dead_letter(each, why.reason)
                dead_lettered.append(each)
            except Exception as why:
                unforeseen += 1
                transaction.note_failure(type(why).__name__)
                transaction.dead_letter_failed(each, type(why).__name__, 1)
                dead_lettered.append(each)
        failed = self._landed_but(transaction, opened, epoch)
        for record, kind in failed:
            transaction.dead_letter_failed(record.message, kind, ATTEMPTS)
            dead_lettered.append(record.message)
        transaction.count(arrived, dead_lettered)
        return Taken(well=len(opened) - len(failed), failed=unforeseen + len(failed))

    def land_again(self, transaction: IntakeTransaction[M, A], message: M) -> None:
        """Land the record of a message that was dead-lettered.

        Raises :class:`MessageRefused` for one that still cannot be taken, and what landing it raises.
        """
        try:
            epoch = transaction.accepted_epoch()
        except AuthorityIsLive:
            raise MessageRefused(LIVE) from None
        except NotAccepting:
            raise MessageRefused(REPORTED) from None
        self._land(transaction, [_Opened(message, *transaction.opened(message))], epoch)

    def _landed_but(
        self, transaction: IntakeTransaction[M, A], records: Sequence[_Opened[M]], epoch: int
    ) -> list[tuple[_Opened[M], str]]:
        """Land these records; those that failed alone are given, with the kind of the failure."""
        if not records:
            return []
        kind = ""
        for _ in range(ATTEMPTS if len(records) == 1 else 1):
            try:
                with transaction.attempt():
                    self._land(transaction, records, epoch)
            except Exception as why:
                if transaction.blames_no_record(why):
                    raise
                transaction.note_failure(type(why).__name__)
                kind = type(why).__name__
            else:
                return []
        if len(records) == 1:
            return [(records[0], kind)]
        half = len(records) // 2
        return [
            failed for part in (records[:half], records[half:]) for failed in self._landed_but(transaction, part, epoch)
        ]

    def _land(self, transaction: IntakeTransaction[M, A], records: Sequence[_Opened[M]], epoch: int) -> None:
        mapping = self.judge.source.mapping
        # The day of the extract of what comes over a topic is the day on which it lands.
        calendar = Calendar(civil_day(self.now()))
        for name, group in _by_batch(records):
            batch = topic_batch_id(mapping.authority, name)
            transaction.begin(batch, name, mapping.version, calendar)
            extract = Extract(batch=batch, calendar=calendar)
            for part in cut([self.judge.records.read(raw, calendar) for raw in group]):
                known = transaction.known({each.key for each in part if each.key is not None})
                transaction.write(self.judge.judged(part, known, epoch, self.now(), extract))


def _by_batch(opened: Iterable[_Opened[M]]) -> list[tuple[str, list[RawRecord]]]:
    """The records of each batch in their order; the stretches of a batch stay apart where another lies between."""
    groups: list[tuple[str, list[RawRecord]]] = []
    for each in opened:
        if not groups or groups[-1][0] != each.batch:
            groups.append((each.batch, []))
        groups[-1][1].append(each.raw)
    return groups
