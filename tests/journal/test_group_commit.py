"""Commands that wait at the same moment share a transaction, and each has an outcome of its own."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from uuid import uuid4

import psycopg2
import psycopg2.errors
import pytest
from eventsourcing.persistence import Tracking

from infra.postgres.journal.append_function import append, prepare_append
from infra.postgres.journal.append_requests import Appended, StreamHead, ToAppend
from infra.postgres.journal.conflicts import (
    AppendConflict,
    ChainBroken,
    CommandIdReused,
    CommandRepeated,
    StreamMoved,
    TrackingConflict,
)
from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.server.connections import DatabaseUnavailable, Role, connect
from tests.journal.appends import JournalAsStored, command, refused_by_the_database, refused_by_the_driver, request

pytestmark = pytest.mark.server


@contextmanager
def head_held(url: str) -> Iterator[None]:
    """While inside, every append waits: somebody else holds the head of the journal."""
    with closing(psycopg2.connect(url)) as holder, holder.cursor() as cursor:
        cursor.execute("select * from permit.journal_head for update")
        yield
        holder.rollback()


def together(url: str, committer: GroupCommitter, requests: Sequence[ToAppend]) -> list[Appended | Exception]:
    """Submit so that all but the first meet in the queue: the first one waits for the head of the journal."""
    with ThreadPoolExecutor(len(requests) + 1) as callers:

        def outcome(each: ToAppend) -> Appended | Exception:
            try:
                return committer.submit(each)
            except (AppendConflict, DatabaseUnavailable, psycopg2.Error, ValueError) as why:
                return why

        with head_held(url):
            leader = callers.submit(committer.submit, request())
            pending = []
            for each in requests:
                time.sleep(0.05)
                pending.append(callers.submit(outcome, each))
            time.sleep(0.2)
        leader.result()
        return [each.result() for each in pending]


def transactions_of(url: str) -> list[tuple[int, ...]]:
    """The positions that were written by one transaction, by the transaction number PostgreSQL kept on the rows."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select array_agg(position order by position) from permit.journal group by xmin::text order by 1"
        )
        return [tuple(positions) for (positions,) in cursor.fetchall()]


def test_a_lone_command_is_appended_at_once(journal_url: str, committer: GroupCommitter) -> None:
    first = request(count=3)

    appended = committer.submit(first)

    assert appended == Appended(first.touches[0].stream, 3, 1, 3, first.events[-1].leaf_hash)
    JournalAsStored.of(journal_url).require_sound()


def test_commands_that_wait_together_share_one_transaction(journal_url: str, committer: GroupCommitter) -> None:
    waiting = [request(count=2) for _ in range(5)]

    outcomes = together(journal_url, committer, waiting)

    assert [each.first_position for each in outcomes if isinstance(each, Appended)] == [2, 4, 6, 8, 10]
    assert transactions_of(journal_url) == [(1,), tuple(range(2, 12))]
    JournalAsStored.of(journal_url).require_sound()


def test_every_kind_of_conflict_in_one_batch_leaves_the_neighbours_untouched(
    journal_url: str, committer: GroupCommitter
) -> None:
    # given two streams, two used command ids and a reader that has come to position 5
    moved, broken = request(), request()
    repeated, reused = request(identity=command("repeated")), request(identity=command("reused"))
    for each in (moved, broken, repeated, reused, request(tracking=Tracking("reader", 5))):
        committer.submit(each)
    before = len(JournalAsStored.of(journal_url).rows)

    # when one of each conflict waits between good commands
    good = [request(count=2) for _ in range(4)]
    outcomes = together(
        journal_url,
        committer,
        [
            good[0],
            request(moved.touches[0].stream, StreamHead(7, b"\7" * 32)),
            good[1],
            request(broken.touches[0].stream, StreamHead(1, b"\1" * 32)),
            request(identity=command("repeated")),
            good[2],
            request(identity=command("reused", body="another")),
            request(tracking=Tracking("reader", 4)),
            good[3],
        ],
    )

    # then each is told its own, and the good ones stand one after the other without a gap
    assert [type(each) for each in outcomes] == [
        Appended, StreamMoved, Appended, ChainBroken, CommandRepeated, Appended, CommandIdReused, TrackingConflict,
        Appended,
    ]  # fmt: skip
    assert isinstance(outcomes[1], StreamMoved)
    assert outcomes[1].actual_version == 1
    assert isinstance(outcomes[4], CommandRepeated)
    assert outcomes[4].first.leaf_hash == repeated.events[-1].leaf_hash
    stored = JournalAsStored.of(journal_url)
    stored.require_sound()
    assert len(stored.rows) == before + 1 + 8
    assert transactions_of(journal_url)[-1] == tuple(range(before + 2, before + 10))


