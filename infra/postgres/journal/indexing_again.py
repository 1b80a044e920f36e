"""The index of cases, written again from the journal: for cases that were filed before there was one.

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
from infra.postgres.journal.case_index import CaseIndex
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.server.connection_pool import ConnectionPool

_AT_ONCE: Final = 1_000

_STREAMS: Final = """
select distinct stream from journal
 where version = 1 and stream > %s
 order by stream limit %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedAgain:
    """``cases`` were read; the ones that cannot be read are ``unreadable``, and are not found."""

    cases: int
    unreadable: tuple[UUID, ...]


def index_again(pool: ConnectionPool, journal: PostgresJournal, index: CaseIndex) -> IndexedAgain:
    """Make every case findable by the numbers and names that its events state. Raises ``DatabaseUnavailable``."""
    cases, unreadable = 0, []
    for case_id in _streams(pool):
        try:
            stream = journal.read(case_id)
            events = journal.events_of(case_id)
        except (UnreadableEvent, KeyMissing):
            unreadable.append(case_id)
            continue
        if stream.case is not None:
            index.remember(stream.case.facts.authority, events)
        cases += 1
    return IndexedAgain(cases=cases, unreadable=tuple(unreadable))


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
