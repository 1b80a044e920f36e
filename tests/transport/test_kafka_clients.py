"""What kafka-python 3.0 does wrong, and what is done about it: each of these fails with its own client as it comes."""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaError
from kafka.protocol.consumer.metadata import ConsumerProtocolAssignment
from kafka.structs import MemberState

from consumers.topics import APPLICATIONS
from infra.benchmarks.event_ledger import EventLedger
from infra.kafka.clients import GroupConsumer, opened
from infra.kafka.topic_admin import administration
from infra.workers.consumer_loop import LoopSettings, _Listener, _Marked
from tests.transport.consumed_journal import ConsumedJournal, consumed_journal, running
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

QUIET = {"auto_offset_reset": "earliest", "enable_auto_commit": False, "metrics_enabled": False}


@pytest.fixture
def consumed(admin_url: str) -> Iterator[ConsumedJournal]:
    with consumed_journal(admin_url, 3) as made:
        yield made


@pytest.fixture
def topic(kafka: str) -> str:
    """A topic of two partitions."""
    name = f"test-{uuid4().hex[:8]}"
    with administration(kafka) as client:
        client.create_topics({name: {"num_partitions": 2, "replication_factor": 1}}, wait_for_metadata=True)
    return name


def threads_of_clients() -> set[threading.Thread]:
    return {each for each in threading.enumerate() if each.name.startswith(("kafka-", "producer-close"))}


class SlowAssignor(CooperativeStickyAssignor):  # type: ignore[misc]
    """Takes longer than a poll of the test: the leader's poll ends before the broker can have answered its join."""

    def assign(self, cluster: Any, members: Any) -> Any:
        time.sleep(0.1)
        return super().assign(cluster, members)


def test_a_rejoin_that_takes_longer_than_a_poll_is_gone_on_with(kafka: str, topic: str) -> None:
    # given a member of a group that has the two partitions of a topic
    settings = {"session_timeout_ms": 3_000, "heartbeat_interval_ms": 500, "metadata_max_age_ms": 300}
    with closing(
        opened(
            GroupConsumer, kafka, group_id=topic, partition_assignment_strategy=(SlowAssignor(),), **QUIET, **settings
        )
    ) as member:
        member.subscribe([topic])

        def has(partitions: int) -> bool:
            member.poll(20)
            return len(member.assignment()) == partitions

        wait_until(partial(has, 2), because="it has both partitions", within=15)
        # when the topic gets a third, for which it joins again, in a poll that ends in the middle of it
        with administration(kafka) as client:
            client.create_partitions({topic: 3})
        # then it gets the third as well, and goes on being a member
        wait_until(partial(has, 3), because="it has the third partition", within=15)
        assert member.group_metadata().state == MemberState.STABLE


def test_a_partition_paused_with_records_in_hand_is_fetched_again(kafka: str, topic: str) -> None:
    # given a partition of which a part of what was fetched has been handed out
    paused, other = TopicPartition(topic, 0), TopicPartition(topic, 1)
    fill(kafka, topic, {0: 20, 1: 3})
    with closing(opened(GroupConsumer, kafka, group_id=topic, max_poll_records=5, **QUIET)) as consumer:
        consumer.assign([paused, other])
        consumer.seek_to_beginning()
        wait_until(lambda: paused in consumer.poll(200), because="records of the first")
        # when it is paused, another hands out records, and it is gone on with from the beginning
        consumer.pause(paused)
        wait_until(lambda: other in consumer.poll(200), because="records of the second")
        consumer.seek(paused, 0)
        consumer.resume(paused)
        # then its records come
        came: list[int] = []

        def all_came() -> bool:
            came.extend(record.offset for record in consumer.poll(200).get(paused, ()))
            return len(came) >= 20

        wait_until(all_came, because="all records of the first", within=10)
    assert came == list(range(20))


def test_the_offsets_of_a_consumer_are_seen_by_tools_that_look_at_kafka(consumed: ConsumedJournal, kafka: str) -> None:
    # given a consumer that has read everything
    consumed.make_topics(kafka)
    events = consumed.events()
    settings = LoopSettings(gauge_seconds=0.2, poll_ms=100)
    group = consumed.prefix + EventLedger().name
    with (
        running(consumed.relay(kafka), consumed.loop(kafka, EventLedger(), settings)) as ended,
        administration(kafka) as tool,
    ):
        wait_until(lambda: len(consumed.rows()) >= len(events), because="every event in the ledger")
        stored = dict(
            consumed.ask("select partition, next_offset from consumer_offset where consumer = 'event-ledger'")
        )

        # then the group's committed offsets are those of the database
        def committed() -> dict[int, int]:
            offsets: Any = tool.list_group_offsets([group])[group]
            return {
                place.partition: at.offset for place, at in offsets.items() if place.topic.endswith(APPLICATIONS.name)
            }

        wait_until(lambda: committed() == stored, because="the committed offsets are those of the database")
    assert ended == []
    assert sum(stored.values()) == len(events)


@pytest.mark.parametrize("kind", [KafkaAdminClient, KafkaConsumer])
@pytest.mark.parametrize("silent", [False, True], ids=["refused", "silent"])
def test_a_client_that_finds_no_broker_leaves_neither_socket_nor_thread(kind: type, silent: bool) -> None:
    # given an address at which nobody listens, or somebody who never answers
    before = threads_of_clients()
    with socket.socket() as address:
        address.bind(("127.0.0.1", 0))
        if silent:
            address.listen()
        # when a client is to be opened
        with pytest.raises(KafkaError):
            opened(kind, f"127.0.0.1:{address.getsockname()[1]}", bootstrap_timeout_ms=400)
    # then nothing is left of it; a socket that is would fail this test as the collector finds it
    assert threads_of_clients() <= before
    gc.collect()


def test_a_member_that_was_removed_claims_nothing_when_it_joins_again() -> None:
    # given a member that the group has lost with all its partitions
    partitions = [TopicPartition("topic", number) for number in range(12)]
    assignor = CooperativeStickyAssignor()
    assignor.on_assignment(ConsumerProtocolAssignment(1, [("topic", list(range(12)))], b""), 1)
    assert claimed(assignor) == set(partitions)
    marked = _Marked()
    # when it hears of it
    _Listener(None, marked, assignor).on_partitions_lost(partitions)
    # then it claims none, so that another can be given them at once, and takes up what it gets from the database
    assert claimed(assignor) == set()
    assert marked.taken() == set(partitions)


def claimed(assignor: Any) -> set[TopicPartition]:
    return {
        TopicPartition(each.topic, number)
        for each in assignor.metadata({"topic"}).owned_partitions
        for number in each.partitions
    }


def fill(kafka: str, topic: str, numbers: dict[int, int]) -> None:
    with closing(opened(KafkaProducer, kafka, metrics_enabled=False)) as producer:
        sent = [
            producer.send(topic, partition=place, value=b"%d" % each)
            for place, number in numbers.items()
            for each in range(number)
        ]
        for each in sent:
            each.get(timeout=20)
