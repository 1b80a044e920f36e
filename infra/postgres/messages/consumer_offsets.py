"""How far a consumer has come in the partitions of a cluster: kept with what it wrote, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from infra.postgres.messages.inbox import PositionMoved
from infra.postgres.server.connection_pool import ConnectionPool

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_FROZEN_SECONDS: Final = 20
"""After which the database ends a transaction whose process has fallen silent, and frees what it locked."""


@dataclass(frozen=True, slots=True)
class ConsumerOffsets:
    """The offsets of one consumer in one cluster; topics without prefix."""

    pool: ConnectionPool
    consumer: str
    cluster: str

    def take_up(self, topic: str, partition: int, beginning: int) -> int:
        """The offset to read from next; a partition never read before starts at ``beginning``."""
        with self.pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_TAKE_UP, (self.consumer, self.cluster, topic, partition, beginning))
            ((offset,),) = cursor.fetchall()
        return int(offset)

    def forget(self) -> int:
        """Let the consumer start again at the earliest records its topics hold; the number of partitions forgotten."""
        with self.pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "delete from consumer_offset where consumer = %s and cluster = %s", (self.consumer, self.cluster)
            )
            return int(cursor.rowcount)

    def moving(self, topic: str, partition: int, *, expected: int, to: int) -> Callable[[Cursor], None]:
        """What locks the offset, compares it with the one expected and sets it, as ``Inbox.receive`` wants it."""

        def move(cursor: Cursor) -> None:
            cursor.execute(f"set local idle_in_transaction_session_timeout = '{_FROZEN_SECONDS}s'")
            cursor.execute(_LOCKED, (self.consumer, self.cluster, topic, partition))
            rows = cursor.fetchall()
            if not rows or rows[0][0] != expected:
                raise PositionMoved(f"{self.consumer} at {topic}/{partition} is no longer at {expected}")
            cursor.execute(_SET, (to, self.consumer, self.cluster, topic, partition))

        return move


_TAKE_UP: Final = """
insert into consumer_offset as o (consumer, cluster, topic, partition, next_offset, assignments)
values (%s, %s, %s, %s, %s, 1)
    on conflict (consumer, cluster, topic, partition) do update set assignments = o.assignments + 1
returning next_offset
"""

_LOCKED: Final = """
select next_offset from consumer_offset
 where consumer = %s and cluster = %s and topic = %s and partition = %s for update
"""

_SET: Final = """
update consumer_offset set next_offset = %s where consumer = %s and cluster = %s and topic = %s and partition = %s
"""
