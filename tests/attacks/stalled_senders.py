"""Senders of documents on sockets of their own, who stop when they like: over the interface and by the form."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from api.http.problems import API_ROOT
from api.pages.session import SESSION_COOKIE
from infra.clock import SystemClock
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.files import PDF
from tests.identity.callers import CALLERS
from tests.world.service_clients import case_path

NINE_BYTES = b"%PDF-1.7\n"
BOUNDARY = "0123456789abcdef"

Heading: TypeAlias = Callable[[str, httpx.Response, str], bytes]
"""What is sent before the content: to the service at an address, about a case, with a token."""


def token_of(issuer: DevelopmentIssuer, subject: str) -> str:
    """A token of the usual employer, in the hands of somebody else there."""
    return issuer.issue(replace(CALLERS[Role.EMPLOYER], subject=subject), now=SystemClock().now())


def over_the_interface(address: str, filed: httpx.Response, token: str, *, tag: str | None = None) -> bytes:
    """The head of a document of a megabyte."""
    return (
        f"POST {API_ROOT}/{case_path(filed)}/documents?kind=diploma HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid4()}\r\nIf-Match: {tag or filed.headers['ETag']}\r\n"
        f"Content-Type: {PDF}\r\nContent-Length: 1000000\r\n\r\n"
    ).encode()


def by_the_form(address: str, filed: httpx.Response, token: str, *, tag: str | None = None) -> bytes:
    """The head of the form of a megabyte, and its fields."""
    fields = {"version": (tag or filed.headers["ETag"]).strip('"'), "key": str(uuid4()), "kind": "diploma"}
    parts = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return (
        f"POST /cases/{filed.json()['id']}/documents HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n"
        f"Cookie: {SESSION_COOKIE}={token}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: 1000000\r\n\r\n"
        f'{parts}--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        f"Content-Type: {PDF}\r\n\r\n"
    ).encode()


def around(head: bytes, content: bytes) -> tuple[bytes, bytes]:
    """What is sent before the content and after it, when all of it is sent; the head says how long that is."""
    headers, _, fields = head.partition(b"\r\n\r\n")
    end = f"\r\n--{BOUNDARY}--\r\n".encode() if fields else b""
    length = b"Content-Length: %d" % (len(fields) + len(content) + len(end))
    return headers.replace(b"Content-Length: 1000000", length) + b"\r\n\r\n" + fields, end


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    """A connection to the service, on which an answer is waited for ten seconds."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        yield connection


@contextmanager
def stalled(address: str, heads: list[bytes]) -> Iterator[list[socket.socket]]:
    """A sender for each head, who sends nine bytes of content after it and then nothing more."""
    with ExitStack() as opened:
        senders = [opened.enter_context(connected(address)) for _ in heads]
        for sender, head in zip(senders, heads, strict=True):
            sender.sendall(head + NINE_BYTES)
        yield senders


def status_of(sender: socket.socket) -> int:
    """The status of the answer, of which no more is read."""
    return int(sender.recv(4096).split(b" ", 2)[1])
