"""A document has come whole, and the database hangs just then: its sender is told within seconds, and nothing is lost.

Each time the same request, repeated once the database answers, attaches the document once and whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from threading import Barrier
from uuid import uuid4

import httpx
import pytest

from infra.documents.errors import StorageUnavailable
from infra.limit_counts import Limit
from tests.attacks.ends_of_uploads import Uploading, another_pdf, uploading
from tests.attacks.harmed_database import KNOWN, SOON, Service, TimedAnswer, harmed_service, together
from tests.attacks.test_database_that_hangs import require_refused_soon
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with reachable_directory() as directory, harmed_service(directory) as (service, _):
        yield service


@pytest.fixture
def uploads(service: Service) -> Iterator[Uploading]:
    with uploading(service) as uploads:
        yield uploads


def goes_on(uploads: Uploading) -> None:
    """The server goes on, and the service has noticed."""
    uploads.service.postgres.go_on()
    wait_until(lambda: uploads.service.health() == {"status": "UP"}, because="it works again", within=KNOWN)


def require_stored_at_last(uploads: Uploading, filed: httpx.Response, content: bytes, key: str) -> None:
    """The same request is carried out; for a moment after the trouble it may still be refused for it."""
    statuses: list[int] = []

    def stored() -> bool:
        statuses.append(uploads.send(filed, content, key).status)
        return statuses[-1] == 201

    wait_until(stored, because="it works again", within=KNOWN)
    assert set(statuses) <= {201, 503}


def half_and_half(content: bytes, between: Callable[[], None]) -> Iterator[bytes]:
    """The content in two parts, and what happens between them."""
    yield content[: len(content) // 2]
    between()
    yield content[len(content) // 2 :]


def test_a_document_that_has_come_when_the_server_is_stopped_leaves_nothing(uploads: Uploading) -> None:
    # given a connection on which documents were locked before, and a sender who is half-way
    assert uploads.send(uploads.employer.file(), another_pdf(), str(uuid4())).status == 201
    filed, content, key = uploads.employer.file(), another_pdf(), str(uuid4())

    def stop() -> None:
        wait_until(lambda: len(uploads.copies()) == 1, because="the first half has come")
        uploads.service.postgres.stop()

    # when the server stops, so that the lock of the document is not to be had
    refused = uploads.send(filed, half_and_half(content, stop), key)
    require_refused_soon([refused])
    assert uploads.copies() == []
    # then once it goes on the same request stores the document
    goes_on(uploads)
    assert uploads.placed(filed) == []
    require_stored_at_last(uploads, filed, content, key)
    uploads.require_whole(filed, content)


@pytest.mark.parametrize("moment", ["when_placed", "before_append"])
def test_a_server_that_stops_before_the_journal_names_the_document(uploads: Uploading, moment: str) -> None:
    # given a document that is in its place, and that no case names yet, when the server stops
    filed, content, key = uploads.employer.file(), another_pdf(), str(uuid4())
    uploads.moments.once(uploads.service.postgres.stop, moment)
    refused = uploads.send(filed, content, key)
    require_refused_soon([refused])
    # then its copy is left, to be asked about
    (left,) = uploads.copies()
    assert left.name.split(".")[2] == sha256(content).hexdigest()
    goes_on(uploads)
    if moment == "when_placed":
        # it was not even attempted to name it without the lock
        assert uploads.listed(filed) == []
    # and whatever became of the append, in the end it is attached once, and nothing is left beside it
    require_stored_at_last(uploads, filed, content, key)
    uploads.collect_at_last()
    uploads.require_whole(filed, content)


def test_a_server_that_stops_when_it_is_asked_whether_a_refused_document_is_named(uploads: Uploading) -> None:
    filed, content, key = uploads.employer.file(), another_pdf(), str(uuid4())

    def fail() -> None:
        uploads.service.postgres.stop()
        raise StorageUnavailable("SlowDown")

    # when the store of documents fails after all, and nobody can say whether the case names the document
    uploads.moments.once(fail, "when_placed")
    refused = uploads.send(filed, content, key)
    require_refused_soon([refused])
    # then the database is not waited for once more, to let go of the lock
    assert refused.seconds < 2 * uploads.program.limits.database.answer_seconds
    # and the document is left, and later found to be nobody's
    assert len(uploads.copies()) == 1
    goes_on(uploads)
    uploads.collect_at_last()
    assert uploads.placed(filed) == []
    require_stored_at_last(uploads, filed, content, key)


def test_a_lock_that_another_never_lets_go_of_refuses_this_document_and_no_other(uploads: Uploading) -> None:
    filed, content, key = uploads.employer.file(), another_pdf(), str(uuid4())
    met = uploads.program.limit_counts.totals()[Limit.DATABASE_LOCK]
    with uploads.locked(filed, sha256(content).hexdigest()):
        refused = uploads.send(filed, content, key)
        other = uploads.send(uploads.employer.file(), content, str(uuid4()))
        # and the collection leaves it for another time, instead of waiting
        uploads.leave_a_copy(filed, content)
        began = time.monotonic()
        assert uploads.collect() == 0
        assert time.monotonic() - began < SOON
    assert refused.status == 503
    assert refused.seconds < SOON
    assert "busy with other work" in refused.answer.json()["detail"]
    assert other.status == 201
    assert uploads.program.limit_counts.totals()[Limit.DATABASE_LOCK] > met

    assert uploads.collect() == 1
    assert uploads.send(filed, content, key).status == 201
    assert uploads.copies() == []


def test_a_store_that_takes_longer_than_the_database_may_is_waited_for_under_the_lock(uploads: Uploading) -> None:
    # given a document that is being placed for longer than any answer of the database is waited for
    filed, content = uploads.employer.file(), another_pdf()
    slow = uploads.program.limits.database.answer_seconds + 1
    again: list[TimedAnswer] = []

    def placed_slowly() -> None:
        again.append(uploads.send(filed, content, str(uuid4())))
        time.sleep(max(0.0, slow - again[0].seconds))

    uploads.moments.once(placed_slowly, "when_placed")
    sent = uploads.send(filed, content, str(uuid4()))
    # then it is attached, and the lock was held all the while: who sent the same meanwhile was refused
    assert (sent.status, sent.seconds > slow) == (201, True)
    assert again[0].status == 503
    uploads.require_whole(filed, content)


def test_as_many_documents_as_there_are_threads_each_under_its_lock_wait_for_no_other(uploads: Uploading) -> None:
    # given as many documents as are worked on at once, each in its place before any is named
    threads = uploads.program.limits.uploads.threads
    all_placed = Barrier(threads)
    uploads.moments.when_placed = lambda: all_placed.wait(timeout=20) and None
    filed = [uploads.employer.file() for _ in range(threads)]
    # when each asks for its append with a lock in hand
    sent = together([lambda each=each: uploads.send(each, another_pdf(), str(uuid4())) for each in filed])  # type: ignore[misc]
    # then all of them have it
    assert [each.status for each in sent] == [201] * threads


def test_a_network_that_swallows_leaves_no_lock_behind_for_long() -> None:
    with (
        reachable_directory() as directory,
        harmed_service(directory, over_tcp=True) as (service, proxy),
        uploading(service, held_seconds=4) as uploads,
    ):
        assert proxy is not None
        filed, content, key = uploads.employer.file(), another_pdf(), str(uuid4())

        def cut() -> None:
            proxy.swallows_questions.set()
            proxy.swallows_answers.set()

        # when the network swallows everything while the document is placed
        uploads.moments.once(cut, "when_placed")
        refused = uploads.send(filed, content, key)
        require_refused_soon([refused])
        proxy.swallows_questions.clear()
        proxy.swallows_answers.clear()
        wait_until(lambda: service.health() == {"status": "UP"}, because="it works again", within=KNOWN)
        # then the server, which never heard that the lock is no longer needed, lets go of it by itself
        require_stored_at_last(uploads, filed, content, key)
        uploads.require_whole(filed, content)
