"""The offsets that tools of Kafka see: read by Apache Kafka's own client, which is none of ours."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from consumers.topics import APPLICATIONS
from infra.benchmarks.event_ledger import EventLedger
from infra.kafka.broker_jars import broker_jars, java
from infra.kafka.clients import opened
from infra.kafka.errors import KafkaNotHere
from infra.workers.consumer_loop import LoopSettings
from tests.transport.consumed_journal import ConsumedJournal, consumed_journal, running
from tests.world.servers import NoServer, give_up
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

PROGRAM = Path(__file__).parent / "CommittedOffsets.java"
OFTEN = LoopSettings(
    session_timeout_ms=3_000, heartbeat_interval_ms=500, max_poll_interval_ms=5_000, poll_ms=100, gauge_seconds=0.5
)
SELDOM = LoopSettings(
    session_timeout_ms=3_000, heartbeat_interval_ms=500, max_poll_interval_ms=5_000, poll_ms=100, gauge_seconds=3_600
)


@pytest.fixture
def consumed(admin_url: str) -> Iterator[ConsumedJournal]:
    with consumed_journal(admin_url, 6) as made:
        yield made


def committed(kafka: str, group: str) -> dict[tuple[str, int], int]:
    """What Apache Kafka's administration client finds committed by a group."""
    try:
        command = [java(), "-cp", f"{broker_jars()}/*", str(PROGRAM), kafka, group]
    except KafkaNotHere as why:
        give_up(NoServer(str(why)), "Kafka's own client")
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    rows = (line.split() for line in done.stdout.splitlines() if line.startswith(group.rpartition(".")[0]))
    return {(topic, int(partition)): int(offset) for topic, partition, offset, _ in rows}


def ends(kafka: str, topic: str) -> dict[tuple[str, int], int]:
    client = opened(KafkaConsumer, kafka, group_id=None, metrics_enabled=False)
    try:
        places = [TopicPartition(topic, number) for number in client.partitions_for_topic(topic) or ()]
        return {(each.topic, each.partition): end for each, end in client.end_offsets(places).items()}
    finally:
        client.close()


def test_a_tool_of_kafka_sees_how_far_a_consumer_is_while_it_works(
    consumed: ConsumedJournal, kafka: str, caplog: pytest.LogCaptureFixture
) -> None:
    # given a consumer that has read everything and is still at work
    consumed.make_topics(kafka)
    consumer, events, topic = EventLedger(), consumed.events(), consumed.prefix + APPLICATIONS.name
    with caplog.at_level(logging.ERROR), running(consumed.relay(kafka), consumed.loop(kafka, consumer, OFTEN)) as ended:
        wait_until(lambda: len(consumed.rows()) == len(events), because="every event in the ledger")
        # then Kafka's own client finds its offsets at the end of the topic, and nobody complained
        group = consumed.prefix + consumer.name
        wait_until(lambda: committed(kafka, group) == ends(kafka, topic), because="the tool sees no lag", within=60)
    assert ended == []
    assert sum(ends(kafka, topic).values()) == len(events)
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []


def test_a_consumer_that_ends_says_first_how_far_it_came(consumed: ConsumedJournal, kafka: str) -> None:
    consumed.make_topics(kafka)
    consumer, events, topic = EventLedger(), consumed.events(), consumed.prefix + APPLICATIONS.name
    with running(consumed.relay(kafka), consumed.loop(kafka, consumer, SELDOM)):
        wait_until(lambda: len(consumed.rows()) == len(events), because="every event in the ledger")
    assert committed(kafka, consumed.prefix + consumer.name) == ends(kafka, topic)
