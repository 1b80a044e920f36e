"""The peers' environments: one of each for all workers, kept beside the interpreter that runs the tests."""

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
    return made(Peer(Path(os.environ.get("PERMIT_TEST_BENCH_HOME") or sys.prefix)))


@pytest.fixture(scope="session")
def umadb(peer: Peer) -> Peer:
    """The same of UmaDB, whose wheels want a C library of 2022 or later."""
    return made(peer.beside("umadb"))


def made(peer: Peer) -> Peer:
    with (peer.home / "bench-peer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            peer.program("python")
        except BenchmarkImpossible as why:
            pytest.skip(str(why))
    return peer


@pytest.fixture
def no_peer(tmp_path: Path) -> Peer:
    """For a benchmark whose peer is PostgreSQL itself: the environment is never made."""
    return Peer(tmp_path / "never-made")
