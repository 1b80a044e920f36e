"""The batches of one database, each sealed under its own key and shown to its owner alone, as drafts are.

What became of a row lies in the clear: a state, a code, the id of a case. Everything that was sent is sealed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.drafts.application_batch import (
    ApplicationBatch,
    BatchRow,
    BatchState,
    BatchSummary,
    Filer,
    RowOutcome,
    Settled,
)
from infra.postgres.drafts.draft_keys import DraftKeys
from infra.postgres.read_models.row_scope import PartyKind, RowScope, rows_within
from infra.postgres.server.connection_pool import ConnectionPool
from infra.randomness import random_bytes
from infra.wire_format import canonical_json

_NONCE_BYTES: Final = 12

_ADD: Final = """
insert into application_batch (id, owner, state, begun_at, touched_at, sealed) values (%s, %s, %s, %s, %s, %s)
    on conflict do nothing
"""
_ADD_ROWS: Final = """
insert into application_batch_row (batch, number, owner, outcome, reason, case_id, reference, sealed)
select %s, number, %s, outcome, reason, case_id, reference, sealed
  from unnest(%s::int[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::bytea[])
       as row (number, outcome, reason, case_id, reference, sealed)
"""
_READ: Final = """
select id, state, begun_at, touched_at, sealed from application_batch where owner = %s and id = %s
"""
_ROWS: Final = """
select number, outcome, reason, case_id, reference, sealed from application_batch_row
 where owner = %s and batch = %s order by number
"""
_LISTED: Final = """
select b.id, b.state, b.begun_at,
       (select json_object_agg(outcome, rows)
          from (select outcome, count(*) as rows from application_batch_row r where r.batch = b.id group by outcome) c)
  from application_batch b where b.owner = %s order by b.begun_at desc, b.id desc limit %s
"""
_CONFIRM: Final = """
update application_batch set state = 'filing', touched_at = %s, sealed = %s
 where owner = %s and id = %s and state = 'checked'
"""
_LEASE: Final = """
update application_batch set leased_until = now() + %s * interval '1 second'
 where id = (select id from application_batch where state = 'filing' and leased_until < now()
              order by leased_until limit 1 for update skip locked)
returning id, owner, state, sealed
"""
_NEXT: Final = """
select number, outcome, reason, case_id, reference, sealed from application_batch_row
 where batch = %s and outcome = 'ready' order by number limit %s
"""
_SETTLE: Final = """
with settled as (
    update application_batch_row set outcome = %s, case_id = %s, reference = %s, reason = %s
     where batch = %s and number = %s and outcome = 'ready')
update application_batch set leased_until = now() + %s * interval '1 second', touched_at = %s where id = %s
"""
_RELEASE: Final = """
update application_batch b set leased_until = now(), touched_at = %s,
       state = case when exists (select from application_batch_row r where r.batch = b.id and r.outcome = 'ready')
                    then 'filing' else 'done' end
 where id = %s and state = 'filing'
"""
_DELETE: Final = "delete from application_batch where owner = %s and id = %s and state <> 'filing'"
_UNTOUCHED: Final = """
delete from application_batch where id in (
    select id from application_batch where touched_at < %s and state <> 'filing' order by touched_at limit %s)
returning id
"""


class LeasedBatch(NamedTuple):
    """A batch that one worker files now."""

    batch_id: UUID
    owner: str
    filer: Filer


class BatchStore:
    """Safe between threads. All raise ``DatabaseUnavailable``.

    ``readers`` and ``writers`` are pools of the journal's database.
    """

    def __init__(self, readers: ConnectionPool, writers: ConnectionPool, keys: DraftKeys, *, origin: str) -> None:
        self._readers = readers
        self._writers = writers
        self._keys = keys
        self._origin = origin

    def add(self, owner: str, batch: ApplicationBatch) -> None:
        """Keep a new batch with all its rows; one that is kept under this id already stays as it is."""
        key = self._keys.make(batch.batch_id)
        rows = batch.rows
        with self._writers.transaction() as connection, connection.cursor() as cursor:
            head = self._sealed(key, _head(batch), batch.batch_id, _part_of(batch.state))
            cursor.execute(_ADD, (batch.batch_id, owner, batch.state.value, batch.begun_at, batch.touched_at, head))
            if not cursor.rowcount:
                return
            cursor.execute(
                _ADD_ROWS,
                (
                    batch.batch_id,
                    owner,
                    [each.number for each in rows],
                    [each.outcome.value for each in rows],
                    [each.reason for each in rows],
                    [each.case_id for each in rows],
                    [each.reference for each in rows],
                    [self._sealed(key, _content(each), batch.batch_id, each.number) for each in rows],
                ),
            )

    def read(self, owner: str, batch_id: UUID) -> ApplicationBatch | None:
        """The batch with all its rows; None where the owner has none of this id."""
        with rows_within(self._readers, _scope(owner)) as cursor:
            cursor.execute(_READ, (owner, batch_id))
            found = cursor.fetchall()
            cursor.execute(_ROWS, (owner, batch_id))
            rows = cursor.fetchall()
        key = self._keys.of((batch_id,)).get(batch_id) if found else None
        if key is None:
            return None
        ((_, stated, begun_at, touched_at, sealed),) = found
        state = BatchState(stated)
        head = self._opened(key, sealed, batch_id, _part_of(state))
        return ApplicationBatch(
            batch_id=batch_id,
            state=state,
            columns=tuple(head["columns"]),
            is_workbook=head["isWorkbook"],
            rows=tuple(self._row(key, batch_id, each) for each in rows),
            begun_at=begun_at,
            touched_at=touched_at,
            filer=_filer(head),
        )

    def listed(self, owner: str, *, limit: int) -> list[BatchSummary]:
        """The batches of an owner, the newest first."""
        with rows_within(self._readers, _scope(owner)) as cursor:
            cursor.execute(_LISTED, (owner, limit))
            found = cursor.fetchall()
        return [
            BatchSummary(
                batch_id=batch_id,
                state=BatchState(state),
                begun_at=begun_at,
                counts={RowOutcome(outcome): rows for outcome, rows in (counts or {}).items()},
            )
            for batch_id, state, begun_at, counts in found
        ]

    def count(self, owner: str) -> int:
        """How many batches an owner has."""
        with rows_within(self._readers, _scope(owner)) as cursor:
            cursor.execute("select count(*) from application_batch where owner = %s", (owner,))
            ((number,),) = cursor.fetchall()
            return int(number)

    def confirm(self, owner: str, batch: ApplicationBatch, filer: Filer, now: datetime) -> bool:
        """Have the ready rows filed in the name of ``filer``; whether nobody had said so before."""
        key = self._keys.of((batch.batch_id,)).get(batch.batch_id)
        if key is None:
            return False
        head = {**_head(batch), "filer": asdict(filer)}
        sealed = self._sealed(key, head, batch.batch_id, _part_of(BatchState.FILING))
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_CONFIRM, (now, sealed, owner, batch.batch_id))
            return bool(cursor.rowcount)

    def lease(self, seconds: float) -> LeasedBatch | None:
        """A batch that is to be filed and that no worker has; it is this one's until so long after its last row."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_LEASE, (seconds,))
            found = cursor.fetchone()
        if found is None:
            return None
        batch_id, owner, state, sealed = found
        key = self._keys.of((batch_id,)).get(batch_id)
        filer = None if key is None else _filer(self._opened(key, sealed, batch_id, _part_of(BatchState(state))))
        if filer is None:
            # Of a restored backup: its key was destroyed, and nobody can read or file it.
            self._forget(batch_id)
            return None
        return LeasedBatch(batch_id, owner, filer)

    def next_rows(self, batch_id: UUID, limit: int) -> list[BatchRow]:
        """Rows that are still to be filed, in their order."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_NEXT, (batch_id, limit))
            found = cursor.fetchall()
        key = self._keys.of((batch_id,)).get(batch_id)
        return [] if key is None else [self._row(key, batch_id, each) for each in found]

    def settle(self, batch_id: UUID, number: int, settled: Settled, *, seconds: float, now: datetime) -> None:
        """Record what became of a row, and keep the batch for ``seconds`` more. A settled row stays as it is."""
        values = (
            settled.outcome.value, settled.case_id, settled.reference, settled.reason, batch_id, number,
            seconds, now, batch_id,
        )  # fmt: skip
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_SETTLE, values)

    def release(self, batch_id: UUID, now: datetime) -> None:
        """Give the batch back: done where nothing is left to file, else at the end of those that wait."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_RELEASE, (now, batch_id))

    def delete(self, owner: str, batch_id: UUID) -> bool:
        """Delete a batch that is not being filed, with its key; whether there was one."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_DELETE, (owner, batch_id))
            was_there = bool(cursor.rowcount)
        if was_there:
            self._keys.destroy((batch_id,))
        return was_there

    def delete_untouched(self, since: datetime, limit: int) -> int:
        """Delete batches that nothing happened to since a moment, with their keys; gives how many."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_UNTOUCHED, (since, limit))
            deleted = [batch_id for (batch_id,) in cursor.fetchall()]
        self._keys.destroy(deleted)
        return len(deleted)

    def _forget(self, batch_id: UUID) -> None:
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute("delete from application_batch where id = %s", (batch_id,))

    def _row(self, key: bytes, batch_id: UUID, found: Sequence[Any]) -> BatchRow:
        number, outcome, reason, case_id, reference, sealed = found
        held = self._opened(key, sealed, batch_id, number)
        return BatchRow(
            number=number,
            line=held["line"],
            outcome=RowOutcome(outcome),
            application=held["application"],
            cells=tuple(held["cells"]),
            notes={int(column): note for column, note in held["notes"].items()},
            case_id=case_id,
            reference=reference,
            reason=reason,
        )

    def _sealed(self, key: bytes, content: Mapping[str, object], batch_id: UUID, part: object) -> bytes:
        nonce = random_bytes(_NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, canonical_json(content), self._bound(batch_id, part))

    def _opened(self, key: bytes, stored: bytes | memoryview, batch_id: UUID, part: object) -> dict[str, Any]:
        sealed = bytes(stored)
        content = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._bound(batch_id, part))
        held: dict[str, Any] = json.loads(content)
        return held

    def _bound(self, batch_id: UUID, part: object) -> bytes:
        """What a sealed part is bound to: whether a head is confirmed, or the number of a row."""
        return f"batch {self._origin} {batch_id} {part}".encode()


def _part_of(state: BatchState) -> str:
    """The head is sealed again when somebody says that the batch shall be filed, and stays so from then on."""
    return "checked" if state is BatchState.CHECKED else "confirmed"


def _head(batch: ApplicationBatch) -> dict[str, object]:
    return {"columns": list(batch.columns), "isWorkbook": batch.is_workbook, "filer": None}


def _content(row: BatchRow) -> dict[str, object]:
    return {
        "line": row.line,
        "application": row.application,
        "cells": list(row.cells),
        "notes": {str(column): note for column, note in row.notes.items()},
    }


def _filer(head: Mapping[str, Any]) -> Filer | None:
    return None if head["filer"] is None else Filer(**head["filer"])


def _scope(owner: str) -> RowScope:
    return RowScope(PartyKind.DRAFTS_OF, owner)
