"""What every test may ask for: a real PostgreSQL and a real Kafka, found once a session, and an empty database."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.kafka_servers import KAFKA_PLACES
from tests.servers import POSTGRES_PLACES, FoundServer, NoServer, first_server, fresh_database, give_up

FOUND_POSTGRES = pytest.StashKey[str]()
FOUND_KAFKA = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Iterator[FoundServer]:
    """PERMIT_TEST_DATABASE_URL, else Docker, else the embedded server; see `tests/servers.py`."""
    with ExitStack() as found:
        try:
            server = found.enter_context(first_server(POSTGRES_PLACES))
        except NoServer as why:
            give_up(why, "PostgreSQL")
        pytestconfig.stash[FOUND_POSTGRES] = server.place
        yield server


@pytest.fixture(scope="session")
def admin_url(postgres_server: FoundServer) -> str:
    """The libpq URL of a superuser. The server is shared: tests that harm a server start one of their own."""
    return postgres_server.address


@pytest.fixture
def empty_database(admin_url: str) -> Iterator[str]:
    """The URL of a database of this test's own, without any table."""
    with fresh_database(admin_url) as url:
        yield url


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config) -> Iterator[str]:
    """Bootstrap servers: PERMIT_TEST_KAFKA, else Docker, else Kafka's jars on Java; see `tests/kafka_servers.py`.

    It is shared: a test names its topics and groups with a prefix of its own, and harms only a broker it started.
    """
    with ExitStack() as found:
        try:
            server = found.enter_context(first_server(KAFKA_PLACES))
        except NoServer as why:
            give_up(why, "Kafka")
        pytestconfig.stash[FOUND_KAFKA] = server.place
        yield server.address


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if FOUND_POSTGRES in config.stash:
        terminalreporter.write_line(f"PostgreSQL of this session: {config.stash[FOUND_POSTGRES]}")
    if FOUND_KAFKA in config.stash:
        terminalreporter.write_line(f"Kafka of this session: {config.stash[FOUND_KAFKA]}")
