"""The status of the migration of each authority, as JSON: the same for the page, the interface and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.services.migrations import AuthorityMigration
from domain.migration.batch_ledger import OTHER_LINES, SUMS, BatchLedger, totals_of
from domain.migration.cutover import next_step
from domain.migration.cutover_status import CutoverStatus
from domain.migration.topic_ledger import PartitionLedger, TopicLedger
from infra.migration.lineage import LineageEntry
from infra.wire_format import wire_time

LATEST: Final = 20
"""Batches that a status shows; the sums are of all."""


def migrations_content(migrations: Sequence[AuthorityMigration]) -> dict[str, Any]:
    """The status of the migration of each authority."""
    return {
        "authorities": [
            {
                **cutover_content(each.status),
                "batches": [batch_content(batch) for batch in each.batches[:LATEST]],
                "ledger": totals_of(each.batches),
                "topic": topic_content(each.topic),
                "quarantine": each.reasons,
                "samples": each.samples,
            }
            for each in migrations
        ]
    }


def has_begun(status: Mapping[str, Any]) -> bool:
    """Whether anything was received from the authority of this ``status``, or decided on it."""
    return bool(status["batches"] or status["topic"]["partitions"] or status["steps"])


def cutover_content(cutover: CutoverStatus) -> dict[str, Any]:
    """An authority's cut-over as JSON: every step that was ever taken for it, also of what came before it was live."""
    held = cutover.in_force
    return {
        "authority": cutover.authority,
        "isLive": cutover.is_live,
        "epoch": cutover.epoch,
        "steps": [
            {
                "step": each.step.value,
                "by": each.by,
                "at": wire_time(each.at),
                "epoch": each.epoch,
                "inForce": any(each is one for one in held),
                "outcome": each.outcome,
            }
            for each in cutover.steps
        ],
        "nextStep": next_step(cutover.taken, is_live=cutover.is_live),
    }


def batch_content(batch: BatchLedger) -> dict[str, Any]:
    """A batch as JSON; rates are records a second."""
    remaining = batch.remaining_seconds
    return {
        "batch": str(batch.id),
        "door": batch.door,
        "source": batch.source,
        "mappingVersion": batch.mapping_version,
        "startedAt": wire_time(batch.started_at),
        "finishedAt": None if batch.finished_at is None else wire_time(batch.finished_at),
        "extractedOn": batch.extracted_on.isoformat(),
        "sourceSha256": batch.source_digest,
        "sourceLines": batch.source_lines,
        "sourceBytes": batch.source_bytes,
        "columnsWaived": batch.columns_waived,
        "sheetsWaived": batch.sheets_waived,
        "lines": batch.lines,
        **{name: getattr(batch, name) for name in (*OTHER_LINES, *SUMS)},
        "agrees": batch.agrees,
        "state": batch.state.value,
        "rate": round(batch.rate, 1),
        "remainingSeconds": None if remaining is None else round(remaining, 1),
        "endedAs": batch.ended_as,
        "endedAt": None if batch.ended_at is None else wire_time(batch.ended_at),
        "endedBy": batch.ended_by,
        "endedWhy": batch.ended_why,
        "supersededBy": None if batch.superseded_by is None else str(batch.superseded_by),
    }


def topic_content(topic: TopicLedger) -> dict[str, Any]:
    """The ledger of a topic as JSON; ``missing`` are offsets at which nothing came."""
    return {
        "partitions": [_partition(each) for each in topic.partitions],
        "messages": topic.messages,
        "records": topic.messages - topic.letters,
        "letters": topic.letters,
        "repeated": topic.repeated,
        "missing": topic.missing,
        "recordsOfBatches": topic.records_of_batches,
        "balanced": topic.balanced,
    }


def _partition(partition: PartitionLedger) -> dict[str, Any]:
    return {
        "cluster": partition.cluster,
        "topic": partition.topic,
        "partition": partition.partition,
        "firstOffset": partition.first_offset,
        "nextOffset": partition.next_offset,
        "messages": partition.messages,
        "records": partition.records,
        "letters": partition.letters,
        "repeated": partition.repeated,
        "missing": partition.missing,
    }


def lineage_content(entry: LineageEntry) -> dict[str, Any]:
    """From which record, batch, file and line an event came."""
    return {
        "authority": entry.authority,
        "fileNumber": entry.key,
        "applicationId": None if entry.case_id is None else str(entry.case_id),
        "position": entry.position,
        "version": entry.version,
        "mappingVersion": entry.mapping_version,
        "recordId": str(entry.record_id),
        "fate": entry.fate,
        "quarantine": entry.quarantine,
        "batch": str(entry.batch),
        "batchSource": entry.batch_source,
        "source": entry.source,
        "line": entry.line,
        "modifiedAt": None if entry.sequence is None else wire_time(entry.sequence),
        "landedAt": wire_time(entry.landed_at),
    }
