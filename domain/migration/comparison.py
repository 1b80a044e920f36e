"""What two records have to do with each other: reported to people, never merged.

The same predicates judge a record against one other and a whole batch against all that was taken before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Kinship(StrEnum):
    """What was found between two records."""

    SAME_PERSON_BY_NUMBER = "samePersonByNumber"
    SAME_PERSON_BY_NAME = "samePersonByName"
    """Name and birth date are the same, and at most one of the two has an identification number."""
    OVERLAPPING_PERMITS = "overlappingPermits"
    SAME_APPLICATION = "sameApplication"
    """The same person, employer and category, filed with two authorities within the same days."""


FILED_WITHIN_DAYS: Final = 14
"""How far apart two filings may lie and be one application that was filed twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What records are compared by. ``person`` and ``name_birth`` are keyed digests, None where not known."""

    person: bytes | None = None
    name_birth: bytes | None = None
    employer: str | None = None
    category: str | None = None
    filed_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None


NO_TRAITS: Final = Traits()


def kinship(one: Traits, authority: str, other: Traits, other_authority: str) -> tuple[Kinship, ...]:
    """What there is between two records of different file numbers."""
    found: list[Kinship] = []
    if one.person is not None and one.person == other.person:
        found.append(Kinship.SAME_PERSON_BY_NUMBER)
    elif (
        one.name_birth is not None
        and one.name_birth == other.name_birth
        and (one.person is None or other.person is None)
    ):
        found.append(Kinship.SAME_PERSON_BY_NAME)
    if not found:
        return ()
    if _overlap(one, other):
        found.append(Kinship.OVERLAPPING_PERMITS)
    if authority != other_authority and _same_application(one, other):
        found.append(Kinship.SAME_APPLICATION)
    return tuple(found)


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
