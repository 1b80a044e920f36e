"""Write a chunk: what landed, what it makes of each file number, its events and its ledger, in one transaction."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from psycopg2.extras import execute_values

from consumers.migration.chunks import ACTOR
from domain.migration.dossiers import Dossier
from domain.migration.fates import BatchCount, Fate
from domain.migration.quarantine import QUARANTINED, SUPERSEDED
from domain.migration.source_lines import LineKind
from infra.migration.chunk_rows import ChunkRows, Row, changed_dossier_row, new_dossier_rows
from infra.postgres.journal.binary_rows import binary_copy
from infra.postgres.journal.bulk import append_staged, prepare_staging

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


class NothingToAdd(Exception):
    """The chunk is in the database already: the answer to the commit before was lost."""


def write_chunk(cursor: Cursor, chunk: ChunkRows, *, taken: int | None) -> None:
    """Write all of a chunk; the caller commits. ``taken`` is how many lines the batch must have taken before.

    Raises an ``AppendConflict`` when a case has moved on or its authority was switched, and :class:`NothingToAdd`.
    """
    _count(cursor, chunk, taken)
    known = _landed_before(cursor, chunk.landed)
    fresh = [each for record_id, each in chunk.landed.items() if record_id not in known]
    _land_records(cursor, [each.row for each in fresh])
    _quarantine(cursor, [each.quarantined for each in fresh if each.quarantined is not None])
    settle_older(cursor, chunk.authority, chunk.newer, by=ACTOR)
    _land_dossiers(cursor, chunk.new_dossiers)
    if chunk.confirmed:
        execute_values(cursor, _CONFIRM, chunk.confirmed)
    _update_dossiers(cursor, chunk.changed_dossiers)
    if chunk.appends is not None:
        append_staged(cursor, chunk.appends)


def prepare_landing(connection: Connection) -> None:
    """Make the temporary tables of the connection through which a chunk goes, and its events (``prepare_staging``)."""
    prepare_staging(connection)
    with connection.cursor() as cursor:
        cursor.execute(_STAGING)


_STAGING: Final = """
create temporary table if not exists staged_legacy_record (
    id uuid, authority text, key text, batch uuid, source text, line bigint, sequence timestamptz, digest bytea,
    subject uuid, sealed bytea, fate text, mapping_version int, extracted_on date
) with (toast_tuple_target = 8160) on commit delete rows;
alter table staged_legacy_record alter column sealed set storage external;
create temporary table if not exists staged_legacy_dossier (
    authority text, key text, case_id uuid, subject uuid, sequence timestamptz, digest bytea, record_id uuid, fate text,
    version bigint, leaf_hash bytea, person bytea, name_birth bytea, employer text, category text, filed_on date,
    valid_from date, valid_to date, others text[]
) on commit delete rows;
"""

# The caller may write another chunk before the commit, which is what empties the tables otherwise.
_LAND_RECORDS: Final = """
insert into legacy_record (id, authority, key, batch, source, line, sequence, digest, subject, sealed, fate,
       mapping_version, extracted_on)
select * from staged_legacy_record;
delete from staged_legacy_record
"""
_LAND_DOSSIERS: Final = """
insert into legacy_dossier (authority, key, case_id, subject, sequence, digest, record_id, fate, version, leaf_hash,
       person, name_birth, employer, category, filed_on, valid_from, valid_to, others)
select * from staged_legacy_dossier;
delete from staged_legacy_dossier
"""


def _land(cursor: Cursor, staged: str, rows: Sequence[bytes], land: str) -> None:
    """By way of a table of the session: nothing can be copied into one with policies."""
    if rows:
        content = binary_copy(rows)
        cursor.copy_expert(f"copy {staged} from stdin (format binary)", io.BytesIO(content), len(content))
        cursor.execute(land)


def _land_records(cursor: Cursor, rows: Sequence[bytes]) -> None:
    _land(cursor, "staged_legacy_record", rows, _LAND_RECORDS)


def _land_dossiers(cursor: Cursor, rows: Sequence[bytes]) -> None:
    _land(cursor, "staged_legacy_dossier", rows, _LAND_DOSSIERS)


def _quarantine(cursor: Cursor, rows: Sequence[Row]) -> None:
    """Quarantine records with their findings, and begin the trace of each."""
    if rows:
        execute_values(cursor, _QUARANTINE, rows)
        trace(cursor, [row[0] for row in rows], QUARANTINED, ACTOR)


_QUARANTINE: Final = "insert into legacy_quarantine (record_id, authority, reason, findings, mapping_version) values %s"


def trace(cursor: Cursor, records: Iterable[UUID | str], what: str, by: str, motive: bytes | None = None) -> None:
    """Say what was done with these records of the quarantine; a ``motive`` is encrypted already."""
    rows = [(record_id, what, by, motive) for record_id in records]
    execute_values(cursor, "insert into legacy_quarantine_step (record_id, what, by, motive) values %s", rows)


def settle_older(cursor: Cursor, authority: str, taken: Sequence[tuple[str, datetime]], *, by: str) -> None:
    """Versions that wait, and are older than what was taken of their file number, do not wait any more."""
    if not taken:
        return
    cursor.execute(_SETTLE_OLDER, ([key for key, _ in taken], [sequence for _, sequence in taken], authority))
    if superseded := [record_id for (record_id,) in cursor.fetchall()]:
        trace(cursor, superseded, SUPERSEDED, by)


_SETTLE_OLDER: Final = """
update legacy_quarantine q set state = 'superseded', settled_at = now()
  from legacy_record r, unnest(%s::text[], %s::timestamptz[]) n (key, sequence)
 where r.id = q.record_id and r.authority = %s and r.key = n.key and r.sequence < n.sequence
   and q.state in ('open', 'corrected')
 returning q.record_id
