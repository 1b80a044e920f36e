"""UmaDB as a peer: its server on loopback with its defaults, from the wheel of its Python client."""

from __future__ import annotations

import socket
import subprocess  # nosec B404 # runs the peer's server
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkImpossible

NAME: Final = "umadb"
"""Of its environment, its server program and its database file."""

_LONGEST_START: Final = 20.0
_LONGEST_END: Final = 10.0
_LOOK_AGAIN: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class UmaDbServer:
    url: str
    data: Path


@contextmanager
def umadb_server(peer: Peer) -> Iterator[UmaDbServer]:
    """A server with an empty database under the peer's home; both are gone at the end.

    Its defaults are durable: an append is answered after two ``fdatasync`` of the database file, and those that wait
    meanwhile share the next two. Raises :class:`BenchmarkImpossible`.
    """
    program = peer.program(NAME)
    with TemporaryDirectory(prefix="bench-umadb-data-", dir=peer.home) as data:
        address, log = f"127.0.0.1:{_free_port()}", Path(data) / "log"
        with log.open("wb") as written:
            server = subprocess.Popen(  # noqa: S603  # nosec B603 # the program of the peer's environment
                [str(program), "--listen", address, "--db-path", str(Path(data) / "umadb")],
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
            )
        try:
            _await(server, address, log)
            yield UmaDbServer(url=f"http://{address}", data=Path(data))
        finally:
            server.terminate()
            try:
                server.wait(_LONGEST_END)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _await(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    host, port = address.split(":")
    until = time.monotonic() + _LONGEST_START
    while server.poll() is None and time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex((host, int(port))) == 0:
                return
        time.sleep(_LOOK_AGAIN)
    raise BenchmarkImpossible(f"UmaDB did not start: {log.read_text(errors='replace').strip()[-300:]}")


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
