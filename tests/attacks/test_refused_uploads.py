"""Uploads that cannot become a document: refused before they are read, and nothing of them is left."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from api.composition import Program
from domain.case.application import Document
from domain.case.commands import AttachDocument, CommandContext
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.attacks.stalled_senders import (
    around,
    by_the_form,
    connected,
    over_the_interface,
    status_of,
    token_of,
)
from tests.documents.files import JPEG, pdf, pdf_of_size
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server

MEGABYTE = pdf_of_size(1_000_000)


@pytest.fixture
def stored(program: Program) -> Callable[[], set[Path]]:
    """Every file of the document store, as it is when called."""
    return lambda: {path for path in program.settings.documents_path.rglob("*") if path.is_file()}


def subject_of(program: Program, filed: httpx.Response) -> UUID:
    return program.journal.read(UUID(filed.json()["id"])).events[0].worker_subject  # type: ignore[union-attr]


@pytest.mark.parametrize("head", [over_the_interface, by_the_form])
def test_fifty_two_uploads_to_a_version_that_is_gone(
    employer: ServiceClient,
    address: str,
    issuer: DevelopmentIssuer,
    stored: Callable[[], set[Path]],
    head: Callable[..., bytes],
) -> None:
    # given a case that has gone on since its first version
    filed = employer.attach(employer.file(), pdf())
    before, token = stored(), token_of(issuer, "stale")
    for _ in range(52):
        beginning, end = around(head(address, filed, token, tag='"1"'), MEGABYTE)
        with connected(address) as sender:
            # when a sender announces a megabyte against the first
            sender.sendall(beginning)
            if head is by_the_form:
                # a browser hears the answer once it has sent everything, which is read and not kept
                sender.sendall(MEGABYTE + end)
            # then the answer of the interface does not wait for it
            assert status_of(sender) == 412
        assert stored() == before


@pytest.fixture
def full(employer: ServiceClient) -> tuple[httpx.Response, str]:
    """A case with a hundred documents, and its ETag."""
    filed, tag = employer.file(), ""
    for number in range(100):
        document = Document(kind="other", sha256=f"{number:064x}", media_type=JPEG, size=1000)
        context = CommandContext(actor="tester", command_id=str(uuid4()), now=employer.program.clock.now())
        receipt = employer.program.handle(UUID(filed.json()["id"]), AttachDocument(document=document), context).receipt
        tag = f'"{receipt.version}"'
    return filed, tag


def test_what_the_case_does_not_take_is_refused_unread(
    employer: ServiceClient,
    address: str,
    clients: ServiceClients,
    issuer: DevelopmentIssuer,
    full: tuple[httpx.Response, str],
    stored: Callable[[], set[Path]],
) -> None:
    withdrawn = employer.change(employer.file(), "withdrawals", {})
    of_others = clients.of(Role.EMPLOYER).file()
    before = stored()
    token, stranger = token_of(issuer, "unread"), clients.of(Role.REGULATOR).client.headers["Authorization"][7:]
    representative = clients.of(Role.REPRESENTATIVE).client.headers["Authorization"][7:]
    for head, status in (
        (over_the_interface(address, withdrawn, token), 409),
        (over_the_interface(address, full[0], token, tag=full[1]), 409),
        (over_the_interface(address, of_others, stranger), 403),
        (over_the_interface(address, of_others, representative), 404),
        (over_the_interface(address, of_others, "no.such.token"), 401),
        (over_the_interface(address, of_others, token).replace(b"application/pdf", b"text/html"), 415),
        (over_the_interface(address, of_others, token).replace(b": 1000000", b": 99000000"), 413),
        (over_the_interface(address, of_others, token).replace(b"kind=diploma", b"kind=holidaySnap"), 400),
    ):
        with connected(address) as sender:
            sender.sendall(head)
            assert status_of(sender) == status
    assert stored() == before


def test_a_key_that_was_used_stores_nothing_more(employer: ServiceClient, stored: Callable[[], set[Path]]) -> None:
    # given a file that was sent under a key
    filed, key = employer.file(), str(uuid4())
    first = employer.attach(filed, pdf(), key=key)
    before = stored()
    # when it is repeated, and when others are sent under the same key
    again = employer.attach(filed, pdf(), key=key)
    others = [employer.attach(filed, pdf(b"%d" % number), key=key) for number in range(20)]
    # then the first answer is given again, the others are refused, and no file has come
    assert (again.status_code, again.json()) == (201, first.json())
    assert {problem_of(each) for each in others} == {(409, "idempotencyKeyReused")}
    assert stored() == before


@pytest.mark.parametrize("head", [over_the_interface, by_the_form])
def test_a_version_that_moves_while_the_file_is_sent(
    employer: ServiceClient,
    program: Program,
    address: str,
    issuer: DevelopmentIssuer,
    stored: Callable[[], set[Path]],
    head: Callable[..., bytes],
) -> None:
    # given a sender who is half-way
    filed = employer.file()
    beginning, end = around(head(address, filed, token_of(issuer, "overtaken")), MEGABYTE)
    with connected(address) as sender:
        sender.sendall(beginning + MEGABYTE[:500_000])
        # when another document comes first
        assert employer.attach(filed, pdf(b"the quicker one")).status_code == 201
        sender.sendall(MEGABYTE[500_000:] + end)
        # then it is refused, and the file is gone as if it had never come
        assert status_of(sender) == 412
    (left,) = {each for each in stored() if each.parent.name in (str(subject_of(program, filed)), "unfinished")}
    assert left.name == sha256(pdf(b"the quicker one")).hexdigest()


def test_a_refused_file_that_the_case_names_already_stays(
    employer: ServiceClient, address: str, issuer: DevelopmentIssuer
) -> None:
    # given a sender who is half-way
    filed = employer.file()
    with connected(address) as sender:
        sender.sendall(over_the_interface(address, filed, token_of(issuer, "overtaken")) + MEGABYTE[:500_000])
        # when somebody else sends the same file, and is quicker
        attached = employer.attach(filed, MEGABYTE)
        sender.sendall(MEGABYTE[500_000:])
        assert status_of(sender) == 412
    # then what the case names is still there
    (listed,) = employer.get(f"{case_path(attached)}/documents").json()["items"]
    assert employer.get(listed["href"]).content == MEGABYTE
