"""A chunk laid out as it is written: rows and binary copies, made where it was judged and sent to who writes it.

What the writer has to look at stays readable: the ids of what lands, the ledger, and what changes a row that is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from consumers.migration.chunks import Chunk, LandedRecord
from domain.migration.dossiers import Dossier
from domain.migration.fates import BatchCount
from domain.migration.precheck import Refused
from infra.postgres.journal.append_requests import AppendRequest
from infra.postgres.journal.binary_rows import (
    bigint_column,
    bytes_column,
    day_column,
    int_column,
    moment_column,
    row_of,
    text_column,
    texts_column,
    uuid_column,
)
from infra.postgres.journal.bulk import StagedBatch, laid_out

Row = tuple[Any, ...]
"""The values of a statement, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedRow:
    """The row of a landed record, and that of the quarantine if it waits there."""

    row: bytes
    quarantined: Row | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkRows:
    """All that a chunk writes. Implements :class:`consumers.migration.pieces.ReadyChunk`.

    ``others`` and ``unchanged`` count the lines beside the records that were judged; ``newer`` has file numbers with
    the time of change that takes the place of what waits of them.
    """

    authority: str
    batch: UUID
    count: BatchCount
    others: Counter[str]
    unchanged: int
    landed: Mapping[str, LandedRow]
    """By the id of the record, in its usual spelling."""
    newer: Sequence[tuple[str, datetime]]
    new_dossiers: Sequence[bytes]
    changed_dossiers: Sequence[Row]
    confirmed: Sequence[Row]
    appends: StagedBatch | None

    @property
    def judged(self) -> int:
        """How many records were judged."""
        return self.count.records

    @property
    def lines(self) -> int:
        """Of all kinds."""
        return self.judged + self.unchanged + self.others.total()


def rows_of(chunk: Chunk[AppendRequest]) -> ChunkRows:
    """The chunk as it is written."""
    changed = [each for key, each in chunk.dossiers.items() if key not in chunk.new_keys]
    return ChunkRows(
        authority=chunk.authority,
        batch=chunk.batch,
        count=chunk.count,
        others=chunk.others,
        unchanged=chunk.unchanged,
        landed=_landed(chunk),
        newer=[(each.key, each.sequence) for each in changed],
        new_dossiers=new_dossier_rows(chunk.authority, [chunk.dossiers[key] for key in chunk.new_keys]),
        changed_dossiers=[changed_dossier_row(chunk.authority, each) for each in changed],
        confirmed=[(chunk.authority, each.key, each.sequence, list(each.others)) for each in chunk.confirmed.values()],
        appends=laid_out(chunk.appends) if chunk.appends else None,
    )


def quarantine_row(record_id: UUID, authority: str, refused: Refused, mapping_version: int) -> Row:
    """As ``legacy_quarantine`` takes it: the record, authority, main reason, findings and version of the mapping."""
    findings = orjson.dumps(refused.findings).decode()
    return (str(record_id), authority, refused.main.value, findings, mapping_version)


def _landed(chunk: Chunk[AppendRequest]) -> dict[str, LandedRow]:
    authority, batch = text_column(chunk.authority), uuid_column(chunk.batch)
    mapping_version, extracted_on = int_column(chunk.mapping_version), day_column(chunk.extracted_on)

    def row(each: LandedRecord) -> bytes:
        return row_of(
            uuid_column(each.id), authority, text_column(each.key), batch, text_column(each.source),
            bigint_column(each.line), moment_column(each.sequence), bytes_column(bytes.fromhex(each.digest)),
            uuid_column(each.subject), bytes_column(each.sealed), text_column(each.fate), mapping_version,
            extracted_on,
        )  # fmt: skip

    def quarantined(each: LandedRecord) -> Row | None:
        refused = each.refused
        return None if refused is None else quarantine_row(each.id, chunk.authority, refused, chunk.mapping_version)

    return {
        str(record_id): LandedRow(row=row(each), quarantined=quarantined(each))
        for record_id, each in chunk.landed.items()
    }


def new_dossier_rows(authority: str, dossiers: Sequence[Dossier]) -> list[bytes]:
    """For a binary copy."""
    of_authority = text_column(authority)
    return [
        row_of(
            of_authority, text_column(each.key), uuid_column(each.case_id), uuid_column(each.subject),
            moment_column(each.sequence), bytes_column(bytes.fromhex(each.digest)), uuid_column(each.record_id),
            text_column(each.fate), bigint_column(each.version), bytes_column(each.leaf_hash),
            bytes_column(each.traits.person), bytes_column(each.traits.name_birth),
            text_column(each.traits.employer), text_column(each.traits.category), day_column(each.traits.filed_on),
            day_column(each.traits.valid_from), day_column(each.traits.valid_to), texts_column(each.others),
        )
        for each in dossiers
    ]  # fmt: skip


def changed_dossier_row(authority: str, each: Dossier) -> Row:
    """For an update of the dossier."""
    return (
        authority, each.key, each.sequence, bytes.fromhex(each.digest), each.record_id, each.fate, each.version,
        each.leaf_hash, each.traits.person, each.traits.name_birth, each.traits.employer, each.traits.category,
        each.traits.filed_on, each.traits.valid_from, each.traits.valid_to, list(each.others),
    )  # fmt: skip
