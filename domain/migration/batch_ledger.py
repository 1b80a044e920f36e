"""The ledger of a batch: every line of a source has one fate, and the source's own count says so too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

FATES: Final = ("retold", "unchanged", "stale", "quarantined")
SUMS: Final = ("records", *FATES)
OTHER_LINES: Final = ("headers", "blanks", "waived")

Tallies = Mapping[str, Mapping[str, int]]
"""What batches counted besides: by what was counted (``byStatus``, ``quarantined``...), then by name."""


class BatchState(StrEnum):
    """How far a batch is, and how its count compares with the source's own."""

    UNDER_WAY = "underWay"
    AGREES = "agrees"
    DISAGREES = "disagrees"
    BY_PARTITION = "byPartition"
    """It comes over a topic, which has no end: its count is compared by partition, see
    :mod:`domain.migration.topic_ledger`."""
    ABANDONED = "abandoned"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLedger:
    """``source_lines`` and ``source_bytes`` are the source's own count, None for a topic (which has offsets).

    ``headers``, ``blanks`` and ``waived`` are lines without a record. ``seconds`` is of finished batches. ``ended_as``
    says how a person ended it: ``abandoned``, or ``superseded`` by another; None for one that is still valid.
    """

    id: UUID
    authority: str
    door: str
    source: str
    mapping_version: int
    extracted_on: date
    source_digest: str | None
    source_lines: int | None
    source_bytes: int | None
    columns_waived: list[str]
    sheets_waived: list[str]
    started_at: datetime
    heard_at: datetime
    finished_at: datetime | None
    seconds: float
    headers: int
    blanks: int
    waived: int
    records: int
    retold: int
    unchanged: int
    stale: int
    quarantined: int
    ended_as: str | None
    ended_at: datetime | None
    ended_by: str | None
    ended_why: str | None
    superseded_by: UUID | None

    @property
    def lines(self) -> int:
        """How many lines of the source have a fate."""
        return self.headers + self.blanks + self.waived + self.records

    @property
    def agrees(self) -> bool | None:
        """Whether each line of the source has its fate; None for a batch that is not finished, and for a topic's."""
        if self.source_lines is None or self.finished_at is None:
            return None
        fates = self.retold + self.unchanged + self.stale + self.quarantined
        return self.source_lines == self.lines and self.records == fates

    @property
    def state(self) -> BatchState:
        if self.ended_as is not None:
            return BatchState(self.ended_as)
        if self.door != "file":
            return BatchState.BY_PARTITION
        if self.finished_at is None:
            return BatchState.UNDER_WAY
        return BatchState.AGREES if self.agrees else BatchState.DISAGREES

    @property
    def rate(self) -> float:
        """Records a second, of the batch as far as it has come."""
        elapsed = self.seconds if self.finished_at is not None else (self.heard_at - self.started_at).total_seconds()
        return self.records / elapsed if elapsed > 0 else 0.0

    @property
    def remaining_seconds(self) -> float | None:
        """How long it will take still; None when finished or ended, or where nobody knows."""
        if self.finished_at is not None or self.ended_as is not None or self.source_lines is None or not self.rate:
            return None
        return max(self.source_lines - self.lines, 0) / self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSums:
    """The ledgers of several batches together."""

    records: int
    retold: int
    unchanged: int
    stale: int
    quarantined: int

    @property
    def balanced(self) -> bool:
        """Whether each record has one fate."""
        return self.records == self.retold + self.unchanged + self.stale + self.quarantined

    def as_json(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in SUMS}


def sums_of(batches: Sequence[BatchLedger]) -> LedgerSums:
    """The sums over these batches."""
    return LedgerSums(**{name: sum(getattr(each, name) for each in batches) for name in SUMS})


def totals_of(batches: Sequence[BatchLedger]) -> dict[str, int | bool | None]:
    """The sums of all batches, beside what the sources of the files counted themselves.

    ``agrees`` is None while no valid file was taken to its end: then nothing can be compared.
    """
    sums = sums_of(batches)
    compared = [each for each in batches if each.state in (BatchState.AGREES, BatchState.DISAGREES)]
    return {
        "batches": len(batches),
        "sourceLines": sum(each.source_lines or 0 for each in batches),
        "sourceBytes": sum(each.source_bytes or 0 for each in batches),
        "lines": sum(each.lines for each in batches if each.door == "file"),
        **{name: sum(getattr(each, name) for each in batches) for name in OTHER_LINES},
        **sums.as_json(),
        "agrees": all(each.agrees for each in compared) if compared else None,
        "balanced": sums.balanced,
    }


def run_summary(batches: Sequence[BatchLedger], counted: Tallies) -> dict[str, object]:
    """The ledger of the files of one run, in the words of ``permit migrate run``; absent reasons are left out."""

    def numbers(what: str) -> dict[str, int]:
        return {name: number for name, number in counted.get(what, {}).items() if number}

    sums = sums_of(batches)
    return {
        **sums.as_json(),
        "quarantined": numbers("quarantined"),
        "byStatus": numbers("byStatus"),
        "byCategory": numbers("byCategory"),
        "unknownFields": numbers("unknownField"),
        "lines": {
            "source": sum(each.source_lines or 0 for each in batches),
            "header": sum(each.headers for each in batches),
            "blank": sum(each.blanks for each in batches),
            "waived": sum(each.waived for each in batches),
            "agrees": all(each.agrees for each in batches),
        },
        "seconds": round(sum(each.seconds for each in batches), 3),
    }
