"""What two records have to do with each other, and how likely it is: reported to people, never merged.

The same predicates judge a record against one other and a whole batch against all that was taken before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Final

from domain.names import folded_number


class Kinship(StrEnum):
    """What was found between two records."""

    SAME_PERSON_BY_NUMBER = "samePersonByNumber"
    SAME_PERSON_BY_NAME = "samePersonByName"
    """Name and birth date are the same in any spelling, and at most one of the two has an identification number."""
    SAME_PERSON_BY_SWAPPED_NAME = "samePersonBySwappedName"
    """The same, but the given name of one is the family name of the other."""
    OVERLAPPING_PERMITS = "overlappingPermits"
    SAME_APPLICATION = "sameApplication"
    """The same person, employer and category, filed with two authorities within the same days."""
    SAME_FILE_NUMBER = "sameFileNumber"
    """One authority wrote the number in two ways: in another case, or with other blanks."""


class Likelihood(StrEnum):
    """How sure it is that two records are of one person, or of one file: a person decides in any case."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


_RESTS_ON: Final = {
    Kinship.SAME_PERSON_BY_NUMBER: Likelihood.CERTAIN,
    Kinship.SAME_PERSON_BY_NAME: Likelihood.LIKELY,
    Kinship.SAME_FILE_NUMBER: Likelihood.LIKELY,
    Kinship.SAME_PERSON_BY_SWAPPED_NAME: Likelihood.POSSIBLE,
}
"""What else was found about a pair is as likely as that the two are one."""


FILED_WITHIN_DAYS: Final = 14
"""How far apart two filings may lie and be one application that was filed twice."""

NAME_DIGEST_BYTES: Final = 16
"""Of each of the two digests of a name: enough that no two people of a country share one by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What records are compared by. ``person`` and ``name_birth`` are keyed digests, None where not known.

    ``name_birth`` is two of :data:`NAME_DIGEST_BYTES`, one after the other, each with the birth date: of the name
    whichever part comes first, and of the name as it was written.
    """

    person: bytes | None = None
    name_birth: bytes | None = None
    employer: str | None = None
    category: str | None = None
    filed_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None


NO_TRAITS: Final = Traits()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedPair:
    """Two file numbers, and what was found between them."""

    authority: str
    key: str
    other_authority: str
    other_key: str
    found: tuple[Kinship, ...]

    @property
    def likelihood(self) -> Likelihood:
        return likelihood(self.found)


def kinship(one: Traits, authority: str, other: Traits, other_authority: str) -> tuple[Kinship, ...]:
    """What there is between two records of different file numbers."""
    found: list[Kinship] = []
    if one.person is not None and one.person == other.person:
        found.append(Kinship.SAME_PERSON_BY_NUMBER)
    elif one.person is None or other.person is None:
        found += _by_name(one.name_birth, other.name_birth)
    if not found:
        return ()
    if _overlap(one, other):
        found.append(Kinship.OVERLAPPING_PERMITS)
    if authority != other_authority and _same_application(one, other):
        found.append(Kinship.SAME_APPLICATION)
    return tuple(found)


def written_in_two_ways(file_numbers: Iterable[str]) -> set[tuple[str, str]]:
    """The pairs of one authority's file numbers that differ in case and blanks only, each in the order given."""
    same: dict[str, list[str]] = {}
    for key in file_numbers:
        same.setdefault(folded_number(key), []).append(key)
    return {pair for keys in same.values() for pair in combinations(keys, 2)}


def likelihood(found: Collection[Kinship]) -> Likelihood:
    """How likely a pair is one and the same, by the best of what was found. Raises ``ValueError`` for nothing."""
    bases = {_RESTS_ON[each] for each in found if each in _RESTS_ON}
    if not bases:
        raise ValueError("nothing was found by which two records could be one")
    return next(each for each in Likelihood if each in bases)


def _by_name(one: bytes | None, other: bytes | None) -> tuple[Kinship, ...]:
    if one is None or other is None or one[:NAME_DIGEST_BYTES] != other[:NAME_DIGEST_BYTES]:
        return ()
    return (Kinship.SAME_PERSON_BY_NAME if one == other else Kinship.SAME_PERSON_BY_SWAPPED_NAME,)


def _overlap(one: Traits, other: Traits) -> bool:
    """Both permits are valid on some day; one without an end goes on."""
    if one.valid_from is None or other.valid_from is None:
        return False
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def _same_application(one: Traits, other: Traits) -> bool:
    if one.filed_on is None or other.filed_on is None:
        return False
    close = abs((one.filed_on - other.filed_on).days) <= FILED_WITHIN_DAYS
    return close and one.employer == other.employer and one.category == other.category
