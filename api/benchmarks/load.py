"""Load on loopback: clients with a connection each, that send prepared requests as fast as they are answered.

The bytes go over plain sockets, because a comfortable client costs more than the server it would measure. The
clients are a process of their own, as real ones are, so that they share no interpreter lock with anything.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from subprocess import PIPE, run  # nosec B404 # runs this program
from typing import Final
from urllib.parse import urlsplit

from infra.child_process import IMPORT_PATH, python_running

_LONGEST_RUN_SECONDS: Final = 600
_READ: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """``requests`` are whole HTTP/1.1 requests, ``clients`` of them under way at once; ``expected`` is their status."""

    address: str
    clients: int
    expected: int
    requests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """``rate`` in answers a second, times in milliseconds, ``largest`` in bytes of an answer."""

    rate: float
    median: float
    p95: float
    largest: int


class Unexpected(Exception):
    """The service answered otherwise than the benchmark expects."""


def request(method: str, path: str, token: str | None = None, body: bytes = b"", **headers: str) -> str:
    """A request as sent over the wire, any number of times."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join(lines) + "\r\n\r\n" + body.decode()


def put_under(load: Load) -> Answered:
    """Run the load in a process of its own. Raises :class:`Unexpected`."""
    done = run(  # noqa: S603  # nosec B603 # the interpreter itself
        python_running("api.benchmarks.load"),
        env={**os.environ, **IMPORT_PATH},
        input=json.dumps(asdict(load)),
        stdout=PIPE,
        text=True,
        check=False,
        timeout=_LONGEST_RUN_SECONDS,
    )
    content = json.loads(done.stdout or "{}")
    if done.returncode != 0 or "rate" not in content:
        raise Unexpected(content.get("unexpected", "the load ended without a figure"))
    return Answered(**content)


def _carry_out(load: Load) -> Answered:
    shares = [load.requests[n :: load.clients] for n in range(load.clients)]
    began = time.perf_counter()
    with ThreadPoolExecutor(load.clients) as clients:
        taken = [each for share in clients.map(lambda share: _client(load, share), shares) for each in share]
    passed = time.perf_counter() - began
    times = sorted(seconds * 1000 for seconds, _ in taken)
    return Answered(
        rate=round(len(taken) / passed, 1),
        median=round(statistics.median(times), 2),
        p95=round(times[int(len(times) * 0.95)], 2),
        largest=max(size for _, size in taken),
    )


def _client(load: Load, requests: Sequence[str]) -> list[tuple[float, int]]:
    """Send one after the other on one connection; gives the seconds and the bytes of each answer."""
    server = urlsplit(load.address)
    taken = []
    with socket.create_connection((server.hostname or "", server.port or 80), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for each in requests:
            began = time.perf_counter()
            connection.sendall(each.encode())
            status, size = _answer(connection)
            taken.append((time.perf_counter() - began, size))
            if status != load.expected:
                raise Unexpected(f"the service answered {status}, not {load.expected}")
    return taken


def _answer(connection: socket.socket) -> tuple[int, int]:
    """The status and the size, head and body, of the next answer."""
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    head = received[:end].decode("latin-1").lower()
    length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length:"))
    whole = end + 4 + length
    while len(received) < whole:
        received += _more(connection)
    return int(head.split(" ", 2)[1]), whole


def _more(connection: socket.socket) -> bytes:
    more = connection.recv(_READ)
    if not more:
        raise Unexpected("the service closed the connection")
    return more


def _main() -> None:
    content = json.load(sys.stdin)
    try:
        answered = _carry_out(Load(**{**content, "requests": tuple(content["requests"])}))
    except Unexpected as why:
        json.dump({"unexpected": str(why)}, sys.stdout)
        raise SystemExit(1) from None
    json.dump(asdict(answered), sys.stdout)


if __name__ == "__main__":
    _main()
