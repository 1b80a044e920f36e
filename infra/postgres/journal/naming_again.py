"""The index of names, written again from the journal: for cases that were filed before there was one.

It adds and takes away nothing: what is known already stays, and of an erased person nothing can be written. So it can
be stopped and run again, while the service works.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from infra.event_codec import UnreadableEvent
from infra.keys import KeyMissing
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.name_index import NameIndex
from infra.postgres.server.connection_pool import ConnectionPool

_AT_ONCE: Final = 1_000

_STREAMS: Final = """
select distinct stream from journal
 where version = 1 and stream > %s
 order by stream limit %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAgain:
    """``cases`` were read; the ones that cannot be read are ``unreadable``, and are not found by name."""

    cases: int
    unreadable: tuple[UUID, ...]


def name_again(pool: ConnectionPool, journal: PostgresJournal, names: NameIndex) -> NamedAgain:
    """Make every case findable by the names that its events state. Raises ``DatabaseUnavailable``."""
    cases, unreadable = 0, []
    for case_id in _streams(pool):
        try:
            stream = journal.read(case_id)
            events = journal.events_of(case_id)
        except (UnreadableEvent, KeyMissing):
            unreadable.append(case_id)
            continue
        if stream.case is not None:
            names.remember(stream.case.facts.authority, events)
        cases += 1
    return NamedAgain(cases=cases, unreadable=tuple(unreadable))


def _streams(pool: ConnectionPool) -> Iterator[UUID]:
    after = UUID(int=0)
    while True:
        with pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_STREAMS, (after, _AT_ONCE))
            found = [stream for (stream,) in cursor.fetchall()]
        yield from found
        if len(found) < _AT_ONCE:
            return
        after = found[-1]
