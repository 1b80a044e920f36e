"""What a regulator is given of a migration: sums of both sides, what differs, what waits, what was found besides.

It holds file numbers and codes, and nothing of a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from domain.case.retold import filer_of
from domain.codes import kind_of_category
from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.rulebook import Rulebook
from domain.migration.batch_ledger import BatchLedger, Tallies, sums_of
from domain.migration.coverage import Coverage
from domain.migration.reading import CanonicalRecord
from domain.migration.reconciliation import Reconciled, Side
from domain.migration.topic_ledger import TopicLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgers:
    """What the ledgers of an authority say, read at one position of the journal.

    ``waiting`` is the quarantine by reason, ``related`` the pairs of records that may be one, by kind.
    """

    origin: str
    position: int
    batches: Sequence[BatchLedger]
    counted: Tallies
    waiting: Mapping[str, int]
    related: Mapping[str, int]
    topic: TopicLedger


def verdict_of(rulebook: Rulebook, record: CanonicalRecord) -> str:
    """The status of a record there, and the verdict under the law of its day."""
    return f"{record.status}/{assess(rulebook, _facts_of(record)).verdict.value}"


def agrees(reconciled: Reconciled, ledgers: Ledgers) -> bool:
    """Whether both sides agree in every fact, every ledger balances, and every file came to its end.

    A file that a person gave up with a motive is named, and is not expected to come to its end.
    """
    files = [each for each in ledgers.batches if each.door == "file"]
    return (
        reconciled.agrees
        and sums_of(ledgers.batches).balanced
        and ledgers.topic.balanced
        and all(each.agrees or each.ended_as is not None for each in files)
    )


def report_of(
    authority: str,
    *,
    made_at: str,
    mapping_version: int,
    rule_set: str,
    covers: Coverage,
    ledgers: Ledgers,
    reconciled: Reconciled,
    verdicts: Mapping[str, int],
) -> dict[str, object]:
    """The report of one authority as JSON; ``made_at`` is a moment in UTC, ``rule_set`` the SHA-256 of the law."""
    sums = sums_of(ledgers.batches)
    return {
        "authority": authority,
        "origin": ledgers.origin,
        "position": ledgers.position,
        "madeAt": made_at,
        "mappingVersion": mapping_version,
        "ruleSet": rule_set,
        "agrees": agrees(reconciled, ledgers),
        "covers": covers,
        "ledger": {**sums.as_json(), "balanced": sums.balanced, "batches": len(ledgers.batches)},
        "files": [_file(each) for each in ledgers.batches if each.door == "file"],
        "topic": _topic(ledgers.topic),
        "source": _side(reconciled.source),
        "target": _side(reconciled.target),
        **_compared(reconciled),
        "quarantineWaiting": ledgers.waiting,
        "unknownFields": ledgers.counted.get("unknownField", {}),
        "betweenRecords": dict(sorted(ledgers.related.items())),
        "assessedUnderTheLawOfItsDay": dict(sorted(verdicts.items())),
    }


def _facts_of(record: CanonicalRecord) -> ApplicationFacts:
    return ApplicationFacts(
        authority=record.authority,
        category=record.category,
        filed_on=record.filed_on,
        admissible_on=record.admissible_on,
        decided_on=record.decided_on,
        gross_pay=record.gross_pay,
        pay_period=record.pay_period,
        birth_date=record.birth_date,
        nationality=record.nationality,
        filed_by=filer_of(kind_of_category(record.category)),
    )


def _file(batch: BatchLedger) -> dict[str, object]:
    """A file by its digest, with the fates of its lines beside its own count of them."""
    return {
        "batch": str(batch.id),
        "source": batch.source,
        "sha256": batch.source_digest,
        "bytes": batch.source_bytes,
        "lines": batch.source_lines,
        "fates": {
            name: getattr(batch, name)
            for name in ("headers", "blanks", "waived", "retold", "unchanged", "stale", "quarantined")
        },
        "columnsWaived": batch.columns_waived,
        "sheetsWaived": batch.sheets_waived,
        "extractedOn": batch.extracted_on.isoformat(),
        "finished": batch.finished_at is not None,
        "endedAs": batch.ended_as,
        "endedBy": batch.ended_by,
        "endedWhy": batch.ended_why,
        "supersededBy": None if batch.superseded_by is None else str(batch.superseded_by),
        "agrees": bool(batch.agrees),
    }


def _topic(ledger: TopicLedger) -> dict[str, object]:
    """What came over the topic, by partition, beside the offsets from the first to the last."""
    return {
        "partitions": [
            {
                "topic": each.topic,
                "partition": each.partition,
                "firstOffset": each.first_offset,
                "nextOffset": each.next_offset,
                "messages": each.messages,
                "records": each.records,
                "letters": each.letters,
                "repeated": each.repeated,
                "missing": each.missing,
            }
            for each in ledger.partitions
        ],
        "recordsOfBatches": ledger.records_of_batches,
        "balanced": ledger.balanced,
    }


def _side(side: Side) -> dict[str, object]:
    return {
        "records": side.records,
        "withheld": side.withheld,
        "byStatus": dict(sorted(side.by_status.items())),
        "byCategory": dict(sorted(side.by_category.items())),
        "byYear": dict(sorted(side.by_year.items())),
        "grossPay": {period: str(amount.quantize(Decimal("0.01"))) for period, amount in sorted(side.pay.items())},
    }


def _compared(reconciled: Reconciled) -> dict[str, object]:
    return {
        "buckets": {"compared": len(reconciled.source.buckets), "differing": list(reconciled.differing_buckets)},
        "differences": {
            "number": reconciled.difference_count,
            "named": [
                {
                    name: list(value) if isinstance(value, tuple) else value
                    for name, value in asdict(each).items()
                    if value
                }
                for each in reconciled.differences
            ],
        },
    }
