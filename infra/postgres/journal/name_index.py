"""Which cases may be those of somebody with a name: a blind index of the words of names, in the key store.

It holds keyed digests of words and no word, each with the authority mixed in, so that what is common in one says
nothing of another. Like the index of persons it finds candidates and keeps what was ever stated: whether a case still
has the name is for its stream to say. The rows of a person go with that person's key, in the same transaction.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from domain.case.events import CaseEvent
from domain.case.names import names_in
from domain.name_words import Reading, findable_words
from infra.keys import MasterKey
from infra.postgres.server.connection_pool import ConnectionPool

_DIGEST_BYTES: Final = 8
"""Of a digest, as many as PostgreSQL compares quickest. That two words share them is as rare as harmless."""

MOST_FOUND: Final = 1_000
"""Candidates: a name that more cases of one authority have distinguishes nobody."""


class TooManyNamed(Exception):
    """More cases of one authority have the name than anybody looks through."""


class NameIndex:
    """Written before the events that state the names; safe between threads. ``pool`` writes in the key store."""

    def __init__(self, pool: ConnectionPool, master: MasterKey) -> None:
        self._pool = pool
        self._keyed = hmac.new(master.name_index_key, digestmod="sha256")

    def remember(self, authority: str, events: Iterable[CaseEvent]) -> None:
        """Make cases of one authority findable by the names that these events of theirs state, if they state any."""
        stated: dict[UUID, list[str]] = {}
        for event in events:
            if (found := names_in(event)) is not None:
                stated.setdefault(found.subject, []).extend(found.names)
        if not stated:
            return
        words = [self._digests(authority, findable_words(names)) for names in stated.values()]
        # As texts: an array of arrays of different lengths is none.
        lists = ["{" + ",".join(map(str, sorted(each))) + "}" for each in words]
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select remember_names(%s::uuid[], %s::text[])", ([*map(str, stated)], lists))

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

    def _digests(self, authority: str, words: Iterable[str]) -> frozenset[int]:
        return frozenset(self._digest(authority, word) for word in words)

    def _digest(self, authority: str, word: str) -> int:
        keyed = self._keyed.copy()
        keyed.update(f"{authority}\0{word}".encode())
        return int.from_bytes(keyed.digest()[:_DIGEST_BYTES], "big", signed=True)


_NAMED: Final = "select subject from name_index where words @> %s::bigint[] limit %s"
