"""Kafka is turned on, and off again, on a live database: nothing is asked twice, and nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consumers.check_intake import CheckIntake
from consumers.topics import CHECK_REQUESTS
from infra.kafka.lag import consumer_lags
from infra.kafka.topic_admin import cluster_id
from infra.postgres.operations import Operations
from tests.transport.outposts import Outpost, outpost, running
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

Row = tuple[str, str, int, bool]


@pytest.fixture
def post(admin_url: str) -> Iterator[Outpost]:
    with outpost(admin_url, 20) as made:
        yield made


def work(post: Outpost) -> list[Row]:
    """What is to be done, and whether it was: by case, check and revision."""
    return post.ask("select case_id::text, what, revision, settled_at is not null from check_work order by 1, 2, 3")


def carry_out_everything(post: Outpost) -> None:
    post.execute("update permit.check_work set settled_at = now(), outcome = 'found', attempts = attempts + 1")


def everything_was_carried_out_once(post: Outpost) -> bool:
    return post.ask("select count(*) from check_work where attempts <> 1 or settled_at is null") == [(0,)]


def read_to_the_end(post: Outpost, kafka: str) -> bool:
    """Whether the relay has sent all of the journal, and the intake has read all that was sent."""
    ((sent, head),) = post.ask(
        "select coalesce((select max(position) from tracking where name like 'relay%%'), 0), position from journal_head"
    )
    standings = Operations(post.pool).consumers(cluster_id(kafka))
    lags = consumer_lags(kafka, standings, post.prefix, post.ask("select now()")[0][0])
    return (
        sent == head
        and any(each.topic.endswith(CHECK_REQUESTS.name) for each in lags)
        and not sum(each.offsets for each in lags)
    )


def test_turning_kafka_on_and_off_again_asks_nothing_twice(post: Outpost, kafka: str) -> None:
    post.make_topics(kafka)
    events = post.events()
    ((due,),) = post.ask("select count(*) from journal where type = 'CrossroadsCheckRequested'")

    # given work that was brought in process and carried out
    with running(post.in_process(CheckIntake())):
        wait_until(
            lambda: sum(1 for row in work(post) if row[1] != "unregistration") == due, because="all work is there"
        )
        wait_until(lambda: in_process_position(post) == events[-1][2], because="all was read")
    carry_out_everything(post)
    before = work(post)

    # when Kafka is turned on, over which the whole journal comes once more
    with running(post.relay(kafka), post.loop(kafka, CheckIntake())) as ended:
        wait_until(lambda: read_to_the_end(post, kafka), because="all was read once more", within=60)
        # then nothing is to be done again
        assert work(post) == before
        # and a new question comes through
        post.ask_the_bank(events[0][0], revision=2)
        wait_until(lambda: len(work(post)) == len(before) + 1, because="the new question is there")
    assert ended == []
    post.execute("update permit.check_work set settled_at = now(), attempts = 1 where settled_at is null")

    # when it is turned off, and what came meanwhile is read in process
    post.ask_the_bank(events[0][0], revision=3)
    with running(post.in_process(CheckIntake())) as ended:
        wait_until(lambda: len(work(post)) == len(before) + 2, because="the newest question is there")
    # then the question that Kafka brought is not asked again either
    assert ended == []
    assert [row for row in work(post) if not row[3]] == [(str(events[0][0]), "employerRegister", 3, False)]
    carry_out = "update permit.check_work set settled_at = now(), attempts = 1 where settled_at is null"
    post.execute(carry_out)
    assert everything_was_carried_out_once(post)


def in_process_position(post: Outpost) -> int:
    rows = post.ask("select position from tracking where name = %s", CheckIntake.name)
    return int(rows[0][0]) if rows else 0
