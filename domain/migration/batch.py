"""What becomes of each version of a record: it is retold, unchanged, stale or quarantined, and exactly one of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.migration.precheck import Accepted, Refused, moment_of, precheck
from domain.migration.reading import CanonicalRecord, Fact, LegacyReading
from domain.migration.vocabulary import Vocabularies


class Fate(StrEnum):
    RETOLD = "retold"
    UNCHANGED = "unchanged"
    STALE = "stale"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class TakenVersion:
    """The latest version of a key that was taken, retold or quarantined. ``digest`` leaves the modification out."""

    modified_at: datetime
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``record`` is there for a retold one, ``refused`` for a quarantined one."""

    fate: Fate
    record: CanonicalRecord | None = None
    refused: Refused | None = None


def judge(
    reading: LegacyReading, digest: str, taken: MutableMapping[str, TakenVersion], vocabularies: Vocabularies
) -> Judged:
    """The fate of the next version of a record; ``taken`` is brought up to date with it.

    A version that cannot be placed, because it has no key or no readable modification, is quarantined as it is.
    """
    key, text = reading.text(Fact.KEY), reading.text(Fact.MODIFIED)
    modified_at = None if text is None else moment_of(text)
    if key is not None and modified_at is not None:
        known = taken.get(key)
        if known is not None and modified_at < known.modified_at:
            return Judged(fate=Fate.STALE)
        taken[key] = TakenVersion(modified_at, digest)
        if known is not None and digest == known.digest:
            return Judged(fate=Fate.UNCHANGED)
    match precheck(reading, vocabularies):
        case Accepted(record):
            return Judged(fate=Fate.RETOLD, record=record)
        case Refused() as refused:
            return Judged(fate=Fate.QUARANTINED, refused=refused)


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
        self.unknown_fields.update(reading.unknown)
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
