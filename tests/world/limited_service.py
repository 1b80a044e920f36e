"""The whole program on a socket with limits of a test's own, short enough to be met in a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from api.composition import Program, open_program
from api.server import running_server
from infra.identity.development_issuer import DevelopmentIssuer
from infra.settings import Settings
from tests.world.databases import program_databases
from tests.world.service_clients import ServiceClients


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedService:
    program: Program
    address: str
    clients: ServiceClients

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def reached(self, limit: str) -> int:
        """How often the service says that this limit was met."""
        metrics = httpx.get(f"{self.address}/metrics", trust_env=False).text
        family = next(f for f in text_string_to_metric_families(metrics) if f.name == "permit_limit_reached")
        return int(next(each.value for each in family.samples if each.labels["limit"] == limit))


@contextmanager
def limited_service(admin_url: str, home: Path, limits: str) -> Iterator[LimitedService]:
    """``limits`` is what ``PERMIT_LIMITS_FILE`` holds."""
    file = home / "limits.toml"
    file.write_text(limits, encoding="utf-8")
    with program_databases(admin_url) as (journal_url, keys_url):
        settings = Settings(home=home, database_url=journal_url, key_database_url=keys_url, limits_file=file)
        with open_program(settings, set_up=True) as program, running_server(program) as address:
            issuer = DevelopmentIssuer.open(home, create=True)
            with ServiceClients(program, address, issuer) as clients:
                yield LimitedService(program=program, address=address, clients=clients)
