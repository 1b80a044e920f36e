"""Loading in bulk: every request has its own outcome, and a load can be run again."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg2
import pytest
from eventsourcing.persistence import Tracking
from psycopg2.extensions import connection as Connection

from infra.postgres.journal.append_requests import Appended, AppendRequest, StreamHead
from infra.postgres.journal.bulk import BulkResult, bulk_append
from infra.postgres.journal.conflicts import (
    ChainBroken,
    CommandIdReused,
    CommandRepeated,
    StreamMoved,
    TrackingConflict,
)
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.server.connections import Role, connect
from tests.journal.appends import JournalAsStored, command, refused_by_the_driver, request
from tests.world.databases import answer_of

pytestmark = pytest.mark.server


def load(url: str, requests: list[AppendRequest], *, events_per_transaction: int = 5_000) -> list[BulkResult]:
    return list(
        bulk_append(
            lambda: connect(url, Role.WRITER), requests, events_per_transaction=events_per_transaction, patience=5.0
        )
    )


def test_a_load_stores_the_bytes_given_in_the_order_given(journal_url: str) -> None:
    requests = [request(count=3) for _ in range(70)]

    results = load(journal_url, requests, events_per_transaction=50)

    stored = JournalAsStored.of(journal_url)
    stored.require_sound()
    given = [(event.stream, event.version, event.envelope, event.body) for each in requests for event in each.events]
    assert [(row.stream, row.version, row.envelope, row.body) for row in stored.rows] == given
    assert [each.request for each in results] == requests
    assert results[1].result == Appended(
        requests[1].touches[0].stream, 3, first_position=4, last_position=6, leaf_hash=requests[1].events[-1].leaf_hash
    )


def test_a_load_leaves_what_single_appends_leave(journal_url: str, recorder: JournalRecorder) -> None:
    loaded = request(count=2, tracking=Tracking("legacy", 7))
    (result,) = load(journal_url, [loaded])
    assert isinstance(result.result, Appended)
    digest, first = recorder.command_result(loaded.command.actor, loaded.command.id) or (b"", None)

    assert digest == loaded.command.digest
    assert first == Appended(result.result.stream, 2, None, 2, loaded.events[-1].leaf_hash)
    assert recorder.max_tracking_id("legacy") == 7
    assert recorder.max_notification_id() == 2


def test_running_the_same_load_again_appends_nothing(journal_url: str) -> None:
    requests = [request(count=2) for _ in range(10)]
    load(journal_url, requests[:6])

    again = load(journal_url, requests)

    assert [type(each.result) for each in again] == [CommandRepeated] * 6 + [Appended] * 4
    assert isinstance(again[0].result, CommandRepeated)
    assert again[0].result.first.last_position == 2
    assert len(JournalAsStored.of(journal_url).rows) == 20


def test_a_command_that_decided_to_nothing_is_remembered(journal_url: str) -> None:
    nothing = request(count=0)

    first, second = load(journal_url, [nothing])[0].result, load(journal_url, [nothing])[0].result

    assert first == Appended(nothing.touches[0].stream, None, None, None, None)
    assert isinstance(second, CommandRepeated)


def test_requests_on_one_stream_follow_each_other(journal_url: str) -> None:
    """Versions of one legacy record: neighbours in the source, each building on the one before."""
    requests: list[AppendRequest] = []
    for _ in range(5):
        stream, head = uuid4(), StreamHead(None, None)
        for _ in range(4):
            requests.append(request(stream, head))
            head = requests[-1].result

    results = load(journal_url, requests)

    assert all(isinstance(each.result, Appended) for each in results)
    JournalAsStored.of(journal_url).require_sound()


def test_each_conflict_is_told_and_leaves_its_neighbours_untouched(journal_url: str) -> None:
    # given a stream at version 1, a used command id and a reader at position 9
    existing, used, reader = request(), command("used"), Tracking("reader", 9)
    load(journal_url, [existing, request(identity=used), request(tracking=reader)])
    stream, head = existing.touches[0].stream, existing.result

    # when good requests and one of every conflict are loaded together
    moved = request(stream, StreamHead(None, None))
    reused = request(identity=command("used", body="another"))
    behind = request(tracking=Tracking("reader", 9))
    results = load(journal_url, [request(), moved, request(), reused, request(), behind, request()])
    broken = load(journal_url, [request(stream, StreamHead(head.version, b"\1" * 32)), request()])

    assert [type(each.result) for each in results] == [
        Appended, StreamMoved, Appended, CommandIdReused, Appended, TrackingConflict, Appended
    ]  # fmt: skip
    assert [type(each.result) for each in broken] == [ChainBroken, Appended]
    stored = JournalAsStored.of(journal_url)
    stored.require_sound()
    assert len(stored.rows) == 3 + 4 + 1


def test_a_request_that_the_database_refuses_stops_the_load_and_its_whole_transaction(journal_url: str) -> None:
    before, bad = request(), refused_by_the_driver()  # a copy is not looked into by psycopg2

    with pytest.raises(psycopg2.DataError):
        load(journal_url, [before, bad], events_per_transaction=1)

    stored = JournalAsStored.of(journal_url)
    assert [row.stream for row in stored.rows] == [before.touches[0].stream]


def test_a_connection_that_is_cut_during_the_load_costs_nothing(journal_url: str) -> None:
    requests = [request() for _ in range(40)]

    def cutting() -> Iterator[AppendRequest]:
        for number, each in enumerate(requests):
            if number == 25:
                answer_of(
                    journal_url,
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    " where application_name = 'permit' and datname = current_database()",
                )
            yield each

    results = list(bulk_append(lambda: connect(journal_url, Role.WRITER), cutting(), events_per_transaction=10))

    assert [type(each.result) for each in results] == [Appended] * 40
    positions = [each.result.first_position for each in results if isinstance(each.result, Appended)]
    assert positions == list(range(1, 41))
    JournalAsStored.of(journal_url).require_sound()


def test_a_load_that_is_given_up_leaves_no_row_behind_and_no_connection(journal_url: str) -> None:
    opened: list[Connection] = []

    def opening() -> Connection:
        opened.append(connect(journal_url, Role.WRITER))
        return opened[-1]

    results = bulk_append(opening, (request() for _ in range(100)), events_per_transaction=10)
    next(results)
    results.close()

    assert [connection.closed for connection in opened] == [1]
    stored = JournalAsStored.of(journal_url)
    stored.require_sound()
    assert len(stored.rows) % 10 == 0
    assert len(stored.rows) <= 30


def test_a_source_of_one_long_stream_is_read_with_bounded_foresight(journal_url: str) -> None:
    drawn = 0

    def one_stream() -> Iterator[AppendRequest]:
        nonlocal drawn
        stream, head = UUID(int=7), StreamHead(None, None)
        for _ in range(60):
            drawn += 1
            made = request(stream, head)
            head = made.result
            yield made

    results = bulk_append(lambda: connect(journal_url, Role.WRITER), one_stream(), events_per_transaction=5)
    next(results)
    assert drawn < 20
    assert sum(isinstance(each.result, Appended) for each in results) == 59
    JournalAsStored.of(journal_url).require_sound()
