"""A service of the tests' own: the whole program over a real PostgreSQL, behind a real socket."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from api.composition import Program, open_program
from api.http_server import running_server
from infra.settings import Settings
from tests.http.counter import Counter
from tests.servers import fresh_database

FILED_AT = datetime(2026, 1, 20, 10, tzinfo=UTC)


class StandingClock:
    """It is always the morning of 20 January 2026."""

    def now(self) -> datetime:
        return FILED_AT


@pytest.fixture(scope="session")
def program(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with (
        fresh_database(admin_url) as journal_url,
        fresh_database(admin_url) as keys_url,
        open_program(
            Settings(home=tmp_path_factory.mktemp("home"), database_url=journal_url, key_database_url=keys_url),
            set_up=True,
        ) as opened,
    ):
        yield replace(opened, clock=StandingClock())


@pytest.fixture(scope="session")
def address(program: Program) -> Iterator[str]:
    with running_server(program) as address:
        yield address


@pytest.fixture
def counter(program: Program, address: str) -> Iterator[Counter]:
    with httpx.Client(base_url=f"{address}/rest/singlePermit/v1", timeout=20) as client:
        yield Counter(client, program)
