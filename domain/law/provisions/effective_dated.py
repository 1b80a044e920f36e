"""Law in two times: the day a provision is in force, and the day it is known.

A provision known later may supersede an earlier one by naming it. Asked with ``known_on``, the law
answers as it was known on that day, so that a later correction never changes an earlier decision.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Generic, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceFrom:
    """From ``valid_from`` on the provision deserves another ``confidence``, for the reason given."""

    valid_from: date
    confidence: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """One dated piece of law with its origin.

    ``scope`` holds the codes it concerns (categories, or forms of contract). In force on
    ``[valid_from, valid_to)``; ``valid_to`` None is open-ended. ``valid_from`` None means that the
    source gives no date: such a provision is kept, shown as undated, and never applied.
    ``known_from_basis`` is ``published``, or ``assumed`` where the day of publication is not known and
    the first day in force takes its place. ``kind`` is the name of its tables in a law file.
    """

    kind: ClassVar[str]

    id: str
    authority: str
    scope: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    known_from: date | None
    known_from_basis: str | None
    supersedes: tuple[str, ...]
    legal_reference: str
    sources: tuple[str, ...]
    confidence: str
    later_confidence: tuple[ConfidenceFrom, ...]
    note: str | None
    question: str | None
    reading: str | None

    def in_force_on(self, day: date) -> bool:
        return self.valid_from is not None and self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def known_by(self, day: date | None) -> bool:
        """Whether it was known on ``day``; None means everything known by now."""
        return day is None or (self.known_from is not None and self.known_from <= day)

    def confidence_on(self, day: date) -> str:
        """``confirmed``, ``single-source``, ``disputed``, ``project-brief`` or ``derived``, as of ``day``."""
        confidence = self.confidence
        for change in self.later_confidence:
            if change.valid_from <= day:
                confidence = change.confidence
        return confidence

    def contradicts(self, other: Provision) -> bool:
        """Whether both claim a common day for a common code and neither says that it supersedes the other."""
        if self.authority != other.authority or not set(self.scope) & set(other.scope):
            return False
        if self.question is not None and self.question == other.question and self.reading != other.reading:
            return False
        if self.id in other.supersedes or other.id in self.supersedes:
            return False
        if self.valid_from is None or other.valid_from is None:
            return False
        return (self.valid_to is None or other.valid_from < self.valid_to) and (
            other.valid_to is None or self.valid_from < other.valid_to
        )


P = TypeVar("P", bound=Provision)


class EffectiveDated(Generic[P]):
    """Provisions of one kind, found by authority, code, day in force and day of knowledge."""

    __slots__ = ("_by_code",)

    def __init__(self, provisions: Iterable[P]) -> None:
        by_code: dict[tuple[str, str], list[P]] = {}
        for provision in provisions:
            for code in provision.scope:
                by_code.setdefault((provision.authority, code), []).append(provision)
        self._by_code = {key: tuple(found) for key, found in by_code.items()}

    def on(
        self, authority: str, code: str, day: date, known_on: date | None, is_selected: Callable[[P], bool]
    ) -> P | None:
        """The selected provision in force on ``day`` as known on ``known_on``: of several, the one known last."""
        latest: P | None = None
        for provision in self._by_code.get((authority, code), ()):
            if (
                provision.in_force_on(day)
                and provision.known_by(known_on)
                and (latest is None or _known_after(provision, latest))
                and is_selected(provision)
            ):
                latest = provision
        return latest

    def codes(self, authority: str, beginning: str) -> tuple[str, ...]:
        """The codes beginning so that an authority has provisions for."""
        return tuple(code for held_by, code in self._by_code if held_by == authority and code.startswith(beginning))

    def all_on(self, authority: str, code: str) -> tuple[P, ...]:
        """Every provision that concerns a code, in the order of the files, whatever its dates."""
        return self._by_code.get((authority, code), ())


class Eras(dict[date | None, date | None]):
    """The stretches of time within which nothing changes: a query on two days of one era has one answer.

    A look-up gives the first day of a day's era, which may be used in its place. None, everything known, is an era of
    its own. Days are looked up a million times over, so each is remembered.
    """

    def __init__(self, provisions: Iterable[Provision]) -> None:
        super().__init__({None: None})
        days = {date.min}
        for each in provisions:
            days |= {each.valid_from or date.min, each.valid_to or date.min, each.known_from or date.min}
            days |= {change.valid_from for change in each.later_confidence}
        self._changes = sorted(days)

    def __missing__(self, day: date) -> date:
        first = self[day] = self._changes[bisect_right(self._changes, day) - 1]
        return first


def _known_after(one: Provision, other: Provision) -> bool:
    return one.known_from is not None and (other.known_from is None or one.known_from > other.known_from)
