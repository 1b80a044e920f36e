"""The ledgers of batches: every line of a source has one fate, and the source's own count says so too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection


class BatchState(StrEnum):
    """How far a batch is, and how its count compares with the source's own."""

    UNDER_WAY = "underWay"
    AGREES = "agrees"
    DISAGREES = "disagrees"
    BY_PARTITION = "byPartition"
    """It comes over a topic, which has no end: its count is compared by partition, see ``topic_ledger``."""
    ABANDONED = "abandoned"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLedger:
    """``source_lines`` and ``source_bytes`` are the source's own count, None for a topic (which has offsets).

    ``headers``, ``blanks`` and ``waived`` are lines without a record. ``seconds`` is of finished batches. ``ended_as``
    says how a person ended it: ``abandoned``, or ``superseded`` by another; None for one that stands.
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


_LEDGERS: Final = """
select id, authority, door, source, mapping_version, extracted_on, encode(source_digest, 'hex'), source_lines,
       source_bytes, columns_waived, sheets_waived, started_at, heard_at, finished_at, seconds, headers, blanks, waived,
       records, retold, unchanged, stale, quarantined, ended_as, ended_at, ended_by, ended_why, superseded_by
  from legacy_batch
 where (%(authority)s::text is null or authority = %(authority)s)
   and (%(ids)s::uuid[] is null or id = any(%(ids)s::uuid[]))
 order by started_at desc, id
"""


def ledgers(
    connection: Connection, authority: str | None = None, ids: Iterable[UUID] | None = None
) -> list[BatchLedger]:
    """The batches, newest first; those of an authority, or those named."""
    with connection.cursor() as cursor:
        cursor.execute(_LEDGERS, {"authority": authority, "ids": None if ids is None else list(ids)})
        return [BatchLedger(**dict(zip(BatchLedger.__slots__, row, strict=True))) for row in cursor.fetchall()]


def first_extracted_on(connection: Connection, authority: str, sha256: bytes) -> date | None:
    """The day of the extract that was kept with a file when it was first loaded; None for one that never was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select extracted_on from legacy_batch where authority = %s and source_digest = %s and door = 'file'"
            " order by started_at limit 1",
            (authority, sha256),
        )
        found = cursor.fetchall()
    return found[0][0] if found else None


def tallies(connection: Connection, batches: Iterable[UUID]) -> dict[str, dict[str, int]]:
    """What the batches counted together: by what, then by name."""
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select what, name, sum(number)::bigint from legacy_tally where batch = any(%s::uuid[])"
            " group by what, name order by what, name",
            (list(batches),),
        )
        for what, name, number in cursor.fetchall():
            found.setdefault(what, {})[name] = number
    return found


def sums_of(connection: Connection, batches: Iterable[UUID]) -> dict[str, Any]:
    """The ledger of these batches together, in the words of ``permit migrate run``; absent reasons are left out."""
    ids = list(batches)
    found, counted = ledgers(connection, ids=ids), tallies(connection, ids)

    def numbers(what: str) -> dict[str, int]:
        return {name: number for name, number in counted.get(what, {}).items() if number}

    return {
        "records": sum(each.records for each in found),
        "retold": sum(each.retold for each in found),
        "unchanged": sum(each.unchanged for each in found),
        "stale": sum(each.stale for each in found),
        "quarantined": numbers("quarantined"),
        "byStatus": numbers("byStatus"),
        "byCategory": numbers("byCategory"),
        "unknownFields": numbers("unknownField"),
        "lines": {
            "source": sum(each.source_lines or 0 for each in found),
            "header": sum(each.headers for each in found),
            "blank": sum(each.blanks for each in found),
            "waived": sum(each.waived for each in found),
            "agrees": all(each.agrees for each in found),
        },
        "seconds": round(sum(each.seconds for each in found), 3),
    }
