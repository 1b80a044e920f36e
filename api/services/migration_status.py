"""Where each authority stands in its move, as JSON: the page, the interface and the command line say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.composition import Program
from domain.migration.cutover import next_step
from infra.migration.ledger import BatchLedger, BatchState, ledgers
from infra.migration.sources import MigratingAuthority
from infra.migration.standing import Standing, standing_of
from infra.migration.topic_ledger import PartitionLedger, TopicLedger, topic_ledger
from infra.migration.waiting_records import reasons, samples
from infra.wire_format import wire_time

LATEST: Final = 20
"""Batches that a status shows; the sums are of all."""

_OTHERS: Final = ("headers", "blanks", "waived")
_SUMS: Final = ("records", "retold", "unchanged", "stale", "quarantined")
_COMPARED: Final = (BatchState.AGREES, BatchState.DISAGREES)


def migration_status(program: Program) -> dict[str, Any]:
    """Where each authority stands, as JSON."""
    with program.readers.connection() as connection:
        return {
            "authorities": [
                {
                    **standing_told(standing_of(connection, authority)),
                    "batches": [batch_told(each) for each in batches[:LATEST]],
                    "ledger": _total(batches),
                    "topic": topic_told(topic_ledger(connection, authority)),
                    "quarantine": reasons(connection, authority),
                    "samples": samples(connection, authority),
                }
                for authority in MigratingAuthority
                for batches in [ledgers(connection, authority)]
            ]
        }


def has_begun(told: Mapping[str, Any]) -> bool:
    """Whether anything has come of an authority, or was decided about it; ``told`` is its status."""
    return bool(told["batches"] or told["topic"]["partitions"] or told["steps"])


def standing_told(standing: Standing) -> dict[str, Any]:
    """An authority's cut-over as JSON: every step that was ever taken for it, also of what came before it was live."""
    held = standing.in_force
    return {
        "authority": standing.authority,
        "isLive": standing.is_live,
        "epoch": standing.epoch,
        "steps": [
            {
                "step": each.step.value,
                "by": each.by,
                "at": wire_time(each.at),
                "epoch": each.epoch,
                "inForce": any(each is one for one in held),
                "outcome": each.outcome,
            }
            for each in standing.steps
        ],
        "nextStep": next_step(standing.taken, is_live=standing.is_live),
    }


def batch_told(batch: BatchLedger) -> dict[str, Any]:
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
        **{name: getattr(batch, name) for name in (*_OTHERS, *_SUMS)},
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


def topic_told(topic: TopicLedger) -> dict[str, Any]:
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


def _total(batches: Sequence[BatchLedger]) -> dict[str, Any]:
    """The sums of all batches, beside what the sources of the files counted themselves.

    ``agrees`` is None while no file that stands was taken to its end: then nothing can be compared.
    """
    sums = {name: sum(getattr(each, name) for each in batches) for name in (*_OTHERS, *_SUMS)}
    compared = [each for each in batches if each.state in _COMPARED]
    return {
        "batches": len(batches),
        "sourceLines": sum(each.source_lines or 0 for each in batches),
        "sourceBytes": sum(each.source_bytes or 0 for each in batches),
        "lines": sum(each.lines for each in batches if each.door == "file"),
        **sums,
        "agrees": all(each.agrees for each in compared) if compared else None,
        "balanced": sums["records"] == sum(sums[name] for name in _SUMS[1:]),
    }
