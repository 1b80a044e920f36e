"""The peer's environment: one for all workers, kept beside the interpreter that runs the tests."""

import fcntl
import os
import sys
from pathlib import Path

import pytest

from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkImpossible


@pytest.fixture(scope="session")
def peer() -> Peer:
    """The peer with its environment made; skips where that cannot be done (no package index to be reached)."""
    home = Path(os.environ.get("PERMIT_TEST_BENCH_HOME") or sys.prefix)
    found = Peer(home)
    with (home / "bench-peer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            found._python()
        except BenchmarkImpossible as why:
            pytest.skip(str(why))
    return found


@pytest.fixture
def no_peer(tmp_path: Path) -> Peer:
    """For a benchmark whose peer is PostgreSQL itself: the environment is never made."""
    return Peer(tmp_path / "never-made")
