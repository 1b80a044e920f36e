"""kill -9 of the database under load: what was acknowledged is there, once, byte for byte."""

import random
import time
from contextlib import closing

import psycopg2
import pytest

from infra.postgres.journal.bulk import bulk_append
from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.server.connections import Role, connect
from tests.faults.acknowledgements import Load
from tests.faults.own_server import OwnServer
from tests.journal.appends import JournalAsStored, request

pytestmark = pytest.mark.server


@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.nightly)])
def test_kills_under_load_lose_nothing_that_was_acknowledged(own_server: OwnServer, kills: int) -> None:
    chance = random.Random(20_260_101)
    acknowledged_after: list[int] = []

    def kill_again_and_again() -> None:
        for _ in range(kills):
            time.sleep(chance.uniform(0.1, 0.6))
            own_server.kill()
            own_server.start()
            acknowledged_after.append(len(load.record.acknowledged))
        time.sleep(0.3)

    with closing(GroupCommitter(lambda: connect(own_server.url, Role.WRITER))) as committer:
        load = Load(committer)
        record = load.during(kill_again_and_again)

    record.require_kept_by(JournalAsStored.of(own_server.url))
    assert acknowledged_after == sorted(set(acknowledged_after)), "work went on between all of the kills"
    assert record.unknown == set(), "the server came back well within the callers' patience"


def test_a_server_that_stays_away_is_told_as_such_and_the_truth_can_be_asked_for_later(own_server: OwnServer) -> None:
    with closing(GroupCommitter(lambda: connect(own_server.url, Role.WRITER), patience=0.3)) as committer:
        load = Load(committer, threads=4)

        def kill() -> None:
            time.sleep(0.3)
            own_server.kill()
            time.sleep(1.0)

        record = load.during(kill)
        own_server.start()

        assert record.acknowledged
        asked_again = {number: record.asked[number] for number in record.unknown}
        for each in asked_again.values():
            record.submit(committer, each)

    assert asked_again, "at least those in flight at the kill"
    # Asked again with the same command id, each is either appended now or found to have been.
    record.unexpected = [why for why in record.unexpected if type(why).__name__ != "CommandRepeated"]
    stored = JournalAsStored.of(own_server.url)
    record.require_kept_by(stored)
    streams = {row.stream for row in stored.rows}
    assert all(each.touches[0].stream in streams for each in asked_again.values())


def test_a_bulk_load_goes_on_through_a_kill(own_server: OwnServer) -> None:
    requests = [request(count=2) for _ in range(600)]
    results = bulk_append(lambda: connect(own_server.url, Role.WRITER), requests, events_per_transaction=100)

    taken = [next(results) for _ in range(120)]
    own_server.kill()
    own_server.start()
    taken += results

    assert [each.request for each in taken] == requests
    stored = JournalAsStored.of(own_server.url)
    stored.require_sound()
    assert len(stored.rows) == 1_200


def test_the_server_came_back_by_recovery_and_kept_its_checks(own_server: OwnServer) -> None:
    own_server.kill()
    own_server.start()

    with closing(psycopg2.connect(own_server.url)) as connection, connection.cursor() as cursor:
        cursor.execute("select current_setting('fsync'), current_setting('data_checksums')")
        assert cursor.fetchone() == ("on", "on")
