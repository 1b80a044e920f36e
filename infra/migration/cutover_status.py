"""The epoch of an authority and the steps of its cut-over in the database, and the locks by which records wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.migration.cutover import CutOverStep
from domain.migration.cutover_status import CutoverStatus, RecordedStep

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

_ACCEPTANCE_LOCK: Final = 7_301_969


def cutover_status(connection: Connection, authority: str) -> CutoverStatus:
    """The epoch and the steps of an authority."""
    with connection.cursor() as cursor:
        return read_cutover_status(cursor, authority)


def read_cutover_status(cursor: Cursor, authority: str) -> CutoverStatus:
    """As :func:`cutover_status`, in the caller's transaction."""
    cursor.execute("select coalesce((authority_epochs ->> %s)::int, 0) from journal_head", (authority,))
    ((epoch,),) = cursor.fetchall()
    cursor.execute(_STEPS, (authority,))
    steps = [
        RecordedStep(step=CutOverStep(step), by=by, epoch=of_epoch, at=at, outcome=outcome)
        for step, by, of_epoch, at, outcome in cursor.fetchall()
    ]
    return CutoverStatus(authority=authority, epoch=epoch, steps=tuple(steps))


def require_accepting(cursor: Cursor, authority: str) -> CutoverStatus:
    """The status of an authority whose records are accepted. Raises :class:`NotAccepting` once it is reconciled.

    In a transaction it also keeps that step away until the end: what the transaction lands comes before the report.
    """
    cursor.execute("select pg_advisory_xact_lock_shared(%s, hashtext(%s))", (_ACCEPTANCE_LOCK, authority))
    status = read_cutover_status(cursor, authority)
    status.require_accepting()
    return status


def close_acceptance(cursor: Cursor, authority: str) -> None:
    """Wait for the transactions that land records now, and keep others away until the end of this one."""
    cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_ACCEPTANCE_LOCK, authority))


def retelling_epoch(connection: Connection, authority: str) -> int:
    """The epoch on which retelling rests. Raises :class:`AuthorityIsLive`."""
    return cutover_status(connection, authority).retelling_epoch()


_STEPS: Final = "select step, by, epoch, at, outcome from legacy_cutover_step where authority = %s order by id"
