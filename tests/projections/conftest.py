"""An empty log with the tables of all read models; its databases are made once, for they take longer than a test."""

from collections.abc import Iterator

import pytest

from tests.projections.log_of_cases import LogDatabases, LogOfCases, log_databases, open_log


@pytest.fixture(scope="session")
def databases_of_logs(admin_url: str) -> Iterator[LogDatabases]:
    with log_databases(admin_url) as databases:
        yield databases


@pytest.fixture
def log(databases_of_logs: LogDatabases) -> Iterator[LogOfCases]:
    """A log of this test's own."""
    with open_log(databases_of_logs) as opened:
        yield opened
