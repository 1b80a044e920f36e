"""The peer's environment: kept from session to session where PERMIT_TEST_BENCH_HOME names a place for it."""

import os
from pathlib import Path

import pytest

from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkImpossible


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Peer:
    """The peer with its environment made; skips where that cannot be done (no package index to be reached)."""
    given = os.environ.get("PERMIT_TEST_BENCH_HOME")
    found = Peer(Path(given) if given else tmp_path_factory.mktemp("bench-home"))
    try:
        found._python()
    except BenchmarkImpossible as why:
        pytest.skip(str(why))
    return found


@pytest.fixture
def no_peer(tmp_path: Path) -> Peer:
    """For a benchmark whose peer is PostgreSQL itself: the environment is never made."""
    return Peer(tmp_path / "never-made")
