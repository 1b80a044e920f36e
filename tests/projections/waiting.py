"""Waiting until a read model has come far enough."""

from __future__ import annotations

import time
from typing import Final

from infra.postgres.server.connections import ConnectionPool
from projections.read_model import ReadModel

_LOOK_AGAIN: Final = 0.01


def wait_until(pool: ConnectionPool, read_model: ReadModel, position: int, *, timeout: float) -> bool:
    """Wait until ``position`` is visible in a read model; False when it is not within ``timeout`` seconds.

    Works from any process: a client that was given a position reads what it wrote.
    """
    give_up = time.monotonic() + timeout
    while True:
        with pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select position from tracking where name = %s", (read_model.name,))
            row = cursor.fetchone()
        if row is not None and row[0] >= position:
            return True
        if time.monotonic() >= give_up:
            return False
        time.sleep(_LOOK_AGAIN)
