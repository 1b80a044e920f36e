"""Batches that end otherwise than at their end: given up by a person, or superseded by a mended file.

What has landed of such a batch stays where it is, in its ledger, its quarantine and its cases, and is named with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.migration.names import acting_name
from domain.plain_text import is_plain
from infra.migration.acceptance import require_accepting
from infra.migration.ledger import BatchLedger, ledgers
from infra.migration.loading import no_load_is_under_way
from infra.migration.waiting_records import WAITING
from infra.postgres.server.connections import transaction

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


class BatchRefused(Exception):
    """The batch cannot be ended in this way; the text says why and what can be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedVersion:
    """A record that landed with a batch, without its content; ``quarantine`` is its state there if it was set aside."""

    record_id: UUID
    key: str | None
    source: str
    line: int
    fate: str
    quarantine: str | None
    case_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBy:
    """What hangs on a batch: its landed records by fate, those that wait by reason, and the cases that it told."""

    landed: dict[str, int]
    waiting: dict[str, int]
    cases: int


def batch_of(connection: Connection, batch: UUID) -> BatchLedger:
    """The batch with its ledger. Raises :class:`BatchRefused` where there is none."""
    found = ledgers(connection, ids=[batch])
    if not found:
        raise BatchRefused(f"there is no batch {batch}: `permit migrate batch list AUTHORITY` names them")
    return found[0]


def abandon(connection: Connection, batch: UUID, *, by: str, motive: str) -> BatchLedger:
    """Give up a file that was not taken to its end; the same file again begins a new batch.

    Raises :class:`BatchRefused`, and ``NotAccepting`` once the report of the authority is on record.
    """
    if not motive.strip():
        raise BatchRefused("a batch is given up for a reason: say which, with --motive TEXT")
    with _changing(connection, batch, by, motive) as (cursor, found):
        if found.finished_at is not None:
            raise BatchRefused(
                f"batch {batch} was taken to its end, so there is nothing to give up. If another file takes its place:"
                f" `permit migrate batch supersede {batch} --by NEW`"
            )
        _end(cursor, batch, "abandoned", by=by, why=motive, successor=None)
    return batch_of(connection, batch)


def supersede(
    connection: Connection, batch: UUID, successor: UUID, *, by: str, motive: str | None = None
) -> BatchLedger:
    """A mended file, loaded as batch ``successor``, takes the place of a batch. Raises as :func:`abandon`."""
    with _changing(connection, batch, by, motive) as (cursor, found):
        new = batch_of(connection, successor)
        if new.id == found.id:
            raise BatchRefused(f"{batch} cannot supersede itself: name the batch of the mended file")
        if new.authority != found.authority:
            raise BatchRefused(f"batch {successor} is of {new.authority}, and {batch} of {found.authority}")
        if new.door != "file" or new.finished_at is None or new.ended_as is not None:
            raise BatchRefused(f"batch {successor} is no file that was taken to its end and stands: load it first")
        _end(cursor, batch, "superseded", by=by, why=motive, successor=successor)
    return batch_of(connection, batch)


def require_standing(connection: Connection, batch: UUID, authority: str) -> None:
    """Raise :class:`BatchRefused` unless a batch of this authority can still be abandoned or superseded."""
    found = batch_of(connection, batch)
    if found.authority != authority:
        raise BatchRefused(f"batch {batch} is of {found.authority}, not of {authority}")
    _require_file_that_stands(found)


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


@contextmanager
def _changing(connection: Connection, batch: UUID, by: str, motive: str | None) -> Iterator[tuple[Cursor, BatchLedger]]:
    """A transaction in which the batch stands and nobody loads files."""
    if not acting_name(by):
        raise BatchRefused("nobody is named: say who does it")
    if not is_plain(by) or not is_plain(motive or ""):
        raise BatchRefused("name and motive are one line without control characters: remove what cannot be printed")
    with transaction(connection) as cursor:
        found = batch_of(connection, batch)
        if not no_load_is_under_way(cursor, found.authority):
            raise BatchRefused(f"files of {found.authority} are being loaded: wait until they are through, or stop it")
        require_accepting(cursor, found.authority)
        # Read again: nobody writes to it from here on.
        found = batch_of(connection, batch)
        _require_file_that_stands(found)
        yield cursor, found


def _require_file_that_stands(batch: BatchLedger) -> None:
    if batch.door != "file":
        raise BatchRefused(f"batch {batch.id} came over a topic: only files are abandoned or superseded")
    if batch.ended_as is not None:
        raise BatchRefused(f"batch {batch.id} was {batch.ended_as} by {batch.ended_by} before")


def _end(cursor: Cursor, batch: UUID, how: str, *, by: str, why: str | None, successor: UUID | None) -> None:
    cursor.execute(
        "update legacy_batch set ended_as = %s, ended_at = now(), ended_by = %s, ended_why = %s, superseded_by = %s"
        " where id = %s and ended_as is null",
        (how, by, why, successor, batch),
    )
    if cursor.rowcount == 0:
        raise BatchRefused(f"somebody else has ended batch {batch} at this moment: look at it again")


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

# A version is told by its case whether it was retold at once or out of the quarantine.
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
