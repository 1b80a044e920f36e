"""What a test of Kafka leaves behind is its own fault, not that of the test in which the collector comes by."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def leaves_nothing_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """A socket or file left open fails the test that left it: warnings are errors."""
    yield
    if request.node.get_closest_marker("server"):
        gc.collect()
