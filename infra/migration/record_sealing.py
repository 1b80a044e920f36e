"""Encryption and sealing of what a chunk writes: raw records under their subjects' keys, events as appends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import psycopg2

from consumers.migration.chunks import ACTOR, PersonErased, SubjectsInBulk
from domain.case.legacy_events import LegacyRecordRetold
from domain.migration.dossiers import Dossier
from domain.migration.retelling import Lineage, command_id_of
from domain.migration.source_lines import RawRecord
from infra.event_codec import EventCodec
from infra.keys import KeyDestroyed, KeyMissing, SubjectKeys
from infra.migration.sealed_records import seal_record
from infra.postgres.journal.append_requests import (
    AppendRequest,
    AuthorityEpoch,
    CommandIdentity,
    StreamHead,
    Touch,
)
from infra.postgres.journal.sealing import encoded_on, sealed_request
from infra.postgres.server.connections import DatabaseUnavailable
from infra.wire_format import wire_time


class ManyKeys(SubjectKeys, SubjectsInBulk, Protocol):
    """Keys one by one, and for as many people as a chunk has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSealing:
    """Of one authority, for the journal of ``origin``. Implements :class:`consumers.migration.chunks.Sealing`."""

    authority: str
    codec: EventCodec
    keys: ManyKeys
    origin: str

    @property
    def unavailable(self) -> tuple[type[Exception], ...]:
        return (KeyMissing, DatabaseUnavailable, psycopg2.Error)

    def sealed(self, subject: UUID, record_id: UUID, raw: RawRecord) -> bytes:
        """As :meth:`consumers.migration.chunks.Sealing.sealed`."""
        try:
            key = self.keys.key_to_encrypt(subject)
        except KeyDestroyed:
            raise PersonErased from None
        return seal_record(key, record_id, raw)

    def appends(self, epoch: int, now: datetime) -> SealedAppends:
        return SealedAppends(self, AuthorityEpoch(self.authority, epoch), wire_time(now))


@dataclass(frozen=True, slots=True)
class SealedAppends:
    """Implements :class:`consumers.migration.chunks.Appends`."""

    sealing: RecordSealing
    epoch: AuthorityEpoch
    recorded_at: str

    def of(self, event: LegacyRecordRetold, case_id: UUID, before: Dossier | None, lineage: Lineage) -> AppendRequest:
        """As :meth:`consumers.migration.chunks.Appends.of`."""
        version = 0 if before is None else before.version
        head = StreamHead(version or None, None if before is None else before.leaf_hash)
        try:
            encoded = encoded_on(self.sealing.codec, case_id, head, (event,))
        except KeyDestroyed:
            raise PersonErased from None
        return sealed_request(
            encoded,
            origin=self.sealing.origin,
            command=CommandIdentity(ACTOR, str(command_id_of(lineage)), bytes.fromhex(lineage.digest)),
            touches=(Touch(case_id, head),),
            recorded_at=self.recorded_at,
            rests_on=self.epoch,
        )
