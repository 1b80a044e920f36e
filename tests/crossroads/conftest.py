"""The real simulator in its own process, gateways to it, and a bank that says what it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from infra.crossroads.http_bank import HttpCrossroadsBank
from infra.crossroads.simulator_process import running_simulator
from tests.crossroads.asking import FACES, bank_at

SEED = 2026


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    """A simulator that fails nobody unless told to; a fifth of the register unknown, a fifth struck off."""
    with running_simulator(
        SEED,
        no_data_share=0.2,
        inactive_share=0.2,
        slow_share=0,
        transient_share=0,
        outage_share=0,
        retry_after_seconds=0,
    ) as address:
        yield address


@pytest.fixture
def administration(simulator: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{simulator}/admin", trust_env=False) as client:
        yield client
        client.delete("/outage")


@pytest.fixture
def open_gateway() -> Iterator[Callable[..., HttpCrossroadsBank]]:
    """Opens gateways of any time-out and closes them after the test."""
    opened: list[HttpCrossroadsBank] = []

    def open_one(address: str, *, face: str = "rest", timeout: float = 3.0) -> HttpCrossroadsBank:
        opened.append(bank_at(address, face=face, timeout=timeout))
        return opened[-1]

    yield open_one
    for gateway in opened:
        gateway.close()


@pytest.fixture(scope="module", params=FACES)
def gateway(simulator: str, request: pytest.FixtureRequest) -> Iterator[HttpCrossroadsBank]:
    """Asks the simulator, once by each of its faces: what is tested with it is the contract of both."""
    one = bank_at(simulator, face=request.param)
    yield one
    one.close()


@pytest.fixture(scope="module")
def gateway_to_script(scripted_server: "ScriptedBank") -> Iterator[HttpCrossroadsBank]:
    """Asks the scripted bank; one for the whole module."""
    one = bank_at(scripted_server.address)
    yield one
    one.close()


@dataclass
class ScriptedBank:
    """Gives the same reply to every request and keeps what it was sent."""

    address: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    seconds_between_bytes: float = 0.0
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def says(self, status: int, content: bytes | dict[str, Any], **headers: str) -> None:
        self.status = status
        self.content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def scripted_bank(scripted_server: ScriptedBank) -> ScriptedBank:
    scripted_server.requests.clear()
    scripted_server.seconds_between_bytes = 0.0
    return scripted_server


@pytest.fixture(scope="module")
def scripted_server() -> Iterator[ScriptedBank]:
    bank = ScriptedBank()
    told_to_stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            bank.requests.append((self.path, dict(self.headers.items()), body))
            self.send_response(bank.status)
            for name, value in bank.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(bank.content)))
            self.end_headers()
            try:
                self._send(bank.content)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _send(self, content: bytes) -> None:
            if not bank.seconds_between_bytes:
                self.wfile.write(content)
                return
            for byte in content:
                self.wfile.write(bytes([byte]))
                if told_to_stop.wait(bank.seconds_between_bytes):
                    return

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        bank.address = f"http://127.0.0.1:{server.server_address[1]}"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        yield bank
        told_to_stop.set()
        server.shutdown()
        serving.join()
