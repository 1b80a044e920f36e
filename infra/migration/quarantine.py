"""The quarantine of one authority in the database. What repairs it is :mod:`consumers.migration.repair`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

import orjson

from consumers.migration.repair import HeldRecord
from domain.migration.cutover_status import CutoverStatus
from domain.migration.dossiers import Dossier
from domain.migration.fates import BatchCount
from domain.migration.plausible_days import Calendar
from domain.migration.precheck import Refused
from domain.migration.quarantine import QuarantinedRecord, RepairRefused, Step
from infra.keys import SubjectKeys
from infra.migration.chunk_writing import prepare_landing, recount, settle_older, trace, write_dossier
from infra.migration.cutover_status import cutover_status, require_accepting
from infra.migration.dossiers import taken_dossiers
from infra.migration.loading import no_load_is_under_way
from infra.migration.quarantine_trace import hold, seal_motive, steps_of
from infra.migration.sealed_records import open_record, open_text, seal_text
from infra.migration.waiting_records import listed
from infra.postgres.journal.append_requests import AppendRequest
from infra.postgres.journal.bulk import append_staged, laid_out
from infra.postgres.server.connections import transaction

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True, slots=True)
class PostgresQuarantine:
    """Implements :class:`consumers.migration.repair.QuarantineStore`."""

    authority: str
    keys: SubjectKeys

    def status(self, connection: Connection) -> CutoverStatus:
        return cutover_status(connection, self.authority)

    @contextmanager
    def transaction(self, connection: Connection, *, appending: bool = False) -> Iterator[RepairTransaction]:
        """As :meth:`consumers.migration.repair.QuarantineStore.transaction`."""
        if appending:
            prepare_landing(connection)
        with transaction(connection) as cursor:
            yield RepairTransaction(self.authority, self.keys, connection, cursor)


@dataclass(frozen=True, slots=True)
class RepairTransaction:
    """Implements :class:`consumers.migration.repair.QuarantineTransaction`."""

    authority: str
    keys: SubjectKeys
    connection: Connection
    cursor: Cursor

    def no_load_is_under_way(self) -> bool:
        return no_load_is_under_way(self.cursor, self.authority)

    def accepted_epoch(self) -> int:
        return require_accepting(self.cursor, self.authority).retelling_epoch()

    def hold(self, record_id: UUID) -> None:
        hold(self.cursor, record_id)

    def quarantined(self, record_id: UUID) -> QuarantinedRecord:
        """As :meth:`consumers.migration.repair.QuarantineTransaction.quarantined`."""
        found = listed(self.connection, authority=self.authority, states=None, ids=[record_id])
        if not found:
            raise RepairRefused(f"no record {record_id} of {self.authority} was ever quarantined")
        return found[0]

    def held(self, record_id: UUID) -> HeldRecord | QuarantinedRecord:
        """As :meth:`consumers.migration.repair.QuarantineTransaction.held`."""
        quarantined = self.quarantined(record_id)
        self.cursor.execute(_LANDED, (record_id,))
        ((subject, batch, digest, extracted_on, sealed),) = self.cursor.fetchall()
        self.cursor.execute(
            "select field, sealed from legacy_correction where record_id = %s order by id", (record_id,)
        )
        corrections = [(field, bytes(text)) for field, text in self.cursor.fetchall()]
        key = self.keys.key_to_decrypt(subject)
        if key is None:
            return quarantined
        return HeldRecord(
            quarantined=quarantined,
            raw=open_record(key, record_id, bytes(sealed), source=quarantined.source, line=quarantined.line),
            calendar=Calendar(extracted_on),
            subject=subject,
            batch=batch,
            digest=digest,
            corrections={field: open_text(key, record_id, field, text) for field, text in corrections},
        )

    def steps(self, record_id: UUID) -> tuple[Step, ...]:
        subject = self._subject(record_id)
        return () if subject is None else steps_of(self.connection, record_id, self.keys.key_to_decrypt(subject))

    def known(self, key: str) -> Dossier | None:
        return taken_dossiers(self.connection, self.authority, [key]).get(key)

    def trace(self, record_id: UUID, what: str, by: str, motive: str | None = None) -> None:
        subject = self._subject(record_id)
        sealed = None
        if motive is not None and subject is not None:
            sealed = seal_motive(self.keys.key_to_encrypt(subject), record_id, motive)
        trace(self.cursor, [record_id], what, by, sealed)

    def correct(self, held: HeldRecord, field: str, text: str, *, by: str) -> None:
        record_id = held.quarantined.record_id
        sealed = seal_text(self.keys.key_to_encrypt(held.subject), record_id, field, text)
        self.cursor.execute(
            "insert into legacy_correction (record_id, field, sealed, by) values (%s, %s, %s, %s)",
            (record_id, field, sealed, by),
        )
        self.cursor.execute("update legacy_quarantine set state = 'corrected' where record_id = %s", (record_id,))

    def refuse(self, record_id: UUID, refused: Refused, mapping_version: int) -> None:
        self.cursor.execute(
            "update legacy_quarantine set reason = %s, findings = %s, mapping_version = %s where record_id = %s",
            (refused.main.value, orjson.dumps(refused.findings).decode(), mapping_version, record_id),
        )

    def append(self, append: AppendRequest) -> None:
        append_staged(self.cursor, laid_out([append]))

    def keep(self, dossier: Dossier, *, is_new: bool) -> None:
        write_dossier(self.cursor, self.authority, dossier, new=is_new)

    def settle(self, record_id: UUID) -> None:
        self.cursor.execute(
            "update legacy_quarantine set state = 'retold', settled_at = now() where record_id = %s", (record_id,)
        )

    def settle_older(self, key: str, before: datetime, *, by: str) -> None:
        settle_older(self.cursor, self.authority, [(key, before)], by=by)

    def recount(self, batch: UUID, count: BatchCount, *, out_of: str) -> None:
        recount(self.cursor, batch, count, out_of=out_of)

    def _subject(self, record_id: UUID) -> UUID | None:
        """Under whose key a record lies; None for one that is not there."""
        self.cursor.execute("select subject from legacy_record where id = %s", (record_id,))
        return next((subject for (subject,) in self.cursor.fetchall()), None)


_LANDED: Final = "select subject, batch, encode(digest, 'hex'), extracted_on, sealed from legacy_record where id = %s"
