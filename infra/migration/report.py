"""What a regulator is given of a migration: sums of both sides, what differs, what waits, what was found besides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from domain.case.retold import filer_of
from domain.codes import kind_of_category
from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.rulebook import Rulebook
from domain.migration.reading import CanonicalRecord
from infra.migration.batch_findings import count_kin
from infra.migration.chunks import ChunkJudge
from infra.migration.coverage import Coverage, coverage_of
from infra.migration.ledger import BatchLedger, ledgers, tallies
from infra.migration.reconciliation import Reconciled, Reconciliation, Side
from infra.migration.topic_ledger import TopicLedger, topic_ledger
from infra.migration.waiting_records import reasons
from infra.wire_format import wire_time

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection


def build_report(
    connect: Callable[[], Connection], judge: ChunkJudge, rulebook: Rulebook, at: datetime
) -> dict[str, Any]:
    """The report of one authority as JSON; it holds file numbers and codes, and nothing of a person."""
    authority = judge.source.mapping.authority
    verdicts: Counter[str] = Counter()

    def judged(record: CanonicalRecord) -> None:
        verdicts[f"{record.status}/{assess(rulebook, _facts_of(record)).verdict.value}"] += 1

    # Before anything is read: what lands meanwhile shows as not covered when the report is relied upon.
    covers = _covers(connect, authority)
    reconciled = Reconciliation(connect, judge, judged).run()
    connection = connect()
    try:
        batches = ledgers(connection, authority)
        counted = tallies(connection, [each.id for each in batches])
        waiting, kin = reasons(connection, authority), count_kin(connection, authority)
        topic = topic_ledger(connection, authority)
        with connection.cursor() as cursor:
            cursor.execute("select origin, position from journal_head")
            ((origin, position),) = cursor.fetchall()
    finally:
        connection.close()
    ledger = {
        name: sum(getattr(each, name) for each in batches)
        for name in ("records", "retold", "unchanged", "stale", "quarantined")
    }
    balanced = ledger["records"] == sum(ledger[name] for name in ("retold", "unchanged", "stale", "quarantined"))
    files = [each for each in batches if each.door == "file"]
    return {
        "authority": authority,
        "origin": origin,
        "position": position,
        "madeAt": wire_time(at),
        "mappingVersion": judge.source.mapping.version,
        "ruleSet": rulebook.sha256,
        # A file that a person gave up with a motive is named, and is not expected to come to its end.
        "agrees": (
            reconciled.agrees
            and balanced
            and topic.balanced
            and all(each.agrees or each.ended_as is not None for each in files)
        ),
        "covers": covers,
        "ledger": {**ledger, "balanced": balanced, "batches": len(batches)},
        "files": [_file(each) for each in files],
        "topic": _topic(topic),
        "source": _side(reconciled.source),
        "target": _side(reconciled.target),
        **_compared(reconciled),
        "quarantineWaiting": waiting,
        "unknownFields": counted.get("unknownField", {}),
        "betweenRecords": dict(sorted(kin.items())),
        "assessedUnderTheLawOfItsDay": dict(sorted(verdicts.items())),
    }


def _covers(connect: Callable[[], Connection], authority: str) -> Coverage:
    with closing(connect()) as connection, connection.cursor() as cursor:
        return coverage_of(cursor, authority)


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


def _file(batch: BatchLedger) -> dict[str, Any]:
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


def _topic(ledger: TopicLedger) -> dict[str, Any]:
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


def _side(side: Side) -> dict[str, Any]:
    return {
        "records": side.records,
        "withheld": side.withheld,
        "byStatus": dict(sorted(side.by_status.items())),
        "byCategory": dict(sorted(side.by_category.items())),
        "byYear": dict(sorted(side.by_year.items())),
        "grossPay": {period: str(amount.quantize(Decimal("0.01"))) for period, amount in sorted(side.pay.items())},
    }


def _compared(reconciled: Reconciled) -> dict[str, Any]:
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
