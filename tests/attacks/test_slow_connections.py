"""Senders that are slow, silent, endless or many: each is cut by a limit, and everybody else is answered meanwhile."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from http.client import HTTPResponse
from itertools import count, repeat
from pathlib import Path

import httpx
import pytest

from infra.identity.caller import Role
from tests.identity.callers import CALLERS
from tests.world.limited_service import LimitedService, limited_service

pytestmark = pytest.mark.server

LIMITS = """
[connections]
header_bytes = 8192
idle_seconds = 1
headers_seconds = 1.0
body_stall_seconds = 1.0
body_least_bytes_per_second = 1000
unread_answer_seconds = 1.0
"""

WITHIN = 5.0
"""Seconds in which a connection has to end whose limits are of a second: the service looks once a second."""

WHAT_THE_SYSTEM_HOLDS = 20_000_000
"""Bytes that go out before anybody reads them."""

_NUMBERS = count()

HEALTH = b"GET /rest/singlePermit/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LimitedService]:
    with limited_service(admin_url, tmp_path_factory.mktemp("limited"), LIMITS) as opened:
        yield opened


@pytest.fixture
def connection(service: LimitedService) -> Iterator[socket.socket]:
    with closing(connected(service)) as opened:
        yield opened


def connected(service: LimitedService, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=WITHIN, source_address=(source, 0))


def all_that_comes(connection: socket.socket) -> bytes:
    """What the service says until it closes the connection. Raises TimeoutError where it does not."""
    said = b""
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        try:
            part = connection.recv(65_536)
        except ConnectionResetError:
            return said
        if not part:
            return said
        said += part
    raise TimeoutError("the connection stays open")


def status_of_the_answer(connection: socket.socket) -> int:
    answer = HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer.status


def sent_until_cut(connection: socket.socket, pieces: Iterable[bytes], *, every: float = 0.0) -> int:
    """How many bytes went out before the service closed the connection, which it has to do in time."""
    sent = 0
    deadline = time.monotonic() + WITHIN
    for piece in pieces:
        try:
            sent += connection.send(piece)
        except (ConnectionResetError, BrokenPipeError):
            return sent
        assert time.monotonic() < deadline, "the connection stays open"
        time.sleep(every)
    raise AssertionError("everything was taken")


def posted(service: LimitedService, *headers: str) -> bytes:
    """The head of a filing by somebody who may file, and is not the one whom the test watches."""
    slow = replace(CALLERS[Role.EMPLOYER], subject=f"slow-{next(_NUMBERS)}")
    token = service.clients.of(slow).client.headers["Authorization"]
    lines = (
        "POST /rest/singlePermit/v1/applications HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: {token}",
        "Idempotency-Key: slow-1",
        "Content-Type: application/json",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def test_requests_within_the_limits_are_answered_one_after_another_on_one_connection(
    connection: socket.socket, service: LimitedService
) -> None:
    for _ in range(3):
        connection.sendall(HEALTH + b"Note: " + b"x" * 7000 + b"\r\n\r\n")
        assert status_of_the_answer(connection) == 200
        time.sleep(0.5)


def test_a_head_that_is_too_long_is_refused(connection: socket.socket, service: LimitedService) -> None:
    before = service.reached("headerBytes")
    connection.sendall(HEALTH + b"Note: " + b"x" * 9000 + b"\r\n\r\n")
    said = all_that_comes(connection)
    assert said.startswith(b"HTTP/1.1 431 ")
    assert b"singlePermit:requestHeadersTooLarge" in said
    assert service.reached("headerBytes") == before + 1


def test_many_short_headers_count_as_one_long_one(connection: socket.socket) -> None:
    connection.sendall(HEALTH + b"".join(b"N%d: x\r\n" % n for n in range(1500)) + b"\r\n")
    assert all_that_comes(connection).startswith(b"HTTP/1.1 431 ")


def test_an_address_that_is_too_long_is_refused(connection: socket.socket) -> None:
    connection.sendall(b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert all_that_comes(connection).startswith(b"HTTP/1.1 431 ")


def test_a_header_without_an_end_is_cut_at_the_limit(connection: socket.socket) -> None:
    connection.sendall(HEALTH + b"Note: ")
    assert sent_until_cut(connection, repeat(b"x" * 65_536, 3000)) < WHAT_THE_SYSTEM_HOLDS


def test_trailers_without_an_end_are_cut_like_headers(connection: socket.socket, service: LimitedService) -> None:
    connection.sendall(posted(service, "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\nNote: ")
    assert sent_until_cut(connection, repeat(b"x" * 65_536, 3000)) < WHAT_THE_SYSTEM_HOLDS


def test_a_long_body_pays_for_no_trailers(connection: socket.socket, service: LimitedService) -> None:
    """Many short ones, which are cheap to send and were dear to keep."""
    connection.sendall(posted(service, "Transfer-Encoding: chunked") + b"3d0900\r\n" + b" " * 4_000_000 + b"\r\n0\r\n")
    assert sent_until_cut(connection, repeat(b"a:b\r\n" * 13_000, 3000)) < WHAT_THE_SYSTEM_HOLDS


def test_short_chunks_of_a_body_are_no_trailers(connection: socket.socket, service: LimitedService) -> None:
    connection.sendall(posted(service, "Transfer-Encoding: chunked"))
    for _ in range(20):
        connection.sendall(b"1\r\n \r\n" * 1_000)
        time.sleep(0.02)
    connection.sendall(b"2\r\n{}\r\n0\r\nNote: read by nobody\r\n\r\n")
    assert status_of_the_answer(connection) == 400


def test_a_head_that_does_not_go_on_is_cut(connection: socket.socket, service: LimitedService) -> None:
    before = service.reached("headersSeconds")
    connection.sendall(HEALTH)
    assert all_that_comes(connection).startswith(b"HTTP/1.1 408 ")
    assert service.reached("headersSeconds") == before + 1


def test_a_head_of_a_byte_at_a_time_is_cut(connection: socket.socket) -> None:
    sent_until_cut(connection, (bytes([byte]) for byte in HEALTH * 5), every=0.02)


@pytest.mark.parametrize("said_before", [b"", HEALTH + b"\r\n"], ids=["from the start", "after a request"])
def test_a_connection_that_sends_nothing_is_closed(connection: socket.socket, said_before: bytes) -> None:
    connection.sendall(said_before)
    if said_before:
        assert status_of_the_answer(connection) == 200
    assert all_that_comes(connection) == b""


def test_a_connection_that_sends_empty_lines_is_closed(connection: socket.socket) -> None:
    # given one that was used, which is where a server may look no longer
    connection.sendall(HEALTH + b"\r\n")
    assert status_of_the_answer(connection) == 200
    sent_until_cut(connection, repeat(b"\r\n", 200), every=0.05)


@pytest.mark.parametrize("framing", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_a_body_that_does_not_go_on_is_cut_and_nothing_is_stored(
    connection: socket.socket, service: LimitedService, framing: str
) -> None:
    written = service.clients.of(Role.EMPLOYER).written
    before = service.reached("bodyStall")
    # given a part that came so fast that the average is above the least for a minute
    connection.sendall(posted(service, framing) + b"ea60\r\n" + b" " * 60_000)
    said = all_that_comes(connection)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"singlePermit:requestTimeout" in said
    assert service.reached("bodyStall") == before + 1
    assert service.clients.of(Role.EMPLOYER).written == written


def test_a_body_of_a_few_bytes_at_a_time_is_cut(connection: socket.socket, service: LimitedService) -> None:
    connection.sendall(posted(service, "Content-Length: 100000"))
    sent_until_cut(connection, repeat(b" ", 200), every=0.05)


def test_a_body_that_nobody_reads_any_more_is_cut_too(connection: socket.socket, service: LimitedService) -> None:
    # given a request that was refused for its head, so that its body is not waited for
    head = posted(service, "Content-Length: 100000").replace(b"Idempotency-Key", b"Another-Key")
    connection.sendall(head + b"{")
    assert status_of_the_answer(connection) == 400
    # when its sender keeps the rest
    assert all_that_comes(connection) == b""


def test_a_sender_who_waits_to_be_told_to_go_on_is_not_cut_while_waiting(
    connection: socket.socket, service: LimitedService
) -> None:
    connection.sendall(posted(service, "Content-Length: 2", "Expect: 100-continue"))
    assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")
    connection.sendall(b"{}")
    assert status_of_the_answer(connection) == 400


def test_an_answer_that_nobody_reads_is_given_up(connection: socket.socket, service: LimitedService) -> None:
    before = service.reached("unreadAnswer")
    asked = b"GET /rest/singlePermit/v1/doc/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    connection.sendall(asked * 400)
    deadline = time.monotonic() + 2 * WITHIN
    while service.reached("unreadAnswer") == before:
        assert time.monotonic() < deadline, "the answer is kept for a client that does not read"
        time.sleep(0.2)


def eventually_healthy(service: LimitedService) -> bool:
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        try:
            return httpx.get(f"{service.address}/rest/singlePermit/v1/health", trust_env=False).status_code == 200
        except httpx.HTTPError:
            time.sleep(0.1)
    return False


def test_more_connections_than_the_service_takes_are_told_to_come_later(admin_url: str, tmp_path: Path) -> None:
    limits = "[connections]\nmost = 20\nmost_of_one_address = 15\n"
    with limited_service(admin_url, tmp_path, limits) as service:
        with ExitStack() as opened:
            # given as many from one address as it may have
            held = [opened.enter_context(closing(connected(service))) for _ in range(15)]
            # then one more is refused, and another address still gets in
            assert_come_later(opened.enter_context(closing(connected(service))))
            others = [opened.enter_context(closing(connected(service, source="127.0.0.2"))) for _ in range(5)]
            others[0].sendall(HEALTH + b"\r\n")
            assert status_of_the_answer(others[0]) == 200
            # and when there are as many as the service takes, nobody does, but those that are in are served
            assert_come_later(opened.enter_context(closing(connected(service, source="127.0.0.3"))))
            held[0].sendall(HEALTH + b"\r\n")
            assert status_of_the_answer(held[0]) == 200
        # when they are gone, everybody is served again
        assert eventually_healthy(service)
        assert (service.reached("connectionsOfOneAddress"), service.reached("connections")) == (1, 1)


def assert_come_later(connection: socket.socket) -> None:
    said = all_that_comes(connection)
    assert said.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: " in said


def test_stalled_bodies_keep_nobody_else_waiting(service: LimitedService) -> None:
    with ExitStack() as opened:
        # given forty filings of which a part came
        for _ in range(40):
            stalled = opened.enter_context(closing(connected(service)))
            stalled.sendall(posted(service, "Content-Length: 1000") + b'{"author')
        # then the service answers others at once, and files for them
        began = time.monotonic()
        assert service.clients.of(Role.EMPLOYER).file().status_code == 201
        assert eventually_healthy(service)
        assert time.monotonic() - began < 2.0
