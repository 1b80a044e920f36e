"""Positions are dense and appear in commit order, so a follower misses nothing and sees nothing twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import Tracking

from infra.postgres.journal.append_requests import Appended, StreamHead
from infra.postgres.journal.bulk import bulk_append
from infra.postgres.journal.bulk_reading import moment_of
from infra.postgres.journal.conflicts import StreamMoved
from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.server.connections import Role, connect
from tests.journal.appends import NOON, JournalAsStored, later, request

pytestmark = pytest.mark.server


def test_positions_count_the_events_from_one(journal_url: str, committer: GroupCommitter) -> None:
    appended = [committer.submit(request(count=count)) for count in (1, 3, 2)]

    assert [(each.first_position, each.last_position) for each in appended] == [(1, 1), (2, 4), (5, 6)]
    JournalAsStored.of(journal_url).require_sound()


def test_followers_see_every_event_once_and_in_one_order_while_many_write(journal_url: str) -> None:
    """Two processes' worth of committers and a bulk load write in batches of mixed size; three followers tail."""
    written: list[Appended] = []
    committers = [GroupCommitter(lambda: connect(journal_url, Role.WRITER)) for _ in range(2)]
    done = threading.Event()

    def write(number: int) -> None:
        for each in range(40):
            written.append(committers[number % 2].submit(request(count=1 + (number * each) % 7)))  # noqa: PERF401

    def load() -> None:
        for each in bulk_append(
            lambda: connect(journal_url, Role.WRITER),
            (request(count=3) for _ in range(300)),
            events_per_transaction=120,
        ):
            assert isinstance(each.result, Appended)
            written.append(each.result)

    def follow(limit: int) -> list[tuple[int, UUID, int]]:
        recorder, seen, reached = JournalRecorder(journal_url, pool_size=1), [], 0
        while True:
            nothing_more_to_come = done.is_set()
            page = recorder.select_notifications(start=reached, limit=limit, inclusive_of_start=False)
            seen += [(each.id, UUID(str(each.originator_id)), each.originator_version) for each in page]
            if page:
                reached = page[-1].id
            elif nothing_more_to_come:
                recorder.close()
                return seen

    with ThreadPoolExecutor(16) as threads:
        followers = [threads.submit(follow, limit) for limit in (1, 37, 2_000)]
        writers = [threads.submit(write, number) for number in range(10)] + [threads.submit(load)]
        try:
            for writer in writers:
                writer.result()
        finally:
            done.set()
        seen = [follower.result() for follower in followers]
    for each in committers:
        each.close()

    stored = JournalAsStored.of(journal_url)
    stored.require_sound()
    truth = [(row.position, row.stream, row.version) for row in stored.rows]
    acknowledged = {
        position for each in written for position in range(each.first_position or 0, (each.last_position or 0) + 1)
    }
    assert acknowledged == {position for position, _, _ in truth}
    assert seen == [truth, truth, truth]


def test_a_subscription_gets_what_another_process_appends(recorder: JournalRecorder, committer: GroupCommitter) -> None:
    """``committer`` stands for the other process: it does not ring this recorder's signal."""
    with recorder.subscribe(gt=0) as subscription:
        committer.submit(request(count=2))
        assert [next(subscription).id for _ in range(2)] == [1, 2]


def test_one_of_fifty_who_saw_the_same_version_wins(journal_url: str, committer: GroupCommitter) -> None:
    stream = uuid4()
    opened = committer.submit(request(stream))
    head = StreamHead(opened.version, opened.leaf_hash)
    others = [GroupCommitter(lambda: connect(journal_url, Role.WRITER)) for _ in range(3)]
    all_ready = threading.Barrier(50)

    def compete(number: int) -> str:
        contender = request(stream, head)
        all_ready.wait()
        try:
            [committer, *others][number % 4].submit(contender)
        except StreamMoved as why:
            return f"moved to {why.actual_version}"
        return "won"

    with ThreadPoolExecutor(50) as clients:
        outcomes = list(clients.map(compete, range(50)))
    for each in others:
        each.close()

    assert sorted(outcomes) == ["moved to 2"] * 49 + ["won"]
    stored = JournalAsStored.of(journal_url)
    stored.require_sound()
    assert len(stored.of_stream(stream)) == 2


def test_known_at_never_goes_back_with_a_callers_clock(journal_url: str, committer: GroupCommitter) -> None:
    for seconds in (0, 10, -3_600, 5, 20):
        committer.submit(request(at=later(seconds)))
    list(
        bulk_append(
            lambda: connect(journal_url, Role.WRITER), [request(at=later(seconds)) for seconds in (-60, 30, 25)]
        )
    )

    known = [(moment_of(row.known_at) - NOON).total_seconds() for row in JournalAsStored.of(journal_url).rows]

    assert known == [0, 10, 10, 10, 20, 20, 30, 30]
    assert all(earlier <= after for earlier, after in pairwise(known))


def test_known_at_reads_back_as_the_moment_it_was(journal_url: str, committer: GroupCommitter) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 123_456, tzinfo=UTC)  # inside the hour that summer time skips in Brussels
    committer.submit(request(at=moment))

    (row,) = JournalAsStored.of(journal_url).rows

    assert moment_of(row.known_at) == moment


def test_a_reader_and_its_events_move_together_or_not_at_all(
    recorder: JournalRecorder, committer: GroupCommitter
) -> None:
    committer.submit(request(tracking=Tracking("reader", 5)))
    with pytest.raises(StreamMoved):
        committer.submit(request(head=StreamHead(3, b"\3" * 32), tracking=Tracking("reader", 9)))

    assert recorder.max_tracking_id("reader") == 5
    assert recorder.max_notification_id() == 1
