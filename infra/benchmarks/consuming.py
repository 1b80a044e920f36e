"""``permit bench consume``: events that one, two and four consumer processes apply in a second, one row each.

The other side is the same rows written without Kafka: the same consumer fed straight from memory, in one process, in
transactions of the same length.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Final
from uuid import uuid4

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from consumers.messages import Message
from consumers.topics import APPLICATIONS, TOPICS
from infra.benchmarks.event_ledger import DDL, EventLedger
from infra.benchmarks.kafka_here import broker_for_benchmarks, machine_with_kafka
from infra.benchmarks.peer import Peer
from infra.benchmarks.relaying import wait_until
from infra.benchmarks.runs import BenchmarkReport, Row, compare
from infra.benchmarks.sample_journal import KeysInMemory, SampleJournal, sample_journal
from infra.child_process import end_with_standard_input, running_child
from infra.kafka.clients import opened
from infra.kafka.errors import KafkaUnavailable
from infra.kafka.producers import Outgoing
from infra.kafka.sending import Sender
from infra.kafka.topic_admin import administration, cluster_id, create_missing
from infra.message_wire import to_wire
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.messages.dead_letters import DeadLetters
from infra.postgres.messages.in_order import next_in_line
from infra.postgres.messages.inbox import Inbox
from infra.postgres.messages.journal_messages import JournalMessages
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role, connect
from infra.workers.consumer_loop import ConsumerLoop

_CASES: Final = 3_000
_BATCH: Final = 500
_PROCESSES: Final = (1, 2, 4, 8)


def bench_consume(
    admin_url: str, _peer: Peer, *, cases: int = _CASES, runs: int = 3, processes: Sequence[int] = _PROCESSES
) -> BenchmarkReport:
    """Both sides into tables on ``admin_url``'s server."""
    with broker_for_benchmarks() as kafka, sample_journal(admin_url, cases) as journal:
        prefix = f"bench-{uuid4().hex[:8]}."
        _fill(journal, kafka, prefix)
        rows: list[Row] = [
            compare(
                f"consume, {number} process{'es' if number > 1 else ''}",
                "events/s",
                lambda number=number: _consumed_a_second(journal, kafka, prefix, number),  # type: ignore[misc]
                lambda: _bare(journal),
                runs=runs,
            )
            for number in processes
        ]
        about = {
            **machine_with_kafka(admin_url, kafka),
            "runs": runs,
            "records": journal.events,
            "ours": "ConsumerLoop: one row an event, order and offset in the same transaction",
            "peer": "the same rows in the same transactions from memory, one process, no Kafka",
        }
    return BenchmarkReport(benchmark="consume", machine=about, rows=tuple(rows))


def _fill(journal: SampleJournal, kafka: str, prefix: str) -> None:
    create_missing(kafka, TOPICS, prefix)
    with _messages(journal) as (messages, _), closing(Sender(kafka)) as sender:
        for start in range(0, len(messages), 2_000):
            part = messages[start : start + 2_000]
            sender.send([Outgoing(prefix + each.topic, to_wire(each, "urn:bench")) for each in part])


def _consumed_a_second(journal: SampleJournal, kafka: str, prefix: str, processes: int) -> float:
    """From the moment on which every process has its partitions to the last row.

    They join at the end of the topic. Then the database says that the consumer is at the beginning, and a record
    in each partition makes them look: they take their partitions up again, from there.
    """
    _empty(journal)
    name = f"ledger-{uuid4().hex[:8]}"
    with ExitStack() as opened:
        pool = opened.enter_context(closing(ConnectionPool(journal.url, Role.WRITER, size=1)))
        places = _places(kafka, prefix)
        _stand_at(pool, name, cluster_id(kafka), places)
        for _ in range(processes):
            opened.enter_context(
                running_child(
                    "infra.benchmarks.consuming",
                    [journal.url, kafka, prefix, name],
                    announcement="consuming ",
                )
            )
        wait_until(lambda: _have_partitions(kafka, prefix + name, processes))
        cluster = cluster_id(kafka)
        began = _sent_back(
            journal, kafka, prefix, places, lambda: _stand_at(pool, name, cluster, dict.fromkeys(places, 0))
        )
        wait_until(lambda: _rows(pool) >= journal.events)
        return journal.events / (time.perf_counter() - began)


