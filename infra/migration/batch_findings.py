"""What the records of an authority have to do with each other and with those of the others: reported, never merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from domain.migration.comparison import Kinship, Likelihood, Traits, kinship, likelihood
from domain.migration.names import folded_number

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_TRAITS: Final = ("person", "name_birth", "employer", "category", "filed_on", "valid_from", "valid_to")

_PAIRS: Final = """
select a.authority, a.key, a.person, a.name_birth, a.employer, a.category, a.filed_on, a.valid_from, a.valid_to,
       b.authority, b.key, b.person, b.name_birth, b.employer, b.category, b.filed_on, b.valid_from, b.valid_to
  from legacy_dossier a
  join legacy_dossier b
    on (b.person = a.person or b.name_in_any_order = a.name_in_any_order)
   and (a.authority, a.key) <> (b.authority, b.key)
 where a.authority = %(authority)s and a.fate = 'retold' and b.fate = 'retold'
   and (b.authority <> a.authority or a.key < b.key)
 order by a.key, b.authority, b.key
"""

_KEYS: Final = "select key from legacy_dossier where authority = %s and fate = 'retold' order by key"

Pair = tuple[str, str]
"""Two file numbers of one authority, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """Two file numbers, and what was found between them."""

    authority: str
    key: str
    other_authority: str
    other_key: str
    found: tuple[Kinship, ...]

    @property
    def likelihood(self) -> Likelihood:
        return likelihood(self.found)


def kin_of(connection: Connection, authority: str) -> Iterator[Kin]:
    """Every pair of which the first is of this authority."""
    one_number = _written_in_two_ways(connection, authority)
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"authority": authority})
        for row in cursor:
            (mine, key, *one), (theirs, other_key, *other) = row[:9], row[9:]
            found = kinship(_traits(one), mine, _traits(other), theirs)
            if mine == theirs and (key, other_key) in one_number:
                one_number.remove((key, other_key))
                found += (Kinship.SAME_FILE_NUMBER,)
            if found:
                yield Kin(authority=mine, key=key, other_authority=theirs, other_key=other_key, found=found)
    for key, other_key in sorted(one_number):
        found = (Kinship.SAME_FILE_NUMBER,)
        yield Kin(authority=authority, key=key, other_authority=authority, other_key=other_key, found=found)


def count_kin(connection: Connection, authority: str) -> Counter[str]:
    """How often each kind was found."""
    return Counter(each.value for kin in kin_of(connection, authority) for each in kin.found)


def _written_in_two_ways(connection: Connection, authority: str) -> set[Pair]:
    """The pairs of file numbers that differ in case and blanks only."""
    same: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, (authority,))
        for (key,) in cursor:
            same.setdefault(folded_number(key), []).append(key)
    return {pair for keys in same.values() for pair in combinations(keys, 2)}


def _traits(values: list[Any]) -> Traits:
    held: dict[str, Any] = {
        name: bytes(value) if isinstance(value, memoryview) else value
        for name, value in zip(_TRAITS, values, strict=True)
    }
    return Traits(**held)
