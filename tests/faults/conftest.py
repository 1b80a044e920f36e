"""A server of the test's own, which may be killed and starved."""

from collections.abc import Iterator

import pytest

from tests.faults.own_server import OwnServer
from tests.world.servers import reachable_directory


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    with reachable_directory(on_disk=True) as directory, OwnServer(directory / "var") as server:
        yield server
