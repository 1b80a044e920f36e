"""The whole program with its webhooks: real databases, a real socket, and receivers over real TLS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.composition import Program, open_program
from api.server import running_server
from api.workers import running_workers
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.limits import AnswerLimits, Limits, WebhookLimits
from infra.settings import Settings
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import Authority, Receiver, receiving
from tests.world.clocks import StoppedClock
from tests.world.databases import program_databases
from tests.world.service_clients import ServiceClient, ServiceClients

FILED_AT = datetime(2026, 1, 20, 10, tzinfo=UTC)

QUICK = WebhookLimits(
    first_pause_seconds=0.05, longest_pause_seconds=0.4, call_seconds=2.0, at_once=8, most_of_one_owner=1000
)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority.issue(tmp_path_factory.mktemp("certificate"), "localhost", "127.0.0.1")


@pytest.fixture(scope="session")
def program(admin_url: str, tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Program]:
    with program_databases(admin_url) as (journal_url, keys_url):
        settings = Settings(
            home=tmp_path_factory.mktemp("home"),
            database_url=journal_url,
            key_database_url=keys_url,
            webhook_hosts="localhost",
            webhook_ca_file=authority.file,
        )
        with open_program(settings, set_up=True, clock=StoppedClock(FILED_AT)) as opened:
            limits = Limits(answers=AnswerLimits(not_found_step_seconds=0.001), webhooks=QUICK)
            yield replace(opened, limits=limits)


@pytest.fixture(scope="session")
def address(program: Program) -> Iterator[str]:
    with running_server(program) as address:
        yield address


@pytest.fixture(scope="session")
def clients(program: Program, address: str) -> Iterator[ServiceClients]:
    issuer = DevelopmentIssuer.open(program.settings.home, create=True)
    with ServiceClients(program, address, issuer) as opened:
        yield opened


@pytest.fixture
def workers(program: Program) -> Iterator[None]:
    """The workers that deliver, and no others."""
    with running_workers(
        program, crossroads_url=None, projections=False, deadlines=False, relay=False, migration=False
    ):
        yield


@pytest.fixture
def receiver(certificate: Path) -> Iterator[Receiver]:
    with receiving(certificate) as opened:
        yield opened


@pytest.fixture
def employer(clients: ServiceClients) -> ServiceClient:
    return clients.of(Role.EMPLOYER)


@pytest.fixture
def handler(clients: ServiceClients) -> ServiceClient:
    return clients.of(Role.CASE_HANDLER)


@pytest.fixture
def hooks(employer: ServiceClient) -> Iterator[Hooks]:
    """The employer's webhooks; those that a test makes are gone after it."""
    made = Hooks(employer)
    yield made
    made.delete_all()