"""


def write_dossier(cursor: Cursor, authority: str, dossier: Dossier, *, new: bool) -> None:
    """The current dossier of a file number."""
    if new:
        _land_dossiers(cursor, new_dossier_rows(authority, [dossier]))
    else:
        _update_dossiers(cursor, [changed_dossier_row(authority, dossier)])


def _update_dossiers(cursor: Cursor, rows: Sequence[Row]) -> None:
    if rows:
        execute_values(cursor, _UPDATE_DOSSIER, rows)


_CONFIRM: Final = """
update legacy_dossier d set sequence = n.sequence, others = n.others::text[]
  from (values %s) n (authority, key, sequence, others)
 where d.authority = n.authority and d.key = n.key
"""

_UPDATE_DOSSIER: Final = """
update legacy_dossier d
   set sequence = n.sequence, digest = n.digest::bytea, record_id = n.record_id, fate = n.fate, version = n.version,
       leaf_hash = coalesce(n.leaf_hash::bytea, d.leaf_hash), person = n.person::bytea,
       name_birth = n.name_birth::bytea, employer = n.employer, category = n.category, filed_on = n.filed_on::date,
       valid_from = n.valid_from::date, valid_to = n.valid_to::date, others = n.others::text[]
  from (values %s) n (authority, key, sequence, digest, record_id, fate, version, leaf_hash, person, name_birth,
       employer, category, filed_on, valid_from, valid_to, others)
 where d.authority = n.authority and d.key = n.key
"""


def _count(cursor: Cursor, chunk: ChunkRows, taken: int | None) -> None:
    """Add to the ledger of the batch, if it is where the caller believes."""
    count, fates = chunk.count, chunk.count.fates
    cursor.execute(
        "update legacy_batch set records = records + %(all)s, retold = retold + %(retold)s,"
        " unchanged = unchanged + %(unchanged)s, stale = stale + %(stale)s, quarantined = quarantined + %(set_aside)s,"
        " headers = headers + %(headers)s, blanks = blanks + %(blanks)s, waived = waived + %(waived)s,"
        " heard_at = now() where id = %(batch)s"
        "   and (%(taken)s::bigint is null or records + headers + blanks + waived = %(taken)s)",
        {
            "all": count.records + chunk.unchanged, "retold": fates[Fate.RETOLD],
            "unchanged": fates[Fate.UNCHANGED] + chunk.unchanged,
            "stale": fates[Fate.STALE], "set_aside": fates[Fate.QUARANTINED], "batch": chunk.batch, "taken": taken,
            "headers": chunk.others[LineKind.HEADER], "blanks": chunk.others[LineKind.BLANK],
            "waived": chunk.others[LineKind.WAIVED],
        },
    )  # fmt: skip
    if cursor.rowcount == 0:
        raise NothingToAdd
    _tally(cursor, chunk.batch, count)


def recount(cursor: Cursor, batch: UUID, count: BatchCount, *, out_of: str) -> None:
    """Move one record of a batch out of the quarantine by the reason ``out_of``, to where ``count`` has it now."""
    retold = count.fates[Fate.RETOLD]
    cursor.execute(
        "update legacy_batch set retold = retold + %s, quarantined = quarantined - %s where id = %s",
        (retold, retold, batch),
    )
    count.quarantined[out_of] -= 1
    _tally(cursor, batch, count)


def _tally(cursor: Cursor, batch: UUID, count: BatchCount) -> None:
    rows = [(batch, what, name, number) for what, name, number in _tallies(count)]
    if rows:
        execute_values(
            cursor,
            "insert into legacy_tally as t (batch, what, name, number) values %s"
            " on conflict (batch, what, name) do update"
            " set number = t.number + excluded.number",
            sorted(rows, key=lambda row: row[1:3]),
        )


def _tallies(count: BatchCount) -> Iterable[tuple[str, str, int]]:
    for what, counted in (
        ("quarantined", count.quarantined), ("byStatus", count.by_status), ("byCategory", count.by_category),
        ("byYear", count.by_year), ("unknownField", count.unknown_fields),
    ):  # fmt: skip
        yield from ((what, name, number) for name, number in counted.items())


def _landed_before(cursor: Cursor, ids: Collection[str]) -> set[str]:
    if not ids:
        return set()
    # As one text, of ids that need no quotation marks: hundreds of values are not quoted one by one.
    cursor.execute("select id::text from legacy_record where id = any(%s::uuid[])", ("{" + ",".join(ids) + "}",))
    return {record_id for (record_id,) in cursor.fetchall()}
