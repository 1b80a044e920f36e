"""An event of which no message can be made stops the relay right before it: a topic never has a hole."""

from __future__ import annotations

import pytest

from infra.benchmarks.event_ledger import EventLedger
from infra.kafka_client import KafkaClient
from infra.workers.errors import EventUnpublishable
from tests.projections.log_of_cases import run
from tests.projections.poison import insert
from tests.transport.consumed_journal import consumed_journal, each_once_in_order, running
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


@pytest.mark.parametrize("client", KafkaClient)
def test_the_topic_holds_everything_before_the_event_and_nothing_after_it(
    admin_url: str, kafka: str, client: KafkaClient
) -> None:
    with consumed_journal(admin_url, 4) as consumed:
        # given an event that nobody can read, in the middle of what the relay takes at once
        before = consumed.events()
        (ill, _, _), (sound, _, _) = before[-1], before[0]
        insert(consumed.recorder, ill, "CaseAssigned", b"nothing")
        position = consumed.recorder.max_notification_id()
        consumed.assign(sound)
        consumed.make_topics(kafka)

        with running(consumed.relay(kafka, client=client), consumed.loop(kafka, EventLedger())) as ended:
            wait_until(lambda: ended != [], because="the relay stops")
            wait_until(lambda: len(consumed.rows()) == len(before), because="what came before is on the topic")

        # then it says where and why, and has skipped nothing
        (why,) = ended
        assert isinstance(why, EventUnpublishable)
        assert f"position {position} of the journal" in str(why)
        assert "UnreadableEvent" in str(why)
        each_once_in_order(consumed.rows(), before)

        # when the event can be read, as by a later version of the program
        body = b'{"clear":{"by":"lead","effectiveAt":"2026-02-02T09:00:00Z","handler":"h-1"}}'
        run(consumed.journal.url, "update permit.journal set body = %s where position = %s", body, position)
        with running(consumed.relay(kafka, client=client), consumed.loop(kafka, EventLedger())) as ended:
            wait_until(lambda: len(consumed.rows()) == len(before) + 2, because="the rest follows")
        assert ended == []
        each_once_in_order(consumed.rows(), consumed.events())
