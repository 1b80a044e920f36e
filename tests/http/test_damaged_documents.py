"""A document that is no longer as it was stored, and a store without room: each with its status and a sentence."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from api.composition import Program
from api.server import running_server
from infra.documents.document_store import DocumentStore
from infra.documents.stored_files import StoredFiles
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.files import pdf_of_size
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server

CONTENT = pdf_of_size(200_000)
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture
def attached(employer: ServiceClient) -> httpx.Response:
    return employer.attach(employer.file(), CONTENT)


@pytest.fixture
def path(program: Program, attached: httpx.Response) -> Path:
    """Where the document lies."""
    subject: UUID = program.journal.read(UUID(attached.json()["id"])).events[0].worker_subject  # type: ignore[union-attr]
    return program.settings.documents_path / str(subject) / DIGEST


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[1_000] ^= 1
    path.write_bytes(content)


def become_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [Path.unlink, cut_off, flip_a_bit, become_a_directory])
def test_what_was_received_and_cannot_be_given_is_a_conflict(
    employer: ServiceClient, attached: httpx.Response, path: Path, spoil: Callable[[Path], None]
) -> None:
    # given a document that was received
    address = f"{case_path(attached)}/documents/{DIGEST}"
    assert employer.get(address).content == CONTENT
    # when its file is spoiled
    spoil(path)
    # then the answer says so, and what to do; and nothing of the person or the store
    refused = employer.get(address)
    assert problem_of(refused) == (409, "documentDamaged")
    assert "send it again" in refused.json()["detail"]
    assert path.parent.name not in refused.text
    # and where it can be replaced, sending it again repairs it
    if not path.is_dir():
        assert employer.attach(attached, CONTENT).status_code == 200
        assert employer.get(address).content == CONTENT


class FullDisk(StoredFiles):
    """A disk that has no room for one more file."""

    def place(self, sealed: Path, subject: UUID, sha256: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", sealed)


@pytest.fixture
def without_room(program: Program, issuer: DevelopmentIssuer) -> Iterator[ServiceClient]:
    """The employer's client of a service whose document store is full; everything else is as always."""
    root = program.settings.documents_path
    documents = DocumentStore(root, program.keys, program.document_rules, program.log.origin, storage=FullDisk(root))
    full = replace(program, documents=documents)
    with running_server(full) as address, ServiceClients(full, address, issuer) as clients:
        yield clients.of(Role.EMPLOYER)


def test_a_store_without_room_says_so_and_everything_else_works(without_room: ServiceClient, program: Program) -> None:
    filed = without_room.file()
    written = without_room.written
    refused = without_room.attach(filed, CONTENT)
    assert problem_of(refused) == (503, "serviceUnavailable")
    assert "no room for documents" in refused.json()["detail"]
    assert refused.headers["Retry-After"] == "2"
    assert (without_room.written, list((program.settings.documents_path / "unfinished").iterdir())) == (written, [])
    assert without_room.change(filed, "withdrawals", {}).status_code == 201
