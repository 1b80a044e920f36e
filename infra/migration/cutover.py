"""The cut-over of an authority in the database: its steps on record, and the switch as an event of the journal."""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import orjson

from domain.migration.authority_events import AuthorityEvent
from domain.migration.coverage import Coverage
from domain.migration.cutover import CutOverStep
from domain.migration.cutover_status import CutoverStatus, Outcome
from domain.migration.identities import authority_stream
from domain.migration.open_work import OpenWork
from infra.event_codec import EventCodec
from infra.migration.coverage import coverage_of
from infra.migration.cutover_status import close_acceptance, cutover_status, read_cutover_status
from infra.migration.loading import no_load_is_under_way
from infra.migration.open_work import open_work_of
from infra.postgres.journal.append_requests import AuthorityEpoch, CommandIdentity, StreamHead, Touch
from infra.postgres.journal.bulk import append_staged, laid_out, prepare_staging
from infra.postgres.journal.sealing import encoded_on, sealed_request
from infra.postgres.server.connections import transaction
from infra.stored_form.stored_body import clear_fields
from infra.wire_format import wire_time

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

_LOCK: Final = 7_301_968


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresCutover:
    """Implements :class:`consumers.migration.cutover.CutoverStore`; ``origin`` is that of the journal."""

    authority: str
    codec: EventCodec
    origin: str
    now: Callable[[], datetime]

    @contextmanager
    def transaction(self, connection: Connection) -> Iterator[PostgresCutoverTransaction]:
        """As :meth:`consumers.migration.cutover.CutoverStore.transaction`."""
        prepare_staging(connection)
        with transaction(connection) as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, self.authority))
            yield PostgresCutoverTransaction(self, cursor)

    def status(self, connection: Connection) -> CutoverStatus:
        return cutover_status(connection, self.authority)


@dataclass(frozen=True, slots=True)
class PostgresCutoverTransaction:
    """Implements :class:`consumers.migration.cutover.CutoverTransaction`."""

    cutover: PostgresCutover
    cursor: Cursor

    @property
    def authority(self) -> str:
        return self.cutover.authority

    def status(self) -> CutoverStatus:
        return read_cutover_status(self.cursor, self.authority)

    def no_load_is_under_way(self) -> bool:
        return no_load_is_under_way(self.cursor, self.authority)

    def close_acceptance(self) -> None:
        close_acceptance(self.cursor, self.authority)

    def open_work(self, lag: int) -> OpenWork:
        return open_work_of(self.cursor, self.authority, lag=lag)

    def coverage(self) -> Coverage:
        return coverage_of(self.cursor, self.authority)

    def record(self, step: CutOverStep, epoch: int, *, by: str, outcome: Outcome) -> None:
        self.cursor.execute(
            "insert into legacy_cutover_step (authority, epoch, step, by, outcome) values (%s, %s, %s, %s, %s)",
            (self.authority, epoch, step.value, by, orjson.dumps(outcome).decode()),
        )

    def switch(self, event: AuthorityEvent, epoch: int, *, by: str) -> None:
        """As :meth:`consumers.migration.cutover.CutoverTransaction.switch`."""
        stream = authority_stream(self.authority)
        self.cursor.execute(
            "select version, leaf_hash from journal where stream = %s order by version desc limit 1", (stream,)
        )
        found = self.cursor.fetchall()
        head = StreamHead(found[0][0], bytes(found[0][1])) if found else StreamHead(None, None)
        request = sealed_request(
            encoded_on(self.cutover.codec, stream, head, [event]),
            origin=self.cutover.origin,
            command=CommandIdentity(by, str(uuid4()), b""),
            touches=(Touch(stream, head),),
            recorded_at=wire_time(self.cutover.now()),
            rests_on=AuthorityEpoch(self.authority, epoch),
        )
        append_staged(self.cursor, laid_out([request]))

    def take_heads_as_they_are(self) -> None:
        self.cursor.execute(_HEADS_AS_THEY_ARE, {"authority": self.authority})


def export_native_events(connection: Connection, authority: str, to: Path) -> dict[str, Any]:
    """Write what happened here in the authority's cases, as the journal holds it, for its former system.

    Gives the number of events and the SHA-256 of the file (gzip of one JSON object a line). Envelopes and bodies are
    in base64, as they are stored: what is encrypted stays so. Raises ``ValueError`` for a case whose first event says
    nothing that can be read.
    """
    count = 0
    with gzip.open(to, "wb") as out, transaction(connection):
        cases = _cases_of(connection, authority)
        with connection.cursor(name="native_events") as cursor:
            cursor.execute(_NATIVE, {"cases": cases})
            for position, stream, version, kind, schema, leaf_hash, envelope, body in cursor:
                held = {
                    "position": position,
                    "case": str(stream),
                    "version": version,
                    "event": kind,
                    "schema": schema,
                    "leafHash": bytes(leaf_hash).hex(),
                    "envelope": b64encode(envelope).decode(),
                    "body": b64encode(body).decode(),
                }
                out.write(orjson.dumps(held) + b"\n")
                count += 1
    return {"events": count, "sha256": hashlib.sha256(to.read_bytes()).hexdigest(), "file": to.name}


_HEADS_AS_THEY_ARE: Final = """
update legacy_dossier d
   set version = h.version, leaf_hash = h.leaf_hash
  from (select distinct on (j.stream) j.stream, j.version, j.leaf_hash
          from journal j
          join legacy_dossier l on l.case_id = j.stream
         where l.authority = %(authority)s and j.version > l.version
         order by j.stream, j.version desc) h
 where d.authority = %(authority)s and d.case_id = h.stream
"""


def _cases_of(connection: Connection, authority: str) -> list[str]:
    with connection.cursor(name="first_events") as cursor:
        cursor.execute(
            "select stream, body from journal"
            " where version = 1 and type in ('ApplicationSubmitted', 'LegacyRecordRetold')"
        )
        return [str(stream) for stream, body in cursor if clear_fields(bytes(body))["authority"] == authority]


_NATIVE: Final = """
select j.position, j.stream, j.version, j.type, j.schema, j.leaf_hash, j.envelope, j.body
  from journal j
 where j.type not in ('LegacyRecordRetold', 'AuthorityCutOver', 'AuthorityCutBack')
   and j.stream = any(%(cases)s::uuid[])
 order by j.position
"""
