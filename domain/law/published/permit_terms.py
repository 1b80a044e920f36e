"""How long a permit lasts at most, and when its renewal may be applied for.

No decision in this procedure states the last day of a permit. Where a record of another system states one, that day is
shown; else what is known are bounds: the end of the contract, the longest duration of the category, and the birthday
before which a permit with the reduced amount ends. What no source bounds has no last day here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.law.procedural_terms import ProceduralTerm
from domain.law.provisions.job import PermitDuration
from domain.law.rulebook import Rulebook

UNLIMITED: Final = "unlimited"
_RENEWAL: Final = "renewal"
_A_DAY: Final = timedelta(days=1)


class EndBasis(StrEnum):
    """From what the last day of a permit is known; all but ``STATED`` are the latest day possible."""

    STATED = "stated"
    CONTRACT = "contract"
    LONGEST_DURATION = "longestDuration"
    BIRTHDAY = "birthday"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitFacts:
    """What is known of a permit; days are civil days in Europe/Brussels, None for what is not known.

    It was granted on ``granted_on`` for work from ``work_from`` until ``work_until``, the last day of the contract.
    """

    authority: str
    category: str
    kind: str
    granted_on: date
    work_from: date | None = None
    work_until: date | None = None
    stated_until: date | None = None
    birth_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalWindow:
    """Renewal may be applied for from ``opens_on``, where a source says how early, until ``closes_on``."""

    term_id: str
    opens_on: date | None
    closes_on: date
    legal_reference: str
    confidence: str

    def is_open_on(self, day: date) -> bool:
        return day <= self.closes_on and (self.opens_on is None or self.opens_on <= day)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitTerm:
    """``ends_on`` is the last day of the permit: as stated, or at the latest, by ``basis``; None where nobody knows.

    ``birthday`` is the day by which ``birthday_age`` is reached, where the category is for workers below that age: the
    permit ends the day before, unless the contract provides for the higher pay from then on. ``window`` is counted
    from ``ends_on``.
    """

    ends_on: date | None
    basis: EndBasis | None
    birthday: date | None = None
    birthday_age: int | None = None
    window: RenewalWindow | None = None

    @property
    def is_stated(self) -> bool:
        return self.basis is EndBasis.STATED


def age_limit_of(rulebook: Rulebook, authority: str, category: str, day: date) -> int | None:
    """The age before which permits of a category end, if the law in force on ``day`` has one."""
    lasts = rulebook.find(PermitDuration, authority, category, day)
    return None if lasts is None else lasts.ends_before_age


class PermitTerms:
    """When permits end, as ``today`` sees it. A window that many permits have is counted once."""

    def __init__(self, rulebook: Rulebook, today: date) -> None:
        self._rulebook = rulebook
        self._today = today
        self._windows: dict[tuple[str, str, date], RenewalWindow | None] = {}

    def of(self, facts: PermitFacts) -> PermitTerm:
        """The term of a permit, as far as its facts and the law of the day on which it was granted say."""
        lasts = self._rulebook.find(PermitDuration, facts.authority, facts.category, facts.granted_on)
        age = None if lasts is None else lasts.ends_before_age
        birthday = None if age is None or facts.birth_date is None else birthday_on(facts.birth_date, age)
        if facts.kind == UNLIMITED:
            return PermitTerm(ends_on=None, basis=None)
        ends_on, basis = _end(facts, lasts, birthday)
        window = None if ends_on is None else self._window(facts.authority, facts.category, ends_on)
        return PermitTerm(ends_on=ends_on, basis=basis, birthday=birthday, birthday_age=age, window=window)

    def _window(self, authority: str, category: str, ends_on: date) -> RenewalWindow | None:
        """The window of the authority, by the terms in force today; None where the law data have none."""
        of = authority, category, ends_on
        if of not in self._windows:
            term = self._rulebook.terms.in_force(_RENEWAL, authority, category, self._today)
            self._windows[of] = None if term is None else _counted(term, ends_on)
        return self._windows[of]


def birthday_on(birth_date: date, age: int) -> date:
    """The day on which somebody has completed ``age`` years; who was born on 29 February does on 1 March of others."""
    year = birth_date.year + age
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _end(
    facts: PermitFacts, lasts: PermitDuration | None, birthday: date | None
) -> tuple[date | None, EndBasis | None]:
    if facts.stated_until is not None:
        return facts.stated_until, EndBasis.STATED
    bounds: list[tuple[date, EndBasis]] = []
    if facts.work_until is not None:
        bounds.append((facts.work_until, EndBasis.CONTRACT))
    if lasts is not None and lasts.most is not None:
        # It begins on neither day for certain: the later one gives the latest end.
        begins = facts.granted_on if facts.work_from is None else max(facts.granted_on, facts.work_from)
        bounds.append((lasts.most.last_day_from(begins), EndBasis.LONGEST_DURATION))
    if birthday is not None:
        bounds.append((birthday - _A_DAY, EndBasis.BIRTHDAY))
    return min(bounds, key=lambda each: each[0], default=(None, None))


def _counted(term: ProceduralTerm, ends_on: date) -> RenewalWindow:
    return RenewalWindow(
        term_id=term.id,
        opens_on=term.opens_on(ends_on),
        closes_on=term.ends_on(ends_on),
        legal_reference=term.legal_reference,
        confidence=term.confidence,
    )
