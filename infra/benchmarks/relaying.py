"""``permit bench relay``: events of a journal that a relay sends to Kafka in a second, every one acknowledged.

The other side is kafka-python's producer alone: the same records, made beforehand, to the same broker, sent and
acknowledged in windows of 2,000. Beside the relay on kafka-python stands the one on confluent-kafka, where
that extra is installed: against the same side, in the same run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from threading import Thread
from typing import Any, Final
from uuid import uuid4

from kafka import KafkaProducer

from consumers.topics import TOPICS
from infra.benchmarks.kafka_here import broker_for_benchmarks, machine_with_kafka
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkImpossible, BenchmarkReport, compare_all
from infra.benchmarks.sample_journal import SampleJournal, sample_journal
from infra.kafka.clients import opened
from infra.kafka.kafka_python_producer import PRODUCER_SETTINGS
from infra.kafka.producers import Outgoing
from infra.kafka.topic_admin import cluster_id, create_missing
from infra.kafka_client import KafkaClient
from infra.message_wire import to_wire
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.messages.journal_messages import JournalMessages
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role
from infra.workers.relay import Relay, relay_name

_CASES: Final = 6_000
"""Eight or nine events each. With a few thousand the start of the processes that make records would be a fifth."""

_WINDOW: Final = 2_000
_PATIENCE: Final = 300.0


def bench_relay(admin_url: str, _peer: Peer, *, cases: int = _CASES, runs: int = 3) -> BenchmarkReport:
    """All sides against one broker: the one of ``PERMIT_KAFKA``, else one started for it."""
    with broker_for_benchmarks() as kafka, sample_journal(admin_url, cases) as journal:
        rows = compare_all(
            "events/s",
            {f"relay, {each}": partial(relayed_a_second, journal, kafka, each) for each in _clients()},
            lambda: sent_a_second(journal, kafka),
            runs=runs,
        )
        about = {
            **machine_with_kafka(admin_url, kafka),
            "runs": runs,
            "records": journal.events,
            "ours": "Relay: journal to acknowledged records, watermark moved after each window",
            "peer": "KafkaProducer alone, the same records made beforehand, windows of 2,000",
        }
    return BenchmarkReport(benchmark="relay", machine=about, rows=rows)


def _clients() -> list[KafkaClient]:
    return [each for each in KafkaClient if each.is_installed]


def relayed_a_second(journal: SampleJournal, kafka: str, client: KafkaClient) -> float:
    """Events a second from the first position to the last, on topics of their own."""
    prefix = _new_topics(kafka)
    with (
        closing(JournalRecorder(journal.url, pool_size=2)) as recorder,
        closing(ConnectionPool(journal.url, Role.WRITER, size=4)) as pool,
    ):
        relay = Relay(recorder, journal.url, pool, kafka, prefix=prefix, client=client)
        name = relay_name(cluster_id(kafka), prefix)
        began = time.perf_counter()
        with working(relay):
            wait_until(lambda: (recorder.max_tracking_id(name) or 0) >= journal.events)
            return journal.events / (time.perf_counter() - began)


def _made_beforehand(journal: SampleJournal) -> list[Outgoing]:
    """All records of the journal, under the names of their topics without a prefix."""
    with (
        closing(JournalRecorder(journal.url, pool_size=2)) as recorder,
        closing(ConnectionPool(journal.url, Role.WRITER, size=4)) as pool,
    ):
        page = recorder.select_notifications(0, journal.events, inclusive_of_start=False)
        messages = JournalMessages(pool).of(page, {topic.name for topic in TOPICS})
        return [Outgoing(each.topic, to_wire(each, "urn:bench")) for each in messages]


def sent_a_second(journal: SampleJournal, kafka: str) -> float:
    """Events a second whose records the bare client sends."""
    records = _made_beforehand(journal)
    prefix = _new_topics(kafka)
    topics = {topic.name: prefix + topic.name for topic in TOPICS}
    began = time.perf_counter()
    with closing(opened(KafkaProducer, kafka, **PRODUCER_SETTINGS)) as producer:
        for start in range(0, len(records), _WINDOW):
            sent = [
                producer.send(
                    topics[each.topic], value=each.record.value, key=each.record.key, headers=each.record.headers
                )
                for each in records[start : start + _WINDOW]
            ]
            for each in sent:
                each.get(timeout=_PATIENCE)
        return journal.events / (time.perf_counter() - began)


def _new_topics(kafka: str) -> str:
    """The prefix of topics that nobody has written to."""
    prefix = f"bench-{uuid4().hex[:8]}."
    create_missing(kafka, TOPICS, prefix)
    return prefix


class working:  # noqa: N801 (reads as a word in a with statement)
    """Runs workers in threads until the block ends."""

    def __init__(self, *workers: Any) -> None:
        self._workers = workers
        self._threads = [Thread(target=worker.run) for worker in workers]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.stop()
        for thread in self._threads:
            thread.join()


def wait_until(true: Callable[[], bool]) -> None:
    """Raises ``BenchmarkImpossible`` when it does not come true."""
    until = time.monotonic() + _PATIENCE
    while not true():
        if time.monotonic() > until:
            raise BenchmarkImpossible(f"it did not come to its end within {_PATIENCE:.0f} s")
        time.sleep(0.02)
