"""Which dead letters are meant: by number, or by what they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from infra.postgres.server.connection_pool import ConnectionPool

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSelection:
    """All that is given must match; nothing given: every open letter. ``since`` and ``until`` (not included): aware.

    ``reason`` is why a record was dead-lettered, in full: ``legacyEnvelopeDigestWrong``, ``failed.KeyError``.
    """

    ids: tuple[int, ...] = ()
    consumer: str | None = None
    reason: str | None = None
    topic: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_by_number_only(self) -> bool:
        return bool(self.ids) and self == LetterSelection(ids=self.ids)


@dataclass(frozen=True, slots=True)
class SelectedLetter:
    """An open letter that is meant, with what a count of many says of it."""

    id: int
    consumer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedLetters:
    """The open letters that are meant, oldest first; of the numbers given, those settled before and those unknown."""

    open: tuple[SelectedLetter, ...]
    settled_before: tuple[int, ...]
    unknown: tuple[int, ...]

    @property
    def by_reason(self) -> Mapping[tuple[str, str], int]:
        """How many there are, by consumer and reason."""
        return dict(sorted(Counter((each.consumer, each.reason) for each in self.open).items()))


def selected_letters(pool: ConnectionPool, selection: LetterSelection) -> SelectedLetters:
    """The letters that are meant, as they are now."""
    with pool.connection() as connection, connection.cursor() as cursor:
        states = _states(cursor, selection.ids)
        cursor.execute(
            _SELECTED,
            {
                "ids": list(selection.ids) or None,
                "consumer": selection.consumer,
                "reason": selection.reason,
                "topic": selection.topic,
                "since": selection.since,
                "until": selection.until,
            },
        )
        found = tuple(SelectedLetter(*row) for row in cursor.fetchall())
    return SelectedLetters(
        open=found,
        settled_before=tuple(each for each in selection.ids if states.get(each, "open") != "open"),
        unknown=tuple(each for each in selection.ids if each not in states),
    )


def _states(cursor: Cursor, ids: tuple[int, ...]) -> dict[int, str]:
    cursor.execute("select id, state from dead_letter where id = any(%s::bigint[])", (list(ids),))
    return dict(cursor.fetchall())


_SELECTED: Final = """
select id, consumer, reason from dead_letter
 where state = 'open'
   and (%(ids)s::bigint[] is null or id = any(%(ids)s::bigint[]))
   and (%(consumer)s::text is null or consumer = %(consumer)s)
   and (%(reason)s::text is null or reason = %(reason)s)
   and (%(topic)s::text is null or topic = %(topic)s)
   and (%(since)s::timestamptz is null or set_aside_at >= %(since)s)
   and (%(until)s::timestamptz is null or set_aside_at < %(until)s)
 order by id
"""