def test_two_commands_on_one_stream_are_not_put_in_one_batch(journal_url: str, committer: GroupCommitter) -> None:
    """Both have read the stream at its end: the first wins, the second learns that the stream has moved."""
    stream = uuid4()
    opened = request(stream)
    committer.submit(opened)

    outcomes = together(journal_url, committer, [request(stream, opened.result), request(stream, opened.result)])

    assert [type(each) for each in outcomes] == [Appended, StreamMoved]
    JournalAsStored.of(journal_url).require_sound()


def test_the_same_command_sent_twice_at_once_has_one_effect(journal_url: str, committer: GroupCommitter) -> None:
    stream, identity = uuid4(), command("sent twice")

    outcomes = together(
        journal_url, committer, [request(stream, identity=identity), request(stream, identity=identity)]
    )

    assert [type(each) for each in outcomes] == [Appended, CommandRepeated]
    assert len(JournalAsStored.of(journal_url).of_stream(stream)) == 1


def test_a_request_that_the_database_refuses_fails_alone(journal_url: str, committer: GroupCommitter) -> None:
    outcomes = together(
        journal_url, committer, [request(), refused_by_the_driver(), request(), refused_by_the_database(), request()]
    )

    assert [type(each) for each in outcomes] == [
        Appended, ValueError, Appended, psycopg2.errors.NumericValueOutOfRange, Appended
    ]  # fmt: skip
    stored = JournalAsStored.of(journal_url)
    stored.require_sound()
    assert len(stored.rows) == 4


def test_bytes_that_are_not_text_are_stored_as_they_are(journal_url: str, committer: GroupCommitter) -> None:
    bodies = [b"\x00\xff\xfe", b'{"clear":{"name":"\xc3\xa9\\u0000"}}', b""]

    for body in bodies:
        committer.submit(request(body=body))
    together(journal_url, committer, [request(body=body) for body in bodies])

    assert [row.body for row in JournalAsStored.of(journal_url).rows if b"noted" not in row.body] == bodies * 2


def test_names_with_quotes_braces_and_backslashes_arrive_as_they_are(
    journal_url: str, committer: GroupCommitter
) -> None:
    names = ['{"quoted"}', "back\\slash", "NULL", "null", "ö, ü", " "]

    together(journal_url, committer, [request(identity=command(name), type_=name) for name in names])

    assert [row.type for row in JournalAsStored.of(journal_url).rows[1:]] == names
    with pytest.raises(CommandRepeated):
        committer.submit(request(identity=command('{"quoted"}')))


def test_a_command_that_decided_to_nothing_is_stored_and_its_repetition_recognised(
    journal_url: str, committer: GroupCommitter
) -> None:
    opened = request()
    committer.submit(opened)
    nothing = request(opened.touches[0].stream, opened.result, identity=command("nothing"), count=0)

    first = committer.submit(nothing)

    assert first == Appended(opened.touches[0].stream, 1, None, None, opened.result.leaf_hash)
    with pytest.raises(CommandRepeated) as repeated:
        committer.submit(nothing)
    assert repeated.value.first == first
    assert len(JournalAsStored.of(journal_url).rows) == 1


def test_an_aborted_append_gives_its_positions_back(journal_url: str, committer: GroupCommitter) -> None:
    committer.submit(request())

    with closing(connect(journal_url, Role.WRITER)) as connection:
        prepare_append(connection)
        connection.autocommit = False
        append(connection, [request(count=10)])
        connection.rollback()
    with pytest.raises(psycopg2.DataError):
        committer.submit(refused_by_the_database())

    assert committer.submit(request()).first_position == 2
    JournalAsStored.of(journal_url).require_sound()


def test_more_events_than_a_transaction_takes_are_spread_over_several(
    journal_url: str, committer: GroupCommitter
) -> None:
    outcomes = together(journal_url, committer, [request(count=2_000) for _ in range(4)])

    assert all(isinstance(each, Appended) for each in outcomes)
    assert [len(positions) for positions in transactions_of(journal_url)] == [1, 4_000, 4_000]
