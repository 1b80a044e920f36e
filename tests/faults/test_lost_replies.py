"""An error at the commit means unknown, not failed: the caller learns the truth and the command has one effect."""

import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest
from eventsourcing.persistence import Tracking

from infra.postgres.journal.append_requests import Appended, StreamHead
from infra.postgres.journal.bulk import bulk_append
from infra.postgres.journal.conflicts import CommandRepeated, OutcomeUnknown, StreamMoved
from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.server.connections import DatabaseUnavailable, Role, connect
from infra.postgres.server.migrate import migrate_journal
from tests.faults.acknowledgements import Load
from tests.faults.dropping_proxy import DroppingProxy
from tests.faults.own_server import OwnServer
from tests.journal.appends import ORIGIN, JournalAsStored, command, request
from tests.journal.test_group_commit import together
from tests.world.databases import journal_database
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    """Behind a socket of its own, for the proxy to stand before. No test here harms it."""
    with reachable_directory(on_disk=True) as directory, OwnServer(directory / "var") as server:
        yield server


@pytest.fixture
def journal_url(server: OwnServer) -> Iterator[str]:
    with journal_database(server.url) as url:
        migrate_journal(url, origin=ORIGIN)
        yield url


@pytest.fixture
def proxy_directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="permit-proxy-") as directory:
        yield Path(directory)


@pytest.fixture
def proxy(server: OwnServer, proxy_directory: Path) -> Iterator[DroppingProxy]:
    with DroppingProxy(proxy_directory, server.socket_directory) as proxy:
        yield proxy


@pytest.fixture
def through_proxy(journal_url: str, server: OwnServer, proxy: DroppingProxy, proxy_directory: Path) -> str:
    return journal_url.replace(str(server.socket_directory), str(proxy_directory))


@pytest.fixture
def committer(through_proxy: str) -> Iterator[GroupCommitter]:
    committer = GroupCommitter(lambda: connect(through_proxy, Role.WRITER), patience=3.0)
    yield committer
    committer.close()


def test_a_command_whose_reply_is_lost_is_acknowledged_with_its_true_positions(
    journal_url: str, proxy: DroppingProxy, committer: GroupCommitter
) -> None:
    committer.submit(request(count=3))
    proxy.lose_the_reply_to("execute journal_append")
    doubtful = request(count=2)

    appended = committer.submit(doubtful)

    assert proxy.struck == 1
    assert appended == Appended(doubtful.touches[0].stream, 2, 4, 5, doubtful.events[-1].leaf_hash)
    stored = JournalAsStored.of(journal_url)
    stored.require_sound()
    assert len(stored.rows) == 5


def test_a_command_that_never_arrived_is_sent_again(
    journal_url: str, proxy: DroppingProxy, committer: GroupCommitter
) -> None:
    committer.submit(request())
    proxy.lose("execute journal_append")

    assert committer.submit(request()).first_position == 2
    assert proxy.struck == 1
    assert len(JournalAsStored.of(journal_url).rows) == 2


def test_a_decision_to_nothing_whose_reply_is_lost_is_acknowledged(
    proxy: DroppingProxy, committer: GroupCommitter
) -> None:
    opened = request()
    committer.submit(opened)
    proxy.lose_the_reply_to("execute journal_append")

    nothing = committer.submit(request(opened.touches[0].stream, opened.result, count=0))

    assert proxy.struck == 1
    assert (nothing.version, nothing.first_position) == (1, None)


def test_a_batch_whose_reply_is_lost_tells_each_of_it_the_truth(
    journal_url: str, proxy: DroppingProxy, committer: GroupCommitter
) -> None:
    """A reply lost must not turn the good ones into conflicts, nor the conflicts into good ones."""
    repeated = request(identity=command("before"))
    committer.submit(repeated)
    moved = request(repeated.touches[0].stream, StreamHead(9, rb"\9" * 32))
    good = [request(count=2), request(tracking=Tracking("reader", 3)), request()]
    proxy.lose_the_reply_to("execute journal_append (")

    repetition = request(identity=command("before"))
    outcomes = together(journal_url, committer, [good[0], moved, good[1], repetition, good[2]])

    assert proxy.struck == 1
    assert [type(each) for each in outcomes] == [Appended, StreamMoved, Appended, CommandRepeated, Appended]
    stored = JournalAsStored.of(journal_url)
    stored.require_sound()
    assert len(stored.rows) == 1 + 1 + 4


