"""One contract for what keeps documents: a directory, and in `make nightly` an S3-compatible store."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from api.composition import open_program
from api.server import running_server
from domain.case.document_rules import DocumentRules
from infra.audit.documents import verify_documents
from infra.documents.document_store import DocumentState, DocumentStore
from infra.documents.errors import StorageUnavailable
from infra.documents.storage import ContentStorage
from infra.documents.stored_files import StoredFiles
from infra.documents.stored_objects import Bucket, StoredObjects
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.settings import Settings
from tests.documents.files import ORIGIN, PDF, pdf, pdf_of_size, pieces
from tests.documents.storing import store_document
from tests.documents.versity_gateway import ACCESS, SECRET, gateway
from tests.keys.keys_in_memory import KeysInMemory
from tests.world.databases import program_databases
from tests.world.servers import NoServer, NotHere, give_up
from tests.world.service_clients import ServiceClients, case_path

SHA = "ab" * 32


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    try:
        with gateway(tmp_path) as opened:
            yield opened
    except NotHere as why:
        give_up(NoServer(str(why)), "An S3-compatible store")


@pytest.fixture(params=["files", pytest.param("objects", marks=pytest.mark.nightly)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> ContentStorage:
    if request.param == "objects":
        return StoredObjects(request.getfixturevalue("bucket"))
    (tmp_path / "documents").mkdir()
    return StoredFiles(tmp_path / "documents")


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A sealed file that is to be kept, on the file system of the store."""
    directory = tmp_path / "documents" / "unfinished"
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "sealed"
    path.write_bytes(bytes(range(256)) * 400)
    return path


def content_of(storage: ContentStorage, subject: UUID) -> bytes:
    with storage.open(subject, SHA) as file:
        return file.read()


def test_what_is_placed_is_read_as_it_was(storage: ContentStorage, sealed: Path) -> None:
    subject, content = uuid4(), sealed.read_bytes()
    assert not storage.holds(subject, SHA)
    storage.place(sealed, subject, SHA)
    assert storage.holds(subject, SHA)
    assert content_of(storage, subject) == content
    assert storage.beginning(subject, SHA, 10) == (content[:10], len(content))
    # and it can be moved about in
    with storage.open(subject, SHA) as file:
        assert file.seek(0, 2) == len(content)
        file.seek(300)
        assert file.read(5) == content[300:305]
    # the file that was given stays, for whoever gave it
    assert sealed.read_bytes() == content
    assert not storage.holds(uuid4(), SHA)


def test_what_is_placed_again_takes_the_place_of_the_first(storage: ContentStorage, sealed: Path) -> None:
    subject = uuid4()
    storage.place(sealed, subject, SHA)
    sealed.unlink()
    sealed.write_bytes(b"repaired")
    storage.place(sealed, subject, SHA)
    assert content_of(storage, subject) == b"repaired"


def test_what_is_not_there_or_was_removed(storage: ContentStorage, sealed: Path) -> None:
    subject = uuid4()
    storage.remove(subject, SHA)
    storage.place(sealed, subject, SHA)
    storage.remove(subject, SHA)
    assert not storage.holds(subject, SHA)
    with pytest.raises(FileNotFoundError):
        content_of(storage, subject)
    with pytest.raises(FileNotFoundError):
        storage.beginning(subject, SHA, 10)


def test_what_was_cut_to_nothing_is_there_and_empty(storage: ContentStorage, sealed: Path) -> None:
    subject = uuid4()
    sealed.write_bytes(b"")
    storage.place(sealed, subject, SHA)
    assert storage.holds(subject, SHA)
    assert content_of(storage, subject) == b""
    assert storage.beginning(subject, SHA, 10) == (b"", 0)


def test_a_beginning_that_is_all_there_is(storage: ContentStorage, sealed: Path) -> None:
    subject = uuid4()
    sealed.write_bytes(b"seven b")
    storage.place(sealed, subject, SHA)
    assert storage.beginning(subject, SHA, 7) == storage.beginning(subject, SHA, 100) == (b"seven b", 7)


def test_many_threads_place_and_read(storage: ContentStorage, sealed: Path) -> None:
    subjects, content = [uuid4() for _ in range(20)], sealed.read_bytes()

    def place_and_read(subject: UUID) -> bytes:
        own = sealed.with_name(str(subject))
        own.write_bytes(content)
        storage.place(own, subject, SHA)
        return content_of(storage, subject)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(place_and_read, subjects)) == {content}


def test_a_document_store_over_it(storage: ContentStorage, tmp_path: Path) -> None:
    keys, root = KeysInMemory(), tmp_path / "documents"
    subject, content = keys.mint(), pdf_of_size(6_000_000)
    store = DocumentStore(root, keys, DocumentRules.load(), ORIGIN, storage=storage)
    stored = store_document(store, subject, PDF, pieces(content, 100_000))
    assert b"".join(store.read(subject, stored.sha256)) == content
    assert store.holds(subject, stored.sha256)
    assert [store.examine(subject, stored.sha256, whole=each) for each in (True, False)] == [DocumentState.WHOLE] * 2
    # what does not belong to it is damaged, whichever way it is looked at
    other = store_document(store, subject, PDF, [pdf()])
    foreign = tmp_path / "documents" / "unfinished" / "foreign"
    for damaged in (b"not what was stored", b""):
        foreign.unlink(missing_ok=True)
        foreign.write_bytes(damaged)
        storage.place(foreign, subject, other.sha256)
        assert {store.examine(subject, other.sha256, whole=each) for each in (True, False)} == {DocumentState.DAMAGED}
    storage.remove(subject, other.sha256)
    assert {store.examine(subject, other.sha256, whole=each) for each in (True, False)} == {DocumentState.MISSING}


@pytest.mark.nightly
def test_a_store_that_does_not_do_what_it_is_asked(
    bucket: Bucket, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Bucket(endpoint="127.0.0.1:1", name="documents", secure=False)
    no_such = Bucket(endpoint=bucket.endpoint, name="no-such-bucket", secure=False)
    for unusable in (nobody, no_such):
        storage = StoredObjects(unusable, patience=1)
        with pytest.raises(StorageUnavailable, match="PERMIT_DOCUMENTS_S3"):
            storage.place(sealed, uuid4(), SHA)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(StorageUnavailable):
        StoredObjects(bucket).place(sealed, uuid4(), SHA)


@pytest.mark.nightly
def test_a_service_whose_documents_are_in_a_bucket(bucket: Bucket, admin_url: str, tmp_path: Path) -> None:
    # given a service that keeps its documents there
    with program_databases(admin_url) as (journal_url, keys_url):
        settings = Settings(
            home=tmp_path / "home",
            database_url=journal_url,
            key_database_url=keys_url,
            documents_s3=f"http://{bucket.endpoint}/{bucket.name}",
        )
        with open_program(settings, set_up=True) as program, running_server(program) as address:
            issuer = DevelopmentIssuer.open(settings.home, create=True)
            with ServiceClients(program, address, issuer) as clients:
                employer, content = clients.of(Role.EMPLOYER), pdf_of_size(300_000)
                # when a document is sent
                attached = employer.attach(employer.file(), content)
                # then it is read back, and lies in no file here
                (listed,) = employer.get(f"{case_path(attached)}/documents").json()["items"]
                assert (listed["received"], employer.get(listed["href"]).content) == (True, content)
                assert not [each for each in settings.documents_path.rglob("*") if each.is_file()]
                # and one that is refused after it came leaves no object
                refused = employer.attach(attached, pdf(b"stale"), tag='"1"')
                assert refused.status_code == 412
                assert verify_documents(program.readers, program.documents, whole=True).count == 1
