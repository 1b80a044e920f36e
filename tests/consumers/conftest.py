"""Where checks are carried out, for the tests of it: a counter of its own for each."""

from collections.abc import Iterator

import pytest

from tests.consumers.check_counter import CheckCounter, check_counter


@pytest.fixture
def counter(unnamed_journal: str) -> Iterator[CheckCounter]:
    with check_counter(unnamed_journal) as opened:
        yield opened
