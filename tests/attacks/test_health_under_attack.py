"""Under every attack the service says how it is at once, answers the others, and does not grow."""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPResponse
from pathlib import Path

import pytest

from api.composition import open_program
from infra.child_process import IMPORT_PATH, python_running, running_child
from infra.clock import SystemClock
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.settings import Settings
from tests.attacks.attackers import ATTACKS
from tests.identity.callers import CALLERS
from tests.world.databases import program_databases
from tests.world.processes import children_of
from tests.world.service_clients import ServiceClients

pytestmark = [pytest.mark.server, pytest.mark.nightly]

ROOT = Path(__file__).parents[2]
SECONDS = 8.0
MOST_MILLISECONDS = 100.0
MOST_MEGABYTES_ABOVE_IDLE = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacked:
    """A service as ``permit serve`` starts it, with its usual limits."""

    port: int
    process: int
    attackers_token: str
    case: str
    clients: ServiceClients

    @property
    def megabytes(self) -> float:
        status = Path(f"/proc/{self.process}/status").read_text(encoding="ascii")
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        return int(kilobytes) / 1024


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    home = tmp_path_factory.mktemp("attacked")
    with program_databases(admin_url) as (journal_url, keys_url):
        settings = Settings(home=home, database_url=journal_url, key_database_url=keys_url)
        with open_program(settings, set_up=True) as program:
            issuer = DevelopmentIssuer.open(home, create=True)
            environment = {
                "PERMIT_HOME": str(home),
                "PERMIT_DATABASE_URL": journal_url,
                "PERMIT_KEY_DATABASE_URL": keys_url,
            }
            before = set(children_of(os.getpid()))
            with running_child(
                "api.cli",
                ["serve", "--until-stdin-closes", "--port=0"],
                announcement="listening on ",
                environment=environment,
            ) as child:
                (process,) = set(children_of(os.getpid())) - before
                attacker = replace(CALLERS[Role.EMPLOYER], subject="attacker")
                with ServiceClients(program, child.announced, issuer) as clients:
                    filed = clients.of(attacker).file()
                    yield Attacked(
                        port=int(child.announced.rsplit(":", 1)[1]),
                        process=process,
                        attackers_token=issuer.issue(attacker, now=SystemClock().now()),
                        case=filed.json()["id"],
                        clients=clients,
                    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_health_answers_at_once_and_others_are_served(service: Attacked, attack: str) -> None:
    idle = service.megabytes
    with _under(attack, service):
        times, most = [], idle
        served = 0
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            times.append(_milliseconds_of_health(service.port))
            most = max(most, service.megabytes)
            if len(times) % 50 == 0:
                assert service.clients.of(Role.EMPLOYER).file().status_code == 201
                served += 1
            time.sleep(0.01)
    p99 = statistics.quantiles(times, n=100)[98]
    _noted(attack, {"healthP99Milliseconds": round(p99, 1), "megabytesAboveIdle": round(most - idle), "filed": served})
    assert p99 < MOST_MILLISECONDS
    assert most - idle < MOST_MEGABYTES_ABOVE_IDLE
    assert served


@contextmanager
def _under(attack: str, service: Attacked) -> Iterator[None]:
    command = python_running(
        "tests.attacks.attackers", attack, str(service.port), service.attackers_token, service.case
    )
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**IMPORT_PATH}) as attackers:
        assert attackers.stdout is not None
        assert attackers.stdout.readline() == b"attacking\n"
        time.sleep(1.0)
        try:
            yield
        finally:
            attackers.kill()


def _milliseconds_of_health(port: int) -> float:
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /rest/singlePermit/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = HTTPResponse(connection)
        answer.begin()
        answer.read()
    assert answer.status == 200
    return (time.perf_counter() - began) * 1000


def _noted(attack: str, figures: dict[str, float]) -> None:
    """``build/attacks.jsonl`` is what the figures of docs/speed.md are taken from."""
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / "attacks.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"attack": attack, **figures}) + "\n")
