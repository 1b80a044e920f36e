"""How long the journal remembers what a command did, so that a repetition gets its first answer: 90 days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from infra.postgres.server.connection_pool import ConnectionPool

KEPT_FOR: Final = timedelta(days=90)


def forget_old_commands(pool: ConnectionPool, *, now: datetime) -> int:
    """Forget commands recorded more than :data:`KEPT_FOR` before ``now``; give how many. Events are never touched.

    The database forgets nothing younger than that by its own clock: one that runs ahead of it (a demonstration's, or a
    wrong one) forgets later.
    """
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select journal_forget_commands(least(%s, now() - %s))", (now - KEPT_FOR, KEPT_FOR))
        (count,) = cursor.fetchone() or (0,)
    return int(count)
