"""The service target: by when a case should be decided, and its status against that on a day.

A deadline is derived from the day of filing, the pauses and this data at each query; it is never stored
as truth.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from domain.codes import AUTHORITIES
from domain.deadlines.pauses import Pause, all_paused_days, paused_days, reached_on
from domain.law.durations import CalendarDuration
from domain.law.readers.common_keys import CONFIDENCES
from domain.law.readers.entry_reader import EntryReader, LawDataUnusable, read_entries

PACKAGED_TARGETS: Final = Path(__file__).parent / "service_levels.toml"
_KIND: Final = "service_target"


class ServiceStatus(StrEnum):
    """The status of a case against its target on a day."""

    IN_TIME = "inTime"
    AT_RISK = "atRisk"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTarget:
    """The term from filing within which ``authority`` means to decide. Days are Europe/Brussels civil days.

    ``warning`` is how long before the due day a case counts as at risk. The target is in force from
    ``valid_from`` for every case still open then.
    """

    id: str
    authority: str
    term: CalendarDuration
    warning: CalendarDuration
    valid_from: date
    legal_reference: str
    sources: tuple[str, ...]
    confidence: str

    @staticmethod
    def load(authority: str, path: Path | None = None) -> ServiceTarget:
        """The target of an authority, from ``path`` or from the packaged file.

        Raises LawDataUnusable when the file cannot be used or gives that authority no target, or two.
        """
        file = PACKAGED_TARGETS if path is None else path
        found = [_read(entry) for _, entry in read_entries(file, file.name, (_KIND,))]
        mine = [target for target in found if target.authority == authority]
        if len(mine) != 1:
            raise LawDataUnusable(
                file=file.name,
                entry=None,
                key="authority",
                problem=f"{authority} has {len(mine)} targets",
                remedy=f"write exactly one [[{_KIND}]] for it",
            )
        return mine[0]

    def due_on(self, filed_on: date, pauses: Collection[Pause] = (), on: date | None = None) -> date:
        """The last day on which a decision is in time, as of the day ``on``.

        Paused days before ``on`` are added to the term, so that while a pause is open the due day moves with
        that day. Without ``on`` every pause counts in full; ValueError then when one is still open.
        """
        return self.term.after(filed_on) + _moved(filed_on, pauses, on)

    def at_risk_from(self, filed_on: date, pauses: Collection[Pause] = (), on: date | None = None) -> date:
        """The first day on which an open case counts as at risk; it moves as ``due_on`` does."""
        return self.warning.before(self.term.after(filed_on)) + _moved(filed_on, pauses, on)

    def status(self, filed_on: date, on: date, pauses: Collection[Pause] = ()) -> ServiceStatus:
        """The status on the day ``on`` of a case filed on ``filed_on``.

        ``on`` is today for an open case, and the day of the decision for a decided one. Once late a case stays
        late: a pause that begins later gives no time back.
        """
        return status_on(
            on, due_on=self.due_on(filed_on, pauses, on), at_risk_from=self.at_risk_from(filed_on, pauses, on)
        )

    def warned_on(self, filed_on: date, pauses: Collection[Pause] = ()) -> date | None:
        """The first day on which the open case counts as at risk; None while an open pause keeps it from that."""
        at_risk = reached_on(self.warning.before(self.term.after(filed_on)), pauses, since=filed_on)
        return None if at_risk is None else max(at_risk, self.valid_from)

    def breached_on(self, filed_on: date, pauses: Collection[Pause] = ()) -> date | None:
        """The first day on which the open case is late; None while an open pause keeps it from that."""
        late = reached_on(self.term.after(filed_on) + timedelta(days=1), pauses, since=filed_on)
        return None if late is None else max(late, self.valid_from)


def status_on(on: date, *, due_on: date, at_risk_from: date | None) -> ServiceStatus:
    """The status of a clock on a day; one that warns of nothing is in time until it is late."""
    if on > due_on:
        return ServiceStatus.LATE
    return ServiceStatus.AT_RISK if at_risk_from is not None and on >= at_risk_from else ServiceStatus.IN_TIME


def _moved(filed_on: date, pauses: Collection[Pause], on: date | None) -> timedelta:
    """By how much the pauses since filing move the days of the target."""
    paused = all_paused_days(pauses, since=filed_on) if on is None else paused_days(pauses, on, since=filed_on)
    return timedelta(days=paused)


def _read(entry: EntryReader) -> ServiceTarget:
    entry.word("starts", ("filedOn",))
    entry.word("roll", ("none",))
    entry.word("applies_to", ("openCases",))
    target = ServiceTarget(
        id=entry.text("id"),
        authority=entry.word("authority", AUTHORITIES),
        term=entry.duration("term"),
        warning=entry.duration("warn"),
        valid_from=entry.day("from"),
        legal_reference=entry.legal_reference(),
        sources=entry.texts("sources"),
        confidence=entry.word("confidence", CONFIDENCES),
    )
    entry.finish()
    return target
