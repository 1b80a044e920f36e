"""How fast, and whether at all, the Crossroads Bank may be called: one gate for all workers of all processes.

A token bucket lets so many calls through a second; a breaker that opens after failures in a row lets nobody claim
work, and after a while one trial. Both are one row, changed in one statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from infra.postgres.server.connection_pool import ConnectionPool
from infra.structured_logs import get_logger

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """The real service's limits are not public, so these are settings: calls a second, and failures in a row."""

    per_second: float = 50.0
    burst: float = 100.0
    failures: int = 20
    open_for: timedelta = timedelta(seconds=5)


class CrossroadsGate:
    """The gate of one database; safe for many threads and processes."""

    def __init__(self, pool: ConnectionPool, settings: GateSettings) -> None:
        self._pool = pool
        self._settings = settings

    def admit(self, wanted: int, now: datetime) -> int:
        """How many of ``wanted`` calls may be made now; one, the trial, when the breaker has been open long enough."""
        it = self._settings
        values = {
            "wanted": wanted,
            "now": now,
            "rate": it.per_second,
            "burst": it.burst,
            "trial_until": now + max(it.open_for, timedelta(seconds=30)),
        }
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_ADMIT, values)
            rows = cursor.fetchall()
        return int(rows[0][0]) if rows else 0

    def is_shut(self, now: datetime) -> bool:
        """Whether the breaker lets nobody through, not even a trial."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select from crossroads_gate where open_until > %s", (now,))
            return bool(cursor.rowcount)

    def give_back(self, calls: int) -> None:
        """Calls that were admitted and not made."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "update crossroads_gate set tokens = least(tokens + %s, %s), trial_until = null",
                (calls, self._settings.burst),
            )

    def went_well(self) -> None:
        """A call showed the bank alive: the breaker closes."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            # Written only when there is something to forget: calls that go well are many.
            cursor.execute(_CLOSE)
            if cursor.rowcount:
                _log.info("crossroads.alive")

    def failed(self, now: datetime) -> None:
        """A call showed the bank unwell; enough of them in a row open the breaker, and so does a failed trial."""
        values = {"most": self._settings.failures, "open_until": now + self._settings.open_for}
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_FAIL, values)
            ((open_until,),) = cursor.fetchall()
        if open_until is not None and open_until > now:
            _log.warning("crossroads.breaker_open")


_ADMIT: Final = """
with refilled as (
    select least(%(burst)s, case when refilled_at = '-infinity' then %(burst)s
                 else tokens + greatest(0, extract(epoch from %(now)s - refilled_at)) * %(rate)s end) as tokens,
           case when open_until is null then %(wanted)s::int
                when open_until > %(now)s or trial_until > %(now)s then 0
                else least(1, %(wanted)s::int) end as wanted,
           open_until is not null as is_trial
      from crossroads_gate for update
), admitted as (
    select tokens, is_trial, least(wanted, floor(tokens))::int as calls from refilled
)
update crossroads_gate
   set tokens = admitted.tokens - admitted.calls,
       refilled_at = %(now)s,
       trial_until = case when admitted.is_trial and admitted.calls > 0 then %(trial_until)s else trial_until end
  from admitted
returning admitted.calls
"""

_CLOSE: Final = """
update crossroads_gate set failures = 0, open_until = null, trial_until = null
 where failures > 0 or open_until is not null
"""

_FAIL: Final = """
update crossroads_gate
   set failures = failures + 1,
       open_until = case when failures + 1 >= %(most)s then %(open_until)s else open_until end,
       trial_until = null
returning open_until
"""
