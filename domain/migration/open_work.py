"""What of an authority has been sent and not been taken: each with the commands that go on with it or end it.

Unfinished files, records left on the topic and dead-lettered records hold up the drain, because no report
could cover them. Records in quarantine do not: they have landed, wait for a person, and are in the report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from domain.migration.cutover import StepRefused
from domain.migration.findings import RefusalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedFile:
    """``taken`` of its ``lines`` have a fate, the header and blank ones included."""

    batch: UUID
    source: str
    taken: int
    lines: int
    heard_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWork:
    """``waiting`` counts the records in quarantine by reason; ``letters`` are dead-lettered records of the topic.

    ``lag`` is how many records the topic holds that were not taken; ``consumer`` takes them.
    """

    authority: str
    consumer: str
    files: tuple[UnfinishedFile, ...]
    lag: int
    letters: int
    waiting: dict[str, int]

    def require_none(self) -> None:
        """Raise :class:`StepRefused` where anything was sent and not taken, naming how to close it."""
        if blocking := list(self._blocking()):
            lines = [f"not everything that {self.authority} sent has been loaded:", *blocking, *self.remaining()]
            raise StepRefused("\n  ".join(lines))

    def remaining(self) -> Iterator[str]:
        """What waits for a person and holds up no step, a sentence a reason; conflicting versions first."""
        conflict = RefusalReason.VERSION_CONFLICT.value
        for reason in sorted(self.waiting, key=lambda name: (name != conflict, name)):
            yield (
                f"{self.waiting[reason]} in quarantine as {reason}, which the report names:"
                f" `permit migrate quarantine list {self.authority} --reason {reason}`"
            )

    def _blocking(self) -> Iterator[str]:
        for each in self.files:
            yield (
                f"{each.source} (batch {each.batch}): {each.taken:,} of {each.lines:,} lines loaded, last active on"
                f" {each.heard_at.astimezone(UTC):%Y-%m-%d at %H:%M} UTC. `permit migrate run {self.authority}"
                f" {each.source}` continues it, `permit migrate batch abandon {each.batch} --motive TEXT`"
                " abandons it"
            )
        if self.lag:
            yield f"{self.lag:,} records on the topic: `permit work migration` loads them"
        if self.letters:
            yield (
                f"{self.letters:,} records of the topic were dead-lettered: `permit dead-letters list --consumer"
                f" {self.consumer}` lists them; replay or discard each"
            )
