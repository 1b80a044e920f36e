"""From a case, an event or an old file number back to the record, its batch, file and line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from infra.stored_form.stored_body import clear_fields

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageEntry:
    """One landed version. ``source`` and ``line`` are file and line, or topic with partition and offset.

    ``position`` and ``version`` are those of the event that retells it, None where none does.
    """

    authority: str
    key: str | None
    case_id: UUID | None
    record_id: UUID
    fate: str
    quarantine: str | None
    batch: UUID
    batch_source: str
    source: str
    line: int
    sequence: datetime | None
    landed_at: datetime
    mapping_version: int
    position: int | None
    version: int | None


_SELECT: Final = """
select r.authority, coalesce(r.key, d.key), d.case_id, r.id, r.fate, q.state, r.batch, b.source, r.source, r.line,
       r.sequence, r.landed_at, r.mapping_version
  from legacy_record r
  join legacy_batch b on b.id = r.batch
  left join legacy_quarantine q on q.record_id = r.id
  left join legacy_dossier d on d.authority = r.authority and (d.key = r.key or d.record_id = r.id)
"""
_ORDER: Final = " order by r.authority, r.sequence, r.landed_at, r.id"


def by_file_number(connection: Connection, key: str, authority: str | None = None) -> list[LineageEntry]:
    """Every version of a file number, of one authority or of any."""
    where = " where r.key = %(key)s and r.authority = any(%(authorities)s)"
    authorities = ["brussels", "wallonia", "german-community"] if authority is None else [authority]
    return _found(connection, _SELECT + where + _ORDER, {"key": key, "authorities": authorities})


def by_case(connection: Connection, case_id: UUID) -> list[LineageEntry]:
    """Every version that led to a case."""
    return _found(connection, _SELECT + " where d.case_id = %(case)s" + _ORDER, {"case": case_id})


def by_position(connection: Connection, position: int) -> list[LineageEntry]:
    """The version that the event at a position of the journal retells; of any other event, all of its case's."""
    with connection.cursor() as cursor:
        cursor.execute("select stream from journal where position = %s", (position,))
        found = cursor.fetchall()
    entries = by_case(connection, found[0][0]) if found else []
    return [each for each in entries if each.position == position] or entries


def _found(connection: Connection, statement: str, parameters: dict[str, object]) -> list[LineageEntry]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found = cursor.fetchall()
        retold = _retold(cursor, [case_id for _, _, case_id, *_ in found if case_id is not None])
    places = [retold.get((case_id, record_id), (None, None)) for _, _, case_id, record_id, *_ in found]
    return [
        LineageEntry(**dict(zip(LineageEntry.__slots__, (*row, *place), strict=True)))
        for row, place in zip(found, places, strict=True)
    ]


def _retold(cursor: Cursor, cases: list[UUID]) -> dict[tuple[UUID, UUID], tuple[int, int]]:
    """Position and version of the last event that retells a record, by case and record."""
    cursor.execute(
        "select stream, position, version, body from journal"
        " where stream = any(%s::uuid[]) and type = 'LegacyRecordRetold' order by version",
        (cases,),
    )
    return {
        (stream, UUID(clear_fields(bytes(body))["recordId"])): (position, version)
        for stream, position, version, body in cursor.fetchall()
    }
