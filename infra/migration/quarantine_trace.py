"""The trace of a record in quarantine in the database, and the lock under which it is repaired."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from domain.migration.quarantine import SEPARATOR, Step
from infra.migration.sealed_records import open_text, seal_text

_MOTIVE = "motive of a step"
"""In the place of a field, of which a record has none of this name."""

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


def seal_motive(key: bytes, record_id: UUID, motive: str) -> bytes:
    """Why a person did something with a record: it may name whom the record is about."""
    return seal_text(key, record_id, _MOTIVE, motive)


def steps_of(connection: Connection, record_id: UUID, key: bytes | None) -> tuple[Step, ...]:
    """All that was done with a record, the first step first.

    ``key`` is that of its subject. Without it, for who is not to read motives or once it was destroyed, none is told.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, what, by, motive, at from legacy_quarantine_step where record_id = %s order by id", (record_id,)
        )
        return tuple(_step(record_id, key, *row) for row in cursor.fetchall())


def hold(cursor: Cursor, record_id: UUID) -> None:
    """Keep others from repairing the record until the end of the transaction."""
    cursor.execute("select from legacy_quarantine where record_id = %s for update", (record_id,))


def _step(
    record_id: UUID, key: bytes | None, number: int, traced: str, by: str, motive: bytes | None, at: datetime
) -> Step:
    what, _, detail = traced.partition(SEPARATOR)
    told = None if key is None or motive is None else open_text(key, record_id, _MOTIVE, bytes(motive))
    return Step(id=number, what=what, detail=detail, by=by, motive=told, at=at)
