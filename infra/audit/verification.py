"""`audit verify`: read the whole journal and recompute all that it claims about itself.

Each event is held against its own leaf in as many processes as there are cores, by ranges of positions; this process
holds the events against their neighbours, in their order. So there is one report whatever the number of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from domain.audit.event_seals import ExaminedEvent, JournalFinding, examined
from domain.audit.journal_chain import Checkpoint, JournalChain, JournalHead
from domain.audit.merkle import Frontier
from infra.postgres.journal.bulk_reading import copy_rows
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable, Role
from infra.shared_work.sharing import shared_out
from infra.stored_form.leaf import leaf_of_row

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

AT_ONCE: Final = 2_048
"""Positions read at a time: bodies and envelopes of about a megabyte. A power of two: the leaves of a page of a whole
journal are then one subtree of its tree."""

OnProgress = Callable[[int, int], None]
"""Called with what has been done and what there is to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """The state of a journal. ``findings`` are the first by position; ``finding_count`` counts them all.

    ``root`` (hex) is the RFC 6962 tree hash over the leaves: with ``size`` it is the checkpoint against
    which a later verification can show that nothing was cut off or reordered.
    """

    origin: str
    size: int
    root: str
    case_count: int
    finding_count: int
    findings: tuple[JournalFinding, ...]

    @property
    def is_sound(self) -> bool:
        return self.finding_count == 0

    @property
    def first_finding(self) -> JournalFinding | None:
        """What is wrong with the first bad event, or None."""
        return self.findings[0] if self.findings else None


def verify_journal(
    journal_url: str,
    *,
    checkpoint: Checkpoint | None = None,
    workers: int | None = None,
    at_once: int = AT_ONCE,
    on_progress: OnProgress | None = None,
) -> VerificationReport:
    """Verify all that is in the journal at the moment of the call; appends may go on meanwhile.

    ``workers`` processes (default: one a core) read ``at_once`` positions at a time, a power of two.

    Without a ``checkpoint`` of an earlier run, a journal whose end was cut off together with its head looks
    sound, and so does one in which events of different cases changed places. Raises
    :class:`DatabaseUnavailable` and ``WorkerLost``.
    """
    with _reading(journal_url) as connection:
        head, first, last = _extent(connection)
        chain = JournalChain(head, checkpoint)
        ranges = _ranges(connection, first, last, at_once)
        with shared_out(_Examination(journal_url, head.origin), ranges, workers=workers) as pages:
            for page in pages:
                chain.take(page.events, page.subtree)
                if on_progress is not None:
                    on_progress(max(page.up_to, 0), last)
    chain.finish()
    if on_progress is not None:
        on_progress(last, last)
    return VerificationReport(
        origin=head.origin,
        size=chain.size,
        root=chain.root(),
        case_count=chain.case_count,
        finding_count=chain.finding_count,
        findings=chain.findings,
    )


@contextmanager
def _reading(journal_url: str) -> Iterator[Connection]:
    with closing(ConnectionPool(journal_url, Role.READER, size=1)) as pool, pool.connection() as connection:
        yield connection


def _extent(connection: Connection) -> tuple[JournalHead, int, int]:
    """The head, and the first and last position there are, all of one moment.

    Positions at or below the last are never written again, so the pages need no long transaction: one would
    keep the server from tidying up the head row, which every append updates.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select origin, position,"
            " case when isfinite(known_at) then (extract(epoch from known_at - '2000-01-01Z') * 1000000)::bigint end,"
            " (select min(j.position) from journal j), (select max(j.position) from journal j) from journal_head"
        )
        row = cursor.fetchone()
    if row is None:
        raise DatabaseUnavailable("the journal has no head: run the migrations first")
    origin, position, known_at, first, last = row
    return JournalHead(origin=origin, position=position, known_at=known_at), first or 0, last or 0


def _ranges(connection: Connection, first: int, last: int, at_once: int) -> Iterator[tuple[int, int]]:
    """Each range as the position before it and its last, aligned as subtrees are; no gap, however wide, costs more."""
    after = (first - 1) // at_once * at_once
    while after < last:
        up_to = min(after + at_once, last)
        yield after, up_to
        after = last if up_to == last else (_next_position(connection, up_to, last) - 1) // at_once * at_once


def _next_position(connection: Connection, after: int, last: int) -> int:
    """The first position beyond ``after``; beyond ``last`` if what was there has been removed meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(min(position), %s) from journal where position > %s", (last + 1, after))
        (position,) = cursor.fetchone() or (last + 1,)
    found: int = position
    return found


class _Page(NamedTuple):
    """The events of a range. ``subtree`` is the tree hash over their leaves alone, if that can be one of the tree."""

    up_to: int
    events: list[ExaminedEvent]
    subtree: bytes | None


@dataclass(frozen=True, slots=True)
class _Examination:
    """What each process does: read a range and hold each event of it against its own leaf."""

    journal_url: str
    origin: str

    @contextmanager
    def open(self) -> Iterator[Callable[[tuple[int, int]], _Page]]:
        with _reading(self.journal_url) as connection:
            yield lambda between: self._page(connection, *between)

    def _page(self, connection: Connection, after: int, up_to: int) -> _Page:
        events = [examined(row, leaf_of_row(row, self.origin)) for row in copy_rows(connection, after, up_to)]
        return _Page(up_to, events, _subtree(events))


def _subtree(events: list[ExaminedEvent]) -> bytes | None:
    if len(events).bit_count() != 1:
        return None
    tree = Frontier()
    for event in events:
        tree.append(event.hashed)
    return tree.root()
