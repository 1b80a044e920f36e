"""How many events of each name the journal holds."""

from __future__ import annotations

from infra.postgres.server.connection_pool import ConnectionPool


def count_events(pool: ConnectionPool) -> dict[str, int]:
    """Counts by event name; reads the whole journal."""
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select type, count(*) from journal group by type")
        return dict(cursor.fetchall())
