"""A migration reconciled: every landed record is read again and compared with what the log says, and reported.

What the report covers is marked before anything is read: what lands meanwhile shows as not covered when the report is
relied upon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from consumers.migration.judging import RecordSource
from domain.law.rulebook import Rulebook
from domain.migration.coverage import Coverage
from domain.migration.identities import reference_of
from domain.migration.plausible_days import Calendar
from domain.migration.precheck import Accepted, precheck
from domain.migration.reconciliation import Facts, Side, compared, source_facts
from domain.migration.record_paths import corrected
from domain.migration.report import Ledgers, report_of, verdict_of
from domain.migration.source_lines import RawRecord
from domain.migration.vocabulary import Vocabularies


class LandedContent(NamedTuple):
    """The version of a file number that was retold last; ``raw`` is None once the data of its subject were erased."""

    key: str
    raw: RawRecord | None
    corrections: Mapping[str, str]
    calendar: Calendar


class Sides(Protocol):
    """Both sides of the migration of one authority."""

    def coverage(self) -> Coverage:
        """What has landed of the authority by now."""

    def landed(self) -> Iterable[LandedContent]:
        """The record of each file number that was retold."""

    def mirrored(self) -> Iterable[tuple[str, Facts | None]]:
        """What the log says of each retold case, by what it is called in clear; None once it was erased."""

    def digest(self, key: str, facts: Facts) -> int:
        """Keyed, of a case and its facts."""

    def ledgers(self) -> Ledgers:
        """What the ledgers of the authority say now."""


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """Reconciles one authority."""

    source: RecordSource
    sides: Sides
    rulebook: Rulebook
    vocabularies: Vocabularies = field(default_factory=Vocabularies.load)

    def report(self, made_at: str) -> dict[str, object]:
        """The report as :func:`domain.migration.report.report_of`; ``made_at`` is a moment in UTC."""
        mapping = self.source.mapping
        covers = self.sides.coverage()
        verdicts: Counter[str] = Counter()
        ours = Side.of(self._source(verdicts), self.sides.digest)
        theirs = Side.of(self.sides.mirrored(), self.sides.digest)
        reconciled = compared(ours, theirs, self._source, self.sides.mirrored)
        return report_of(
            mapping.authority,
            made_at=made_at,
            mapping_version=mapping.version,
            rule_set=self.rulebook.sha256,
            covers=covers,
            ledgers=self.sides.ledgers(),
            reconciled=reconciled,
            verdicts=verdicts,
        )

    def _source(self, verdicts: Counter[str] | None = None) -> Iterator[tuple[str, Facts | None]]:
        """Each case by what it is called in clear, with the facts of its record as it reads today.

        What the law of its day says of each is counted in ``verdicts``.
        """
        authority = self.source.mapping.authority
        for landed in self.sides.landed():
            reference = reference_of(authority, landed.key)
            if landed.raw is None:
                yield reference, None
                continue
            reading = self.source.reading(corrected(landed.raw, landed.corrections))
            judged = precheck(reading, self.vocabularies, landed.calendar)
            record = judged.record if isinstance(judged, Accepted) else None
            if record is not None and verdicts is not None:
                verdicts[verdict_of(self.rulebook, record)] += 1
            yield reference, source_facts(record)
