"""A server of the test's own, which may be killed and starved; what a test leaves open fails that test."""

from collections.abc import Iterator

import pytest

from tests.faults.own_server import OwnServer
from tests.world.left_open import leaves_nothing_open as leaves_nothing_open
from tests.world.servers import reachable_directory


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    with reachable_directory(on_disk=True) as directory, OwnServer(directory / "var") as server:
        yield server
