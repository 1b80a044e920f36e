"""The work at the Crossroads Bank as a table: what is due, who is at it, and how it came out.

Workers claim rows for a while and skip what others have claimed; a worker that dies leaves rows that fall due again.
No transaction is open during a request to the bank. Settled rows stay, so that a message that comes again adds nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from consumers.check_queue import DueCheck
from infra.postgres.server.connection_pool import ConnectionPool

_LEASE: Final = timedelta(seconds=60)


class CheckQueue:
    """The work table of one database; safe for many threads and processes.

    ``lease`` is how long a claim holds: longer than a call with its registration can take, and how long the work of a
    worker that died waits.
    """

    def __init__(self, pool: ConnectionPool, *, lease: timedelta = _LEASE) -> None:
        self._pool = pool
        self._lease = lease

    def is_anything_open(self) -> bool:
        """Whether any row is not settled yet."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select from check_work where settled_at is null limit 1")
            return bool(cursor.rowcount)

    def is_anything_due(self, now: datetime) -> bool:
        """Whether a claim would find something: cheap, for those who look often."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_IS_DUE, {"now": now})
            return bool(cursor.rowcount)

    def claim(self, limit: int, now: datetime) -> list[DueCheck]:
        """At most ``limit`` due rows, the longest due first; they are this caller's until its lease runs out."""
        return self._claimed(_CLAIM, {"limit": limit, "now": now})

    def claim_overdue(self, limit: int, now: datetime, asked_before: datetime) -> list[DueCheck]:
        """Rows that have waited since before ``asked_before``, whether or not they are due."""
        return self._claimed(_CLAIM_OVERDUE, {"limit": limit, "now": now, "asked_before": asked_before})

    def _claimed(self, statement: str, values: dict[str, object]) -> list[DueCheck]:
        lease = uuid4()
        now = values["now"]
        if not isinstance(now, datetime):
            raise TypeError("the hour is a moment")
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, {**values, "lease": lease, "until": now + self._lease})
            return [
                DueCheck(
                    case_id=case_id,
                    what=what,
                    revision=revision,
                    event_id=event_id,
                    asked_at=asked_at,
                    attempts=attempts,
                    last_error=last_error,
                    lease=lease,
                )
                for case_id, what, revision, event_id, asked_at, attempts, last_error in cursor.fetchall()
            ]

    def count_attempt(self, work: DueCheck) -> bool:
        """Note that the bank is about to be called. False when the row is no longer this worker's."""
        return self._change(_COUNT, work)

    def put_back(self, work: DueCheck, due_at: datetime, why: str | None) -> bool:
        """Give the row back until ``due_at``. False when it is no longer this worker's."""
        return self._change(_PUT_BACK, work, {"due_at": due_at, "why": why})

    def settle(self, work: DueCheck, outcome: str, now: datetime) -> bool:
        """Close the row. False when it was closed already.

        The worker that settles has an outcome, so a lease that ran out meanwhile does not matter.
        """
        return self._change(_SETTLE, work, {"outcome": outcome, "now": now})

    def _change(self, statement: str, work: DueCheck, more: dict[str, object] | None = None) -> bool:
        values: dict[str, object] = {
            "case_id": work.case_id,
            "what": work.what,
            "revision": work.revision,
            "lease": work.lease,
        }
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values | (more or {}))
            return bool(cursor.rowcount)


_TAKEN: Final = """
update check_work w set lease = %(lease)s, leased_until = %(until)s
  from due
 where w.case_id = due.case_id and w.what = due.what and w.revision = due.revision
returning w.case_id, w.what, w.revision, w.event_id, w.asked_at, w.attempts, w.last_error
"""

_FREE: Final = "settled_at is null and (leased_until is null or leased_until <= %(now)s)"

_IS_DUE: Final = f"select from check_work where {_FREE} and due_at <= %(now)s limit 1"  # nosec B608 # constants of this module

_CLAIM: Final = f"""
with due as (
    select case_id, what, revision from check_work
     where {_FREE} and due_at <= %(now)s
     order by due_at limit %(limit)s for update skip locked
) {_TAKEN}
"""  # noqa: S608  # nosec B608 # constants of this module

_CLAIM_OVERDUE: Final = f"""
with due as (
    select case_id, what, revision from check_work
     where {_FREE} and asked_at <= %(asked_before)s
     order by asked_at limit %(limit)s for update skip locked
) {_TAKEN}
"""  # noqa: S608  # nosec B608 # constants of this module

_ROW: Final = "case_id = %(case_id)s and what = %(what)s and revision = %(revision)s and settled_at is null"

_COUNT: Final = f"update check_work set attempts = attempts + 1 where {_ROW} and lease = %(lease)s"  # noqa: S608  # nosec B608 # constants of this module

_PUT_BACK: Final = f"""
update check_work set due_at = %(due_at)s, last_error = coalesce(%(why)s, last_error), lease = null, leased_until = null
 where {_ROW} and lease = %(lease)s
"""  # noqa: S608  # nosec B608 # constants of this module

_SETTLE: Final = f"""
update check_work set settled_at = %(now)s, outcome = %(outcome)s, lease = null, leased_until = null where {_ROW}
"""  # noqa: S608  # nosec B608 # constants of this module