def _places(kafka: str, prefix: str) -> dict[TopicPartition, int]:
    """The partitions with their ends."""
    client = opened(KafkaConsumer, kafka, group_id=None, metrics_enabled=False)
    try:
        topic = prefix + APPLICATIONS.name
        ends: dict[TopicPartition, int] = client.end_offsets(
            [TopicPartition(topic, number) for number in range(APPLICATIONS.partitions)]
        )
        return ends
    finally:
        client.close()


def _stand_at(pool: ConnectionPool, consumer: str, cluster: str, places: Mapping[TopicPartition, int]) -> None:
    with pool.connection() as connection, connection.cursor() as cursor:
        for place, offset in places.items():
            cursor.execute(_STAND_AT, (consumer, cluster, APPLICATIONS.name, place.partition, offset))


def _have_partitions(kafka: str, group: str, processes: int) -> bool:
    """Whether the group has come to rest with that many members, each of which has partitions."""
    try:
        with administration(kafka) as client:
            described = client.describe_groups([group])[group]
    except KafkaUnavailable:  # the group has no coordinator yet
        return False
    members = described["members"]
    assigned = [each for each in members if (each["member_assignment"] or {}).get("assigned_partitions")]
    return described["group_state"] == "Stable" and len(assigned) == len(members) == processes


def _sent_back(
    journal: SampleJournal,
    kafka: str,
    prefix: str,
    places: Collection[TopicPartition],
    stand_at_the_beginning: Callable[[], None],
) -> float:
    """Send the consumers back to the beginning and make them look; gives the moment before.

    What makes them look is an event that the ledger will have by then, and so passes over.
    """
    with _messages(journal) as (messages, _):
        record = to_wire(messages[0], "urn:bench")
    producer = opened(KafkaProducer, kafka, metrics_enabled=False)
    try:
        producer.partitions_for(prefix + APPLICATIONS.name)
        began = time.perf_counter()
        stand_at_the_beginning()
        for place in places:
            producer.send(
                prefix + APPLICATIONS.name,
                partition=place.partition,
                key=record.key,
                value=record.value,
                headers=record.headers,
            )
        producer.flush(30)
        return began
    finally:
        producer.close(5)


def _bare(journal: SampleJournal) -> float:
    _empty(journal)
    consumer = EventLedger(f"bare-{uuid4().hex[:8]}")
    with _messages(journal) as (messages, pool):
        began = time.perf_counter()
        for start in range(0, len(messages), _BATCH):
            with pool.transaction() as connection, connection.cursor() as cursor:
                due = next_in_line(cursor, consumer.name, messages[start : start + _BATCH])
                consumer.apply(due, cursor)
        return len(messages) / (time.perf_counter() - began)


@contextmanager
def _messages(journal: SampleJournal) -> Iterator[tuple[list[Message], ConnectionPool]]:
    with (
        closing(JournalRecorder(journal.url, pool_size=1)) as recorder,
        closing(ConnectionPool(journal.url, Role.WRITER, size=1)) as pool,
    ):
        page = recorder.select_notifications(0, journal.events, inclusive_of_start=False)
        yield JournalMessages(pool).of(page, {APPLICATIONS.name}), pool


def _empty(journal: SampleJournal) -> None:
    with closing(connect(journal.url, None)) as connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists event_ledger")
        cursor.execute(DDL)


def _rows(pool: ConnectionPool) -> int:
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from event_ledger")
        ((count,),) = cursor.fetchall()
    return int(count)


def main() -> None:
    """A consumer process: URL, bootstrap servers, prefix and the consumer's name."""
    url, kafka, prefix, name = sys.argv[1:]
    consumer = EventLedger(name)
    with closing(ConnectionPool(url, Role.WRITER, size=2)) as pool:
        inbox = Inbox(pool, consumer, DeadLetters(pool, KeysInMemory(b"benchmark")))
        loop = ConsumerLoop(consumer, inbox, pool, kafka, prefix=prefix)
        end_with_standard_input(loop.stop)
        sys.stdout.write("consuming now\n")
        sys.stdout.flush()
        loop.run()


_STAND_AT: Final = """
insert into consumer_offset (consumer, cluster, topic, partition, next_offset) values (%s, %s, %s, %s, %s)
    on conflict (consumer, cluster, topic, partition) do update set next_offset = excluded.next_offset
"""


if __name__ == "__main__":
    main()
