"""Object stores that answer as they may and as the usual ones do not, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import pytest

from domain.case.document_rules import DocumentRules
from infra.documents.document_store import DocumentState, DocumentStore
from infra.documents.errors import DocumentDamaged, StorageUnavailable
from infra.documents.storage import STORAGE_SECONDS
from infra.documents.stored_objects import Bucket, StoredObjects
from tests.documents.files import ORIGIN
from tests.keys.keys_in_memory import KeysInMemory

SHA = "ab" * 32
CONTENT = bytes(range(256)) * 400

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-this-test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-this-test-alone")


@contextmanager
def store(answer: Answer) -> Iterator[Bucket]:
    """A store that gives this answer to every request, until the block ends."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def do_PUT(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            yield Bucket(endpoint=f"127.0.0.1:{server.server_port}", name="documents", secure=False)
        finally:
            server.shutdown()
            serving.join()


def whole(*, announced: bool) -> Answer:
    """All of the object, whatever part of it was wanted; its length is announced, or not."""

    def give(request: BaseHTTPRequestHandler) -> None:
        assert request.headers["Range"] == "bytes=0-9"
        request.send_response(200)
        if announced:
            request.send_header("Content-Length", str(len(CONTENT)))
        request.end_headers()
        request.wfile.write(CONTENT)

    return give


def refused(status: int, code: str) -> Answer:
    """An error, in the XML of S3."""

    def give(request: BaseHTTPRequestHandler) -> None:
        body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/xml")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return give


def empty(request: BaseHTTPRequestHandler) -> None:
    """An object of no bytes, from a store that takes no notice of ranges."""
    request.send_response(200)
    request.send_header("Content-Length", "0")
    request.end_headers()


@pytest.mark.parametrize("announced", [True, False])
def test_a_store_that_ignores_ranges_gives_the_beginning_and_the_whole_length(announced: bool) -> None:
    with store(whole(announced=announced)) as bucket:
        assert StoredObjects(bucket, patience=5).beginning(uuid4(), SHA, 10) == (CONTENT[:10], len(CONTENT))


@pytest.mark.parametrize("answer", [refused(416, "InvalidRange"), empty])
def test_an_object_that_was_cut_to_nothing_is_a_damaged_document(answer: Answer, tmp_path: Path) -> None:
    # given a document of which the store has not one byte any more
    keys = KeysInMemory()
    with store(answer) as bucket:
        storage = StoredObjects(bucket, patience=5)
        documents = DocumentStore(tmp_path, keys, DocumentRules.load(), ORIGIN, storage=storage)
        subject = keys.mint()
        # then that is what is said of it, and not that the store is away
        assert storage.beginning(subject, SHA, 10) == (b"", 0)
        assert documents.examine(subject, SHA, whole=False) is DocumentState.DAMAGED
        with pytest.raises(DocumentDamaged):
            documents.was_scanned(subject, SHA)


def test_a_store_that_refuses_for_another_reason_is_away() -> None:
    with store(refused(403, "AccessDenied")) as bucket, pytest.raises(StorageUnavailable, match="AccessDenied"):
        StoredObjects(bucket, patience=5).beginning(uuid4(), SHA, 10)


def test_a_store_that_takes_everything_and_says_nothing_is_given_up_in_time(tmp_path: Path) -> None:
    """The lock of a document is held for longer than this: see the composition of the program."""
    sealed, given_up, asked = tmp_path / "sealed", Event(), []
    sealed.write_bytes(CONTENT)

    def silent(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        given_up.wait(30)

    with store(silent) as bucket:
        storage = StoredObjects(bucket, patience=0.3)
        with pytest.raises(StorageUnavailable):
            storage.place(sealed, uuid4(), SHA)
        given_up.set()
    # each attempt may wait for a connection, for the store to take what is sent and for its answer, with pauses between
    assert len(asked) * (storage.CONNECT_SECONDS * 2 + storage.PATIENCE) + 2 < STORAGE_SECONDS
