"""`audit verify`: read the whole journal and recompute all that it claims about itself."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.audit.journal_chain import Checkpoint, JournalChain, JournalFinding, JournalHead
from infra.postgres.journal.bulk_reading import JournalRow, copy_rows
from infra.postgres.server.connections import ConnectionPool, DatabaseUnavailable
from infra.stored_form.leaf import leaf_of_row

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_PAGE: Final = 4_000
"""Rows held in memory at a time; with bodies of some kilobytes that is about ten megabytes."""

OnProgress = Callable[[int, int], None]
"""Called with what has been done and what there is to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """The state of a journal. ``findings`` are the first by position; ``finding_count`` counts them all.

    ``root`` (hex) is the RFC 6962 tree hash over the stored leaves: with ``size`` it is the checkpoint against
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
    pool: ConnectionPool, *, checkpoint: Checkpoint | None = None, on_progress: OnProgress | None = None
) -> VerificationReport:
    """Verify all that is in the journal at the moment of the call; appends may go on meanwhile.

    Without a ``checkpoint`` of an earlier run, a journal whose end was cut off together with its head looks
    sound, and so does one in which events of different cases changed places. Raises
    :class:`DatabaseUnavailable`.
    """
    with pool.connection() as connection:
        head, first, last = _extent(connection)
        chain = JournalChain(head, checkpoint)
        with closing(_rows(connection, first, last)) as rows:
            for row in rows:
                chain.take(row, leaf_of_row(row, head.origin))
                if on_progress is not None and chain.size % _PAGE == 0:
                    on_progress(row.position, last)
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


def _rows(connection: Connection, first: int, last: int) -> Generator[JournalRow, None, None]:
    """All rows in order, by pages; a gap, however wide, costs one query."""
    after = first - 1
    while after < last:
        up_to = min(after + _PAGE, last)
        empty = True
        for row in copy_rows(connection, after, up_to):
            empty = False
            yield row
        after = _next_position(connection, up_to, last) - 1 if empty else up_to


def _next_position(connection: Connection, after: int, last: int) -> int:
    """The first position beyond ``after``; beyond ``last`` if what was there has been removed meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(min(position), %s) from journal where position > %s", (last + 1, after))
        (position,) = cursor.fetchone() or (last + 1,)
    found: int = position
    return found
