"""The ledger of an authority's topic in the database, counted in the transaction that takes what arrived."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Final

from domain.migration.topic_ledger import PartitionLedger, TopicLedger, arrival
from infra.postgres.messages.dead_letters import Coordinates

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


def topic_ledger(connection: Connection, authority: str) -> TopicLedger:
    """The ledger of the authority's topic, in all clusters from which it was read."""
    with connection.cursor() as cursor:
        # One statement, so one moment: a consumer may be at work.
        cursor.execute(_LEDGER, {"authority": authority})
        rows = cursor.fetchall()
    records = rows[0][-1]
    return TopicLedger(
        authority=authority,
        partitions=tuple(
            PartitionLedger(**dict(zip(PartitionLedger.__slots__, partition, strict=True)))
            for *partition, _ in rows
            if partition[0] is not None
        ),
        records_of_batches=records,
    )


def offsets_taken(connection: Connection, consumer: str, cluster: str, topic: str) -> dict[int, int]:
    """The first offset of each partition that the consumer has not taken yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select partition, next_offset from consumer_offset where consumer = %s and cluster = %s and topic = %s",
            (consumer, cluster, topic),
        )
        return dict(cursor.fetchall())


def count_arrived(
    cursor: Cursor, authority: str, arrived: Iterable[Coordinates], letters: Collection[Coordinates]
) -> None:
    """Count what has arrived, of which ``letters`` were dead-lettered, in the caller's transaction."""
    aside = frozenset(letters)
    in_order = sorted(arrived, key=lambda it: (it.cluster, it.topic, it.partition, it.offset))
    for place, here in groupby(in_order, key=lambda it: (it.cluster, it.topic, it.partition)):
        cursor.execute(_COUNTED_TO, (authority, *place))
        counted = cursor.fetchall()
        came = arrival([(each.offset, each in aside) for each in here], counted[0][0] if counted else None)
        cursor.execute(
            _COUNT,
            {
                "authority": authority,
                "cluster": place[0],
                "topic": place[1],
                "partition": place[2],
                "first": came.first_offset,
                "next": came.next_offset,
                "messages": came.messages,
                "letters": came.letters,
                "repeated": came.repeated,
            },
        )


def letter_became_record(cursor: Cursor, authority: str, at: Coordinates) -> None:
    """A letter was replayed, and is a record of a batch from now on."""
    cursor.execute(_REPLAYED, (authority, at.cluster, at.topic, at.partition))


_LEDGER: Final = """
select p.cluster, p.topic, p.partition, p.first_offset, p.next_offset, p.messages, p.letters, p.repeated, b.records
  from (select coalesce(sum(records), 0)::bigint records
          from legacy_batch where authority = %(authority)s and door = 'kafka') b
  left join legacy_topic_partition p on p.authority = %(authority)s
 order by p.cluster, p.topic, p.partition
"""

_COUNTED_TO: Final = """
select next_offset from legacy_topic_partition
 where authority = %s and cluster = %s and topic = %s and partition = %s for update
"""

_COUNT: Final = """
insert into legacy_topic_partition as p
       (authority, cluster, topic, partition, first_offset, next_offset, messages, letters, repeated)
values (%(authority)s, %(cluster)s, %(topic)s, %(partition)s, %(first)s, %(next)s, %(messages)s, %(letters)s,
        %(repeated)s)
    on conflict (authority, cluster, topic, partition) do update
   set next_offset = greatest(p.next_offset, excluded.next_offset), messages = p.messages + excluded.messages,
       letters = p.letters + excluded.letters, repeated = p.repeated + excluded.repeated
"""

_REPLAYED: Final = """
update legacy_topic_partition set letters = letters - 1
 where authority = %s and cluster = %s and topic = %s and partition = %s and letters > 0
"""
