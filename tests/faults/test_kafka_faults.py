"""Kafka, the database, the relay and the consumers killed, frozen and cut off: every effect once, in order.

The oracle is what was put into the journal before anything ran. The gate plays most of them once and briefly; `make
nightly` plays 40,000 events, a kill of every part six times, and an outage longer than any default of the client.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from functools import partial

import httpx
import pytest
from kafka import KafkaConsumer, TopicPartition

from consumers.topics import APPLICATIONS
from infra.benchmarks.event_ledger import EventLedger
from infra.crossroads.simulator_process import running_simulator
from infra.kafka.clients import opened
from infra.kafka.local_broker import LocalCluster
from infra.kafka.producers import Outgoing
from infra.kafka.sending import Sender
from infra.kafka.topic_admin import cluster_id
from infra.kafka_client import KafkaClient
from infra.message_wire import WireRecord, to_wire
from infra.postgres.messages.journal_messages import JournalMessages
from infra.postgres.messages.relay_lease import LeaseTaken, RelayLease
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable, Role
from infra.workers.relay import relay_name
from tests.consumers.check_counter import check_counter
from tests.crossroads.asking import bank_at
from tests.faults import kafka_worker
from tests.faults.dropping_proxy import DroppingProxy
from tests.faults.own_server import OwnServer
from tests.transport.consumed_journal import ConsumedJournal, consumed_journal, each_once_in_order, running
from tests.world.kafka_servers import own_cluster
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

CASES, MANY_CASES = 150, 4_700
KILLS = 24
PATIENCE = 600.0
NIGHTLY = (pytest.mark.nightly, pytest.mark.timeout(1_800))


@pytest.fixture
def consumed(admin_url: str, request: pytest.FixtureRequest) -> Iterator[ConsumedJournal]:
    with consumed_journal(admin_url, getattr(request, "param", CASES)) as made:
        yield made


@pytest.fixture(scope="module")
def cluster_of_this_file() -> Iterator[LocalCluster]:
    with own_cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(cluster_of_this_file: LocalCluster) -> Iterator[LocalCluster]:
    """One node, which a test may kill if it starts it again, and may freeze: it goes on for the next."""
    yield cluster_of_this_file
    cluster_of_this_file.brokers[0].resume()


briefly_and_nightly = pytest.mark.parametrize(
    "consumed", [CASES, pytest.param(MANY_CASES, marks=NIGHTLY)], indirect=True
)


class Troupe:
    """Processes of one role that are started anew as often as they are killed."""

    def __init__(self, role: str, number: int, start: Callable[[str], subprocess.Popen[bytes]]) -> None:
        self._role, self._start = role, start
        self.processes = [start(role) for _ in range(number)]

    def kill_one(self) -> None:
        number = random.randrange(len(self.processes))
        kafka_worker.end(self.processes[number])
        self.processes[number] = self._start(self._role)

    def end(self) -> None:
        for process in self.processes:
            kafka_worker.end(process)


def rows_or_none(consumed: ConsumedJournal) -> int:
    try:
        ((count,),) = consumed.ask("select count(*) from event_ledger")
    except DatabaseUnavailable:
        return -1
    return int(count)


def offsets_are_at_the_end(consumed: ConsumedJournal, kafka: str) -> bool:
    stored = dict(consumed.ask("select partition, next_offset from consumer_offset where consumer = 'event-ledger'"))
    client = opened(KafkaConsumer, kafka, group_id=None, metrics_enabled=False)
    try:
        topic = consumed.prefix + APPLICATIONS.name
        ends = client.end_offsets([TopicPartition(topic, number) for number in range(APPLICATIONS.partitions)])
    finally:
        client.close()
    return {place.partition: end for place, end in ends.items()} == stored


@pytest.mark.nightly
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("client", KafkaClient)
def test_kills_of_every_part_at_random_moments_lose_and_double_nothing(
    own_server: OwnServer, cluster: LocalCluster, client: KafkaClient
) -> None:
    # given a journal, a relay and three consumers, each a process, on servers that may be killed
    with ExitStack() as opened:
        consumed = opened.enter_context(consumed_journal(own_server.url, MANY_CASES))
        consumed.make_topics(cluster.bootstrap)
        events = consumed.events()

        def start(role: str) -> subprocess.Popen[bytes]:
            return kafka_worker.start(role, consumed.journal.url, cluster.bootstrap, consumed.prefix, client)

        relay, consumers = Troupe("relay", 1, start), Troupe("consumer", 3, start)
        opened.callback(relay.end)
        opened.callback(consumers.end)

        # when they are killed, one after the other, at random moments
        def kill_broker() -> None:
            cluster.brokers[0].kill()
            cluster.brokers[0].start()
            cluster.wait_until_ready()

        def kill_database() -> None:
            own_server.kill()
            own_server.start()

        kinds = [consumers.kill_one, relay.kill_one, kill_broker, kill_database]
        for number in range(KILLS):
            time.sleep(random.uniform(0.3, 2.0))
            kinds[number % len(kinds)]()
        # then every event is in the ledger once, in the order of its case, and nothing is left to read
        wait_until(lambda: rows_or_none(consumed) >= len(events), because="every event in the ledger", within=PATIENCE)
        each_once_in_order(consumed.rows(), events)
        wait_until(
            lambda: offsets_are_at_the_end(consumed, cluster.bootstrap), because="the offsets at the end", within=60
        )


@briefly_and_nightly
def test_a_worker_frozen_for_too_long_writes_nothing_when_it_wakes(consumed: ConsumedJournal, kafka: str) -> None:
    # given two consumers, of which one is frozen in the middle of its work
    consumed.make_topics(kafka)
    events = consumed.events()
    workers = [kafka_worker.start("consumer", consumed.journal.url, kafka, consumed.prefix) for _ in range(2)]
    try:
        with running(consumed.relay(kafka)):
            wait_until(lambda: rows_or_none(consumed) > 0, because="they are at work", within=60)
            os.kill(workers[0].pid, signal.SIGSTOP)
            # when the other has taken over and finished
            wait_until(lambda: rows_or_none(consumed) >= len(events), because="the other finishes", within=PATIENCE)
            os.kill(workers[0].pid, signal.SIGCONT)
            time.sleep(2.0)
        # then
        each_once_in_order(consumed.rows(), events)
    finally:
        for worker in workers:
            kafka_worker.end(worker)


def test_two_relays_started_at_once_are_one(consumed: ConsumedJournal, kafka: str) -> None:
    consumed.make_topics(kafka)
    events = consumed.events()
    with running(consumed.relay(kafka), consumed.relay(kafka), consumed.loop(kafka, EventLedger())) as ended:
        wait_until(lambda: rows_or_none(consumed) >= len(events), because="every event in the ledger", within=PATIENCE)
    assert ended == []
    each_once_in_order(consumed.rows(), events)
    # One was active: each took the lease at most when the other had gone.
    assert consumed.ask("select epoch from relay_lease")[0][0] <= 2


def test_a_relay_that_was_displaced_moves_the_watermark_no_more(consumed: ConsumedJournal) -> None:
    # given a relay that took the lease, fell silent, and was followed by another
    frozen, follower = RelayLease(1, consumed.pool), RelayLease(2, consumed.pool)
    consumed.execute("update permit.relay_lease set epoch = 2")
    follower.advance("relay/somewhere/", 50)
    # when it wakes up
    with pytest.raises(LeaseTaken):
        frozen.advance("relay/somewhere/", 60)
    # then
    assert follower.watermark("relay/somewhere/") == 50


@pytest.mark.parametrize(
    ("seconds", "client"),
    [
        (0.0, KafkaClient.KAFKA_PYTHON),
        pytest.param(0.0, KafkaClient.CONFLUENT, marks=NIGHTLY),
        *(pytest.param(300.0, client, marks=NIGHTLY) for client in KafkaClient),
    ],
)
def test_a_broker_that_is_away_for_long_costs_nothing(
    consumed: ConsumedJournal,
    cluster: LocalCluster,
    caplog: pytest.LogCaptureFixture,
    seconds: float,
    client: KafkaClient,
) -> None:
    # given a relay whose broker falls silent in the middle: until the relay gives its producer up, and for so many
    # seconds more, which may be longer than the client's own delivery time-out
    consumed.make_topics(cluster.bootstrap)
    events = consumed.events()
    with running(
        consumed.relay(cluster.bootstrap, client=client, patience=1.0, window=200),
        consumed.loop(cluster.bootstrap, EventLedger()),
    ) as ended:
        wait_until(lambda: rows_or_none(consumed) > 0, because="it is at work", within=60)
        cluster.brokers[0].pause()
        before = time.monotonic()
        added = consumed.assign(events[0][0])
        assert time.monotonic() - before < 2.0, "the journal does not wait for Kafka"
        wait_until(lambda: "relay.waits" in caplog.messages, because="the relay gives its producer up", within=60)
        time.sleep(seconds)
        cluster.brokers[0].resume()
        # then the backlog drains
        wait_until(lambda: rows_or_none(consumed) >= len(events) + 1, because="the backlog is drained", within=PATIENCE)
        # What the broker has is written down a moment after a consumer may have read it.
        name = relay_name(cluster_id(cluster.bootstrap), consumed.prefix)
        wait_until(
            lambda: consumed.ask("select position from tracking where name = %s", name) == [(len(events) + 1,)],
            because="the relay writes down how far it is",
        )
    assert ended == []
    each_once_in_order(consumed.rows(), [*events, added])


@briefly_and_nightly
def test_doubled_delayed_and_reordered_records_are_applied_once_and_in_order(
    consumed: ConsumedJournal, kafka: str
) -> None:
    # given the journal's records, each sent twice, in an order of chance
    consumed.make_topics(kafka)
    events = consumed.events()
    page = consumed.recorder.select_notifications(0, len(events), inclusive_of_start=False)
    messages = JournalMessages(consumed.pool).of(page, {APPLICATIONS.name})
    chance = random.Random(2026)
    shuffled = chance.sample([*messages, *messages], 2 * len(messages))
    sender = Sender(kafka)
    # when they are consumed
    with running(consumed.loop(kafka, EventLedger())) as ended:
        for start in range(0, len(shuffled), 1_000):
            part = shuffled[start : start + 1_000]
            sender.send([Outgoing(consumed.prefix + each.topic, to_wire(each, "urn:test")) for each in part])
        wait_until(lambda: rows_or_none(consumed) >= len(events), because="every event in the ledger", within=PATIENCE)
    sender.close()
    # then
    assert ended == []
    each_once_in_order(consumed.rows(), events)
    assert consumed.ask("select count(*) from parked_message") == [(0,)]


def test_a_commit_whose_reply_is_lost_is_applied_once(own_server: OwnServer, kafka: str) -> None:
    # given a consumer whose connection is cut between the commit and its acknowledgement, again and again
    with (
        reachable_directory() as directory,
        consumed_journal(own_server.url, 60) as consumed,
        DroppingProxy(directory, own_server.socket_directory) as proxy,
        closing(
            ConnectionPool(
                consumed.journal.url.replace(str(own_server.socket_directory), str(directory)), Role.WRITER, size=2
            )
        ) as pool,
    ):
        consumed.make_topics(kafka)
        events = consumed.events()
        cut_off = replace(consumed, pool=pool)

        def lost_or_done(lost: int) -> bool:
            return proxy.struck >= lost or rows_or_none(consumed) >= len(events)

        with running(consumed.relay(kafka), cut_off.loop(kafka, EventLedger())) as ended:
            for lost in range(1, 4):
                proxy.lose_the_reply_to("COMMIT")
                wait_until(partial(lost_or_done, lost), because="a reply is lost")
            # then
            wait_until(
                lambda: rows_or_none(consumed) >= len(events), because="every event in the ledger", within=PATIENCE
            )
        assert ended == []
        assert proxy.struck > 0
        each_once_in_order(consumed.rows(), events)


def test_a_record_that_is_none_of_ours_is_set_aside_and_the_rest_goes_on(consumed: ConsumedJournal, kafka: str) -> None:
    consumed.make_topics(kafka)
    events = consumed.events()
    sender = Sender(kafka)
    garbage = WireRecord(b"who knows", b"\x00 not JSON, and something personal", [("ce_specversion", b"1.0")])
    sender.send([Outgoing(consumed.prefix + APPLICATIONS.name, garbage)] * 3)
    sender.close()
    with running(consumed.relay(kafka), consumed.loop(kafka, EventLedger())) as ended:
        wait_until(lambda: rows_or_none(consumed) >= len(events), because="every event in the ledger", within=PATIENCE)
        wait_until(lambda: len(consumed.letters.listed()) == 3, because="the others set aside", within=30)
    assert ended == []
    each_once_in_order(consumed.rows(), events)
    assert {letter.reason for letter in consumed.letters.listed()} == {"missing.ce_type"}


def test_ten_minutes_without_the_bank_cost_no_check_its_answer(unnamed_journal: str) -> None:
    # given a bank that is away for ten minutes (of a clock that runs a hundred times as fast), under load
    with (
        running_simulator(7, transient_share=0, outage_share=0, slow_share=0, no_data_share=0) as address,
        closing(bank_at(address, timeout=1.0)) as bank,
        check_counter(unnamed_journal) as counter,
    ):
        counter.bank = bank  # type: ignore[assignment]
        httpx.put(f"{address}/admin/outage", json={"trouble": "serviceUnavailable"}).raise_for_status()
        with running(counter.intake(), counter.working(), counter.working()) as ended:
            filed = []
            for _ in range(60):
                filed.append(counter.first())
                counter.ahead += timedelta(seconds=10)
                time.sleep(0.1)
            assert counter.ask("select count(*) from check_work where settled_at is not null") == [(0,)]
            # when it is back
            httpx.delete(f"{address}/admin/outage").raise_for_status()

            def all_answered() -> bool:
                # No faster than before: a busy machine would reach the hour at which a check is given up.
                counter.ahead += timedelta(seconds=1)
                return counter.ask("select count(*) from check_work where outcome = 'found'") == [(len(filed),)]

            wait_until(all_answered, because="every check has its answer", within=60)
        # then nobody was given a task for it
        assert ended == []
        assert all(not counter.case(case).manual_tasks for case in filed)
