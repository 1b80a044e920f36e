"""What becomes of each record of a source: the one place that a rehearsal, a load and a topic judge by.

An exception at one record quarantines that record and continues: it delays no other.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from domain.migration.fates import Fate, Judged, judge, version_of
from domain.migration.findings import Finding, RefusalReason
from domain.migration.plausible_days import Calendar
from domain.migration.precheck import refused
from domain.migration.reading import LegacyMapping, LegacyReading
from domain.migration.source_lines import RawRecord
from domain.migration.versions import Moment, TakenVersion, Version
from domain.migration.vocabulary import Vocabularies


class RecordSource(Protocol):
    """How the records of one authority are read, and what makes two of them the same."""

    @property
    def mapping(self) -> LegacyMapping: ...

    def reading(self, raw: RawRecord) -> LegacyReading:
        """What the record states, with what the reader of its file found."""

    def digest(self, record: Mapping[str, object], key: bytes) -> str:
        """Keyed, hexadecimal, of what the record says whenever it was changed."""

    def note_failure(self, kind: str) -> None:
        """The program failed at a record, with that kind of error."""


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A raw record as its mapping reads it; ``version`` is its place, None where it has none."""

    raw: RawRecord
    reading: LegacyReading
    digest: str
    version: Version | None

    @property
    def key(self) -> str | None:
        """The file number under which it is known."""
        return None if self.version is None else self.version.key


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordJudge:
    """Judges the records of one authority; ``digest_key`` keys the digests of their content."""

    source: RecordSource
    digest_key: bytes
    vocabularies: Vocabularies = field(default_factory=Vocabularies.load)

    def read(self, raw: RawRecord, calendar: Calendar) -> ReadRecord:
        """The record as its mapping reads it, or quarantined if the mapping fails at it."""
        digest = self.digest(raw)
        try:
            reading = self.source.reading(raw)
            return ReadRecord(raw, reading, digest, version_of(reading, digest, calendar))
        except Exception as why:
            return ReadRecord(raw, self._failed(why), digest, None)

    def digest(self, raw: RawRecord) -> str:
        """Of the record's content, by which two versions are the same."""
        return self.source.digest(raw.record, self.digest_key)

    def judge(
        self,
        read: Sequence[ReadRecord],
        taken: MutableMapping[str, TakenVersion],
        calendar: Calendar,
        tied: Container[Moment] = (),
    ) -> list[Judged]:
        """What becomes of each, in their order; ``taken`` is brought up to date with them."""
        return [self._judge(each, taken, calendar, tied) for each in read]

    def _judge(
        self, read: ReadRecord, taken: MutableMapping[str, TakenVersion], calendar: Calendar, tied: Container[Moment]
    ) -> Judged:
        try:
            return judge(read.reading, read.version, taken, self.vocabularies, calendar, tied)
        except Exception as why:
            return self.quarantine(read, why)

    def failed(self, read: ReadRecord, why: Exception) -> ReadRecord:
        """The same record as one at which the program failed, without a place among the versions of a file number."""
        return ReadRecord(read.raw, self._failed(why), read.digest, None)

    def quarantine(self, read: ReadRecord, why: Exception) -> Judged:
        """A record at which the program failed."""
        return Judged(fate=Fate.QUARANTINED, version=read.version, refused=refused(self._failed(why).findings))

    def _failed(self, why: Exception) -> LegacyReading:
        # The text of the exception may hold what the record holds.
        self.source.note_failure(type(why).__name__)
        sentence = f"the program failed at it ({type(why).__name__}): tell those who look after it, then replay it"
        return LegacyReading(
            authority=self.source.mapping.authority,
            fields={},
            texts={},
            findings=(Finding(RefusalReason.MALFORMED, "", sentence),),
        )
