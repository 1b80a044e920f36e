"""A cluster of three, two of which must have a record: any one of them may die, and nothing is lost or doubled.

One after the other dies, by night.
"""

from __future__ import annotations

import random

import pytest

from infra.benchmarks.event_ledger import EventLedger
from infra.kafka.topic_admin import administration
from tests.transport.consumed_journal import consumed_journal, each_once_in_order, running
from tests.world.kafka_servers import own_cluster
from tests.world.waiting import wait_until

pytestmark = [pytest.mark.server, pytest.mark.nightly, pytest.mark.timeout(600)]

CASES, DEATHS = 300, 3


def test_any_broker_may_die_while_events_go_through(admin_url: str) -> None:
    # given three brokers, topics of three replicas, a relay and a consumer at work
    with (
        own_cluster(nodes=3) as cluster,
        consumed_journal(admin_url, CASES) as consumed,
    ):
        consumed.make_topics(cluster.bootstrap)
        with administration(cluster.bootstrap) as client:

            def replicas() -> set[int]:
                (described,) = client.describe_topics([f"{consumed.prefix}single-permit.applications.v1"])
                return {len(each["replica_nodes"]) for each in described["partitions"]}

            # The broker that is asked may hear of the topic a moment after the one that made it.
            wait_until(lambda: replicas() == {3}, because="three replicas of each partition", within=30)
        events = consumed.events()
        with running(
            consumed.relay(cluster.bootstrap, patience=5.0, window=20), consumed.loop(cluster.bootstrap, EventLedger())
        ) as ended:
            wait_until(lambda: len(consumed.rows()) > 0, because="it is at work", within=60)
            # when a broker is killed, an event is recorded while it is away, and it comes back
            for broker in random.sample(cluster.brokers, DEATHS):
                broker.kill()
                events.append(consumed.assign(events[0][0]))
                expected = len(events)
                wait_until(
                    lambda least=expected: len(consumed.rows()) >= least,
                    because="it goes on with two brokers",
                    within=120,
                )
                broker.start()
                cluster.wait_until_ready()
        # then every event is in the ledger once, in the order of its case
        assert ended == []
        each_once_in_order(consumed.rows(), events)
