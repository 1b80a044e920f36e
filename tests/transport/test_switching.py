"""Kafka is turned on, and off again, on a live database: nothing is asked twice, and nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consumers.check_intake import CheckIntake
from consumers.topics import CHECK_REQUESTS
from infra.kafka.lag import consumer_lags
from infra.kafka.topic_admin import cluster_id
from infra.postgres.operations import Operations
from tests.transport.consumed_journal import ConsumedJournal, consumed_journal, running
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

Row = tuple[str, str, int, bool]


@pytest.fixture
def consumed(admin_url: str) -> Iterator[ConsumedJournal]:
    with consumed_journal(admin_url, 20) as made:
        yield made


def work(consumed: ConsumedJournal) -> list[Row]:
    """What is to be done, and whether it was: by case, check and revision."""
    return consumed.ask("select case_id::text, what, revision, settled_at is not null from check_work order by 1, 2, 3")


def carry_out_everything(consumed: ConsumedJournal) -> None:
    consumed.execute("update permit.check_work set settled_at = now(), outcome = 'found', attempts = attempts + 1")


def everything_was_carried_out_once(consumed: ConsumedJournal) -> bool:
    return consumed.ask("select count(*) from check_work where attempts <> 1 or settled_at is null") == [(0,)]


def read_to_the_end(consumed: ConsumedJournal, kafka: str) -> bool:
    """Whether the relay has sent all of the journal, and the intake has read all that was sent."""
    ((sent, head),) = consumed.ask(
        "select coalesce((select max(position) from tracking where name like 'relay%%'), 0), position from journal_head"
    )
    standings = Operations(consumed.pool).consumers(cluster_id(kafka))
    lags = consumer_lags(kafka, standings, consumed.prefix, consumed.ask("select now()")[0][0])
    return (
        sent == head
        and any(each.topic.endswith(CHECK_REQUESTS.name) for each in lags)
        and not sum(each.offsets for each in lags)
    )


def test_turning_kafka_on_and_off_again_asks_nothing_twice(consumed: ConsumedJournal, kafka: str) -> None:
    consumed.make_topics(kafka)
    events = consumed.events()
    ((due,),) = consumed.ask("select count(*) from journal where type = 'CrossroadsCheckRequested'")

    # given work that was brought in process and carried out
    with running(consumed.in_process(CheckIntake())):
        wait_until(
            lambda: sum(1 for row in work(consumed) if row[1] != "unregistration") == due, because="all work is there"
        )
        wait_until(lambda: in_process_position(consumed) == events[-1][2], because="all was read")
    carry_out_everything(consumed)
    before = work(consumed)

    # when Kafka is turned on, over which the whole journal comes once more
    with running(consumed.relay(kafka), consumed.loop(kafka, CheckIntake())) as ended:
        wait_until(lambda: read_to_the_end(consumed, kafka), because="all was read once more", within=60)
        # then nothing is to be done again
        assert work(consumed) == before
        # and a new question comes through
        consumed.ask_the_bank(events[0][0], revision=2)
        wait_until(lambda: len(work(consumed)) == len(before) + 1, because="the new question is there")
    assert ended == []
    consumed.execute("update permit.check_work set settled_at = now(), attempts = 1 where settled_at is null")

    # when it is turned off, and what came meanwhile is read in process
    consumed.ask_the_bank(events[0][0], revision=3)
    with running(consumed.in_process(CheckIntake())) as ended:
        wait_until(lambda: len(work(consumed)) == len(before) + 2, because="the newest question is there")
    # then the question that Kafka brought is not asked again either
    assert ended == []
    assert [row for row in work(consumed) if not row[3]] == [(str(events[0][0]), "employerRegister", 3, False)]
    carry_out = "update permit.check_work set settled_at = now(), attempts = 1 where settled_at is null"
    consumed.execute(carry_out)
    assert everything_was_carried_out_once(consumed)


def in_process_position(consumed: ConsumedJournal) -> int:
    rows = consumed.ask("select position from tracking where name = %s", CheckIntake.name)
    return int(rows[0][0]) if rows else 0