def test_a_caller_that_gets_no_answer_in_time_is_told_unknown_and_finds_the_truth_by_the_command_id(
    journal_url: str, proxy: DroppingProxy, committer: GroupCommitter
) -> None:
    committer.submit(request())
    doubtful = request(uuid4(), identity=command("doubtful"))
    proxy.lose_the_reply_to("execute journal_append")
    proxy.refuses.set()

    with pytest.raises(OutcomeUnknown):
        committer.submit(doubtful)
    proxy.refuses.clear()
    with pytest.raises(CommandRepeated) as found:
        committer.submit(doubtful)

    assert found.value.first.last_position == 2
    assert len(JournalAsStored.of(journal_url).rows) == 2


def test_who_waits_behind_a_doubtful_append_does_not_wait_for_as_long_again(
    proxy: DroppingProxy, committer: GroupCommitter
) -> None:
    committer.submit(request())
    proxy.lose_the_reply_to("execute journal_append")
    proxy.refuses.set()
    with ThreadPoolExecutor(2) as callers:
        first = callers.submit(committer.submit, request())
        wait_until(lambda: proxy.struck, because="the reply is lost")
        began = time.monotonic()
        second = callers.submit(committer.submit, request())
        with pytest.raises(OutcomeUnknown):
            first.result()
        with pytest.raises(DatabaseUnavailable):
            second.result()

    assert time.monotonic() - began < 4.5, "the patience is three seconds"
    proxy.refuses.clear()
    assert committer.submit(request()).first_position == 3


def test_a_server_that_was_never_reached_has_written_nothing(proxy: DroppingProxy, committer: GroupCommitter) -> None:
    proxy.refuses.set()

    with pytest.raises(DatabaseUnavailable):
        committer.submit(request())


@pytest.mark.parametrize("statement", ["BEGIN", "copy staged_event", "journal_append", "COMMIT", "reply to COMMIT"])
def test_a_bulk_load_that_loses_a_message_appends_each_event_once(
    journal_url: str, proxy: DroppingProxy, through_proxy: str, statement: str
) -> None:
    requests = [request(count=2) for _ in range(30)]
    results = bulk_append(lambda: connect(through_proxy, Role.WRITER), requests, events_per_transaction=10)
    first = next(results)
    if statement == "reply to COMMIT":
        proxy.lose_the_reply_to("COMMIT")
    else:
        proxy.lose(statement)

    taken = [first, *results]

    assert proxy.struck == 1
    assert [type(each.result) for each in taken] == [Appended] * 30
    positions = [each.result.first_position for each in taken if isinstance(each.result, Appended)]
    assert positions == list(range(1, 60, 2))
    JournalAsStored.of(journal_url).require_sound()


def test_connections_cut_by_an_administrator_under_load_lose_nothing(journal_url: str) -> None:
    cuts = 0

    def cut_again_and_again() -> None:
        nonlocal cuts
        with closing(psycopg2.connect(journal_url)) as administrator, administrator.cursor() as cursor:
            administrator.autocommit = True
            until = time.monotonic() + 2.5
            while time.monotonic() < until:
                time.sleep(0.03)
                cursor.execute(
                    "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity"
                    " where application_name = 'permit'"
                )
                cuts += cursor.fetchone()[0]

    with closing(GroupCommitter(lambda: connect(journal_url, Role.WRITER))) as committer:
        record = Load(committer).during(cut_again_and_again)

    assert cuts > 20
    assert record.unknown == set()
    record.require_kept_by(JournalAsStored.of(journal_url))


def test_a_loader_that_is_stopped_before_its_commit_does_not_hold_up_the_others(
    journal_url: str, proxy: DroppingProxy, through_proxy: str
) -> None:
    """As SIGSTOP between two statements would have it: the head of the journal is locked and no commit comes."""
    requests = [request(count=2) for _ in range(40)]
    results = bulk_append(lambda: connect(through_proxy, Role.WRITER), requests, events_per_transaction=10)
    taken = [next(results)]
    proxy.hold_back("COMMIT")
    with (
        ThreadPoolExecutor(1) as loader,
        closing(GroupCommitter(lambda: connect(journal_url, Role.WRITER))) as committer,
    ):
        rest = loader.submit(lambda: list(results))
        wait_until(lambda: proxy.struck, because="the commit is held back")
        began = time.monotonic()
        give_up = threading.Timer(10, proxy.released.set)
        give_up.start()
        committer.submit(request())
        waited = time.monotonic() - began
        give_up.cancel()
        proxy.released.set()
        taken += rest.result()

    assert [type(each.result) for each in taken] == [Appended] * 40
    assert waited < 5
    stored = JournalAsStored.of(journal_url)
    stored.require_sound()
    assert len(stored.rows) == 81
