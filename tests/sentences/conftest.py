"""A log of cases for the tests that tell what really happened in some."""

from collections.abc import Iterator

import pytest

from tests.projections.log_of_cases import LogOfCases, log_databases, open_log


@pytest.fixture
def log(admin_url: str) -> Iterator[LogOfCases]:
    with log_databases(admin_url) as databases, open_log(databases) as opened:
        yield opened
