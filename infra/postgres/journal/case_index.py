"""Which cases may be those of somebody: a blind index of workers' numbers and of the words of names, in the key store.

It holds keyed digests, no number and no word. With a word its authority is mixed in, so that what is common in one says
nothing of another. The index finds candidates and keeps what was ever stated: whether a case still has the number or
the name is for its stream to say. The words go with the key of the person, in the same transaction.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from domain.case.events import CaseEvent
from domain.case.found_by import found_by
from domain.name_words import Reading, findable_words
from infra.keys import MasterKey
from infra.postgres.server.connection_pool import ConnectionPool

_DIGEST_BYTES: Final = 8
"""Of a word's digest, as many as PostgreSQL compares quickest. That two words share them is as rare as harmless."""

MOST_FOUND: Final = 1_000
"""Candidates: a name that more cases of one authority have distinguishes nobody."""


class TooManyNamed(Exception):
    """More cases of one authority have the name than anybody looks through."""


class CaseIndex:
    """Written before the events that state it; safe between threads. ``pool`` writes in the key store."""

    def __init__(self, pool: ConnectionPool, master: MasterKey) -> None:
        self._pool = pool
        # Copied for each digest: the one-shot form gives up the interpreter lock for what takes a microsecond.
        self._of_number = hmac.new(master.person_index_key, digestmod="sha256")
        self._of_word = hmac.new(master.name_index_key, digestmod="sha256")

    def remember(self, authority: str, events: Iterable[CaseEvent]) -> None:
        """Make cases of one authority findable by what these events of theirs state, if they state any of it."""
        numbers: list[tuple[str, str]] = []
        names: dict[UUID, list[str]] = {}
        for event in events:
            if (found := found_by(event)) is not None:
                if found.ssin is not None:
                    numbers.append((self._person(found.ssin).hex(), str(found.subject)))
                if found.names:
                    names.setdefault(found.subject, []).extend(found.names)
        if not numbers and not names:
            return
        # As texts: thousands of values are not quoted one by one, and lists of different lengths make no array.
        persons, numbered = (_array(each[n] for each in numbers) for n in (0, 1))
        words = [self._digests(authority, findable_words(stated)) for stated in names.values()]
        lists = [_array(map(str, sorted(each))) for each in words]
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_REMEMBER, (persons, numbered, _array(map(str, names)), lists))

    def subjects_of(self, ssin: str) -> frozenset[UUID]:
        """All subjects that ever had this number, one a case."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select subject from person_index where person = %s", (self._person(ssin),))
            return frozenset(subject for (subject,) in cursor.fetchall())

    def subjects_named(self, authority: str, readings: Sequence[Reading]) -> frozenset[UUID]:
        """The subjects whose case may have a name that one of the readings finds, of those of this authority.

        Raises :class:`TooManyNamed`.
        """
        if not readings:
            return frozenset()
        sought = [sorted(self._digests(authority, reading)) for reading in readings]
        statement = " union ".join(["(" + _NAMED + ")"] * len(sought))
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, [value for each in sought for value in (each, MOST_FOUND + 1)])
            found = frozenset(subject for (subject,) in cursor.fetchall())
        if len(found) > MOST_FOUND:
            raise TooManyNamed
        return found

    def _person(self, ssin: str) -> bytes:
        keyed = self._of_number.copy()
        keyed.update(ssin.encode())
        return keyed.digest()

    def _digests(self, authority: str, words: Iterable[str]) -> frozenset[int]:
        return frozenset(self._digest(authority, word) for word in words)

    def _digest(self, authority: str, word: str) -> int:
        keyed = self._of_word.copy()
        keyed.update(f"{authority}\0{word}".encode())
        return int.from_bytes(keyed.digest()[:_DIGEST_BYTES], "big", signed=True)


_REMEMBER: Final = "select remember_case(%s::text[], %s::uuid[], %s::uuid[], %s::text[])"
_NAMED: Final = "select subject from name_index where words @> %s::bigint[] limit %s"


def _array(values: Iterable[str]) -> str:
    """Of texts that need no quotation marks."""
    return "{" + ",".join(values) + "}"
