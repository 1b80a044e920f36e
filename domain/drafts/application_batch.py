"""A batch: applications that were sent together, each filed for itself, in its own time, and once.

A batch is no event, as a draft is none: what is filed of it is an application each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class BatchState(StrEnum):
    """``CHECKED``: nothing is filed and nobody said that it shall be."""

    CHECKED = "checked"
    FILING = "filing"
    DONE = "done"


class RowOutcome(StrEnum):
    """What has become of a row."""

    FAULTY = "faulty"
    """It has faults, and is not filed."""
    READY = "ready"
    """It can be filed; in a batch that is being filed: it will be."""
    FILED = "filed"
    FILED_BEFORE = "filedBefore"
    """The same application was filed on that day already; that one is named and no second is made."""
    REFUSED = "refused"
    """It cannot be filed, as was found when it was sent or when its turn came; the reason says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """``number`` counts the rows from 1, ``line`` is where it stands in the file.

    ``application`` is in the words of the interface, and absent from a faulty row. ``cells`` is what its sender wrote,
    by column, with ``notes`` on cells that hold no value; empty for what a program sent. ``reason`` is a code.
    ``reference`` is that of the case, where it is known.
    """

    number: int
    line: int
    outcome: RowOutcome
    application: Mapping[str, Any] | None = field(repr=False)
    cells: tuple[str, ...] = field(default=(), repr=False)
    notes: Mapping[int, str] = field(default_factory=dict)
    case_id: UUID | None = None
    reference: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filer:
    """In whose name a batch is filed: who said that it shall be."""

    role: str
    subject: str
    token_id: str
    enterprise_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationBatch:
    """``columns`` is the header of the file as its sender wrote it; empty for what a program sent.

    ``filer`` is None until somebody said that the batch shall be filed. Moments are aware.
    """

    batch_id: UUID
    state: BatchState
    columns: tuple[str, ...]
    is_workbook: bool
    rows: tuple[BatchRow, ...]
    begun_at: datetime
    touched_at: datetime
    filer: Filer | None = None

    @property
    def at_fault(self) -> tuple[BatchRow, ...]:
        """The rows that are not filed because of what they say."""
        return tuple(each for each in self.rows if each.outcome in (RowOutcome.FAULTY, RowOutcome.REFUSED))

    def count(self, outcome: RowOutcome) -> int:
        return sum(each.outcome is outcome for each in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSummary:
    """A batch as it is listed: how many rows it has, by outcome."""

    batch_id: UUID
    state: BatchState
    begun_at: datetime
    counts: Mapping[RowOutcome, int]

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a row when its turn came."""

    outcome: RowOutcome
    case_id: UUID | None = None
    reference: str | None = None
    reason: str | None = None


def of_same(keys: Sequence[object]) -> Mapping[int, int]:
    """For each place whose key stood at an earlier place already, that place; keys that are None are like no other."""
    first: dict[object, int] = {}
    found: dict[int, int] = {}
    for place, key in enumerate(keys):
        if key is None:
            continue
        if key in first:
            found[place] = first[key]
        else:
            first[key] = place
    return found
