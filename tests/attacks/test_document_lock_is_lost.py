"""The lock of a document is lost while it is needed: whatever another did meanwhile, what a case names is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from domain.case.handling import CaseStream
from infra.postgres.server.connections import DatabaseUnavailable
from tests.attacks.ends_of_uploads import Uploading, another_pdf, uploading
from tests.attacks.harmed_database import Service, harmed_service
from tests.world.servers import reachable_directory

pytestmark = pytest.mark.server

HELD_SECONDS = 1.0


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with reachable_directory() as directory, harmed_service(directory) as (service, _):
        yield service


@pytest.fixture
def uploads(service: Service) -> Iterator[Uploading]:
    with uploading(service) as uploads:
        yield uploads


def silent_for_too_long(_: Uploading) -> None:
    time.sleep(HELD_SECONDS + 1)


@pytest.mark.parametrize("lost", [Uploading.end_the_locks, silent_for_too_long])
def test_a_lock_that_is_lost_while_the_document_is_placed(service: Service, lost: Callable[[Uploading], None]) -> None:
    with uploading(service, held_seconds=HELD_SECONDS) as uploads:
        filed, content, key = uploads.employer.file(), another_pdf(), str(uuid4())
        uploads.moments.once(lambda: lost(uploads), "when_placed")
        refused = uploads.send(filed, content, key)
        # then the case does not name it, since another may be taking it away, and its copy is left to be collected
        assert refused.status == 503
        assert "Repeat the request" in refused.answer.json()["detail"]
        assert (uploads.listed(filed), len(uploads.copies())) == ([], 1)
        uploads.grow_old()
        assert (uploads.collect(), uploads.copies(), uploads.placed(filed)) == (1, [], [])
        # and the same request attaches it
        assert uploads.send(filed, content, key).status == 201
        uploads.require_whole(filed, content)


def test_what_the_collection_took_away_before_the_case_named_it_is_put_back_at_once(uploads: Uploading) -> None:
    # given what is left of an upload, and the same document, in its place and about to be named
    filed, content = uploads.employer.file(), another_pdf()
    uploads.leave_a_copy(filed, content)

    def lost() -> None:
        # when its lock is lost, and the collection finds that no case names the document
        uploads.end_the_locks()
        assert (uploads.collect(), uploads.placed(filed)) == (1, [])

    uploads.moments.once(lost, "before_append")
    assert uploads.send(filed, content, str(uuid4())).status == 201
    # then it is there when its sender has the answer
    uploads.require_whole(filed, content)
    assert uploads.copies() == []


def test_what_could_not_be_put_back_at_once_is_put_back_by_the_collection(uploads: Uploading) -> None:
    filed, content, key = uploads.employer.file(), another_pdf(), str(uuid4())
    uploads.leave_a_copy(filed, content)

    def lost() -> None:
        uploads.end_the_locks()
        uploads.collect()
        # and while somebody else has the lock, so that its own upload can do nothing
        holding.__enter__()

    (sha256,) = uploads.placed(filed)
    holding = uploads.locked(filed, sha256)
    uploads.moments.once(lost, "before_append")
    try:
        refused = uploads.send(filed, content, key)
    finally:
        holding.__exit__(None, None, None)
    # then its sender is not told that all is well, and its copy is left
    assert refused.status == 503
    assert ([each["received"] for each in uploads.listed(filed)], len(uploads.copies())) == ([False], 1)
    uploads.grow_old()
    assert uploads.collect() == 1
    # and the document is there again
    uploads.require_whole(filed, content)
    assert uploads.send(filed, content, key).status == 201


class OverlongLook:
    """The journal, of which the collection has its answer long before it does anything with it."""

    def __init__(self, journal: Any, meanwhile: Callable[[], None]) -> None:
        self._journal = journal
        self._meanwhile = meanwhile

    def read(self, case_id: UUID) -> CaseStream:
        found: CaseStream = self._journal.read(case_id)
        self._meanwhile()
        return found


def test_a_collection_that_lost_its_lock_takes_nothing_away(uploads: Uploading) -> None:
    # given a collection that has found that no case names a document
    filed, content = uploads.employer.file(), another_pdf()
    uploads.leave_a_copy(filed, content)

    def attached() -> None:
        # when its lock is lost, and the same document is attached
        uploads.end_the_locks()
        assert uploads.send(filed, content, str(uuid4())).status == 201

    # then it finds out before it takes the document away
    with pytest.raises(DatabaseUnavailable):
        uploads.collect(OverlongLook(uploads.program.journal, attached))
    uploads.require_whole(filed, content)
    assert uploads.collect() == 1
    uploads.require_whole(filed, content)


def test_a_collection_that_loses_its_lock_in_taking_away_puts_the_document_back(uploads: Uploading) -> None:
    # given a collection that is just taking away what no case names
    filed, content = uploads.employer.file(), another_pdf()
    uploads.leave_a_copy(filed, content)
    answered: list[int] = []

    def attached() -> None:
        # when its lock is lost, and the same document is attached
        uploads.end_the_locks()
        sending = Thread(target=lambda: answered.append(uploads.send(filed, content, str(uuid4())).status))
        sending.start()
        sending.join()

    uploads.moments.once(attached, "before_removing")
    with pytest.raises(DatabaseUnavailable):
        uploads.collect()
    assert (answered, uploads.placed(filed)) == ([201], [])
    # then it has kept its copy, and the next look, which comes at once, puts it in its place
    assert (uploads.collect(), uploads.copies()) == (1, [])
    uploads.require_whole(filed, content)


def test_a_refused_upload_that_loses_its_lock_in_taking_away_leaves_its_copy(uploads: Uploading) -> None:
    # given a document for a version of its case that is gone by the time it is in its place
    filed, content = uploads.employer.file(), another_pdf()
    later: list[httpx.Response] = []

    def moved() -> None:
        later.append(uploads.send(filed, another_pdf(), str(uuid4())).answer)

    def attached() -> None:
        # when its lock is lost as it is taken away, and the same document is attached to the version there is
        uploads.end_the_locks()
        later.append(uploads.send(later[0], content, str(uuid4())).answer)

    uploads.moments.once(moved, "when_placed")
    uploads.moments.once(attached, "before_removing")
    refused = uploads.send(filed, content, str(uuid4()))
    assert ([each.status_code for each in later], refused.status) == ([201, 201], 503)
    assert [each["received"] for each in uploads.listed(filed)] == [True, False]
    # then the copy of what was refused is there, and put in the place of the other
    uploads.grow_old()
    assert (uploads.collect(), uploads.copies()) == (1, [])
    assert uploads.employer.get(uploads.listed(filed)[1]["href"]).content == content
