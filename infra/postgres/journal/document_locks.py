"""Who may place a document, or take it away, while the journal is asked whether a case names it: one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from infra.postgres.server.connection_pool import ConnectionPool


@contextmanager
def document_lock(pool: ConnectionPool, subject: UUID, sha256: str) -> Iterator[None]:
    """Hold the lock of this content of this person until the block ends, between threads, processes and machines.

    It also ends with its connection, of a process that died too. One of ``pool`` is taken for as long: the block is
    short and waits for nobody outside. Raises ``DatabaseUnavailable``.
    """
    with pool.transaction() as connection, connection.cursor() as cursor:
        # Of two names one lock may come, by chance in 2^64: then one waits for the other.
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"document {subject} {sha256}",))
        yield
