"""Documents over HTTP: streamed both ways, checked as they come, and refused with the reason and the remedy."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import psycopg2
import pytest

from api.composition import Program, open_program
from api.server import running_server
from domain.case.application import Document
from domain.case.commands import AttachDocument, CommandContext
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.files import JPEG, PDF, PNG, pdf, pdf_of_size, pieces, png
from tests.world.bodies import CANARIES, FEE, application_body
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

MOST_BYTES_OF_A_PDF = 25 * 1024 * 1024


def unfinished_files(program: Program) -> list[str]:
    return [path.name for path in (program.settings.documents_path / "unfinished").iterdir()]


def test_a_document_is_sent_and_read_back(employer: ServiceClient) -> None:
    # given a file that does not fit in one packet
    filed, content = employer.file(), pdf_of_size(300_000)
    # when it is sent
    attached = employer.attach(filed, content)
    assert (attached.status_code, attached.json()["status"]) == (201, "submitted")
    assert attached.json()["receipt"]["position"] == employer.written
    # then it is listed
    (listed,) = employer.get(f"{case_path(filed)}/documents").json()["items"]
    digest = sha256(content).hexdigest()
    assert listed == {
        "href": f"{filed.headers['Location']}/documents/{digest}",
        "kind": "diploma",
        "sha256": digest,
        "mediaType": PDF,
        "size": 300_000,
        "received": True,
        "scanned": False,
    }
    # and comes back byte for byte, as something to keep and not to show
    read = employer.get(listed["href"])
    assert (read.status_code, read.content) == (200, content)
    assert read.headers["Content-Type"] == PDF
    assert read.headers["Content-Disposition"] == f'attachment; filename="diploma-{digest[:8]}.pdf"'
    assert (read.headers["X-Content-Type-Options"], read.headers["Cache-Control"]) == ("nosniff", "no-store")


def test_a_file_of_unannounced_length_is_taken(employer: ServiceClient) -> None:
    content = pdf_of_size(150_000)
    attached = employer.attach(employer.file(), pieces(content, 4096))
    assert "Content-Length" not in attached.request.headers
    assert attached.status_code == 201
    read = employer.get(f"{case_path(attached)}/documents/{sha256(content).hexdigest()}")
    assert read.content == content


def test_a_photograph_is_taken(employer: ServiceClient) -> None:
    attached = employer.attach(employer.file(), png(), kind="passport", media_type="IMAGE/PNG; charset=binary")
    (listed,) = employer.get(f"{case_path(attached)}/documents").json()["items"]
    assert (listed["kind"], listed["mediaType"]) == ("passport", PNG)


def test_the_same_file_again_is_nothing_new(employer: ServiceClient) -> None:
    attached = employer.attach(employer.file(), pdf())
    written = employer.written
    again = employer.attach(attached, pdf())
    assert (again.status_code, employer.written) == (200, written)
    # under another kind it is another document of the case
    assert employer.attach(attached, pdf(), kind="experienceProof").status_code == 201


def test_a_sending_that_is_repeated_is_answered_as_the_first_time(employer: ServiceClient) -> None:
    filed, key = employer.file(), str(uuid4())
    first, again = (employer.attach(filed, pdf(), key=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert problem_of(employer.attach(filed, pdf(b"other"), key=key)) == (409, "idempotencyKeyReused")


def test_a_document_that_was_only_announced_is_not_there_yet(employer: ServiceClient) -> None:
    announced = {"kind": "diploma", "sha256": sha256(pdf()).hexdigest(), "mediaType": PDF, "size": len(pdf())}
    filed = employer.file(application_body(documents=[announced]))
    path = f"{case_path(filed)}/documents"
    (listed,) = employer.get(path).json()["items"]
    assert listed["received"] is False
    assert problem_of(employer.get(listed["href"])) == (404, "resourceNotFound")


REFUSED = [
    (pdf(), "application/msword", 415, "documentTypeUnknown"),
    (pdf(), "", 415, "documentTypeUnknown"),
    (pdf(), PNG, 400, "documentNotOfItsType"),
    (b"<html>" * 500, PDF, 400, "documentNotOfItsType"),
    (pdf()[:-20], PDF, 400, "documentCutOff"),
    (b"", PDF, 400, "documentEmpty"),
]


@pytest.mark.parametrize(("content", "media_type", "status", "problem"), REFUSED, ids=[each[3] for each in REFUSED])
def test_a_file_that_is_not_what_it_is_said_to_be(
    employer: ServiceClient, program: Program, content: bytes, media_type: str, status: int, problem: str
) -> None:
    filed = employer.file()
    written = employer.written
    answer = employer.attach(filed, content, media_type=media_type)
    assert problem_of(answer) == (status, problem)
    assert ": " in answer.json()["detail"], "it says what to do"
    assert employer.written == written
    assert unfinished_files(program) == []


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_over_the_limit(employer: ServiceClient, program: Program, announced: bool) -> None:
    filed = employer.file()
    written = employer.written
    content = pdf_of_size(MOST_BYTES_OF_A_PDF + 1)
    answer = employer.attach(filed, content if announced else pieces(content, 1024 * 1024))
    assert problem_of(answer) == (413, "payloadTooLarge")
    assert answer.json()["limit"] == MOST_BYTES_OF_A_PDF
    assert "25 MB" in answer.json()["detail"]
    assert employer.written == written
    assert unfinished_files(program) == []


def test_a_connection_that_breaks_leaves_nothing(employer: ServiceClient, program: Program) -> None:
    # given a case, and a sender whose connection breaks half-way
    filed = employer.file()
    written, content = employer.written, pdf_of_size(200_000)
    host = urlsplit(str(employer.client.base_url))
    head = (
        f"POST {host.path}{case_path(filed)}/documents?kind=diploma HTTP/1.1\r\nHost: {host.netloc}\r\n"
        f"Authorization: {employer.client.headers['Authorization']}\r\nIdempotency-Key: {uuid4()}\r\n"
        f"If-Match: {filed.headers['ETag']}\r\nContent-Type: {PDF}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection((host.hostname or "", host.port or 0)) as connection:
        connection.sendall(head.encode() + content[:100_000])
        # so that it breaks while the file is being written
        wait_until(lambda: unfinished_files(program), because="the file is being written")
    # then nothing is kept and nothing written
    wait_until(lambda: not unfinished_files(program), because="the unfinished file is removed")
    assert employer.written == written
    assert employer.get(f"{case_path(filed)}/documents").json() == {"items": [], "total": 0}
    # and the whole file can be sent as if nothing had happened
    assert employer.attach(filed, content).status_code == 201


@pytest.mark.parametrize(
    ("query", "issue"),
    [
        ("", {"name": "kind", "type": "requiredInput"}),
        ("?kind=diploma&kind=passport", {"name": "kind", "type": "requiredInput"}),
        ("?kind=holidaySnap", {"name": "kind", "type": "invalidInput"}),
        ("?kind=diploma&name=cv.pdf", {"name": "name", "type": "unknownInput"}),
    ],
)
def test_a_kind_that_is_not_said_or_not_known(employer: ServiceClient, query: str, issue: dict[str, str]) -> None:
    filed = employer.file()
    written = employer.written
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": PDF, "If-Match": filed.headers["ETag"]}
    answer = employer.client.post(f"{case_path(filed)}/documents{query}", content=pdf(), headers=headers)
    (found,) = answer.json()["issues"]
    assert (answer.status_code, found["in"], found["name"]) == (400, "query", issue["name"])
    assert found["type"].endswith(f":{issue['type']}")
    assert employer.written == written


def test_the_hundred_and_first_document_is_refused(employer: ServiceClient) -> None:
    # given a case with a hundred documents, which nobody sends one by one
    filed = employer.file()
    tag = filed.headers["ETag"]
    for number in range(100):
        document = Document(kind="other", sha256=f"{number:064x}", media_type=JPEG, size=1000)
        context = CommandContext(actor="tester", command_id=str(uuid4()), now=employer.program.clock.now())
        receipt = employer.program.handle(UUID(filed.json()["id"]), AttachDocument(document=document), context).receipt
        tag = f'"{receipt.version}"'
    written = employer.written
    for content in (pdf(), pieces(pdf(), 10)):
        refused = employer.attach(filed, content, tag=tag)
        assert problem_of(refused) == (409, "caseHoldsTooMany")
        assert refused.json()["limit"] == 100
    assert employer.written == written


def test_a_case_that_has_ended_takes_no_document(employer: ServiceClient) -> None:
    withdrawn = employer.change(employer.file(), "withdrawals", {})
    written = employer.written
    assert problem_of(employer.attach(withdrawn, pdf())) == (409, "applicationWithdrawn")
    assert employer.written == written


def test_a_worker_reads_no_documents_of_an_application_that_others_filed(
    employer: ServiceClient, worker: ServiceClient
) -> None:
    attached = employer.attach(employer.file(), pdf())
    assert worker.get(case_path(attached)).status_code == 200
    assert problem_of(worker.get(f"{case_path(attached)}/documents")) == (404, "resourceNotFound")


def erase(program: Program, subject: UUID) -> None:
    with closing(psycopg2.connect(program.settings.key_database_url)) as connection, connection:
        connection.cursor().execute(
            "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s", (str(subject),)
        )


@pytest.fixture
def after_erasure(
    program: Program, issuer: DevelopmentIssuer, employer: ServiceClient
) -> Iterator[tuple[ServiceClient, httpx.Response]]:
    """A case with a document whose worker was erased since, and the client of a service that knows it."""
    attached = employer.attach(employer.file(), pdf())
    subject = program.journal.read(UUID(attached.json()["id"])).events[0].worker_subject  # type: ignore[union-attr]
    erase(program, subject)
    with (
        open_program(program.settings) as opened,
        running_server(opened) as address,
        ServiceClients(opened, address, issuer) as clients,
    ):
        yield clients.of(Role.EMPLOYER), attached


def test_a_document_of_somebody_who_was_erased_is_gone(after_erasure: tuple[ServiceClient, httpx.Response]) -> None:
    employer, attached = after_erasure
    (listed,) = employer.get(f"{case_path(attached)}/documents").json()["items"]
    assert listed["received"] is False
    assert problem_of(employer.get(listed["href"])) == (410, "documentErased")
    # the case itself can be read without what was hers
    read = employer.get(case_path(attached))
    assert read.json()["worker"] == {"withheld": "erased"}
    assert not any(canary in read.text for canary in CANARIES)


def test_nothing_personal_is_written_about_somebody_who_was_erased(
    after_erasure: tuple[ServiceClient, httpx.Response],
) -> None:
    employer, attached = after_erasure
    before = employer.written

    refused = (
        employer.attach(attached, pdf(b"later")),
        employer.change(attached, "withdrawals", {"reason": "found other work"}),
    )

    assert [problem_of(each) for each in refused] == [(409, "personErased")] * 2
    assert employer.written == before


def test_what_was_done_before_the_erasure_is_answered_as_then_when_it_is_repeated(
    program: Program, issuer: DevelopmentIssuer, employer: ServiceClient, handler: ServiceClient
) -> None:
    # given a payment whose answer was lost, and an erasure since
    filed = employer.file()
    paid = handler.change(filed, "feePayments", FEE, key="paid-once")
    subject = program.journal.read(UUID(filed.json()["id"])).events[0].worker_subject  # type: ignore[union-attr]
    erase(program, subject)
    with (
        open_program(program.settings) as opened,
        running_server(opened) as address,
        ServiceClients(opened, address, issuer) as clients,
    ):
        # when it is sent again
        again = clients.of(Role.CASE_HANDLER).change(filed, "feePayments", FEE, key="paid-once")
    # then it is what it was
    assert paid.status_code == 201
    assert (again.status_code, again.json()["receipt"]) == (201, paid.json()["receipt"])
