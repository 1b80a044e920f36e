"""Procedural terms: by when an authority or a party must act, as dated data with its origin.

A term that is not transposed into Belgian law is kept and shown and never applied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Final

from domain.codes import AUTHORITIES
from domain.law.durations import CalendarDuration
from domain.law.provisions.procedure import ALL
from domain.law.readers.common_keys import APPLICATIONS, CONFIDENCES, categories
from domain.law.readers.entry_reader import EntryReader, LawDataUnusable, read_entries
from domain.law.working_days import WorkingDays

PACKAGED_TERMS: Final = Path(__file__).parent / "terms.toml"

PURPOSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "decision": "admissibilityNotifiedOn",
        "notification": "admissibilityNotifiedOn",
        "workPart": "admissibleOn",
        "answer": "informationRequestedOn",
        "forwarding": "admissibleOn",
        "appeal": "notifiedOn",
        "residenceAppeal": "notifiedOn",
        "residenceAppealInDetention": "notifiedOn",
        "urgentSuspension": "removalNotifiedOn",
        "urgentSuspensionOfLaterRemoval": "removalNotifiedOn",
        "councilOfStateAppeal": "notifiedOn",
        "councilOfStateAfterAppeal": "appealDecisionNotifiedOn",
        "registration": "arrivedOn",
        "renewal": "permitExpiresOn",
        "jobSearch": "authorisationEndedOn",
    }
)
"""What a term is for, and the day from which one that is applied counts in this procedure."""

STARTS: Final = (*dict.fromkeys(PURPOSES.values()), "completeFileOn")
"""The days from which a term may count; ``completeFileOn`` only for one that is not applied."""

ON_EXPIRY: Final = ("deemedGranted", "inadmissible", "none")

_KIND: Final = "procedural_term"
_WINDOW: Final = "renewal"
_ROLLS: Final = ("none", "nextWorkingDay")
_FROM_BASES: Final = ("stated", "assumed")
_RULE_SET: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProceduralTerm:
    """One term. ``authority`` and ``categories`` may be ``all``; in force on ``[valid_from, valid_to)``.

    It ends ``term`` after the day in ``starts``, or before it for a window, which ``opens`` that much before the
    day where a source says when. ``warning`` is how long before its end a running term counts as at risk, and
    ``extension`` by how much it may be prolonged. ``from_basis`` is ``assumed`` where no source gives a first day.
    ``unknown_to`` names the rule sets of the time before this term was loaded: an assessment under one of them does
    not look at it, so that decisions recorded under them come out as they did.
    """

    id: str
    purpose: str
    authority: str
    categories: tuple[str, ...]
    term: CalendarDuration
    alternative: CalendarDuration | None
    extension: CalendarDuration | None
    opens: CalendarDuration | None
    opens_confidence: str | None
    starts: str
    on_expiry: str
    warning: CalendarDuration | None
    warning_confidence: str | None
    roll: str
    roll_confidence: str | None
    valid_from: date
    valid_to: date | None
    from_basis: str
    unknown_to: tuple[str, ...]
    transposed: bool
    legal_reference: str
    sources: tuple[str, ...]
    confidence: str

    def last_day(self, start: date) -> date:
        """The earlier of the term and its alternative from ``start``, before it rolls."""
        return min(self._counted(start, each) for each in (self.term, self.alternative) if each is not None)

    def ends_on(self, start: date, working_days: WorkingDays | None = None) -> date:
        """The last day in time of a term that starts on ``start``; ValueError when it rolls and has no calendar."""
        last_day = self.last_day(start)
        if self.roll == "none":
            return last_day
        if working_days is None:
            raise ValueError(f"the term {self.id} rolls to a working day: give the calendar of working days")
        # Terms of law roll over weekends and legal holidays, not over the closing days of one authority.
        return working_days.next_working_day(last_day, None)

    def opens_on(self, start: date) -> date | None:
        """The first day in time: ``start``, or that of a window; None for a window whose first day was not found."""
        if not self.is_window:
            return start
        return None if self.opens is None else self._counted(start, self.opens)

    def at_risk_from(self, ends_on: date) -> date | None:
        """The first day on which the term, ending on ``ends_on``, counts as at risk; None when it warns of nothing."""
        return None if self.warning is None else self.warning.before(ends_on)

    def in_force_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def applies_to(self, authority: str, category: str) -> bool:
        return self.authority in (ALL, authority) and (self.categories == (ALL,) or category in self.categories)

    @property
    def is_window(self) -> bool:
        """Whether it is counted back from the day in ``starts``."""
        return self.purpose == _WINDOW

    @property
    def precedence(self) -> tuple[bool, bool]:
        """Of two terms that apply to a case the greater applies: named categories first, then a named authority."""
        return self.categories != (ALL,), self.authority != ALL

    def contradicts(self, other: ProceduralTerm) -> bool:
        """Whether both claim a common day for a common case and neither goes before the other."""
        if not (self.transposed and other.transposed) or self.purpose != other.purpose:
            return False
        if self.precedence != other.precedence or self.authority != other.authority:
            return False
        return (
            bool(set(self.categories) & set(other.categories))
            and (self.valid_to is None or other.valid_from < self.valid_to)
            and (other.valid_to is None or self.valid_from < other.valid_to)
        )

    def _counted(self, start: date, duration: CalendarDuration) -> date:
        return duration.before(start) if self.is_window else duration.after(start)


class ProceduralTerms:
    """All terms, found by id, or by purpose for a case and a day."""

    __slots__ = ("_by_id",)

    def __init__(self, terms: Sequence[ProceduralTerm]) -> None:
        self._by_id = {term.id: term for term in terms}

    @staticmethod
    def load(path: Path | None = None) -> ProceduralTerms:
        """The terms of ``path`` or of the packaged file. Raises LawDataUnusable for the first thing wrong."""
        file = PACKAGED_TERMS if path is None else path
        found = [_read(entry) for _, entry in read_entries(file, file.name, (_KIND,))]
        _refuse_contradictions(file.name, found)
        return ProceduralTerms(found)

    def all(self) -> tuple[ProceduralTerm, ...]:
        """Every term, in the order of the file, those that are never applied too."""
        return tuple(self._by_id.values())

    def term(self, term_id: str) -> ProceduralTerm:
        """The term of that id, applied or not; LookupError names the ids that exist."""
        if term_id not in self._by_id:
            raise LookupError(f"there is no procedural term {term_id!r}; there are {', '.join(self._by_id)}")
        return self._by_id[term_id]

    def in_force(
        self, purpose_or_id: str, authority: str, category: str, on: date, *, rule_set: str | None = None
    ) -> ProceduralTerm | None:
        """The term that applies to a case when it starts on ``on``; None when the law data holds none.

        With ``rule_set``, the sha256 of a set of law, as far as terms were known beside that set.
        """
        applicable = [
            term
            for term in self._by_id.values()
            if purpose_or_id in (term.purpose, term.id)
            and term.transposed
            and term.applies_to(authority, category)
            and term.in_force_on(on)
            and rule_set not in term.unknown_to
        ]
        return max(applicable, key=lambda term: term.precedence, default=None)


def _read(entry: EntryReader) -> ProceduralTerm:
    valid_from = entry.day("from")
    # A file says the last day in force, as publications do; from here on intervals are half-open.
    last_day = entry.optional_day("last_day")
    if last_day is not None and last_day < valid_from:
        raise entry.unusable("last_day", f"{last_day} is before {valid_from}", "write a day on or after from")
    roll = entry.word("roll", _ROLLS)
    opens = _optional_duration(entry, "opens")
    warning = _optional_duration(entry, "warn")
    term = ProceduralTerm(
        id=entry.text("id"),
        purpose=entry.word("purpose", PURPOSES),
        authority=entry.word("authority", (*AUTHORITIES, ALL)),
        categories=categories(entry),
        term=entry.duration("term"),
        alternative=_optional_duration(entry, "alternative"),
        extension=_optional_duration(entry, "extension"),
        opens=opens,
        opens_confidence=None if opens is None else entry.word("opens_confidence", CONFIDENCES),
        starts=entry.word("starts", STARTS),
        on_expiry=entry.word("on_expiry", ON_EXPIRY),
        warning=warning,
        warning_confidence=None if warning is None else entry.word("warn_confidence", CONFIDENCES),
        roll=roll,
        roll_confidence=None if roll == "none" else entry.word("roll_confidence", CONFIDENCES),
        valid_from=valid_from,
        valid_to=None if last_day is None else last_day + timedelta(days=1),
        from_basis=entry.word("from_basis", _FROM_BASES),
        unknown_to=entry.matching("unknown_to", _RULE_SET, "the sha256 of rule sets")
        if entry.has("unknown_to")
        else (),
        transposed=entry.word("application", APPLICATIONS) == "applied",
        legal_reference=entry.legal_reference(),
        sources=entry.texts("sources"),
        confidence=entry.word("confidence", CONFIDENCES),
    )
    entry.finish()
    if term.transposed and term.starts != PURPOSES[term.purpose]:
        raise entry.unusable(
            "starts",
            f"a term for {term.purpose} does not count from {term.starts} here",
            f"write {PURPOSES[term.purpose]}",
        )
    if term.opens is not None and not term.is_window:
        raise entry.unusable("opens", f"no term but that of a {_WINDOW} opens before its day", "drop it")
    return term


def _optional_duration(entry: EntryReader, key: str) -> CalendarDuration | None:
    return entry.duration(key) if entry.has(key) else None


def _refuse_contradictions(file: str, terms: Sequence[ProceduralTerm]) -> None:
    for earlier, later in combinations(terms, 2):
        if later.id == earlier.id:
            raise LawDataUnusable(
                file=file,
                entry=later.id,
                key="id",
                problem="the same id occurs twice",
                remedy="give every entry an id of its own",
            )
        if later.contradicts(earlier):
            raise LawDataUnusable(
                file=file,
                entry=later.id,
                key="from",
                problem=f"it overlaps {earlier.id}",
                remedy="end one the day before the other, or name fewer categories",
            )
