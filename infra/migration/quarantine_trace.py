"""The trace of a record in quarantine in the database, and the lock under which it is repaired."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from domain.migration.quarantine import SEPARATOR, Step

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


def steps_of(connection: Connection, record_id: UUID) -> tuple[Step, ...]:
    """All that was done with a record, the first step first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, what, by, motive, at from legacy_quarantine_step where record_id = %s order by id", (record_id,)
        )
        return tuple(_step(*row) for row in cursor.fetchall())


def hold(cursor: Cursor, record_id: UUID) -> None:
    """Keep others from repairing the record until the end of the transaction."""
    cursor.execute("select from legacy_quarantine where record_id = %s for update", (record_id,))


def _step(number: int, traced: str, by: str, motive: str | None, at: datetime) -> Step:
    what, _, detail = traced.partition(SEPARATOR)
    return Step(id=number, what=what, detail=detail, by=by, motive=motive, at=at)
