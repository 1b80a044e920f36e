"""The retold records that may be of one person or one file, found in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from domain.migration.comparison import Kinship, RelatedPair, Traits, kinship, written_in_two_ways

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


def related_records(connection: Connection, authority: str) -> Iterator[RelatedPair]:
    """Every pair of which the first is of this authority."""
    one_number = written_in_two_ways(_file_numbers(connection, authority))
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"authority": authority})
        for row in cursor:
            (mine, key, *one), (theirs, other_key, *other) = row[:9], row[9:]
            found = kinship(_traits(one), mine, _traits(other), theirs)
            if mine == theirs and (key, other_key) in one_number:
                one_number.remove((key, other_key))
                found += (Kinship.SAME_FILE_NUMBER,)
            if found:
                yield RelatedPair(authority=mine, key=key, other_authority=theirs, other_key=other_key, found=found)
    for key, other_key in sorted(one_number):
        found = (Kinship.SAME_FILE_NUMBER,)
        yield RelatedPair(authority=authority, key=key, other_authority=authority, other_key=other_key, found=found)


def count_related(connection: Connection, authority: str) -> Counter[str]:
    """How often each kind was found."""
    return Counter(each.value for pair in related_records(connection, authority) for each in pair.found)


def _file_numbers(connection: Connection, authority: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, (authority,))
        for (key,) in cursor:
            yield key


def _traits(values: list[Any]) -> Traits:
    held: dict[str, Any] = {
        name: bytes(value) if isinstance(value, memoryview) else value
        for name, value in zip(_TRAITS, values, strict=True)
    }
    return Traits(**held)
