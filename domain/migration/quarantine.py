"""Records in quarantine: which wait, who may repair one, what a repair must say, and when it was made already.

A record leaves the quarantine retold, or superseded by a newer version; each step leaves a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.migration.dossiers import Dossier
from domain.migration.findings import Finding
from domain.migration.reading import CanonicalRecord
from domain.plain_text import LAYOUT, is_plain

WAITING: Final = ("open", "corrected")
STATES: Final = (*WAITING, "retold", "superseded")

QUARANTINED: Final = "setAside"
CORRECTED: Final = "corrected"
LOOKED_AT: Final = "lookedAt"
REPLAYED_IN_VAIN: Final = "replayed in vain"
RETOLD: Final = "retold"
SUPERSEDED: Final = "superseded"
"""What was done with a record, as its trace says it; with :data:`SEPARATOR` and a detail for some."""

SEPARATOR: Final = ": "


class RepairRefused(Exception):
    """The repair cannot be made; the text says why and what can be done."""


class ChangedSince(RepairRefused):
    """Somebody has changed the record since it was shown; ``step`` is the first change that was not seen."""

    def __init__(self, step: Step) -> None:
        super().__init__(
            f"{step.by} has changed the record since you opened it: review it as it is now, and repeat the step if it"
            " still applies"
        )
        self.step = step


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRecord:
    """A record in quarantine without its content; ``findings`` name fields and reasons.

    ``case_id`` is the case that bears its file number, where one was retold already.
    """

    record_id: UUID
    authority: str
    key: str | None
    source: str
    line: int
    reason: str
    findings: tuple[Finding, ...]
    state: str
    opened_at: datetime
    settled_at: datetime | None
    mapping_version: int
    case_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """``detail`` is the field that was corrected, or the reason for which a record waits still; else empty."""

    id: int
    what: str
    detail: str
    by: str
    motive: str | None
    at: datetime


def traced(what: str, detail: str) -> str:
    """A step with its detail, as the trace holds it."""
    return f"{what}{SEPARATOR}{detail}"


def last_change(steps: Sequence[Step]) -> int:
    """The last step that changed the record, 0 for none: what somebody who looks at it has seen."""
    return max((each.id for each in steps if each.what != LOOKED_AT), default=0)


def changes_since(steps: Sequence[Step], seen: int) -> tuple[Step, ...]:
    """The changes that came after the step ``seen``; a look at the record is none."""
    return tuple(each for each in steps if each.id > seen and each.what != LOOKED_AT)


def is_repeated(since: Sequence[Step], whats: Sequence[str], detail: str | None, *, by: str, motive: str) -> bool:
    """Whether the requested step was taken already: a form that was sent twice. False where nothing was changed.

    Raises :class:`ChangedSince` where something else was changed.
    """
    if not since:
        return False
    first = since[0]
    same = first.what in whats and detail in (None, first.detail) and (first.by, first.motive) == (by, motive)
    if not same:
        raise ChangedSince(first)
    return True


def require_plain(**texts: str) -> None:
    """Raise :class:`RepairRefused` for a text that no table could keep; it is not repeated."""
    for name, text in texts.items():
        if not is_plain(text, LAYOUT):
            raise RepairRefused(f"the {name} holds a control character: remove what cannot be printed")


def require_waiting(record: QuarantinedRecord) -> None:
    """Raise :class:`RepairRefused` for a record that was settled."""
    if record.state not in WAITING:
        raise RepairRefused(f"record {record.record_id} is no longer waiting: it is {record.state}")


def require_not_overtaken(before: Dossier | None, record: CanonicalRecord) -> None:
    """Raise :class:`RepairRefused` where a newer version of the file number was taken."""
    if before is not None and before.sequence > record.modified_at:
        raise RepairRefused(f"a newer version of {record.key} has been loaded since: this one is stale")
