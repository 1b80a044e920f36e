"""One attack on a service, until the standard input closes: ``python -m tests.attacks.attackers NAME PORT`` and so on.

A process of its own, so that what the attacker costs is not taken for what the service does.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count

ROOT = "/rest/singlePermit/v1"
_NUMBERS = count()
_PAUSE = 0.02
"""Seconds before an attacker whose connection was cut opens the next."""


class Target:
    """The service, and a case whose employer the attacker is."""

    def __init__(self, port: int, token: str, case: str) -> None:
        self.port = port
        self.token = token
        self.case = case

    def connection(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def head(self, method: str, path: str, *headers: str) -> bytes:
        lines = (
            f"{method} {ROOT}/{path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {self.token}",
            f"Idempotency-Key: attack-{time.monotonic_ns()}-{next(_NUMBERS)}",
            *headers,
        )
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def held(self, said: bytes) -> None:
        """Say this, then nothing, until the service has enough of it."""
        with self.connection() as opened:
            opened.sendall(said)
            while opened.recv(65_536):
                pass

    def asked(self, said: bytes) -> None:
        """Say this and take the answer, over and over on one connection, until it is closed."""
        with self.connection() as opened:
            while True:
                opened.sendall(said)
                if not opened.recv(1_048_576):
                    return


def idle_connections(target: Target) -> None:
    target.held(b"")


def half_heads(target: Target) -> None:
    target.held(f"GET {ROOT}/health HTTP/1.1\r\nHost: 127.0.0.1\r\nNote: x".encode())


def endless_heads(target: Target) -> None:
    with target.connection() as opened:
        opened.sendall(f"GET {ROOT}/health HTTP/1.1\r\nHost: 127.0.0.1\r\nNote: ".encode())
        while True:
            opened.sendall(b"x" * 65_536)


def stalled_filings(target: Target) -> None:
    target.held(target.head("POST", "applications", "Content-Type: application/json", "Content-Length: 5000") + b'{"a')


def stalled_uploads(target: Target) -> None:
    path = f"applications/{target.case}/documents?kind=diploma"
    headers = ("Content-Type: application/pdf", 'If-Match: "1"', "Content-Length: 500000")
    target.held(target.head("POST", path, *headers) + b"%PDF-1.7\n")


def refused_uploads(target: Target) -> None:
    path = f"applications/{target.case}/documents?kind=diploma"
    headers = ("Content-Type: application/pdf", 'If-Match: "9"', "Content-Length: 5000000")
    target.asked(target.head("POST", path, *headers) + b"%PDF-1.7\n" + b"x" * 4_999_991)


def deep_bodies(target: Target) -> None:
    body = b"[" * 500_000 + b"]" * 500_000
    head = target.head("POST", "applications", "Content-Type: application/json", f"Content-Length: {len(body)}")
    target.asked(head + body)


def unread_answers(target: Target) -> None:
    asked = f"GET {ROOT}/doc/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    with target.connection() as opened:
        opened.sendall(asked * 400)
        time.sleep(30)


def look_ups(target: Target) -> None:
    body = b'{"authority":"flanders","enterpriseNumber":"0202239951"}'
    head = target.head("POST", "employerLookups", "Content-Type: application/json", f"Content-Length: {len(body)}")
    target.asked(head + body)


def readings(target: Target) -> None:
    target.asked(target.head("GET", f"applications/{target.case}/assessment"))


ATTACKS: Mapping[str, tuple[Callable[[Target], None], int]] = {
    "idleConnections": (idle_connections, 200),
    "halfHeads": (half_heads, 200),
    "endlessHeads": (endless_heads, 4),
    "stalledFilings": (stalled_filings, 100),
    "stalledUploads": (stalled_uploads, 40),
    "refusedUploads": (refused_uploads, 8),
    "deepBodies": (deep_bodies, 8),
    "unreadAnswers": (unread_answers, 8),
    "lookUps": (look_ups, 8),
    "readings": (readings, 32),
}
"""Each with the number of those who carry it out at once."""


def _over_and_over(attack: Callable[[Target], None], target: Target) -> None:
    while True:
        # Being cut, refused or told to wait is what an attacker has to expect.
        with suppress(OSError):
            attack(target)
        time.sleep(_PAUSE)


def main() -> None:
    name, port, token, case = sys.argv[1:]
    attack, attackers = ATTACKS[name]
    target = Target(int(port), token, case)
    for _ in range(attackers):
        threading.Thread(target=_over_and_over, args=(attack, target), daemon=True).start()
    sys.stdout.write("attacking\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
