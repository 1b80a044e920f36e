"""The ledgers of batches in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from domain.migration.batch_ledger import BatchLedger, run_summary

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection


_LEDGERS: Final = """
select id, authority, door, source, mapping_version, extracted_on, encode(source_digest, 'hex'), source_lines,
       source_bytes, columns_waived, sheets_waived, started_at, heard_at, finished_at, seconds, headers, blanks, waived,
       records, retold, unchanged, stale, quarantined, ended_as, ended_at, ended_by, ended_why, superseded_by
  from legacy_batch
 where (%(authority)s::text is null or authority = %(authority)s)
   and (%(ids)s::uuid[] is null or id = any(%(ids)s::uuid[]))
 order by started_at desc, id
"""


def ledgers(
    connection: Connection, authority: str | None = None, ids: Iterable[UUID] | None = None
) -> list[BatchLedger]:
    """The batches, newest first; those of an authority, or those named."""
    with connection.cursor() as cursor:
        cursor.execute(_LEDGERS, {"authority": authority, "ids": None if ids is None else list(ids)})
        return [BatchLedger(**dict(zip(BatchLedger.__slots__, row, strict=True))) for row in cursor.fetchall()]


def first_extracted_on(connection: Connection, authority: str, sha256: bytes) -> date | None:
    """The day of the extract that was kept with a file when it was first loaded; None for one that never was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select extracted_on from legacy_batch where authority = %s and source_digest = %s and door = 'file'"
            " order by started_at limit 1",
            (authority, sha256),
        )
        found = cursor.fetchall()
    return found[0][0] if found else None


def tallies(connection: Connection, batches: Iterable[UUID]) -> dict[str, dict[str, int]]:
    """What the batches counted together: by what, then by name."""
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select what, name, sum(number)::bigint from legacy_tally where batch = any(%s::uuid[])"
            " group by what, name order by what, name",
            (list(batches),),
        )
        for what, name, number in cursor.fetchall():
            found.setdefault(what, {})[name] = number
    return found


def sums_of(connection: Connection, batches: Iterable[UUID]) -> dict[str, Any]:
    """The ledger of these batches together, as :func:`domain.migration.batch_ledger.run_summary`."""
    ids = list(batches)
    return run_summary(ledgers(connection, ids=ids), tallies(connection, ids))
