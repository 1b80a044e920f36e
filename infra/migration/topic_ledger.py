"""The ledger of an authority's topic: what came, counted by partition in the transaction that takes it.

An offset is counted once, however often it is delivered: a message behind the counted ones is one that came again. So
the messages of a partition are the records it gave to batches and the letters that were set aside, and what its span
of offsets holds beyond them never came: it expired unread, or Kafka itself used the offset.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from infra.postgres.messages.dead_letters import Coordinates

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionLedger:
    """What came in one partition of a cluster. ``repeated`` are records that came again and were judged again.

    ``letters`` are those that are no record of a batch: a letter that was replayed is none any more.
    """

    cluster: str
    topic: str
    partition: int
    first_offset: int
    next_offset: int
    messages: int
    letters: int
    repeated: int

    @property
    def records(self) -> int:
        """The messages that became records of a batch, each counted once."""
        return self.messages - self.letters

    @property
    def span(self) -> int:
        """The offsets from the first that came to the last."""
        return self.next_offset - self.first_offset

    @property
    def missing(self) -> int:
        """The offsets of the span at which nothing came."""
        return self.span - self.messages


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLedger:
    """All partitions of an authority's topic, beside what its batches of the topic counted themselves."""

    authority: str
    partitions: tuple[PartitionLedger, ...]
    records_of_batches: int

    @property
    def messages(self) -> int:
        return sum(each.messages for each in self.partitions)

    @property
    def letters(self) -> int:
        return sum(each.letters for each in self.partitions)

    @property
    def repeated(self) -> int:
        return sum(each.repeated for each in self.partitions)

    @property
    def span(self) -> int:
        return sum(each.span for each in self.partitions)

    @property
    def missing(self) -> int:
        return sum(each.missing for each in self.partitions)

    @property
    def balanced(self) -> bool:
        """Whether records of batches and letters together are the messages that came, those that came again apart."""
        return self.records_of_batches + self.letters == self.messages + self.repeated


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


def count_arrived(
    cursor: Cursor, authority: str, arrived: Iterable[Coordinates], letters: Collection[Coordinates]
) -> None:
    """Count what has arrived, of which ``letters`` were set aside, in the caller's transaction."""
    aside = frozenset(letters)
    in_order = sorted(arrived, key=lambda it: (it.cluster, it.topic, it.partition, it.offset))
    for place, here in groupby(in_order, key=lambda it: (it.cluster, it.topic, it.partition)):
        cursor.execute(_COUNTED_TO, (authority, *place))
        counted = cursor.fetchall()
        came = list(here)
        fresh = [each for each in came if not counted or each.offset >= counted[0][0]]
        again = [each for each in came if counted and each.offset < counted[0][0]]
        cursor.execute(
            _COUNT,
            {
                "authority": authority,
                "cluster": place[0],
                "topic": place[1],
                "partition": place[2],
                "first": came[0].offset,
                "next": came[-1].offset + 1,
                "messages": len(fresh),
                "letters": sum(each in aside for each in fresh),
                "repeated": sum(each not in aside for each in again),
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
