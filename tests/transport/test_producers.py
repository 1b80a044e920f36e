"""Whichever client sends a record, the same record is in the topic, at the same place, or the same error is raised."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import KafkaConsumer, TopicPartition
from kafka.cluster import ClusterMetadata
from kafka.partitioner.default import murmur2

from infra.kafka.clients import opened
from infra.kafka.errors import DeliveryUncertain
from infra.kafka.kafka_python_producer import RememberingPartitioner
from infra.kafka.producers import LARGEST_RECORD, Outgoing
from infra.kafka.sending import Sender
from infra.kafka.topic_admin import administration
from infra.kafka_client import KafkaClient
from infra.message_wire import WireRecord
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

PARTITIONS = 12

RECORDS = [
    WireRecord(
        b"a case", b'{"check":"employerRegister"}', [("ce_id", b"1"), ("ce_type", "é".encode()), ("empty", b"")]
    ),
    WireRecord(b"a case", b"\x00\xff" * 500, []),
    WireRecord(b"another", b"{}", [("twice", b"1"), ("twice", b"2")]),
    *(WireRecord(str(uuid4()).encode(), b"%d" % number, [("n", b"%d" % number)]) for number in range(300)),
    *(WireRecord(os.urandom(length), b"x", []) for length in range(1, 60)),
]


@pytest.fixture
def topics(kafka: str) -> dict[KafkaClient, str]:
    """A topic for each client."""
    names = {client: f"test-{client}-{uuid4().hex[:8]}" for client in KafkaClient}
    with administration(kafka) as admin:
        plan = {name: {"num_partitions": PARTITIONS, "replication_factor": 1} for name in names.values()}
        admin.create_topics(plan, wait_for_metadata=True)
    return names


@pytest.fixture(params=KafkaClient)
def client(request: pytest.FixtureRequest) -> KafkaClient:
    chosen: KafkaClient = request.param
    return chosen


@pytest.fixture
def silent_address() -> Iterator[str]:
    """Where somebody listens and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def to(topic: str, records: Sequence[WireRecord]) -> list[Outgoing]:
    return [Outgoing(topic, record) for record in records]


def read_back(kafka: str, topic: str, number: int) -> list[Any]:
    """The records of a topic by partition and offset."""
    records: list[Any] = []
    with closing(opened(KafkaConsumer, kafka, group_id=None, metrics_enabled=False)) as consumer:
        consumer.assign([TopicPartition(topic, place) for place in range(PARTITIONS)])
        consumer.seek_to_beginning()

        def all_came() -> bool:
            for part in consumer.poll(200).values():
                records.extend(part)
            return len(records) >= number

        wait_until(all_came, because="all records", within=30)
    return sorted(records, key=lambda record: (record.partition, record.offset))


def test_both_clients_leave_the_same_records_at_the_same_places(kafka: str, topics: dict[KafkaClient, str]) -> None:
    # given records of every form that is sent, with many keys
    before = time.time() * 1_000
    # when each client sends them
    for client, topic in topics.items():
        with closing(Sender(kafka, client=client)) as sender:
            sender.send(to(topic, RECORDS))
    after = time.time() * 1_000
    # then partition, offset, key, value and headers are the same, byte for byte, and each has its moment of sending
    left = {client: read_back(kafka, topic, len(RECORDS)) for client, topic in topics.items()}
    one, other = (
        [(each.partition, each.offset, each.key, each.value, each.headers) for each in records]
        for records in left.values()
    )
    assert one == other
    assert sorted(WireRecord(key, value, list(headers)).packed() for _, _, key, value, headers in one) == sorted(
        record.packed() for record in RECORDS
    )
    for record in (each for records in left.values() for each in records):
        assert record.timestamp_type == 0  # of its making, not of its arrival
        assert before - 1 <= record.timestamp <= after + 1
        assert record.partition == (murmur2(record.key) & 0x7FFFFFFF) % PARTITIONS


@given(key=st.binary(max_size=100), partitions=st.integers(min_value=1, max_value=50))
def test_what_is_remembered_of_a_key_is_the_partition_of_kafka_pythons_own(key: bytes, partitions: int) -> None:
    class Metadata(ClusterMetadata):  # type: ignore[misc]
        def partitions_for_topic(self, topic: str) -> set[int]:
            return set(range(partitions))

    cluster = Metadata(bootstrap_servers=[])
    assert RememberingPartitioner().partition("topic", key, key, None, None, cluster) == (
        (murmur2(key) & 0x7FFFFFFF) % partitions
    )


def test_windows_under_way_are_written_in_the_order_in_which_they_began(
    kafka: str, topics: dict[KafkaClient, str], client: KafkaClient
) -> None:
    windows = [[WireRecord(b"a case", b"%d/%d" % (window, n), []) for n in range(50)] for window in range(6)]
    with closing(Sender(kafka, client=client)) as sender:
        for window in windows:
            sender.begin(to(topics[client], window))
        for _ in windows:
            sender.finish_oldest()
    came = read_back(kafka, topics[client], 300)
    assert [each.value for each in came] == [record.value for window in windows for record in window]


def test_a_record_may_have_a_mebibyte_and_no_more(
    kafka: str, topics: dict[KafkaClient, str], client: KafkaClient
) -> None:
    topic = topics[client]
    with closing(Sender(kafka, client=client)) as sender:
        sender.send(to(topic, [WireRecord(b"k", os.urandom(LARGEST_RECORD - 1_000), [])]))
        # when one is larger
        with pytest.raises(DeliveryUncertain, match="1 records: M"):
            sender.send(to(topic, [WireRecord(b"k", os.urandom(LARGEST_RECORD), [])]))
        # then the next window is sent, by another producer
        sender.send(to(topic, [WireRecord(b"k", b"small", [])]))
    assert [len(each.value) for each in read_back(kafka, topic, 2)] == [LARGEST_RECORD - 1_000, 5]


def test_a_topic_that_does_not_exist_is_not_made_by_a_first_write(kafka: str, client: KafkaClient) -> None:
    topic = f"test-{uuid4().hex[:8]}"
    with (
        closing(Sender(kafka, client=client, patience=2.0)) as sender,
        pytest.raises(DeliveryUncertain, match="1 records: "),
    ):
        sender.send(to(topic, [WireRecord(b"k", b"v", [])]))
    with administration(kafka) as admin:
        assert topic not in admin.list_topics()


@pytest.mark.nightly
def test_a_broker_that_never_answers_is_given_up_in_time(silent_address: str, client: KafkaClient) -> None:
    began = time.monotonic()
    with (
        closing(Sender(silent_address, client=client, patience=1.0)) as sender,
        pytest.raises(DeliveryUncertain, match="1 records: "),
    ):
        sender.send(to("topic", [WireRecord(b"k", b"v", [])]))
    assert time.monotonic() - began < 60


def test_a_sender_that_is_closed_leaves_no_thread(
    kafka: str, topics: dict[KafkaClient, str], client: KafkaClient
) -> None:
    """As the system knows them: librdkafka's threads are unknown to Python."""

    def threads() -> set[str]:
        return {each.name for each in Path("/proc/self/task").iterdir()}

    before = threads()
    with closing(Sender(kafka, client=client)) as sender:
        sender.send(to(topics[client], [WireRecord(b"key", b"value", [])]))
        started = threads() - before
        assert started
    wait_until(lambda: started.isdisjoint(threads()), because="its threads end", within=20)
