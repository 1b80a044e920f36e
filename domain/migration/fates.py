"""What becomes of each version of a record: it is retold, unchanged, stale or quarantined, and exactly one of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.migration.field_names import shown_name
from domain.migration.plausible_days import Calendar
from domain.migration.precheck import Accepted, Refused, precheck, refused
from domain.migration.reading import CanonicalRecord, LegacyReading
from domain.migration.versions import (
    CONFLICT,
    Moment,
    Placement,
    TakenVersion,
    Version,
    placement_of,
    take,
    usable_key,
    usable_moment,
)
from domain.migration.vocabulary import Vocabularies


class Fate(StrEnum):
    RETOLD = "retold"
    UNCHANGED = "unchanged"
    STALE = "stale"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``record`` is there for a retold one, ``refused`` for a quarantined one, ``version`` for one that has a place."""

    fate: Fate
    version: Version | None = None
    record: CanonicalRecord | None = None
    refused: Refused | None = None


def judge(
    reading: LegacyReading,
    version: Version | None,
    taken: MutableMapping[str, TakenVersion],
    vocabularies: Vocabularies,
    calendar: Calendar,
    tied: Container[Moment] = (),
) -> Judged:
    """The fate of the next version of a record; ``taken`` is brought up to date with it.

    One that has no place among the versions of a file number is quarantined.
    """
    placement = Placement.NEW
    if version is not None:
        placement = placement_of(version, taken, tied)
        if placement is Placement.STALE:
            return Judged(fate=Fate.STALE, version=version)
        take(version, placement, taken)
        if placement is Placement.UNCHANGED:
            return Judged(fate=Fate.UNCHANGED, version=version)
    outcome = precheck(reading, vocabularies, calendar)
    if placement is Placement.CONFLICTING:
        findings = outcome.findings if isinstance(outcome, Refused) else ()
        outcome = refused([*findings, CONFLICT])
    match outcome:
        case Accepted(record):
            return Judged(fate=Fate.RETOLD, version=version, record=record)
        case Refused():
            return Judged(fate=Fate.QUARANTINED, version=version, refused=outcome)


def version_of(reading: LegacyReading, digest: str, calendar: Calendar) -> Version | None:
    """The place of a record among the versions of its file number; None where it has none."""
    key, modified_at = usable_key(reading), usable_moment(reading, calendar)
    return None if key is None or modified_at is None else Version(key, modified_at, digest)


@dataclass(slots=True)
class BatchCount:
    """The sums of a batch: what was extracted is what was retold, unchanged, stale and quarantined.

    ``by_year`` is the year of filing; the counts by status, category and year are of retold ones.
    """

    fates: Counter[Fate] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)
    by_category: Counter[str] = field(default_factory=Counter)
    by_year: Counter[str] = field(default_factory=Counter)
    unknown_fields: Counter[str] = field(default_factory=Counter)

    def add(self, judged: Judged, reading: LegacyReading) -> None:
        self.fates[judged.fate] += 1
        if reading.unknown:
            self.unknown_fields.update(map(shown_name, reading.unknown))
        if judged.refused is not None:
            self.quarantined[judged.refused.main.value] += 1
        if judged.record is not None:
            self._add_record(judged.record)

    def add_repaired(self, record: CanonicalRecord) -> None:
        """A record that waited in quarantine is retold after all."""
        self.fates[Fate.RETOLD] += 1
        self._add_record(record)

    def _add_record(self, record: CanonicalRecord) -> None:
        self.by_status[record.status] += 1
        self.by_category[record.category] += 1
        self.by_year[str(record.filed_on.year)] += 1

    @property
    def records(self) -> int:
        return self.fates.total()
