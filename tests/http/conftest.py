"""A service of the tests' own: the whole program over a real PostgreSQL, behind a real socket."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.composition import Program, open_program
from api.crossroads import employer_lookups
from api.server import running_server
from infra.crossroads.simulator_process import running_simulator
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.limits import AnswerLimits, Limits
from infra.settings import Settings
from tests.world.clocks import StoppedClock
from tests.world.databases import program_databases
from tests.world.service_clients import ServiceClient, ServiceClients

FILED_AT = datetime(2026, 1, 20, 10, tzinfo=UTC)


@pytest.fixture(scope="session")
def stopped_clock() -> StoppedClock:
    return StoppedClock(FILED_AT)


@pytest.fixture
def clock(stopped_clock: StoppedClock) -> Iterator[StoppedClock]:
    """The service's clock, for a test that moves it; it is put back afterwards."""
    yield stopped_clock
    stopped_clock.moment = FILED_AT


@pytest.fixture(scope="session")
def program(admin_url: str, tmp_path_factory: pytest.TempPathFactory, stopped_clock: StoppedClock) -> Iterator[Program]:
    with program_databases(admin_url) as (journal_url, keys_url):
        home = tmp_path_factory.mktemp("home")
        settings = Settings(home=home, database_url=journal_url, key_database_url=keys_url)
        with open_program(settings, set_up=True, clock=stopped_clock) as opened:
            # Hundreds of requests here are for what is not there: none of them needs to wait.
            yield replace(opened, limits=Limits(answers=AnswerLimits(not_found_step_seconds=0.001)))


@pytest.fixture(scope="session")
def issuer(program: Program) -> DevelopmentIssuer:
    """The one whose tokens the service accepts."""
    return DevelopmentIssuer.open(program.settings.home, create=True)


@pytest.fixture(scope="session")
def crossroads() -> Iterator[str]:
    """A simulated Crossroads Bank that knows every undertaking and never fails unless told to."""
    with running_simulator(
        2026, no_data_share=0, inactive_share=0, slow_share=0, transient_share=0, outage_share=0
    ) as address:
        yield address


@pytest.fixture(scope="session")
def address(program: Program, crossroads: str) -> Iterator[str]:
    with employer_lookups(program, crossroads) as lookups, running_server(program, lookups=lookups) as address:
        yield address


@pytest.fixture(scope="session")
def clients(program: Program, address: str, issuer: DevelopmentIssuer) -> Iterator[ServiceClients]:
    with ServiceClients(program, address, issuer) as opened:
        yield opened


@pytest.fixture
def employer(clients: ServiceClients) -> ServiceClient:
    """The employer 0202239951, who files."""
    return clients.of(Role.EMPLOYER)


@pytest.fixture
def nothing_is_written(employer: ServiceClient) -> Iterator[None]:
    """For tests whose requests must leave the journal as it is; cases that a module shares are there before."""
    before = employer.written
    yield
    assert employer.written == before


@pytest.fixture
def handler(clients: ServiceClients) -> ServiceClient:
    """A case handler of Flanders."""
    return clients.of(Role.CASE_HANDLER)


@pytest.fixture
def worker(clients: ServiceClients) -> ServiceClient:
    """Where the worker of the ordinary application stands."""
    return clients.of(Role.WORKER)
