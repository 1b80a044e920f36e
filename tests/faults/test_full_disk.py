"""The disk is full: writing stops with a sentence, nothing is written by half, and it resumes once there is room."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from infra.postgres.journal.bulk import bulk_append
from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.server.connections import DatabaseUnavailable, Role, connect
from tests.faults.acknowledgements import Acknowledgements
from tests.faults.own_server import OwnServer
from tests.journal.appends import JournalAsStored, request
from tests.world.small_disk import fill
from tests.world.small_disk import small_disk as mounted_disk

pytestmark = pytest.mark.server


@pytest.fixture
def small_disk() -> Iterator[Path]:
    with mounted_disk() as disk:
        yield disk


def test_a_full_disk_stops_writing_not_reading_and_nothing_is_written_by_half(small_disk: Path) -> None:
    with OwnServer(small_disk / "var") as server:
        record = Acknowledgements()
        with (
            closing(GroupCommitter(lambda: connect(server.url, Role.WRITER), patience=2.0)) as committer,
            closing(JournalRecorder(server.url)) as recorder,
        ):
            # given a journal at work
            for _ in range(20):
                record.submit(committer, request(count=2))
            ballast = fill(small_disk, leaving=256 * 1024)

            # when it is written to until the disk is full
            refusals = []
            for _ in range(300):
                each = request(count=5, body=os.urandom(15_000))
                record.asked[each.command.id] = each
                try:
                    record.acknowledged[each.command.id] = committer.submit(each)
                except (DatabaseUnavailable, OutcomeUnknown) as why:
                    refusals.append(why)
                if len(refusals) == 5:
                    break

            # then the refusals say why, and what was acknowledged can be read
            assert [type(why) for why in refusals] == [DatabaseUnavailable] * 5
            assert all("No space left on device" in str(why) for why in refusals)
            head = recorder.max_notification_id()
            assert head == len(recorder.select_notifications(start=None, limit=1_000_000))
            record.require_kept_by(JournalAsStored.of(server.url))
            with pytest.raises(DatabaseUnavailable, match="No space left on device"):
                list(
                    bulk_append(
                        lambda: connect(server.url, Role.WRITER), (request(body=os.urandom(9_000)) for _ in range(900))
                    )
                )

            # and once there is room, the same committer goes on where it was
            ballast.unlink()
            record.submit(committer, request())
            assert recorder.max_notification_id() == (head or 0) + 1
        record.require_kept_by(JournalAsStored.of(server.url))


def test_a_disk_without_room_for_the_servers_own_log_stops_the_server_and_loses_nothing(small_disk: Path) -> None:
    """PostgreSQL cannot go on without room for its write-ahead log, nor recover: the next start finds everything."""
    with OwnServer(small_disk / "var") as server:
        record = Acknowledgements()
        with closing(GroupCommitter(lambda: connect(server.url, Role.WRITER), patience=0.5)) as committer:
            for _ in range(20):
                record.submit(committer, request(count=2))
            ballast = fill(small_disk, leaving=0)
            with closing(psycopg2.connect(server.url)) as administrator, administrator.cursor() as cursor:
                cursor.execute("select pg_switch_wal()")

            doubtful = request()
            record.submit(committer, doubtful)
            record.submit(committer, request())

            assert record.unknown == {doubtful.command.id}
            assert len(record.acknowledged) == 20
            ballast.unlink()
            server.start()
            record.submit(committer, doubtful)
            record.submit(committer, request())

        assert len(record.acknowledged) == 22
        record.require_kept_by(JournalAsStored.of(server.url))
