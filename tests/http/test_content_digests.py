"""``Content-Encoding`` and ``Content-Digest``: honoured or refused, for files and for JSON alike."""

from __future__ import annotations

import gzip
import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from uuid import uuid4

import httpx
import pytest

from api.composition import Program
from tests.documents.files import PDF, pdf_of_size, pieces
from tests.world.bodies import APPLICATION
from tests.world.service_clients import ServiceClient, case_path, problem_of

pytestmark = pytest.mark.server

FILE = pdf_of_size(100_000)
BODY = json.dumps(APPLICATION).encode()

Send = Callable[[bytes, Mapping[str, str]], httpx.Response]


def digest(algorithm: str, content: bytes) -> str:
    return f"{algorithm}=:{b64encode(hashlib.new(algorithm.replace('-', ''), content).digest()).decode()}:"


@pytest.fixture(params=["a file", "JSON"])
def sent(request: pytest.FixtureRequest, employer: ServiceClient) -> tuple[bytes, Send]:
    """Content that is taken, and what sends it with further headers."""

    def send_file(content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        filed = employer.file()
        usual = {"Idempotency-Key": str(uuid4()), "If-Match": filed.headers["ETag"], "Content-Type": PDF}
        path = f"{case_path(filed)}/documents?kind=diploma"
        return employer.client.post(path, content=pieces(content, 10_000), headers={**usual, **headers})

    def send_json(content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        usual = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        return employer.client.post("applications?another=true", content=content, headers={**usual, **headers})

    return (FILE, send_file) if request.param == "a file" else (BODY, send_json)


def test_what_is_sent_as_it_was_stated_is_taken(sent: tuple[bytes, Send]) -> None:
    content, send = sent
    for stated in (
        digest("sha-256", content),
        digest("sha-512", content),
        f"{digest('sha-256', content)}, {digest('sha-512', content)};kept=?1",
        # of an algorithm that is not known, or not to be trusted, nothing follows
        "unixsum=:AAAA:",
        f"md5=:AAAA:,\t{digest('sha-512', content)}",
        "",
    ):
        assert send(content, {"Content-Digest": stated}).status_code == 201, stated
    assert send(content, {"Content-Encoding": "identity"}).status_code == 201


@pytest.mark.parametrize("algorithm", ["sha-256", "sha-512"])
def test_what_was_changed_on_its_way_is_refused(
    sent: tuple[bytes, Send], employer: ServiceClient, program: Program, algorithm: str
) -> None:
    content, send = sent
    known = {path for path in program.settings.documents_path.rglob("*") if path.is_file()}
    # also where another algorithm's digest is right
    for stated in (digest(algorithm, b"as it was"), f"md5=:AAAA:, {digest(algorithm, content[:-1])}"):
        refused = send(content, {"Content-Digest": stated})
        assert problem_of(refused) == (400, "badRequest")
        (issue,) = refused.json()["issues"]
        assert (issue["in"], issue["name"]) == ("header", "Content-Digest")
        assert "send it again" in issue["detail"]
    assert {path for path in program.settings.documents_path.rglob("*") if path.is_file()} == known


@pytest.mark.parametrize(
    "stated",
    ["sha-256=47DEQpj8HBSa", "sha-256", "SHA-256=:AAAA:", "sha-256=:AAAA", "sha-256=:A:", "sha-256=:####:", "=:AAAA:"],
)
def test_a_header_that_is_no_dictionary_of_digests(sent: tuple[bytes, Send], stated: str) -> None:
    content, send = sent
    refused = send(content, {"Content-Digest": stated})
    assert problem_of(refused) == (400, "badRequest")
    assert [each["name"] for each in refused.json()["issues"]] == ["Content-Digest"]


@pytest.mark.parametrize("coding", ["gzip", "identity, gzip", "zstd", "br"])
def test_compressed_content_is_refused(sent: tuple[bytes, Send], coding: str) -> None:
    content, send = sent
    refused = send(gzip.compress(content), {"Content-Encoding": coding})
    assert problem_of(refused) == (415, "unsupportedMediaType")
    assert "without a content encoding" in refused.json()["detail"]
