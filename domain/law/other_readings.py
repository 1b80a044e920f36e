"""What an application would come to if another day decided which law applies to it.

No source states the reading that is selected, and several readings are loaded. The reader of an assessment is
shown what the others would give; decisions, replays and what-if runs never use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.copies import replace
from domain.law.assessment import Assessment, assess_by
from domain.law.facts import ApplicationFacts
from domain.law.findings import Verdict
from domain.law.provisions.procedure import ReferenceDateBasis, ReferenceDateRule
from domain.law.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherReading:
    """The verdict by a reading that is not selected.

    ``legal_reference_date`` is None where the facts do not hold the day of this reading; ``missing`` then names it.
    """

    basis: ReferenceDateBasis
    provision: str
    legal_reference_date: date | None
    verdict: Verdict
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """The reading by which an application was judged, and all others."""

    selected: ReferenceDateBasis
    verdict: Verdict
    others: tuple[OtherReading, ...]

    @property
    def differing(self) -> tuple[OtherReading, ...]:
        """The others that can be derived from the facts and give another verdict."""
        return tuple(each for each in self.known if each.verdict is not self.verdict)

    @property
    def known(self) -> tuple[OtherReading, ...]:
        return tuple(each for each in self.others if each.legal_reference_date is not None)

    @property
    def unknown(self) -> tuple[OtherReading, ...]:
        """The others of whose day the facts say nothing."""
        return tuple(each for each in self.others if each.legal_reference_date is None)


def readings_of(rulebook: Rulebook, facts: ApplicationFacts, assessment: Assessment) -> Readings | None:
    """Judge ``facts`` by every other reading of the deciding date; None where the law data leave nothing open.

    ``assessment`` is what ``assess`` gave for the same facts under the same rulebook.
    """
    known_on = assessment.known_on
    filing = rulebook.law_of_filing(facts.authority, facts.category, facts.filed_on, known_on)
    selected = filing.reference_date
    if selected is None:
        return None
    rules = rulebook.other_readings(ReferenceDateRule, facts.authority, facts.category, facts.filed_on, known_on)
    others = []
    for rule in rules:
        judged = assess_by(rulebook, replace(filing, reference_date=rule), facts, known_on)
        day_is_missing = judged.legal_reference_date is None
        others.append(
            OtherReading(
                basis=rule.basis,
                provision=rule.id,
                legal_reference_date=judged.legal_reference_date,
                verdict=judged.verdict,
                missing=tuple(path for each in judged.findings for path in each.missing) if day_is_missing else (),
            )
        )
    return Readings(selected=selected.basis, verdict=assessment.verdict, others=tuple(others)) if others else None
