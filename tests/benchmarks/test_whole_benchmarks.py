"""Every benchmark as ``permit bench`` runs it: long, and with the machine to itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.bench import Benchmark
from tests.servers import reachable_directory

ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 1_800


@pytest.mark.benchmark
@pytest.mark.timeout(LONGEST_SECONDS)
@pytest.mark.parametrize("benchmark", Benchmark)
def test_it_comes_to_its_figures(benchmark: Benchmark) -> None:
    with reachable_directory(on_disk=True) as home:
        ran = subprocess.run(
            [sys.executable, "-m", "api.cli", "bench", benchmark.value, "--json"],
            cwd=ROOT,
            env={**os.environ, "PERMIT_HOME": str(home / "var")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert report["rows"]
    assert all(row["ours"] > 0 and row["peer"] > 0 for row in report["rows"])
    kept = ROOT / "build" / f"bench-{benchmark.value}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(ran.stdout, encoding="utf-8")
