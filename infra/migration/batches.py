"""Batches in the database: what hangs on each, and how one is ended before its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from consumers.migration.batch_ending import BatchEnding
from domain.migration.batch_ending import no_such_batch, require_open_file_of
from domain.migration.batch_ledger import BatchLedger
from domain.migration.quarantine import WAITING
from infra.migration.batch_ledgers import ledgers
from infra.migration.cutover_status import require_accepting
from infra.migration.loading import no_load_is_under_way
from infra.postgres.server.connections import transaction

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedVersion:
    """A record that landed with a batch, without its content; ``quarantine`` is its state in quarantine, if any."""

    record_id: UUID
    key: str | None
    source: str
    line: int
    fate: str
    quarantine: str | None
    case_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBy:
    """What hangs on a batch: its landed records by fate, those that wait by reason, and the cases that it retold."""

    landed: dict[str, int]
    waiting: dict[str, int]
    cases: int


def batch_of(connection: Connection, batch: UUID) -> BatchLedger:
    """The batch with its ledger. Raises ``BatchRefused`` where there is none."""
    found = ledgers(connection, ids=[batch])
    if not found:
        raise no_such_batch(batch)
    return found[0]


def abandon(connection: Connection, batch: UUID, *, by: str, motive: str) -> BatchLedger:
    """As :meth:`consumers.migration.batch_ending.BatchEnding.abandon`."""
    return BatchEnding(PostgresBatches(connection)).abandon(batch, by=by, motive=motive)


def supersede(
    connection: Connection, batch: UUID, successor: UUID, *, by: str, motive: str | None = None
) -> BatchLedger:
    """As :meth:`consumers.migration.batch_ending.BatchEnding.supersede`."""
    return BatchEnding(PostgresBatches(connection)).supersede(batch, successor, by=by, motive=motive)


def require_open_batch(connection: Connection, batch: UUID, authority: str) -> None:
    """Raise ``BatchRefused`` unless a batch of this authority can still be abandoned or superseded."""
    require_open_file_of(authority, batch_of(connection, batch))


def held_by(connection: Connection, batches: list[UUID]) -> dict[UUID, HeldBy]:
    """What hangs on each of these batches."""
    held = {batch: HeldBy(landed={}, waiting={}, cases=0) for batch in batches}
    with connection.cursor() as cursor:
        cursor.execute(_BY_FATE, (batches,))
        for batch, fate, number in cursor.fetchall():
            held[batch].landed[fate] = number
        cursor.execute(_WAITING, (list(WAITING), batches))
        for batch, reason, number in cursor.fetchall():
            held[batch].waiting[reason] = number
        cursor.execute(_CASES, (batches,))
        for batch, number in cursor.fetchall():
            held[batch] = HeldBy(landed=held[batch].landed, waiting=held[batch].waiting, cases=number)
    return held


def landed_with(connection: Connection, batch: UUID, most: int | None = None) -> list[LandedVersion]:
    """The records that landed with a batch, in the order of its lines; the first ``most`` of them."""
    with connection.cursor() as cursor:
        cursor.execute(_LANDED, (batch, most))
        return [LandedVersion(**dict(zip(LandedVersion.__slots__, row, strict=True))) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class PostgresBatches:
    """Implements :class:`consumers.migration.batch_ending.Batches`."""

    connection: Connection

    def batch(self, batch: UUID) -> BatchLedger:
        return batch_of(self.connection, batch)

    @contextmanager
    def transaction(self) -> Iterator[PostgresBatchTransaction]:
        with transaction(self.connection) as cursor:
            yield PostgresBatchTransaction(cursor)


@dataclass(frozen=True, slots=True)
class PostgresBatchTransaction:
    """Implements :class:`consumers.migration.batch_ending.BatchTransaction`."""

    cursor: Cursor

    def no_load_is_under_way(self, authority: str) -> bool:
        return no_load_is_under_way(self.cursor, authority)

    def require_accepting(self, authority: str) -> None:
        require_accepting(self.cursor, authority)

    def end(self, batch: UUID, how: str, *, by: str, why: str | None, successor: UUID | None) -> bool:
        self.cursor.execute(
            "update legacy_batch set ended_as = %s, ended_at = now(), ended_by = %s, ended_why = %s, superseded_by = %s"
            " where id = %s and ended_as is null",
            (how, by, why, successor, batch),
        )
        return bool(self.cursor.rowcount)


_BY_FATE: Final = (
    "select batch, fate, count(*) from legacy_record where batch = any(%s::uuid[]) group by 1, 2 order by 2"
)

_WAITING: Final = """
select r.batch, q.reason, count(*)
  from legacy_quarantine q
  join legacy_record r on r.id = q.record_id
 where q.state = any(%s) and r.batch = any(%s::uuid[])
 group by 1, 2 order by 2
"""

# A version is recorded in its case whether it was retold at once or out of the quarantine.
_TOLD: Final = """
  from legacy_record r
  left join legacy_quarantine q on q.record_id = r.id
  left join legacy_dossier d on d.authority = r.authority and (d.key = r.key or d.record_id = r.id)
"""

_CASES: Final = f"""
select r.batch, count(distinct d.case_id)
{_TOLD}
 where r.batch = any(%s::uuid[]) and (r.fate = 'retold' or q.state = 'retold')
 group by 1
"""

_LANDED: Final = f"""
select r.id, coalesce(r.key, d.key), r.source, r.line, r.fate, q.state,
       case when r.fate = 'retold' or q.state = 'retold' then d.case_id end
{_TOLD}
 where r.batch = %s
 order by r.source, r.line, r.id
 limit %s
"""
