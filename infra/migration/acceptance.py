"""Whether records of an authority are accepted: not any more once its reconciling report is on record.

A report covers what had landed when it was made. What came in afterwards would go live with nobody having looked at
it, so from the step ``reconciled`` on files, records on topics and repairs are refused, until it is taken back.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from domain.migration.cutover import CutOverStep
from infra.migration.standing import RecordedStep, read_standing

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_LOCK: Final = 7_301_969


class NotAccepting(Exception):
    """The report of the authority is on record, and what lands now would not be covered by it."""

    def __init__(self, authority: str, reported: RecordedStep) -> None:
        super().__init__(
            f"{authority} takes no records any more: {reported.by} took the step `reconciled` on"
            f" {reported.at.astimezone(UTC):%Y-%m-%d at %H:%M} UTC, and the signed report covers what had landed by"
            f" then. To take records again: `permit migrate cutover reopen {authority} --motive TEXT`; afterwards take"
            " the steps `drain` and `reconcile` again"
        )


def require_accepting(cursor: Cursor, authority: str) -> None:
    """Raise :class:`NotAccepting` once the report of the authority is on record.

    In a transaction it also keeps that step away until the end: what the transaction lands comes before the report.
    """
    cursor.execute("select pg_advisory_xact_lock_shared(%s, hashtext(%s))", (_LOCK, authority))
    reported = read_standing(cursor, authority).step(CutOverStep.RECONCILED)
    if reported is not None:
        raise NotAccepting(authority, reported)


def close_acceptance(cursor: Cursor, authority: str) -> None:
    """Wait for the transactions that land records now, and keep others away until the end of this one."""
    cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, authority))
